"""Pictures on their way into a text, and the library: by paste, by keyboard, over a bad line."""

from base64 import b64encode
from io import BytesIO
from time import monotonic

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import func, select, update

from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.media.models import Media
from blogapp.media.storing import store_upload
from blogapp.media.variants import plan_variants
from blogapp.web.clock import now
from tests.browser.conftest import PHONE
from tests.browser.losing import Killable
from tests.browser.measures import STICKING_OUT
from tests.browser.writing import expect_text, open_editor, text_of
from tests.conftest import JANUARY

PASTE = """(files) => {
  const held = new DataTransfer()
  for (const { name, data } of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
    held.items.add(new File([bytes], name, { type: "image/png" }))
  }
  const box = document.querySelector("#body")
  const paste = { clipboardData: held, bubbles: true, cancelable: true }
  box.dispatchEvent(new ClipboardEvent("paste", paste))
}"""
TRAY = "upload-tray[data-ready]"


def png(width):
    out = BytesIO()
    Image.new("RGB", (width, 20), "teal").save(out, "PNG")
    return out.getvalue()


def pasted(name, data):
    return {"name": name, "data": b64encode(data).decode()}


def photograph(name="photo.jpg"):
    """A file that takes several parts to send."""
    out = BytesIO()
    noise = Image.effect_noise((1500, 1200), 120)
    Image.merge("RGB", [noise] * 3).save(out, "JPEG", quality=100)
    data = out.getvalue() + bytes(1_000_000)  # what follows a picture is left out of it
    assert len(data) > 2_200_000
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body="Above.\n\nBelow.", published_at=None, authors=[author.author])


def test_five_pasted_pictures_of_which_one_fails_stand_in_order_and_go_one_by_one(
    author_page, draft, watch
):
    watch.allow("422 for xhr")
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.evaluate("document.querySelector('markdown-editor').select(6, 6)")
    files = [pasted(f"p{number}.png", png(30 + number)) for number in range(5)]
    files[2] = pasted("p2.png", b"no picture")

    author_page.evaluate(PASTE, files)

    images = [f"![](p{number}.png)" for number in (0, 1, 3, 4)]
    expect_text(author_page, "\n\n".join(["Above.", *images, "Below."]))
    card = author_page.locator(".upload-tray__card[data-state=failed]")
    expect(card).to_contain_text("This is no PNG")
    card.get_by_role("button", name="Remove").click()
    author_page.locator("#body").focus()
    for left in (3, 2, 1, 0):
        author_page.keyboard.press("Control+z")
        text = text_of(author_page)
        assert text.count("![](p") == left
        assert "Uploading" not in text
    assert text_of(author_page).split() == ["Above.", "Below."]


def test_what_a_pasted_picture_shows_is_asked_in_place_and_written_into_the_text(
    author_page, draft
):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.evaluate("document.querySelector('markdown-editor').select(6, 6)")
    author_page.evaluate(PASTE, [pasted("map.png", png(40))])
    expect_text(author_page, "Above.\n\n![](map.png)\n\nBelow.")

    field = author_page.get_by_label("What it shows", exact=False).locator("visible=true")
    field.fill("A map of [shards]")
    field.press("Enter")

    expect_text(author_page, "Above.\n\n![A map of \\[shards\\]](map.png)\n\nBelow.")
    expect(author_page.locator(".upload-tray__card")).to_have_count(0)
    db.session.rollback()
    assert db.session.scalar(select(Media.alt)) == "A map of [shards]"


def test_a_picture_of_the_library_is_found_and_put_into_the_text(app, author, author_page, draft):
    store = app.extensions["media"]
    for name, width in (("map.png", 60), ("clock.png", 50)):
        media = store_upload(
            png(width), name, store=store, now=JANUARY, uploaded_by_id=author.author.id
        )
    media.alt, media.caption = "A clock", "It drifts"
    db.session.commit()
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.evaluate("document.querySelector('markdown-editor').select(6, 6)")

    author_page.get_by_role("button", name="Image").first.click()
    author_page.get_by_label("Or from the library").fill("clock")
    expect(author_page.locator("[data-media]")).to_have_count(1)
    author_page.locator("[data-media]").click()

    expect_text(author_page, 'Above.\n\n![A clock](clock.png "It drifts")\n\nBelow.')


