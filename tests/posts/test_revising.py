from datetime import timedelta

import pytest

from blogapp.extensions import db
from blogapp.posts.content import content_of
from blogapp.posts.managing import find_for_writing
from blogapp.posts.revising import (
    change_log,
    content_in,
    find_revision,
    keep_revision,
    keep_standing,
    list_revisions,
)
from tests.conftest import JANUARY

TEXT = "One two three four five six seven eight nine ten."


@pytest.fixture
def post(make_post):
    return find_for_writing(make_post("Leases", body=TEXT, tags=["a", "b"]).id)


@pytest.fixture
def keep(post, make_author):
    """Keep a revision of the post whose text is ``body``, so many minutes after January."""
    ada = make_author().id

    def keep(body, minutes=0, *, kind="saved", author_id=ada, fields=None, **rest):
        content = content_of(post).changed(fields, body)
        at = JANUARY + timedelta(minutes=minutes)
        return keep_revision(post, content, kind=kind, author_id=author_id, now=at, **rest)

    return keep


def numbers(post):
    return [revision.number for revision in list_revisions(post).revisions]


def bodies(post):
    return [find_revision(post, number).body for number in numbers(post)]


def test_a_save_that_changes_nothing_makes_no_revision(post, keep):
    keep(TEXT)

    again = keep(TEXT, minutes=60, fields={"tags": "b, a"})

    assert again.number == 1
    assert numbers(post) == [1]


def test_saves_that_only_add_are_one_revision_for_ten_minutes(post, keep):
    keep(TEXT)
    keep(f"{TEXT} Eleven", minutes=5)
    keep(f"{TEXT} Eleven twelve.", minutes=9)

    assert bodies(post) == [f"{TEXT} Eleven twelve."]
    assert list_revisions(post).revisions[0].words_added == 13

    keep(f"{TEXT} Thirteen.", minutes=11)

    assert numbers(post) == [2, 1]


@pytest.mark.parametrize("rest", [{"author_id": None}, {"name": "Before the cut"}])
def test_a_save_by_somebody_else_or_with_a_name_stands_by_itself(post, keep, rest):
    keep(TEXT)
    keep(f"{TEXT} More.", minutes=1, **rest)
    keep(f"{TEXT} More, and more.", minutes=2)

    assert numbers(post) == [3, 2, 1]


def test_a_save_that_takes_words_out_never_replaces_the_one_that_had_them(post, keep):
    keep(TEXT)
    keep("One two.", minutes=1)

    assert bodies(post) == ["One two.", TEXT]
    newest = list_revisions(post).revisions[0]
    assert (newest.words_added, newest.words_removed) == (0, 8)


def test_publishing_what_was_just_saved_makes_no_second_revision(post, keep):
    keep(TEXT, name="Final")
    keep(TEXT, minutes=1, kind="published")

    [only] = list_revisions(post).revisions
    assert (only.kind, only.name, only.at) == ("published", "Final", JANUARY + timedelta(minutes=1))


def test_what_a_post_said_before_its_first_edit_is_kept_once(post, keep):
    keep_standing(post, now=JANUARY + timedelta(days=1))
    keep_standing(post, now=JANUARY + timedelta(days=2))
    keep("Other.")

    assert bodies(post) == ["Other.", TEXT]
    original = find_revision(post, 1)
    assert (original.kind, original.at, original.author_id) == ("original", JANUARY, None)


def test_what_came_past_the_editor_is_kept_before_it_is_overwritten(post, keep):
    keep(TEXT)
    post.body = "Imported anew."
    keep_standing(post, now=JANUARY)

    assert bodies(post) == ["Imported anew.", TEXT]
    assert find_revision(post, 2).kind == "outside"


def test_readers_are_told_of_corrections_and_updates_alone(post, keep):
    for minutes, kind in enumerate(["typo", "correction", "clarification", "update"]):
        told = {"kind": "updated", "change_type": kind, "note": f"A {kind}."}
        keep(f"{TEXT} {minutes}", minutes, **told)
    # Said afterwards, of a text that was out already.
    keep(f"{TEXT} 3", 9, kind="updated", change_type="correction", note="The price was wrong.")

    told = [(change.type, change.note) for change in change_log(post)]
    assert told == [
        ("correction", "The price was wrong."),
        ("update", "A update."),
        ("correction", "A correction."),
    ]


def test_a_revision_gives_back_every_field(post, keep):
    keep(TEXT, fields={"series_position": "4", "tags": '"a, b", c'})

    kept = content_in(find_revision(post, 1))

    assert kept == content_of(post).changed({"series_position": "4", "tags": '"a, b", c'}, TEXT)
    assert find_revision(post, 2) is None


def test_a_page_of_revisions_reads_no_text_and_costs_two_statements(post, keep, queries):
    for n in range(30):
        keep("word " * n, minutes=20 * n)
    db.session.commit()
    db.session.expire_all()
    id = post.id
    queries.clear()

    history = list_revisions(find_for_writing(id), page=2)
    cost = len(queries)

    assert [revision.number for revision in history.revisions] == [5, 4, 3, 2, 1]
    assert (history.total, history.pages) == (30, 2)
    assert history.revisions[0].author.name == "Ada Lovelace"
    assert not any("revisions.body" in statement for statement in queries)
    queries.clear()
    find_for_writing(id)
    assert cost == len(queries) + 2


def test_revisions_outlive_their_author_and_go_with_their_post(post, keep):
    revision = keep(TEXT)
    db.session.commit()
    db.session.execute(db.text("DELETE FROM authors"))
    db.session.expire_all()

    assert revision.author_id is None

    db.session.execute(db.text("DELETE FROM posts"))
    assert db.session.scalar(db.text("SELECT count(*) FROM revisions")) == 0
