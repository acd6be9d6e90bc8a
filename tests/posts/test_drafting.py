"""The working copy of a post, without HTTP."""

from datetime import timedelta

import pytest

from blogapp.extensions import db
from blogapp.posts import branching, drafting, journaling
from blogapp.posts.branching import list_open_branches
from blogapp.posts.draft_models import EntryKind, JournalEntry
from blogapp.posts.drafting import Burst, Typing
from blogapp.posts.errors import OutOfStep
from blogapp.posts.managing import find_for_writing
from blogapp.posts.reconciling import reconcile
from tests.conftest import JANUARY

BODY = "One.\n\nTwo.\n\nThree.\n"


@pytest.fixture
def post(make_post, make_author):
    return make_post("Leases", body=BODY, tags=["Time"], authors=[make_author()])


def read(post):
    return find_for_writing(post.id)


def write(post, client, sequence, base, body=None, at=JANUARY, **fields):
    burst = Burst(client, sequence, base, fields, body)
    written = drafting.write(read(post), burst, author_id=None, now=at)
    db.session.commit()
    return written


def draft(post):
    return journaling.find_draft(post.id)


def test_the_text_at_any_head_can_be_had_again(post):
    texts = [BODY, "One.\n", "One.\n\n😀 Two.\n", "", "Four.\n"]
    for n, body in enumerate(texts[1:], start=1):
        write(post, "tab", n, n - 1, body, title=f"Title {n}")

    for head, body in enumerate(texts):
        content = journaling.content_at(draft(post), head)
        assert content.body == body
        assert content["title"] == (f"Title {head}" if head else "Leases")
    assert journaling.content_at(draft(post), 5) is None


def test_a_working_copy_is_pending_while_it_says_something_else_than_the_post(post):
    write(post, "tab", 1, 0, "Other.\n")
    assert draft(post).is_pending

    write(post, "tab", 2, 1, BODY, tags="Time")
    assert not draft(post).is_pending


def test_discarding_is_taken_back_by_the_head_it_had(post):
    write(post, "tab", 1, 0, "Other.\n")

    head = drafting.discard(read(post), author_id=None, now=JANUARY)
    discarded = drafting.working_copy(read(post)).body
    drafting.bring_back(read(post), head, author_id=None, now=JANUARY)

    assert discarded == BODY
    assert drafting.working_copy(read(post)).body == "Other.\n"


def test_tags_and_bylines_are_merged_name_by_name(post):
    ancestor = drafting.working_copy(read(post)).changed({"tags": "a, b", "authors": "X, Y"})
    theirs = ancestor.changed({"tags": "b, c", "authors": "Y, X"})
    yours = ancestor.changed({"tags": "a, b, d", "authors": "X, Y, Z"})

    merged = reconcile(ancestor, theirs, yours)

    assert merged.is_clean
    assert merged.fields["tags"] == "b, c, d"
    assert merged.fields["authors"] == "Y, X, Z"
    both_turned = reconcile(ancestor, theirs, ancestor.changed({"authors": "Z, Y, X"}))
    assert [clash.name for clash in both_turned.clashes] == ["authors"]


def test_old_entries_go_when_they_are_part_of_the_post_and_what_is_unsaved_stays(post):
    later = JANUARY + timedelta(days=40)
    write(post, "tab", 1, 0, "Saved.\n")
    drafting.mark_saved(read(post), now=JANUARY)
    write(post, "tab", 2, 1, "Never saved.\n")
    write(post, "other", 1, 0, "Against it.\n")
    db.session.commit()

    journaling.prune(draft(post), now=later)
    db.session.commit()

    kinds = db.session.execute(db.select(JournalEntry.head, JournalEntry.kind)).all()
    assert sorted(map(tuple, kinds), key=str) == [(2, EntryKind.TYPED), (None, EntryKind.BRANCH)]
    [branch] = list_open_branches(post_id=post.id)
    assert branching.find(branch.id).content.body == "Against it.\n"
    with pytest.raises(OutOfStep):
        write(post, "third", 1, 0, Typing(0, 0, "x"))


def test_an_edit_past_the_editor_is_taken_into_the_open_draft_once(post):
    write(post, "tab", 1, 0, BODY.replace("One", "Eins"))
    changed = read(post)
    changed.body = BODY.replace("Three", "Drei")
    db.session.commit()

    for _ in range(2):
        opened = drafting.open_draft(read(post), now=JANUARY)
        db.session.commit()

    assert opened.head == 2
    assert opened.body == BODY.replace("One", "Eins").replace("Three", "Drei")
    assert opened.is_pending
