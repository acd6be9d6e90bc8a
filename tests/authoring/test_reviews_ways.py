"""No way leads a text to readers past those who must approve it."""

from datetime import timedelta

from blogapp.extensions import db
from blogapp.posts.drafting import working_copy
from blogapp.posts.models import Post, State
from tests.authoring.conftest import stored
from tests.authoring.reviewing import (
    DRAFT,
    NOON,
    bulk,
    parse,
    publish,
    read_by_readers,
    save,
    state,
)


def test_no_button_publishes_what_nobody_approved(author, editor, make_post, rule, typed, clock):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    away = make_post("Away", authors=[author.author], withdrawn_at=NOON)
    later = {"when": "later", "date": "2030-01-01", "time": "10:00"}

    answers = [
        editor.post(f"/write/posts/{post.id}/publication", data={"when": "now"}),
        editor.post(f"/write/posts/{post.id}/publication", data=later),
        editor.post(f"/write/posts/{post.id}/publication", data=typed(stored(post.id)) | later),
        editor.post("/write/posts/new/publication", data=typed(title="New", when="now")),
        bulk(editor, "publish", post, away),
        bulk(editor, "schedule", post, away, confirmed="2", **later),
        editor.post(f"/write/posts/{away.id}/publication", data={"when": "now"}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 303, 422}
    assert "2 need approvals that they do not have" in answers[4].text
    published = Post.published_at.is_not(None) & Post.withdrawn_at.is_(None)
    assert not db.session.scalars(db.select(Post.id).where(published)).all()


def test_a_live_post_is_updated_with_what_was_approved(
    author, browser, make_post, review, rule, typed
):
    rule(1)
    post = make_post("Plan", authors=[author.author])
    update = {"update": "1", "change_type": "typo", "note": ""}

    refused = publish(author, post, typed, body="Newer.", **update)
    review.ask(post)
    review.approve(post)
    before = stored(post.id).body
    done = publish(author, post, typed, body="Newer.", **update)

    assert (refused.status_code, before, done.status_code) == (422, "Text.", 303)
    assert stored(post.id).body == "Newer."


def test_what_is_written_into_a_scheduled_post_does_not_go_live_with_it(
    author, make_post, review, rule, typed, clock
):
    rule(1)
    post = make_post("Plan", authors=[author.author], published_at=clock.moment + timedelta(days=1))

    page = author.post(
        f"/write/posts/{post.id}",
        data=typed(stored(post.id), body="Sneaked in."),
        follow_redirects=True,
    )

    assert "Saved beside the text that goes live" in page.text
    assert stored(post.id).body == "Text."
    assert working_copy(stored(post.id)).body == "Sneaked in."


def test_what_is_written_in_the_trash_does_not_come_back_unread(
    author, make_post, rule, typed, clock
):
    rule(1)
    post = make_post("Plan", authors=[author.author])
    author.post(f"/write/posts/{post.id}/trash")
    clock.advance(minutes=1)
    save(author, post, typed, body="Sneaked in.")

    author.post(f"/write/posts/{post.id}/restoration")

    assert state(post) is State.PUBLISHED
    assert stored(post.id).body == "Text."


def test_another_domain_lets_nothing_out(author, editor, make_post, review, rule, typed):
    make_post("Old", domain="Databases")
    make_post("Loose", domain="Notes")
    rule(1, domain="Databases")
    rule(0, domain="Notes")
    post = make_post("Plan", domain="Databases", authors=[author.author], **DRAFT)
    review.ask(post)
    moved = publish(author, post, typed, domain="Notes")
    bulk(author, "move", post, domain="Notes", confirmed="1")
    published = author.post(f"/write/posts/{post.id}/publication", data={"when": "now"})
    loose = make_post("Loose end", domain="Notes", authors=[author.author], **DRAFT)
    assert publish(author, loose, typed, domain="Notes").status_code == 303

    back = bulk(author, "move", loose, domain="Databases", confirmed="1")
    updated = publish(
        author, loose, typed, domain="Databases", update="1", change_type="typo", note=""
    )

    assert (moved.status_code, published.status_code) == (422, 303)
    assert state(post) is State.DRAFT
    assert "needs an approval" in back.text
    assert updated.status_code == 422
    assert stored(loose.id).domain.name == "Notes"


def test_asking_anew_elsewhere_undoes_no_refusal(author, make_post, review, rule, typed):
    make_post("Old", domain="Databases")
    make_post("Loose", domain="Notes")
    rule(1, domain="Databases")
    rule(0, domain="Notes")
    post = make_post("Plan", domain="Databases", authors=[author.author], **DRAFT)
    review.ask(post)
    review.send_back(post)

    save(author, post, typed, domain="Notes")
    review.ask(post)
    asked_anew = publish(author, post, typed, domain="Notes")
    review.withdraw(post)
    taken_back = publish(author, post, typed, domain="Notes")
    review.ask(post)
    review.approve(post)
    approved = publish(author, post, typed, domain="Notes")

    assert (asked_anew.status_code, taken_back.status_code) == (422, 422)
    assert approved.status_code == 303


def test_taking_back_brings_readers_what_they_saw_and_nothing_else(
    author, make_post, rule, typed, clock
):
    post = make_post("Plan", domain="Notes", authors=[author.author])
    other = make_post("Other", domain="Notes", authors=[author.author])
    make_post("Old", domain="Databases")
    rule(1)
    pages = [parse(bulk(author, "withdraw", each)) for each in (post, other)]
    undos = [page.select_one(".notices form[action*=undos]")["action"] for page in pages]
    clock.advance(minutes=1)
    save(author, post, typed, body="Sneaked in.")

    for undo in undos:
        author.post(undo, data={"back": "/write/posts"})

    assert (state(post), state(other)) == (State.WITHDRAWN, State.PUBLISHED)


def test_a_withdrawal_is_taken_back_by_the_button_that_offers_it(
    author, make_post, rule, typed, clock
):
    rule(1)
    post = make_post("Plan", authors=[author.author])
    page = parse(author.post(f"/write/posts/{post.id}/withdrawal", follow_redirects=True))
    undo = page.select_one(".notices [formaction*=publication]")["formaction"]
    changed = make_post("Changed", authors=[author.author])
    page = parse(author.post(f"/write/posts/{changed.id}/withdrawal", follow_redirects=True))
    stale = page.select_one(".notices [formaction*=publication]")["formaction"]
    save(author, changed, typed, body="Sneaked in.")

    author.post(undo)
    author.post(stale)

    assert (state(post), state(changed)) == (State.PUBLISHED, State.WITHDRAWN)


def test_taking_a_withdrawal_back_brings_out_only_what_readers_saw(
    author, make_post, rule, typed, clock
):
    rule(1)
    post = make_post("Plan", authors=[author.author])
    withdrawal = f"/write/posts/{post.id}/withdrawal"
    author.post(withdrawal)
    save(author, post, typed, body="Sneaked in.")
    assert stored(post.id).body == "Sneaked in."

    again = author.post(withdrawal, follow_redirects=True)
    for button in parse(again).select("[formaction*='undo=']"):
        author.post(button["formaction"], data={"when": "now"})

    assert state(post) is State.WITHDRAWN
    assert "Sneaked in." not in read_by_readers(author, post)


def test_who_puts_their_own_text_back_does_not_approve_it(
    author, editor, make_post, review, rule, typed, clock
):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    save(editor, post, typed, body="Sneaked in.")
    clock.advance(minutes=1)
    asked = typed(stored(post.id), body="What is meant.")
    author.post(f"/write/posts/{post.id}/review", data=asked)
    assert working_copy(stored(post.id)).body == "What is meant."
    clock.advance(minutes=1)

    editor.post(f"/write/posts/{post.id}/draft/removal")
    assert working_copy(stored(post.id)).body == "Sneaked in."
    review.approve(post, by=editor)
    editor.post(f"/write/posts/{post.id}/publication", data={"when": "now"})

    assert state(post) is State.DRAFT
