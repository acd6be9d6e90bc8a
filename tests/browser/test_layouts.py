"""Cards, log and plain list in Chromium: they fit, they go on, they come back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.site.models import LAYOUTS
from blogapp.site.presets import PRESETS, apply_preset
from blogapp.site.reading import get_site
from tests.browser.conftest import DESK, PHONE, TABLET
from tests.browser.listing import chip, come_to_rest
from tests.browser.measures import CUT_OFF, STICKING_OUT
from tests.conftest import JANUARY, SHARED
from tests.site.seeds import FILES, OWN, read


@pytest.fixture
def settle(app):
    """Set what the owner chose: ``settle(layout="log", page_size=3)``."""

    def put(preset=None, **columns):
        site = get_site()
        if preset:
            apply_preset(preset, site)
        for name, value in columns.items():
            setattr(site, name, value)
        db.session.add(site)
        db.session.commit()

    return put


@pytest.fixture
def seeded(make_post, settle, clock, request):
    """The blog that a preset is made after; its texts are in ../shared, else our own."""
    preset = request.param
    text = OWN[preset]
    if SHARED.is_dir():
        text = (SHARED / "seeds" / FILES[preset]).read_text(encoding="utf-8")
    seed = read(preset, text)
    crumb = seed.header.pop("breadcrumb", "")
    settle(
        preset,
        breadcrumb=[{"label": crumb, "address": ""}] if crumb else [],
        footer_line=seed.footer,
        **seed.header,
    )
    clock.set(datetime(2026, 11, 20, 18, tzinfo=UTC))
    for number, post in enumerate(seed.posts):
        given = {key: post[key] for key in post.keys() - {"lines", "day"}}
        day = JANUARY
        if "day" in post:
            day = datetime.strptime(post["day"], "%b %d, %Y").replace(tzinfo=UTC)
        make_post(**given, published_at=day + timedelta(hours=12, minutes=-number))
    return preset


@pytest.mark.parametrize("seeded", PRESETS, indirect=True)
def test_a_preset_fits_every_width_in_light_and_dark(new_page, seeded, screenshot):
    found = {}
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme)
        page.goto("./")
        for size in (PHONE, TABLET, DESK):
            page.set_viewport_size(size)
            found[f"{scheme} {size}"] = page.evaluate(STICKING_OUT) + page.evaluate(CUT_OFF)
            screenshot(page, f"{seeded}-{size['width']}-{scheme}", full_page=True)

    assert not any(found.values()), found


def test_the_log_goes_on_and_comes_back_with_each_year_once(page, make_post, settle):
    for number in range(30):
        moment = datetime(2026, 5, 1, tzinfo=UTC) - timedelta(days=50 * number)
        make_post(f"Post {number}", summary="A sentence.", domain="Web", published_at=moment)
    settle(layout="log", page_size=8)
    years = page.locator(".post-log__year")
    domains = page.locator(".domain-overview")

    page.goto("./")
    expect(domains).to_have_count(1)
    while (rows := page.locator(".post-log").count()) < 30:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.locator(".post-log").nth(rows)).to_be_attached()

    assert years.all_inner_texts() == ["2026", "2025", "2024", "2023", "2022"]
    expect(page).to_have_url(re.compile(r"\?through=4"))
    expect(domains).to_have_count(1)
    last = page.get_by_role("link", name="Post 29", exact=True)
    last.click()
    expect(page).to_have_url(re.compile("posts/post-29"))
    page.go_back()
    expect(last).to_be_in_viewport()
    assert years.all_inner_texts() == ["2026", "2025", "2024", "2023", "2022"]


def test_a_plain_list_asks_for_nothing_until_it_is_used(page, make_posts, settle):
    make_posts(30, summary="A sentence.")
    settle(layout="minimal", list_parts=[])
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("./", wait_until="networkidle")
    assert not [url for url in asked if "htmx" in url or "post-results" in url]
    page.mouse.wheel(0, 20_000)
    expect(page.locator("#page-2")).to_be_attached()
    page.locator("#load-more").scroll_into_view_if_needed()
    expect(page.locator("#page-3")).to_be_attached()

    assert page.locator(".post-minimal").count() == 30
    expect(page.locator("#news")).to_have_text(re.compile("Page 3 loaded"))


def test_a_plain_list_gives_back_what_was_chosen(page, make_posts, make_post, settle):
    make_posts(3, tags=["wal"])
    make_post("Another", tags=["dns"])
    settle(layout="minimal")

    page.goto("./?tag=wal&sort=oldest")
    expect(page.locator(".post-minimal")).to_have_count(3)
    come_to_rest(page)
    chip(page, "wal").click()

    expect(page.locator(".post-minimal")).to_have_count(4)
    expect(page.locator("#filter")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/\?sort=oldest$"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_can_be_read_from_the_right(new_page, make_posts, settle, screenshot, layout):
    make_posts(5, summary="جملة واحدة عن القفل.", domain="بيانات", tags=["قفل"])
    settle(layout=layout)
    page = new_page(color_scheme="dark")
    page.goto("./")

    page.evaluate("document.documentElement.dir = 'rtl'")

    found = {}
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        found[str(size)] = page.evaluate(STICKING_OUT) + page.evaluate(CUT_OFF)
        screenshot(page, f"{layout}-rtl-{size['width']}", full_page=True)
    assert not any(found.values()), found
    row, title = page.locator("article").first, page.locator("article :is(h2, h3)").first
    assert right(title) <= right(row) + 1
    if layout == "log":
        date = page.locator(".post-log__when").first
        assert date.bounding_box()["x"] > right(title) - 1


def right(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"]
