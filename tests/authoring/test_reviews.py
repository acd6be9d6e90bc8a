"""Texts that others look at before readers do."""

from datetime import UTC, datetime, timedelta

import pytest

from blogapp.extensions import db
from blogapp.mailing.servers import MailServer
from blogapp.posts.approving import digest_of, find_rules, keep_rule
from blogapp.posts.drafting import working_copy
from blogapp.posts.models import Domain, Post, State, Tag
from blogapp.posts.review_models import Review, ReviewStep
from blogapp.site.reading import get_site
from tests.authoring.conftest import stored

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DRAFT = {"published_at": None}


@pytest.fixture
def rule(app):
    """Set how many must approve in a domain; without one, everywhere else."""

    def keep(needed, *people, domain=None):
        row = domain and db.session.scalar(db.select(Domain).where(Domain.name == domain))
        keep_rule(row.id if row else None, needed=needed, named=[each.id for each in people])
        db.session.commit()

    return keep


@pytest.fixture
def review(author, editor):
    """What people press on the page of a review; each answers with the page that follows."""

    class Pressing:
        def ask(self, post, by=author, **fields):
            return self.press(by, post, "review", **fields)

        def approve(self, post, by=editor, **fields):
            digest = digest_of(working_copy(stored(post.id)))
            return self.press(by, post, "review/approval", **{"digest": digest, **fields})

        def send_back(self, post, by=editor, words="Shorter, please."):
            return self.press(by, post, "review/rejection", words=words)

        def withdraw(self, post, by=author):
            return self.press(by, post, "review/withdrawal")

        def say(self, post, words, by=editor, **fields):
            return self.press(by, post, "review/remarks", remark=words, **fields)

        def press(self, by, post, what, **fields):
            address = f"/write/posts/{post.id}/{what}"
            response = by.post(address, data=fields, follow_redirects=True)
            assert response.status_code == 200, response.status
            return parse(response)

    return Pressing()


def parse(response):
    from tests.conftest import parse

    return parse(response.text)


def notice(page):
    return " ".join(page.select_one(".notices").text.split())


def save(browser, post, typed, **changes):
    data = typed(stored(post.id), **changes)
    return browser.post(f"/write/posts/{post.id}", data=data)


def publish(browser, post, typed, **changes):
    data = typed(stored(post.id), when="now", **changes)
    return browser.post(f"/write/posts/{post.id}/publication", data=data)


def bulk(browser, act, *posts, **fields):
    data = {"act": act, "post": [post.id for post in posts], "back": "/write/posts", **fields}
    return browser.post("/write/posts/changes", data=data, follow_redirects=True)


def state(post):
    return stored(post.id).state(NOON)


def read_by_readers(browser, post):
    return browser.get(f"/posts/{stored(post.id).slug}").text


# Asked for, read, decided


def test_a_draft_is_asked_for_read_approved_and_published(
    author, editor, make_post, review, rule, typed
):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)

    refused = publish(author, post, typed)
    asked = review.ask(post, review_note="Is it *clear*?")
    page = editor.page(f"/write/posts/{post.id}/review")
    approved = review.approve(post, words="Yes.")
    publish(author, post, typed)

    assert refused.status_code == 422
    assert "needs 1 approval before readers see it; it has none" in refused.text
    assert "In review" in asked.text
    assert page.select_one(".review__words em").text == "clear"
    assert page.select_one(".review__text .prose").text.strip() == "Text."
    assert "All approvals are there" in approved.text
    assert state(post) is State.PUBLISHED
    assert author.get(f"/write/posts/{post.id}/review").headers["Cache-Control"] == "no-store"


def test_a_contributor_submits_and_an_editor_publishes_in_the_act_of_approving(
    contributor, editor, make_post, review, rule, typed
):
    rule(1)
    post = make_post("Plan", authors=[contributor.author], **DRAFT)
    assert contributor.page(f"/write/posts/{post.id}").select_one("#ask-review")

    review.ask(post, by=contributor, **typed(stored(post.id), body="As it was typed."))
    ready = editor.page(f"/write/posts/{post.id}/review")
    page = review.approve(post, publish="1")

    assert ready.select_one("button[name=publish]").text == "Approve and publish"
    assert "Approved, and live at /posts/plan" in notice(page)
    assert state(post) is State.PUBLISHED
    assert stored(post.id).body == "As it was typed."
    assert db.session.scalar(db.select(Review.state)) == "done"
    assert contributor.get(f"/write/posts/{post.id}").status_code == 403
    assert contributor.get(f"/write/posts/{post.id}/review").status_code == 200


