from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.posts.models import State
from blogapp.site.models import Site
from tests.authoring.conftest import draft_of, only_post, stored
from tests.conftest import parse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", published_at=None, authors=[author.author])


@pytest.fixture
def paris(app):
    db.session.add(Site(id=1, title="Blog", time_zone="Europe/Paris"))
    db.session.commit()


def state_of(post):
    return stored(post.id).state(NOON)


def test_publishing_saves_what_was_typed_and_shows_it_to_readers(author, browser, draft, typed):
    response = author.post(
        f"/write/posts/{draft.id}/publication", data=typed(draft, body="As typed.", when="now")
    )

    assert response.location == f"/write/posts/{draft.id}"
    assert stored(draft.id).published_at == NOON
    assert "As typed." in browser.get("/posts/leases").text


def test_a_post_that_was_never_saved_can_be_published(author, typed):
    author.post("/write/posts/new/publication", data=typed(title="At once", when="now"))

    assert only_post().published_at == NOON


def test_a_scheduled_post_goes_live_by_the_sites_clock(author, browser, draft, typed, paris, clock):
    plan = {"when": "later", "date": "2026-06-02", "time": "09:00"}

    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, **plan))

    assert stored(draft.id).published_at == datetime(2026, 6, 2, 7, tzinfo=UTC)
    assert "Goes live on 2 June 2026, 09:00 (Europe/Paris)" in author.page("/write/posts").text
    assert browser.get("/posts/leases").status_code == 404
    clock.set(datetime(2026, 6, 2, 7, tzinfo=UTC))
    assert browser.get("/posts/leases").status_code == 200


@pytest.mark.parametrize(
    ("date", "time", "words"),
    [
        ("2027-03-28", "02:30", "The next time there is: 03:00"),
        ("", "09:00", "Choose a day and a time"),
        ("2026-06-02", "", "Choose a day and a time"),
        ("2026-02-30", "09:00", "valid date"),
        ("tomorrow", "09:00", "valid date"),
        ("0001-01-01", "09:00", "from 1970"),
        ("9999-12-31", "23:59", "from 1970"),
    ],
)
def test_a_time_that_cannot_be_is_explained_beside_the_field(
    author, draft, typed, paris, date, time, words
):
    plan = {"when": "later", "date": date, "time": time}

    response = author.post(
        f"/write/posts/{draft.id}/publication", data=typed(draft, body="Typed.", **plan)
    )

    page = parse(response.text)
    assert response.status_code == 422
    assert words in page.select_one("#date-errors").text
    assert not page.select_one("#publish-sheet").has_attr("popover")
    assert page.select_one("#body").text == "Typed."
    assert state_of(draft) is State.DRAFT


def test_a_time_that_has_passed_means_now(author, draft, typed):
    plan = {"when": "later", "date": "2026-05-01", "time": "09:00"}

    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, **plan))

    assert stored(draft.id).published_at == NOON
    assert "That time has passed" in author.page(f"/write/posts/{draft.id}").text


def test_a_public_post_can_be_dated_back(author, make_post, typed):
    post = make_post("Leases", authors=[author.author])
    plan = {"when": "later", "date": "2020-05-01", "time": "09:00"}

    author.post(f"/write/posts/{post.id}/publication", data=typed(post, **plan))

    assert stored(post.id).published_at == datetime(2020, 5, 1, 9, tzinfo=UTC)
    assert stored(post.id).published_month == 202005


def test_without_text_there_is_nothing_to_publish(author, draft, typed):
    response = author.post(
        f"/write/posts/{draft.id}/publication", data=typed(draft, body=" \n", when="now")
    )

    assert response.status_code == 422
    assert "no text" in parse(response.text).select_one("#body-errors").text
    assert state_of(draft) is State.DRAFT


