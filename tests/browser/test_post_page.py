"""What surrounds the text of a post: its map, its notes, its pictures, its way onto paper."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.media.storing import store_image
from blogapp.posts.models import PostMedia
from blogapp.posts.rendering import render_post
from tests.browser.conftest import DESK, PHONE
from tests.browser.measures import LINES, STICKING_OUT, UNTIL
from tests.conftest import JANUARY

LOW_DESK = {"width": 1280, "height": 720}
PARAGRAPH = "The edge kept prices for thirty seconds. The service kept them for twenty. " * 6
HEBREW = "הקצה שמר מחירים במשך שלושים שניות, והשירות שמר אותם עשרים שניות. " * 6
# As long as the form lets them be.
TITLE = "How one wrong price went through three caches and what each of them said of it. " * 4
SUMMARY = "Every layer behaved exactly as configured, and that was the bug, we found. " * 14


@pytest.fixture
def picture(app):
    data = BytesIO()
    Image.new("RGB", (1600, 900), "white").save(data, "PNG")
    return store_image(data.getvalue(), "ages.png", store=app.extensions["media"], now=JANUARY)


@pytest.fixture
def full_post(make_post, make_author, picture):
    """A post with all that a page can show, each as large as it may be."""
    for position, title in ((1, "Before"), (3, "After")):
        make_post(title, body=PARAGRAPH, series="Freshness budgets", series_position=position)
    make_post("The cache that lied", body=PARAGRAPH, tags=["stale prices"])
    parts = [
        f"## Part {name}\n\n{PARAGRAPH}[^{name}]\n\n{PARAGRAPH}\n\n[A link](https://{name}.example/)"
        for name in ("one", "two", "six")
    ]
    notes = [f"[^{name}]: A note on part {name}." for name in ("one", "two", "six")]
    image = '![Ages of prices](ages.png "Age of the price")'
    post = make_post(
        TITLE[:300],
        slug="full",
        summary=SUMMARY[:1000],
        body="\n\n".join([PARAGRAPH, image, *parts, *notes]),
        kind="guide",
        tags=["stale prices"],
        domain="Databases",
        series="Freshness budgets",
        series_position=2,
        authors=[make_author(f"Author Number {n}") for n in range(10)],
        cover_id=picture.id,
    )
    db.session.add(PostMedia(post_id=post.id, name="ages.png", media_id=picture.id))
    render_post(post)
    db.session.commit()
    return post


@pytest.fixture
def hebrew_post(make_post):
    parts = [f"## חלק {n}\n\n{HEBREW}[^{n}]" for n in (1, 2, 3)]
    notes = [f"[^{n}]: הערה {n}." for n in (1, 2, 3)]
    body = "\n\n".join([HEBREW, *parts, *notes])
    return make_post("מטמון ששיקר", slug="hebrew", language="he", summary=HEBREW[:160], body=body)


@pytest.mark.usefixtures("full_post", "hebrew_post")
@pytest.mark.parametrize("size", [PHONE, LOW_DESK], ids=["phone", "low desk"])
def test_two_lines_of_text_are_in_sight_however_much_stands_above(new_page, size):
    page = new_page(viewport=size, java_script_enabled=False)

    for address in ("./posts/full", "./posts/hebrew"):
        page.goto(address)
        lines = page.locator(".prose p").first.evaluate(LINES)
        assert lines[1] <= size["height"], address


@pytest.mark.usefixtures("full_post", "hebrew_post")
def test_the_page_fits_every_width(new_page):
    page = new_page()
    found = {}

    for address in ("./posts/full", "./posts/hebrew"):
        page.goto(address)
        for width in (320, 360, 768, 1024, 1263, 1280, 1440, 2560):
            page.set_viewport_size({"width": width, "height": 800})
            found[address, width] = page.evaluate(STICKING_OUT)

    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.usefixtures("full_post")
@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"]
)
def test_axe_finds_nothing_where_everything_is(new_page, size, scheme, check_accessibility):
    page = new_page(viewport=size, color_scheme=scheme)

    page.goto("./posts/full")
    expect(page.locator("image-zoom[data-ready]")).to_be_attached()

    check_accessibility(page)


@pytest.mark.usefixtures("full_post")
@pytest.mark.parametrize(("size", "place"), [(DESK, ".post__plumb"), (PHONE, ".post__progress")])
def test_the_bob_hangs_where_the_reader_is(new_page, size, place):
    page = new_page(viewport=size)
    page.goto("./posts/full")
    drawing = page.locator(place)
    expect(drawing).to_have_attribute("data-place", "exact")
    shares = """place => [...document.querySelectorAll(".contents--down svg")]
        .map(svg => Number(svg.getAttribute("width")))"""
    lengths = drawing.evaluate(shares)

    page.locator("#part-two").evaluate("heading => heading.scrollIntoView()")
    expect(page.locator(".contents--down [aria-current]")).to_have_text("Part two")

    read = drawing.evaluate("place => Number(place.style.getPropertyValue('--read'))")
    begins, ends = sum(lengths[:2]) / sum(lengths), sum(lengths[:3]) / sum(lengths)
    assert begins <= read < ends
    expect(drawing.locator(".bob")).to_be_in_viewport()


@pytest.mark.usefixtures("full_post")
def test_without_script_the_bob_hangs_all_the_same(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("./posts/full")
    bob = page.locator(".post__plumb .bob")
    at_first = bob.bounding_box()["y"] - page.locator(".post__plumb").bounding_box()["y"]

    page.locator(".contents--across").get_by_text("Part six").click()
    expect(page.locator("#part-six")).to_be_in_viewport()

    # The frame after the jump draws it there.
    expect(bob).to_be_visible()
    line = page.locator(".post__plumb").bounding_box()
    assert bob.bounding_box()["y"] - line["y"] > at_first + line["height"] / 3


@pytest.mark.usefixtures("full_post")
def test_a_press_on_the_drawing_leads_to_the_section_drawn_there(page):
    page.goto("./posts/full")
    name = page.locator(".contents--across a", has_text="Part two")
    box = name.bounding_box()

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] - 20)

    expect(page).to_have_url(f"{page.url.split('#')[0]}#part-two")


@pytest.mark.usefixtures("full_post")
def test_a_note_over_the_text_takes_the_focus_and_gives_it_back(new_page):
    page = new_page(viewport=PHONE)
    page.goto("./posts/full")
    note = page.get_by_role("note", name="Note 1")
    expect(page.locator(".margin-notes__note[popover]")).to_have_count(3)
    mark = page.locator(".footnotes__mark").first

    mark.press("Enter")
    expect(note).to_be_focused()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    mark.click()
    note.get_by_role("button", name="Close").click()

    expect(note).to_be_hidden()


@pytest.mark.usefixtures("full_post")
def test_a_note_in_the_margin_is_a_copy_and_keys_lead_to_the_note_itself(page):
    page.goto("./posts/full")
    copies = page.locator(".margin-notes__note[aria-hidden=true]")
    expect(copies).to_have_count(3)
    mark = page.locator(".footnotes__mark").first

    mark.click()
    expect(copies.first).to_have_attribute("data-pointed", "")
    assert "#" not in page.url
    mark.press("Enter")

    expect(page.locator("#fn-one")).to_be_in_viewport()
    assert page.get_by_role("note").count() == 0


@pytest.mark.usefixtures("full_post")
def test_a_picture_opens_large_and_gives_the_focus_back(page):
    page.goto("./posts/full")
    expect(page.locator("image-zoom[data-ready]")).to_be_attached()
    link = page.locator(".prose__image")

    link.press("Enter")
    dialog = page.get_by_role("dialog", name="Ages of prices")
    expect(dialog.get_by_role("img")).to_be_visible()
    expect(dialog).to_contain_text("Age of the price")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    link.click()
    dialog.get_by_role("button", name="Close").click()

    expect(dialog).to_be_hidden()


@pytest.mark.usefixtures("full_post")
def test_without_script_pictures_and_times_open_too(plain_page, watch):
    # The browser's own page around a picture wants to be styled.
    watch.allow("inline style")
    plain_page.goto("./posts/full")

    plain_page.get_by_role("button", name="min read").click()
    expect(plain_page.locator("#post-time")).to_contain_text("words")
    plain_page.keyboard.press("Escape")
    plain_page.locator(".prose__image").click()

    expect(plain_page).to_have_url(re.compile(r"/media/"))


@pytest.mark.usefixtures("hebrew_post")
def test_a_post_written_from_the_right_is_laid_out_from_the_right(page):
    page.goto("./posts/hebrew")
    expect(page.locator(".margin-notes__note[aria-hidden=true]")).to_have_count(3)

    rail, text = page.locator(".post__rail"), page.locator(".prose")
    note = page.locator(".margin-notes__note").first
    left = {part: part.bounding_box()["x"] for part in (rail, text, note)}

    assert left[note] < left[text] < left[rail]
    names = page.locator(".contents--across a")
    assert names.first.bounding_box()["x"] > names.last.bounding_box()["x"]


@pytest.mark.usefixtures("full_post")
def test_paper_shows_the_text_in_light_with_its_addresses(new_page):
    page = new_page(color_scheme="dark")
    page.add_init_script("localStorage.theme = 'dark'")
    page.goto("./posts/full")

    page.emulate_media(media="print")

    for part in (".header__nav", ".post__rail", ".post__dock", ".related", ".post__turn"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".post__links li")).to_have_text(
        ["https://one.example/", "https://two.example/", "https://six.example/"]
    )
    expect(page.locator(".post__source")).to_be_visible()
    number = "link => getComputedStyle(link, '::after').content"
    link = page.locator(".prose a[href='https://two.example/']")
    assert "counter(link)" in link.evaluate(number)
    bar = "getComputedStyle(document.querySelector('.drawing__prose')).stroke"
    assert page.evaluate(bar) == "rgb(188, 199, 187)"


@pytest.mark.usefixtures("app")
def test_the_link_to_the_editor_shows_for_those_who_may_edit(new_page, author, make_post):
    make_post("Mine", authors=[author.author])
    make_post("Somebody's")
    page = new_page(as_author=author)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    link = page.get_by_role("link", name="Edit", exact=True)

    page.goto("./posts/mine")
    page.wait_for_load_state("networkidle")
    before = [url for url in asked if "/write" in url]
    page.goto("./write")
    expect(page.get_by_role("link", name="Desk")).to_be_visible()
    page.goto("./posts/mine")
    expect(link).to_be_visible()
    with page.expect_response(lambda response: "/write/posts/" in response.url) as answer:
        page.goto("./posts/somebodys")

    assert before == []
    assert answer.value.status == 403
    expect(link).to_be_hidden()
    page.context.clear_cookies()
    with page.expect_response(lambda response: "/write/posts/" in response.url):
        page.goto("./posts/mine")
    page.evaluate(UNTIL % "!('author' in localStorage)")


def test_notes_of_a_page_open_too(new_page, make_post):
    make_post("About", body="Who writes here.[^1]\n\n[^1]: All of us.", is_page=True)
    page = new_page(viewport=PHONE)
    page.goto("./about")
    expect(page.locator(".margin-notes__note[popover]")).to_have_count(1)

    page.locator(".footnotes__mark").click()

    expect(page.get_by_role("note", name="Note 1")).to_contain_text("All of us.")
