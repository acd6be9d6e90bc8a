"""Taking back what was published, within a minute; and what is said of the time it goes live."""

from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.authoring.conftest import only_post, stored
from tests.conftest import JANUARY, parse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", summary="In short.", published_at=None, authors=[author.author])


def undo_of(page):
    return next(
        button["formaction"] for button in page.select("#notices button") if button.text == "Undo"
    )


def test_a_post_that_was_published_is_a_draft_again(author, browser, draft, typed, clock):
    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, body="New.", when="now"))
    editor = author.page(f"/write/posts/{draft.id}")
    notice = editor.select_one("#notices")

    assert notice.find("a", string="View")["href"] == "/posts/leases"
    assert notice.select_one("copy-link")["data-address"].endswith("/posts/leases")
    clock.advance(seconds=59)
    author.post(undo_of(editor))

    assert browser.get("/posts/leases").status_code == 404
    assert stored(draft.id).body == "New."
    assert "Taken back" in author.page(f"/write/posts/{draft.id}").select_one("#notices").text


def test_after_a_minute_it_stays_as_it_is(author, browser, draft, typed, clock):
    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, when="now"))
    undo = undo_of(author.page(f"/write/posts/{draft.id}"))

    clock.advance(seconds=61)
    author.post(undo)

    assert browser.get("/posts/leases").status_code == 200
    assert "Too late" in author.page(f"/write/posts/{draft.id}").select_one("#notices").text


def test_an_update_is_taken_back_and_what_was_typed_stays_a_draft(
    author, browser, make_post, typed, clock
):
    post = make_post(
        "Leases", summary="In short.", body="Old text.", authors=[author.author], tags=["SQLite"]
    )
    form = typed(post, body="New text.", update="1", change_type="correction", note="A number.")
    author.post(f"/write/posts/{post.id}/publication", data=form)
    assert "New text." in browser.get("/posts/leases").text
    assert "A number." in browser.get("/posts/leases").text

    author.post(undo_of(author.page(f"/write/posts/{post.id}")))

    public = browser.get("/posts/leases").text
    assert "Old text." in public
    assert "A number." not in public
    assert stored(post.id).published_at == JANUARY
    assert stored(post.id).updated_at is None
    assert [tag.name for tag in stored(post.id).tags] == ["SQLite"]
    editor = author.page(f"/write/posts/{post.id}")
    assert editor.select_one("textarea[name=body]").text == "New text."


def test_a_withdrawn_post_that_was_published_again_is_withdrawn_again(
    author, browser, make_post, typed
):
    post = make_post("Leases", summary="In short.", authors=[author.author], withdrawn_at=JANUARY)
    author.post(f"/write/posts/{post.id}/publication", data=typed(post, when="now"))

    author.post(undo_of(author.page(f"/write/posts/{post.id}")))

    assert browser.get("/posts/leases").status_code == 410


def test_a_schedule_is_taken_back_without_a_link_to_what_nobody_sees(author, draft, typed):
    plan = {"when": "later", "date": "2026-06-02", "time": "09:00"}
    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, **plan))
    editor = author.page(f"/write/posts/{draft.id}")

    assert editor.select_one("#notices").find("a") is None
    author.post(undo_of(editor))

    assert stored(draft.id).published_at is None


def test_what_somebody_changed_since_is_not_taken_away(author, owner, draft, typed):
    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, when="now"))
    undo = undo_of(author.page(f"/write/posts/{draft.id}"))
    owner.post(f"/write/posts/{draft.id}/withdrawal")

    author.post(undo)

    assert stored(draft.id).withdrawn_at is not None


def test_a_post_published_at_once_can_be_taken_back(author, typed):
    author.post(
        "/write/posts/new/publication", data=typed(title="At once", summary="S.", when="now")
    )

    author.post(undo_of(author.page(f"/write/posts/{only_post().id}")))

    assert only_post().published_at is None


def test_unlisted_goes_with_publishing_and_is_left_alone_where_it_is_not_asked(
    author, browser, draft, typed
):
    address = f"/write/posts/{draft.id}/publication"

    author.post(address, data=typed(draft, when="now", unlisted=["0", "1"]))

    assert browser.get("/posts/leases").status_code == 200
    assert "Leases" not in browser.get("/").text
    assert "Leases" not in browser.get("/feed.xml").text
    assert author.page(f"/write/posts/{draft.id}").select_one("[name=unlisted][type=checkbox]")


@pytest.mark.parametrize(
    ("date", "time", "words"),
    [
        ("2026-06-02", "09:00", ["09:00 in Europe/Paris", "07:00 UTC"]),
        ("2026-06-02", "00:30", ["on another day", "22:30 UTC"]),
        ("2026-05-02", "09:00", ["has passed"]),
        ("2026-10-25", "02:30", ["twice"]),
        ("2027-03-28", "02:30", ["The next time there is: 03:00"]),
        ("nonsense", "02:30", ["valid date"]),
        ("", "", ["Choose a day and a time"]),
    ],
)
def test_a_time_is_told_in_the_sites_zone_and_in_utc(author, date, time, words):
    db.session.add(Site(id=1, title="Blog", time_zone="Europe/Paris"))
    db.session.commit()

    said = parse(author.get(f"/write/moment?date={date}&time={time}").text).text

    assert [word for word in words if word not in said] == []


def test_the_card_of_what_is_typed_is_painted_by_the_sites_own_hand(author, draft):
    one = author.get(f"/write/posts/{draft.id}/card.png?title=One&domain=Databases")
    other = author.get(f"/write/posts/{draft.id}/card.png?title=Other")

    assert one.content_type == "image/png"
    assert one.headers["Cache-Control"] == "no-store"
    assert one.data != other.data
    assert author.get("/write/posts/new/card.png?title=One").data[:4] == b"\x89PNG"
    assert author.get(f"/write/posts/new/card.png?title={'x' * 301}").status_code == 400
