"""Who must approve a text, and whose word counts: asked without a page."""

from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.posts import reviewing
from blogapp.posts.approving import (
    carry_rule,
    clearance,
    digest_of,
    find_rules,
    find_unapproved,
    holds_back,
    keep_rule,
)
from blogapp.posts.content import Content
from blogapp.posts.drafting import working_copy
from blogapp.posts.errors import AnotherText, NothingToPublish, NotInReview, OwnText
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Domain

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(make_author):
    """An author, two editors and an owner."""
    roles = {"Ada": "author", "Edsger": "editor", "Niklaus": "editor", "Grace": "owner"}
    return {name: make_author(name, role=role) for name, role in roles.items()}


@pytest.fixture
def draft(people, make_post):
    post = make_post("Plan", domain="Databases", authors=[people["Ada"]], published_at=None)
    return find_for_writing(post.id)


def domain(name):
    return db.session.scalar(db.select(Domain.id).where(Domain.name == name))


def approve(post, author):
    digest = digest_of(working_copy(post))
    return reviewing.approve(post, author=author, digest=digest, now=NOON)


def cleared(post):
    return clearance(post, working_copy(post)).is_given


def test_a_text_is_another_when_readers_would_read_another():
    text = Content({"title": "Plan", "tags": "a"}, "Text.")
    same = [{"tags": "b"}, {"domain": "Databases"}, {"slug": "other"}, {"title": " Plan "}]
    other = [{"title": "Plans"}, {"summary": "x"}, {"kind": "note"}, {"language": "de"}]

    assert {digest_of(text.changed(fields)) for fields in same} == {digest_of(text)}
    assert len({digest_of(text.changed(fields)) for fields in [{}, *other]}) == 5
    assert digest_of(text.changed(body="Text")) != digest_of(text)


def test_approvals_of_two_rounds_count_unless_one_was_sent_back(draft, people):
    keep_rule(None, needed=2)
    reviewing.ask(draft, author=people["Ada"], now=NOON)
    approve(draft, people["Edsger"])
    reviewing.ask(draft, author=people["Ada"], now=NOON)
    approve(draft, people["Niklaus"])
    assert cleared(draft)

    reviewing.send_back(draft, author=people["Grace"], body="No.", now=NOON)

    assert not cleared(draft)
    with pytest.raises(NotInReview):
        approve(draft, people["Grace"])


def test_what_cannot_be_is_refused(draft, people):
    keep_rule(None, needed=1)
    with pytest.raises(NotInReview):
        approve(draft, people["Edsger"])
    reviewing.ask(draft, author=people["Ada"], now=NOON)

    with pytest.raises(OwnText):
        approve(draft, people["Ada"])
    with pytest.raises(OwnText):
        reviewing.send_back(draft, author=people["Ada"], body="No.", now=NOON)
    with pytest.raises(AnotherText):
        reviewing.approve(draft, author=people["Edsger"], digest="0" * 64, now=NOON)


def test_nothing_is_nothing_to_review(people, make_post):
    empty = find_for_writing(make_post("Empty", body="", published_at=None).id)

    with pytest.raises(NothingToPublish):
        reviewing.ask(empty, author=people["Ada"], now=NOON)


def test_the_stricter_rule_stays_when_domains_are_merged(people, make_post):
    for name in ("Databases", "Notes"):
        make_post(name, domain=name)
    databases, notes = domain("Databases"), domain("Notes")
    keep_rule(databases, needed=2, named=[people["Edsger"].id])
    keep_rule(notes, needed=0)

    carry_rule(databases, into=notes)
    carry_rule(databases, into=databases)

    rule = find_rules().of(notes)
    assert (rule.needed, rule.named) == (2, {people["Edsger"].id})
    assert rule.is_short
    assert rule.counts(people["Grace"])
    assert not rule.counts(people["Niklaus"])


def test_a_domain_that_somebody_makes_up_has_the_usual_rule(draft, people):
    keep_rule(None, needed=1)
    keep_rule(draft.domain_id, needed=0)

    typed = working_copy(draft)

    assert clearance(draft, typed).is_given
    assert not clearance(draft, typed.changed({"domain": "Made up"})).is_given
    assert not clearance(draft, typed.changed({"domain": ""})).is_given


def test_where_nothing_needs_approval_nothing_is_asked(draft, people, queries):
    ids = [draft.id]
    queries.clear()

    assert find_unapproved(ids) == frozenset()
    assert len(queries) == 1
    keep_rule(None, needed=1)
    assert find_unapproved(ids) == {draft.id}
    reviewing.ask(draft, author=people["Ada"], now=NOON)
    approve(draft, people["Edsger"])
    assert find_unapproved(ids) == frozenset()


def test_a_draft_is_saved_as_it_is_and_a_scheduled_post_beside(draft, people):
    keep_rule(None, needed=1)
    typed = working_copy(draft)
    before = holds_back(draft, typed)

    draft.published_at = NOON

    assert not before
    assert holds_back(draft, typed)
    assert holds_back(draft, typed.changed({"domain": "Made up"}))