def test_what_was_sent_back_is_on_the_desk_of_its_author_and_can_be_asked_for_again(
    author, editor, make_post, review, rule, typed
):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)
    waiting = editor.page("/write").select_one("#waiting")

    review.send_back(post, words="Say *why* first.")
    desk = author.page("/write")
    listed = author.page("/write/posts").select_one(f"#post-{post.id} .pill--trashed")
    review.ask(post)

    assert waiting.text == "Waiting for you"
    assert "Plan" in desk.select_one("#sent-back").find_parent("section").text
    assert listed.text == "Sent back"
    assert editor.page("/write/posts?state=review").select_one(f"#post-{post.id}")
    assert publish(author, post, typed).status_code == 422
    assert [step.kind for step in db.session.scalars(db.select(ReviewStep))] == [
        *("asked", "sent-back", "asked"),
    ]


def test_an_approval_is_of_one_text(author, editor, make_post, review, rule, typed):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)
    review.approve(post)

    save(author, post, typed, body="Another text.")
    page = editor.page(f"/write/posts/{post.id}/review?view=asked")
    refused = publish(author, post, typed, body="Another text.")
    save(author, post, typed, body="Text.")

    assert "The text was changed since it was asked about" in page.text
    assert page.select_one(".page-diff").text.strip()
    assert refused.status_code == 422
    assert publish(author, post, typed, body="Text.").status_code == 303
    assert state(post) is State.PUBLISHED


def test_tags_domains_and_series_may_be_renamed_without_asking_anew(
    author, editor, make_post, review, rule, typed
):
    rule(1)
    post = make_post("Plan", tags=["Old"], authors=[author.author], **DRAFT)
    review.ask(post)
    review.approve(post)
    tag = db.session.scalar(db.select(Tag))

    editor.post(f"/write/tags/{tag.id}", data={"name": "New", "slug": "new", "description": ""})

    assert publish(author, post, typed, tags="New").status_code == 303
    assert state(post) is State.PUBLISHED


def test_what_was_changed_meanwhile_is_not_approved(author, editor, make_post, review, typed):
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)
    seen = editor.page(f"/write/posts/{post.id}/review").select_one("[name=digest]")["value"]

    save(author, post, typed, body="Another text.")
    page = review.approve(post, digest=seen)

    assert "The text was changed meanwhile. Nothing was approved" in notice(page)
    assert not db.session.scalar(db.select(ReviewStep).where(ReviewStep.kind == "approved"))


def test_a_request_that_is_taken_back_cannot_be_approved(author, editor, make_post, review):
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)

    review.withdraw(post)
    page = review.approve(post)

    assert "Nobody is asked to review this post any more." in notice(page)
    assert [step.kind for step in db.session.scalars(db.select(ReviewStep))] == [
        *("asked", "withdrawn"),
    ]


# Who may


def test_nobody_approves_what_they_wrote_or_asked_for(
    author, editor, make_author, as_author, make_post, review, rule, typed
):
    rule(1)
    own = make_post("Own", authors=[editor.author], **DRAFT)
    other = make_post("Other", authors=[author.author], **DRAFT)
    review.ask(own, by=editor)
    review.ask(other, by=editor)

    pages = [review.approve(post) for post in (own, other)]

    assert all("Nobody approves a text that they wrote" in notice(page) for page in pages)
    assert publish(editor, own, typed).status_code == 422


def test_who_changes_a_text_in_review_leaves_its_approval_to_others(
    author, editor, make_author, as_author, make_post, review, rule, typed, clock
):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)
    clock.advance(minutes=1)
    save(editor, post, typed, body="The editor's own words.")

    refused = review.approve(post)
    clock.advance(minutes=1)
    review.ask(post)
    review.approve(post)

    assert "Nobody approves a text" in notice(refused)
    assert publish(author, post, typed).status_code == 303


