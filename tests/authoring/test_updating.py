"""A live post is changed beside its readers, and put before them with a word on what it means."""

import re
from datetime import UTC, datetime

import pytest

from blogapp.posts.drafting import head_of, working_copy
from blogapp.posts.revising import find_revision, list_revisions
from tests.authoring.conftest import stored
from tests.conftest import JANUARY, parse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
OLD, NEW = "It waited twenty seconds.", "It waited thirty seconds."


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", body=OLD, authors=[author.author])


@pytest.fixture
def update(author, post, typed):
    """Press Update in the editor of the post."""

    def update(body, **fields):
        data = typed(post, body=body, update="1") | fields
        return author.post(f"/write/posts/{post.id}/publication", data=data)

    return update


def kinds(post):
    return [each.kind for each in list_revisions(stored(post.id)).revisions]


def notice(author, post):
    return author.page(f"/write/posts/{post.id}").select_one("#notices").text.strip()


def shown_dates(browser):
    """What feeds, sitemap and the post's own page say of when it was changed."""
    return (
        re.findall("<updated>[^<]*", browser.get("/feed.xml").text),
        browser.get("/feed.json").json["items"][0]["date_modified"],
        re.findall("<lastmod>[^<]*", browser.get("/sitemap.xml").text),
        browser.page("/posts/leases").select_one("meta[property='article:modified_time']"),
    )


def test_saving_a_live_post_leaves_what_readers_see_byte_for_byte(author, browser, post, typed):
    before = browser.get("/posts/leases").data, browser.get("/posts/leases.md").data

    response = author.post(f"/write/posts/{post.id}", data=typed(post, body=NEW, title="Other"))

    assert response.status_code == 303
    assert (browser.get("/posts/leases").data, browser.get("/posts/leases.md").data) == before
    assert working_copy(stored(post.id)).body == NEW
    assert kinds(post) == ["saved", "original"]


@pytest.mark.parametrize("kind", [None, "typo", "clarification"])
def test_a_small_update_reaches_readers_and_disturbs_no_subscriber(browser, post, update, kind):
    before = shown_dates(browser)

    update(NEW, note="Never shown.", **({"change_type": kind} if kind else {}))

    page = browser.page("/posts/leases")
    assert NEW in page.text
    assert NEW in browser.get("/feed.xml").text
    assert not page.select(".change-log")
    assert shown_dates(browser) == before
    assert stored(post.id).updated_at is None
    newest = find_revision(stored(post.id), 2)
    assert (newest.kind, newest.change_type, newest.note) == ("updated", kind or "typo", "")


@pytest.mark.parametrize(("kind", "word"), [("correction", "Correction"), ("update", "Update")])
def test_a_correction_or_an_update_is_dated_and_told(browser, author, post, update, kind, word):
    update(NEW, change_type=kind, note=" The number <i>was</i> wrong. ")

    [told] = browser.page("/posts/leases").select(".change-log li")
    assert (told.b.text, told.span.text) == (word, "The number <i>was</i> wrong.")
    assert stored(post.id).updated_at == NOON
    moment = "2026-06-01T12:00:00+00:00"
    assert browser.get("/feed.json").json["items"][0]["date_modified"] == moment
    assert browser.get("/feed.xml").text.count(f"<updated>{moment}</updated>") == 2
    assert "Readers are told" in notice(author, post)


def test_what_readers_are_told_has_to_be_written(browser, author, post, update):
    response = update(NEW, change_type="correction", note="  ")

    page = parse(response.text)
    assert response.status_code == 422
    assert "Say in a sentence" in page.select_one("#note-errors").text
    assert page.select_one("[name=change_type][checked]")["value"] == "correction"
    assert not page.select_one("#publish-sheet").has_attr("popover")
    assert page.select_one("#body").text == NEW
    assert OLD in browser.page("/posts/leases").text


def test_a_kind_of_change_that_there_is_not_is_refused(browser, update):
    assert update(NEW, change_type="rewrite", note="x").status_code == 422
    assert update(NEW, change_type="update", note="x" * 1001).status_code == 422
    assert OLD in browser.page("/posts/leases").text


