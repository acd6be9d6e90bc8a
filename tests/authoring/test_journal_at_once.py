"""Bursts of typing that arrive in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from blogapp.extensions import db
from blogapp.posts import branching, journaling
from blogapp.posts.branching import list_open_branches
from blogapp.posts.draft_models import JournalEntry
from blogapp.posts.models import Post

WRITERS, BURSTS = 4, 6


@pytest.fixture
def together(author):
    """Do something in several threads, each with a browser of its own, at once."""

    def run(act):
        ready = Barrier(WRITERS)

        def one(number):
            with author.application.app_context():
                ready.wait()
                return act(number)

        with ThreadPoolExecutor(WRITERS) as pool:
            return list(pool.map(one, range(WRITERS)))

    db.session.commit()
    return run


def send(browser, address, **burst):
    """Send until the database is free, as an editor does."""
    while (answer := browser.post(address, json=burst)).status_code == 503:
        pass
    return answer


def test_heads_follow_without_a_gap_and_nothing_is_lost(author, make_post, together):
    body = "".join(f"Part {n} of it.\n\n" for n in range(WRITERS))
    post = make_post("Leases", body=body, published_at=None, authors=[author.author])
    id = post.id

    def write(number):
        base, text = 0, body
        for n in range(1, BURSTS + 1):
            start = text.index(f"Part {number}")
            typed = {"start": start, "removed": 0, "inserted": f"w{number}x{n} "}
            burst = {"client": f"client-{number}", "sequence": n, "base": base, "body": typed}
            answer = send(author, f"/write/posts/{id}/journal", **burst)
            assert answer.status_code == 200, answer.text
            base, merged = answer.json["head"], answer.json["merged"]
            text = merged["text"] if merged else text[:start] + typed["inserted"] + text[start:]

    together(write)

    db.session.rollback()
    heads = db.session.scalars(
        db.select(JournalEntry.head)
        .where(JournalEntry.head.is_not(None))
        .order_by(JournalEntry.head)
    ).all()
    assert list(heads) == list(range(1, WRITERS * BURSTS + 1))
    draft = journaling.find_draft(id)
    kept = draft.body + "".join(
        branching.find(b.id).content.body for b in list_open_branches(post_id=id)
    )
    words = {f"w{number}x{n} " for number in range(WRITERS) for n in range(1, BURSTS + 1)}
    assert {word for word in words if word not in kept} == set()
    assert journaling.content_at(draft, 0).body == body


def test_a_first_burst_that_arrives_several_times_at_once_makes_one_post(author, together):
    burst = {"client": "client-new", "sequence": 1, "base": 0, "body": {"text": "Thoughts"}}

    answers = together(lambda _: send(author, "/write/posts/new/journal", **burst))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["post"] for answer in answers}) == 1
    assert db.session.scalar(db.select(db.func.count(Post.id))) == 1
    assert db.session.scalar(db.select(db.func.count(JournalEntry.id))) == 1