def test_named_people_approve_and_the_owners_where_too_few_are_left(
    author, editor, owner, make_author, as_author, make_post, review, rule, clock
):
    named = as_author(make_author("Radia Perlman"))
    make_post("Old", domain="Databases", tags=[])
    rule(1, named.author, domain="Databases")
    post = make_post("Plan", domain="Databases", authors=[author.author], **DRAFT)
    assert named.get(f"/write/posts/{post.id}/review").status_code == 403
    review.ask(post)

    advice = review.approve(post)
    assert "Missing from: Radia Perlman." in advice.text
    named.author.disabled_at = clock.moment
    db.session.commit()
    settings = owner.page("/write/settings/reviews")
    page = review.approve(post, by=owner)

    assert "can no longer approve" in settings.text
    assert "the approvals of owners count, too" in settings.text
    assert "All approvals are there" in page.text


def test_who_is_asked_may_read_as_long_as_they_are(
    author, make_author, as_author, make_post, review
):
    asked = as_author(make_author("Radia Perlman", email="radia@example.com"))
    post = make_post("Plan", authors=[author.author], **DRAFT)
    address = f"/write/posts/{post.id}/review"
    before = asked.get(address).status_code

    review.ask(post, reviewer=str(asked.author.id))
    page = asked.page(address)
    edits = asked.get(f"/write/posts/{post.id}").status_code
    listed = asked.page("/write/reviews")
    review.withdraw(post)

    assert (before, edits, asked.get(address).status_code) == (403, 403, 403)
    assert page.select_one(".review__text").text.strip().endswith("Text.")
    assert not page.select_one("a[href$='/write/posts/1']")
    assert "Plan" in listed.select_one("#waiting").find_parent("section").text


def test_two_approvals_are_two_peoples(author, editor, owner, make_post, review, rule, typed):
    rule(2)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)

    review.approve(post)
    once = review.approve(post)
    refused = publish(author, post, typed)
    review.approve(post, by=owner)

    assert "it has 1" in " ".join(once.text.split())
    assert refused.status_code == 422
    assert publish(author, post, typed).status_code == 303


def test_an_approval_goes_with_the_right_to_give_it(author, editor, make_post, review, rule, typed):
    rule(1)
    post = make_post("Plan", authors=[author.author], **DRAFT)
    review.ask(post)
    review.approve(post)

    editor.author.role = "author"
    db.session.commit()

    assert publish(author, post, typed).status_code == 422


def test_an_owner_lets_a_text_out_for_a_reason(author, owner, make_post, rule, typed):
    from blogapp.accounts.audit_models import AuditEvent

    rule(2)
    post = make_post("Plan", authors=[author.author], **DRAFT)

    silent = publish(owner, post, typed, override="1")
    others = publish(author, post, typed, override="1", override_reason="Now.")
    done = publish(owner, post, typed, override="1", override_reason="The incident is over.")

    assert (silent.status_code, others.status_code, done.status_code) == (422, 422, 303)
    assert "Say why it goes out without approval" in silent.text
    assert state(post) is State.PUBLISHED
    assert db.session.scalar(db.select(ReviewStep.body)) == "The incident is over."
    acts = db.session.scalars(db.select(AuditEvent.act)).all()
    assert "review.overridden" in acts


# Every way to readers


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


# Said


def test_a_passage_is_found_again_and_told_when_it_is_gone(
    author, editor, make_post, review, typed
):
    body = "One.\n\nTwo replicas\nwaited."
    post = make_post("Plan", body=body, authors=[author.author], **DRAFT)
    review.ask(post)
    page = review.say(
        post, "Only <b onclick=x>two</b>? <script>x</script>", quote="replicas waited"
    )
    step = page.select_one(".review__step--commented")

    save(author, post, typed, body="One.")
    later = author.page(f"/write/posts/{post.id}/review")
    beside = author.page(f"/write/posts/{post.id}").select_one("#review-sheet")
    action = later.select_one(".review__step--commented form")["action"]
    author.post(action, data={"resolved": "1"})

    assert "Line 3 of the source" in step.text
    assert not step.select("script, [onclick]")
    assert "This passage is no longer in the text." in later.text
    assert "Only" in beside.text
    resolved = author.page(f"/write/posts/{post.id}/review")
    assert resolved.select_one(".review__step--commented .pill").text == "Resolved"
    assert "Only" not in author.page(f"/write/posts/{post.id}").select_one("#review-sheet").text