def test_the_calm_kind_of_change_is_chosen_before_anybody_chooses(author, post):
    sheet = author.page(f"/write/posts/{post.id}").select_one("#publish-sheet")

    assert sheet.select_one("[name=change_type][checked]")["value"] == "typo"
    assert len(sheet.select("[name=change_type]")) == 4
    for choice in sheet.select("[name=change_type]"):
        assert sheet.select_one(f"#{choice['aria-describedby']}").text.endswith(("told.", "date."))


def test_saving_and_then_updating_is_one_revision(author, post, typed, update):
    author.post(f"/write/posts/{post.id}", data=typed(post, body=NEW))
    head = str(head_of(stored(post.id)))

    update(NEW, head=head, change_type="update", note="New number.")

    assert kinds(post) == ["updated", "original"]


def test_an_update_that_changes_nothing_tells_nobody_of_anything(author, post, update):
    update(OLD)

    assert notice(author, post) == "Nothing was changed: readers see just this."
    assert stored(post.id).updated_at is None


def test_the_date_of_a_live_post_is_changed_without_what_was_typed(author, browser, post, typed):
    plan = {"when": "later", "date": "2020-05-01", "time": "09:00"}

    author.post(f"/write/posts/{post.id}/publication", data=typed(post, body=NEW, **plan))

    assert stored(post.id).published_at == datetime(2020, 5, 1, 9, tzinfo=UTC)
    assert OLD in browser.page("/posts/leases").text
    assert working_copy(stored(post.id)).body == NEW


def test_withdrawing_keeps_what_was_typed_for_later(author, post, typed):
    author.post(f"/write/posts/{post.id}/withdrawal", data=typed(post, body=NEW))

    assert stored(post.id).withdrawn_at
    assert working_copy(stored(post.id)).body == NEW
    assert author.page(f"/write/posts/{post.id}").select_one("#body").text == NEW


def test_what_would_change_is_told_in_short(author, make_post, typed, post):
    address = f"/write/posts/{post.id}/comparison/summary"
    same = author.page(address).text
    author.post(f"/write/posts/{post.id}", data=typed(post, body=NEW, title="Longer leases"))

    page = author.page(address)

    assert "Readers see just this already" in same
    assert page.select_one("del").text.split()[1] == "twenty"
    assert page.select_one("ins").text.split()[1] == "thirty"
    assert "Title" in page.select_one(".update-sheet__sum").text
    assert "That is much" not in page.text

    author.post(f"/write/posts/{post.id}", data=typed(post, body="word " * 60))
    assert "That is much" in author.page(address).text


def test_changes_are_discarded_with_what_is_on_the_page_and_come_back(author, post, typed):
    discarding = f"/write/posts/{post.id}/draft/removal"

    author.post(discarding, data=typed(post, body=NEW))
    gone = working_copy(stored(post.id)).body
    undo = author.page(f"/write/posts/{post.id}").select_one("#notices [formaction]")
    author.post(undo["formaction"])

    assert gone == OLD
    assert working_copy(stored(post.id)).body == NEW


def test_restoring_from_the_editor_keeps_what_is_on_the_page(author, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body=NEW))
    head = str(head_of(stored(post.id)))
    typed_on = f"{NEW} And typed since."

    author.post(
        f"/write/posts/{post.id}/revisions/1/restoration",
        data=typed(post, body=typed_on, head=head),
    )

    history = list_revisions(stored(post.id)).revisions
    assert working_copy(stored(post.id)).body == OLD
    assert typed_on in [find_revision(stored(post.id), each.number).body for each in history]


def test_publishing_makes_a_revision_of_what_was_published(author, make_post, typed):
    draft = make_post("New", body="One.", published_at=None, authors=[author.author])

    author.post(f"/write/posts/{draft.id}/publication", data=typed(draft, body="Two.", when="now"))
    author.post(f"/write/posts/{draft.id}/withdrawal")
    author.post(f"/write/posts/{draft.id}/publication")

    assert kinds(draft) == ["published", "original"]
    assert stored(draft.id).published_at == NOON
    assert find_revision(stored(draft.id), 1).at == JANUARY


def test_a_contributor_cannot_update_what_readers_see(contributor, make_post, typed):
    post = make_post("Leases", body=OLD, authors=[contributor.author])

    data = typed(post, body=NEW, update="1")
    response = contributor.post(f"/write/posts/{post.id}/publication", data=data)

    assert response.status_code == 403
    assert stored(post.id).body == OLD
