import re

import pytest
from sqlalchemy import text

from blogapp.authoring import saving
from blogapp.extensions import db
from blogapp.posts.models import Post
from tests.authoring.conftest import stored
from tests.conftest import parse


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", body="One.\n\nTwo.\n\nThree.", authors=[author.author])


def test_a_second_tab_overwrites_nothing_and_loses_nothing(author, post, typed):
    opened_twice = typed(post, body="One.\n\nTwo of the first tab.\n\nThree.")
    second = typed(post, body="One.\n\nTwo of the second tab.\n\nThree.", summary="Mine")

    author.post(f"/write/posts/{post.id}", data=opened_twice)
    response = author.post(f"/write/posts/{post.id}", data=second)

    page = parse(response.text)
    assert response.status_code == 409
    assert stored(post.id).body == opened_twice["body"]
    assert page.select_one("#body").text == second["body"]
    assert page.select_one("#theirs").text == opened_twice["body"]
    assert page.select_one("[name=summary]").text == "Mine"
    assert page.select_one(".conflict__lines del").text == "first"
    assert page.select_one(".conflict__lines ins").text == "second"


def test_a_conflict_names_the_fields_that_differ(author, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, tags="CI/CD"))

    response = author.post(f"/write/posts/{post.id}", data=typed(post, version="1", tags="Time"))

    cells = [
        [cell.text for cell in row.select("th, td")]
        for row in parse(response.text).select("tbody tr")
    ]
    assert ["Tags", "CI/CD", "Time"] in cells


@pytest.fixture
def conflict(author, post, typed):
    """The page of a conflict, as the fields its form sends."""
    author.post(f"/write/posts/{post.id}", data=typed(post, body="Theirs."))
    data = typed(post, body="Mine.", tags="Mine", version="1")
    page = parse(author.post(f"/write/posts/{post.id}", data=data).text)
    fields = page.select(".conflict [name]:not(button)")
    return {f["name"]: f.text if f.name == "textarea" else f.get("value", "") for f in fields}


def test_mine_can_be_saved_over_theirs_on_purpose(author, post, conflict):
    response = author.post(f"/write/posts/{post.id}", data=conflict)

    assert response.status_code == 303
    assert stored(post.id).body == "Mine."
    assert [tag.name for tag in stored(post.id).tags] == ["Mine"]


def test_saving_over_theirs_is_refused_when_they_saved_again(author, post, conflict, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body="Theirs, later."))

    response = author.post(f"/write/posts/{post.id}", data=conflict)

    assert response.status_code == 409
    assert stored(post.id).body == "Theirs, later."


def test_writing_goes_on_with_mine_on_top_of_theirs(author, post, conflict):
    response = author.post(f"/write/posts/{post.id}", data=conflict | {"keep_writing": "1"})

    page = parse(response.text)
    assert response.status_code == 200
    assert page.select_one("#body").text == "Mine."
    assert page.select_one("#version")["value"] == str(stored(post.id).version)
    assert page.select_one("#editor-state")["data-kind"] == "unsaved"
    assert stored(post.id).body == "Theirs."


def test_mine_can_be_kept_as_a_draft_of_its_own(author, post, conflict):
    response = author.post(f"/write/posts/{post.id}/copies", data=conflict)

    copy = stored(int(response.location.rpartition("/")[2]))
    assert response.status_code == 303
    assert (copy.title, copy.body, copy.published_at) == ("Leases (copy)", "Mine.", None)
    assert stored(post.id).body == "Theirs."


def test_mine_can_be_discarded_by_a_link_to_what_is_stored(author, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body="Theirs."))

    page = parse(author.post(f"/write/posts/{post.id}", data=typed(post, version="1")).text)

    link = page.find("a", string="Discard mine")
    assert author.page(link["href"]).select_one("#body").text == "Theirs."


@pytest.mark.parametrize("version", ["", "x", "9" * 400, "-1", "\0"])
def test_a_version_that_makes_no_sense_is_an_old_one(author, post, typed, version):
    response = author.post(
        f"/write/posts/{post.id}", data=typed(post, body="New.", version=version)
    )

    assert response.status_code == 409
    assert stored(post.id).body == "One.\n\nTwo.\n\nThree."


def test_a_save_that_slips_in_between_is_a_conflict_too(author, post, typed, monkeypatch):
    save = saving.writing.save

    def slow_save(post, manuscript, *, now):
        # Somebody else commits after this request has read the version.
        with db.engine.begin() as other:
            other.execute(text("UPDATE posts SET version = version + 1, body = 'Quick.'"))
        save(post, manuscript, now=now)

    monkeypatch.setattr(saving.writing, "save", slow_save)
    response = author.post(f"/write/posts/{post.id}", data=typed(post, body="Slow."))

    assert response.status_code == 409
    assert stored(post.id).body == "Quick."
    assert parse(response.text).select_one("#body").text == "Slow."


def test_an_address_taken_in_the_same_moment_is_answered_beside_the_form(
    author, post, typed, make_post, monkeypatch
):
    make_post("Taken")
    monkeypatch.setattr("blogapp.posts.writing.free_post_slug", lambda slug, **_: slug)

    response = author.post(f"/write/posts/{post.id}", data=typed(post, slug="taken", body="Mine."))

    assert response.status_code == 422
    assert "same moment" in parse(response.text).select_one("[role=alert]").text
    assert parse(response.text).select_one("#body").text == "Mine."


def test_a_button_pressed_on_a_post_that_changed_in_that_moment_is_not_lost_in_an_error(
    author, post, monkeypatch
):
    from blogapp.posts import publishing

    trash = publishing.trash

    def slow_trash(post, *, now):
        with db.engine.begin() as other:
            other.execute(text("UPDATE posts SET version = version + 1"))
        trash(post, now=now)

    monkeypatch.setattr(publishing, "trash", slow_trash)
    response = author.post(f"/write/posts/{post.id}/trash")

    assert response.status_code == 303
    assert "in the same moment" in author.page("/write/posts").select_one("#notices").text
    assert db.session.get(Post, post.id).deleted_at is None


def test_a_conflict_over_a_megabyte_is_answered(author, post, typed):
    theirs = "\n".join(f"line {n}" for n in range(40_000))
    author.post(f"/write/posts/{post.id}", data=typed(post, body=theirs))

    mine = "\n".join(f"zeile {n}" for n in range(40_000))
    response = author.post(f"/write/posts/{post.id}", data=typed(post, body=mine, version="1"))

    # Looked up rather than parsed, which takes many seconds for a page of this size.
    assert response.status_code == 409
    assert re.search(
        rf'<textarea[^>]* id="body"[^>]*>\s*{re.escape(mine)}</textarea>', response.text
    )