class TestTelling:
    @pytest.fixture
    def settings(self):
        return {"MAIL": MailServer.parse("smtp://127.0.0.1:1?from=blog@example.com")}

    def test_each_step_tells_those_concerned_once(
        self, author, editor, make_author, make_post, review, rule, typed
    ):
        rule(1)
        outsider = make_author("Outsider", email="outsider@example.com")
        muted = make_author("Muted", role="editor", email="muted@example.com")
        muted.muted_notices = ["review-asked"]
        author.author.email, editor.author.email = "author@example.com", "editor@example.com"
        db.session.commit()
        post = make_post("Plan", authors=[author.author], **DRAFT)

        told = []
        for step in (
            lambda: review.ask(post, review_note="Please."),
            lambda: review.say(post, "Hm."),
            lambda: review.approve(post),
            lambda: review.send_back(post),
        ):
            step()
            told.append(letters())

        assert [[to for to, _ in step] for step in told] == [
            *(["editor@example.com"], ["author@example.com"]),
            *(["author@example.com"], ["author@example.com"]),
        ]
        assert "Please." in told[0][0][1]
        assert f"/write/posts/{post.id}/review" in told[0][0][1]
        assert outsider.email not in str(told)


def letters():
    """Return who was written to since, and what, and forget it."""
    from blogapp.mailing.models import Message
    from blogapp.web.mailing import unsealed

    rows = db.session.scalars(db.select(Message).order_by(Message.id)).all()
    found = sorted((row.recipient, unsealed(row.content)) for row in rows)
    for row in rows:
        db.session.delete(row)
    db.session.commit()
    return found


# Tags


def test_new_tags_are_for_those_who_may_create_them(author, editor, contributor, make_post, typed):
    site = get_site()
    site.tag_makers = "editor"
    db.session.add(site)
    db.session.commit()
    make_post("Old", tags=["Known"])
    post = make_post("Plan", authors=[author.author], **DRAFT)

    answers = [
        save(author, post, typed, tags="known, Unheard of"),
        publish(author, post, typed, tags="Unheard of"),
        author.post("/write/posts/new", data=typed(tags="Unheard of", title="New")),
        bulk(author, "tag", post, tags="Unheard of", confirmed="1"),
    ]
    kept = working_copy(stored(post.id))["tags"]
    page = author.page(f"/write/posts/{post.id}")

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422]
    assert all("No tag is called Unheard of" in answer.text for answer in answers)
    assert kept == "Unheard of"
    assert not page.select_one("tag-input").has_attr("data-word-new")
    assert "Choose among the tags there are" in page.text
    assert [tag.name for tag in db.session.scalars(db.select(Tag))] == ["Known"]
    assert save(editor, post, typed, tags="Unheard of").status_code == 303


# Settings


def test_owners_decide_who_approves_what(owner, editor, make_author, make_post):
    named = make_author("Radia Perlman", email="radia@example.com")
    make_post("Old", domain="Databases")
    domain = db.session.scalar(db.select(Domain.id))
    fields = {
        "needed-none": "1",
        f"needed-{domain}": "2",
        f"named-{domain}": str(named.id),
        "tag_makers": "author",
    }

    refused = editor.post("/write/settings/reviews", data=fields)
    wrong = owner.post("/write/settings/reviews", data=fields | {"needed-none": "6"})
    done = owner.post("/write/settings/reviews", data=fields)
    rules = find_rules()
    owner.post("/write/settings/reviews", data=fields | {f"needed-{domain}": "usual"})

    assert (refused.status_code, wrong.status_code, done.status_code) == (403, 422, 303)
    assert (rules.usual.needed, rules.of(domain).needed) == (1, 2)
    assert rules.of(domain).named == {named.id}
    assert get_site().tag_makers == "author"
    assert find_rules().of(domain).needed == 1


def test_reviews_cost_the_same_for_any_number(author, editor, make_post, review, rule, queries):
    rule(1)

    def fill(n):
        for _ in range(n):
            review.ask(make_post("Plan", authors=[author.author], **DRAFT))

    def price(address):
        editor.get(address)
        queries.clear()
        editor.get(address)
        return len(queries)

    fill(1)
    few = [price("/write/reviews"), price("/write/posts"), price("/write/posts/1/review")]
    fill(4)
    many = [price("/write/reviews"), price("/write/posts"), price("/write/posts/1/review")]

    assert many == few


@pytest.mark.sqlite
def test_pages_have_no_review(owner, make_post):
    page = make_post("About", is_page=True, **DRAFT)

    assert owner.get(f"/write/posts/{page.id}/review").status_code == 404
    assert owner.post(f"/write/posts/{page.id}/review").status_code == 404
