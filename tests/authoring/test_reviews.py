"""Texts that others look at before readers do."""

import pytest

from blogapp.accounts.audit_models import AuditEvent
from blogapp.extensions import db
from blogapp.mailing.servers import MailServer
from blogapp.posts.approving import find_rules
from blogapp.posts.drafting import working_copy
from blogapp.posts.models import Domain, State, Tag
from blogapp.posts.review_models import Review, ReviewStep
from blogapp.site.reading import get_site
from tests.authoring.conftest import stored
from tests.authoring.reviewing import DRAFT, bulk, notice, publish, save, state

SAVED = db.select(AuditEvent).where(AuditEvent.act == "settings.saved").order_by(AuditEvent.id)


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
    posts = author.page("/write/posts")
    listed = posts.select_one(f"#post-{post.id} .pill--trashed")
    review.ask(post)

    assert waiting.text == "Waiting for you"
    assert waiting.find_next("h2").text == "Continue"
    assert "Plan" in desk.select_one("#sent-back").find_parent("section").text
    assert listed.text == "Sent back"
    assert posts.select_one("a[href='/write/reviews']")
    assert editor.page("/write/posts?state=review").select_one(f"#post-{post.id}")
    assert publish(author, post, typed).status_code == 422
    assert db.session.scalars(db.select(ReviewStep.kind).order_by(ReviewStep.id)).all() == [
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
    assert db.session.scalars(db.select(ReviewStep.kind).order_by(ReviewStep.id)).all() == [
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

    def test_what_is_published_is_linked_and_what_is_scheduled_is_not_called_published(
        self, author, editor, make_post, review, typed
    ):
        author.author.email = "author@example.com"
        posts = [make_post(title, authors=[author.author], **DRAFT) for title in ("Now", "Later")]
        for post in posts:
            review.ask(post)
            review.approve(post)
        letters()

        publish(editor, posts[0], typed)
        later = typed(stored(posts[1].id), when="later", date="2027-06-01", time="12:00")
        editor.post(f"/write/posts/{posts[1].id}/publication", data=later)

        mails = " ".join(words for to, words in letters() if to == "author@example.com")
        assert "published “Now” after its review" in mails
        assert "/posts/now" in mails
        assert "scheduled “Later” after its review" in mails
        assert "/posts/later" not in mails


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
    assert [event.details["approvals"] for event in db.session.scalars(SAVED)] == [
        *(["no domain: 1", "Databases: 2"], ["Databases: usual"]),
    ]
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


def test_pages_have_no_review(owner, make_post):
    page = make_post("About", is_page=True, **DRAFT)

    assert owner.get(f"/write/posts/{page.id}/review").status_code == 404
    assert owner.post(f"/write/posts/{page.id}/review").status_code == 404
