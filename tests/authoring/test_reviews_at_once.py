"""Two people decide about one text in the same moment: no step is lost, and none is untrue."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from blogapp.extensions import db
from blogapp.posts.approving import digest_of, keep_rule
from blogapp.posts.drafting import working_copy
from blogapp.posts.review_models import Review, ReviewStep
from tests.authoring.conftest import stored


@pytest.fixture
def post(author, make_post):
    """A draft in a blog where two must approve, which its author asked others to review."""
    keep_rule(None, needed=2)
    post = make_post("Plan", authors=[author.author], published_at=None)
    author.post(f"/write/posts/{post.id}/review")
    return stored(post.id)


def at_once(*requests):
    """Send two forms at the same time; return how they were answered."""
    start = Barrier(len(requests))

    def send(browser, address, data):
        start.wait(30)
        with browser.application.app_context():
            return browser.post(address, data=data).status_code

    db.session.rollback()
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = [pool.submit(send, *request) for request in requests]
        return [answer.result(60) for answer in answers]


def approval(browser, post):
    digest = digest_of(working_copy(stored(post.id)))
    return browser, f"/write/posts/{post.id}/review/approval", {"digest": digest}


def steps():
    db.session.rollback()
    return db.session.scalars(db.select(ReviewStep.kind).order_by(ReviewStep.id)).all()


def test_two_approvals_both_count(author, editor, owner, post, typed):
    answers = at_once(approval(editor, post), approval(owner, post))

    assert answers == [303, 303]
    assert steps() == ["asked", "approved", "approved"]
    data = typed(stored(post.id), when="now")
    assert author.post(f"/write/posts/{post.id}/publication", data=data).status_code == 303


def test_a_button_pressed_twice_approves_once(editor, post):
    at_once(approval(editor, post), approval(editor, post))

    assert steps() == ["asked", "approved"]


def test_nothing_is_approved_that_was_taken_back(author, editor, post):
    taken_back = author, f"/write/posts/{post.id}/review/withdrawal", {}

    answers = at_once(approval(editor, post), taken_back)

    assert answers == [303, 303]
    assert steps() in (["asked", "approved", "withdrawn"], ["asked", "withdrawn"])
    assert db.session.scalar(db.select(Review.state)) == "withdrawn"


def test_an_approval_is_of_the_text_that_was_read(author, editor, owner, post, typed):
    other = author, f"/write/posts/{post.id}", typed(stored(post.id), body="Another text.")

    answers = at_once(approval(editor, post), other)
    author.post(f"/write/posts/{post.id}/publication", data={"when": "now"})

    assert answers == [303, 303]
    assert working_copy(stored(post.id)).body == "Another text."
    assert steps() in (["asked", "approved"], ["asked"])
    page = owner.page(f"/write/posts/{post.id}/review")
    assert "This text is approved by" not in page.text
    assert stored(post.id).published_at is None