def test_an_old_page_publishes_nothing(author, draft, typed):
    early = typed(draft, body="Mine.", when="now")
    author.post(f"/write/posts/{draft.id}", data=typed(draft, body="Newer."))

    response = author.post(f"/write/posts/{draft.id}/publication", data=early)

    assert response.status_code == 409
    assert state_of(draft) is State.DRAFT


def test_a_withdrawn_post_is_gone_for_readers_until_undone(author, browser, make_post):
    post = make_post("Leases", authors=[author.author])

    author.post(f"/write/posts/{post.id}/withdrawal")
    gone = browser.get("/posts/leases").status_code
    undo = author.page("/write/posts").select_one("#notices form")["action"]
    author.post(undo)

    assert gone == 410
    assert browser.get("/posts/leases").status_code == 200
    assert stored(post.id).published_at == datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_withdrawing_from_the_editor_keeps_what_was_typed_beside_what_readers_saw(
    author, make_post, typed
):
    post = make_post("Leases", authors=[author.author])

    author.post(f"/write/posts/{post.id}/withdrawal", data=typed(post, body="Typed."))

    assert state_of(post) is State.WITHDRAWN
    assert stored(post.id).body == "Text."
    assert draft_of(post).body == "Typed."


def test_an_unscheduled_post_is_a_draft_again(author, make_post):
    post = make_post(
        "Leases", published_at=datetime(2026, 7, 1, tzinfo=UTC), authors=[author.author]
    )

    author.post(f"/write/posts/{post.id}/withdrawal")

    assert state_of(post) is State.DRAFT


def test_a_draft_without_text_is_not_published_from_the_list(author, make_post):
    post = make_post("Empty", body="", published_at=None, authors=[author.author])

    author.post(f"/write/posts/{post.id}/publication")

    assert state_of(post) is State.DRAFT
    assert "title and a text" in author.page("/write/posts").select_one("#notices").text


def test_a_deleted_post_is_not_published_from_the_trash(author, make_post):
    post = make_post("Leases", withdrawn_at=NOON, deleted_at=NOON, authors=[author.author])

    author.post(f"/write/posts/{post.id}/publication")

    assert "Restore it first" in author.page("/write").select_one("#notices").text
    assert stored(post.id).withdrawn_at


def test_what_is_typed_in_the_trash_is_kept_and_not_published(author, make_post, typed):
    post = make_post("Leases", published_at=None, deleted_at=NOON, authors=[author.author])

    data = typed(post, body="Typed meanwhile.", when="now")
    response = author.post(f"/write/posts/{post.id}/publication", data=data)
    page = author.page(response.location)

    assert "Restore it first" in page.select_one("#notices").text
    assert page.select_one("#body").text.strip() == "Typed meanwhile."
    assert stored(post.id).published_at is None


def test_deleting_offers_a_way_back_that_is_a_button(author, browser, make_post):
    post = make_post("Leases", authors=[author.author])

    response = author.post(f"/write/posts/{post.id}/trash")
    gone = browser.get("/posts/leases").status_code
    notice = author.page(response.location).select_one("#notices")
    author.post(notice.form["action"])

    assert gone == 410
    assert notice.button.text == "Undo"
    assert notice["role"] == "status"
    assert browser.get("/posts/leases").status_code == 200


def test_the_trash_shows_what_is_in_it_and_gives_it_back(author, make_post):
    post = make_post("Leases", authors=[author.author], deleted_at=NOON)

    page = author.page("/write/posts?state=trashed")
    button = page.select_one(f"#post-{post.id} button")
    author.post(page.select_one("#changes")["action"], data={button["name"]: button["value"]})

    assert button.text == "Restore"
    assert state_of(post) is State.PUBLISHED


def test_what_is_in_the_trash_is_not_called_a_draft(author, make_post):
    post = make_post("Leases", authors=[author.author], deleted_at=NOON)

    author.post(f"/write/posts/{post.id}/withdrawal")

    assert "is in the trash. Restore it first." in author.page("/write").text
    assert stored(post.id).withdrawn_at is None