def test_an_upload_cut_off_at_sixty_percent_goes_on_where_it_was(author_page, watch):
    watch.allow("ERR_FAILED")
    starts, is_cut = [], [True]

    def cut(route):
        start = int(route.request.url.rpartition("=")[2])
        if start >= 1_000_000 and is_cut[0]:
            return route.abort()
        starts.append(start)
        return route.continue_()

    author_page.route("**/uploads/*?start=*", cut)
    author_page.goto("./write/media")
    expect(author_page.locator(TRAY)).to_be_attached()
    author_page.set_input_files("#files", photograph())
    author_page.get_by_role("button", name="Upload").press("Enter")

    card = author_page.locator(".upload-tray__card")
    expect(card).to_contain_text("It goes on by itself.")
    # Each time the browser says that it is back, it is tried at once.
    for _ in range(3):
        expect(card).to_have_attribute("data-state", "pausing")
        author_page.evaluate("dispatchEvent(new Event('online'))")
        expect(card).not_to_have_attribute("data-state", "sending")
    expect(card).to_contain_text("Nothing that arrived is lost.")
    assert starts == [0]
    is_cut[0] = False
    card.get_by_role("button", name="Retry").click()

    expect(card).to_have_attribute("data-state", "done")
    assert starts == [*range(0, 1_000_000 * len(starts), 1_000_000)]
    db.session.rollback()
    assert db.session.scalar(select(Media.width)) == 1500


def test_the_library_is_used_by_keys_on_a_phone_and_says_what_it_is(
    author_page, check_accessibility
):
    author_page.set_viewport_size(PHONE)
    author_page.goto("./write/media")
    expect(author_page.locator(TRAY)).to_be_attached()
    files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png(40 + n)} for n in range(2)]
    author_page.set_input_files("#files", files)
    author_page.get_by_role("button", name="Upload").press("Enter")
    expect(author_page.locator("#library-files .media-library__item")).to_have_count(2)
    check_accessibility(author_page)
    assert author_page.evaluate(STICKING_OUT) == []

    field = author_page.locator(".upload-tray__card input").first
    field.fill("The first")
    field.press("Enter")
    expect(author_page.locator(".upload-tray__card")).to_have_count(1)
    author_page.keyboard.press("Tab")
    author_page.get_by_role("button", name="It is decoration").press("Enter")
    expect(author_page.locator(".upload-tray__card")).to_have_count(0)
    author_page.locator(".media-library__link").first.press("Enter")
    expect(author_page.locator("#uses")).to_be_visible()
    assert author_page.evaluate(STICKING_OUT) == []
    author_page.emulate_media(color_scheme="dark")
    check_accessibility(author_page)


class TestOnAServerOfItsOwn:
    @pytest.fixture
    def blog(self, app, listener, tmp_path):
        port = listener.getsockname()[1]
        listener.close()
        blog = Killable(app, port, tmp_path / "gunicorn.log")
        blog.start()
        yield blog
        blog.kill()

    def test_work_goes_on_after_its_process_was_killed_in_the_middle(self, app, author, blog):
        noise = Image.effect_noise((2400, 1800), 120)
        out = BytesIO()
        Image.merge("RGB", [noise] * 3).save(out, "JPEG", quality=95)
        store, who = app.extensions["media"], author.author.id
        media = store_upload(out.getvalue(), "a.jpg", store=store, now=now(), uploaded_by_id=who)
        db.session.commit()
        wait_until(lambda: db.session.scalar(select(Job.attempts)) == 1)

        blog.kill()
        db.session.rollback()
        assert db.session.get(Media, media.id).variants == {}
        # Its lease is over.
        db.session.execute(update(Job).values(due_at=JANUARY, taken_until=0))
        db.session.commit()
        blog.start()

        wait_until(lambda: db.session.scalar(select(func.count(Job.id))) == 0)
        assert len(db.session.get(Media, media.id).variants) == len(plan_variants(media)) == 10


def wait_until(is_so):
    """Ask the database until it is so, or for two minutes."""
    until = monotonic() + 120
    while not is_so():
        db.session.rollback()
        assert monotonic() < until
