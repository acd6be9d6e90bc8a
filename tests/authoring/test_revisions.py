from datetime import timedelta

import pytest

from blogapp.extensions import db
from blogapp.posts.content import content_of
from blogapp.posts.drafting import working_copy, write_content
from blogapp.posts.revising import find_revision, keep_revision, list_revisions
from tests.authoring.conftest import stored
from tests.conftest import JANUARY, parse

OLD, NEW = "It waited twenty seconds.", "It waited thirty seconds."


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", body=NEW, authors=[author.author], published_at=None)


@pytest.fixture
def keep(author):
    """Keep a revision of a post, so many hours after January."""

    def keep(post, body, *, hours=0, fields=None, **rest):
        post = stored(post.id)
        content = content_of(post).changed(fields, body)
        at = JANUARY + timedelta(hours=hours)
        rest = {"kind": "saved", "author_id": author.author.id} | rest
        number = keep_revision(post, content, now=at, **rest).number
        db.session.commit()
        return number

    return keep


@pytest.fixture
def write(author, clock):
    """Type into the working copy of a post."""

    def write(post, body):
        content = working_copy(stored(post.id)).changed(body=body)
        write_content(stored(post.id), content, author_id=author.author.id, now=clock.now())
        db.session.commit()

    return write


def draft_of(post):
    return working_copy(stored(post.id)).body


def bodies(post):
    post = stored(post.id)
    return [find_revision(post, each.number).body for each in list_revisions(post).revisions]


def said(page, selector):
    for unseen in page.select(".unseen"):
        unseen.extract()
    return [" ".join(each.text.split()) for each in page.select(selector)]


def test_revisions_stand_in_a_list_newest_first(author, post, keep):
    keep(post, OLD, name="Before the <talk>")
    keep(post, NEW, hours=1, kind="updated", change_type="correction", note="Wrong number.")

    page = author.page(f"/write/posts/{post.id}/revisions")

    assert said(page, ".revisions__title") == ["2 Updated", "1 Before the <talk>"]
    assert said(page, ".revisions__note") == ["Wrong number. Told to readers"]
    first, _ = said(page, ".revisions__facts")
    assert "Correction" in first
    assert "1 Jan 2026, 13:00" in first
    assert "Ada Lovelace" in first
    assert "+1 −1" in first
    assert page.select_one("[role=status].shelf__status").text == "2 revisions"


def test_a_post_without_revisions_says_how_one_comes_about(author, post):
    page = author.page(f"/write/posts/{post.id}/revisions")

    assert "whenever you save, publish or update" in page.select_one(".banner").text


def test_many_revisions_are_pages_and_what_is_no_page_is_refused(author, post, keep):
    for hours in range(26):
        keep(post, f"{OLD} {'more ' * hours}", hours=hours)
    address = f"/write/posts/{post.id}/revisions"

    page = author.page(address)
    [older] = page.select("a[rel=next]")

    assert len(page.select(".revisions__row")) == 25
    assert said(author.page(older["href"]), ".revisions__number") == ["1"]
    assert author.get(f"{address}?page=3").status_code == 404
    assert author.get(f"{address}?page=x").status_code == 400


def test_two_revisions_are_compared_as_readers_see_them_and_in_their_source(author, post, keep):
    keep(post, f"# One\n\n{OLD}", fields={"title": "Old name", "tags": "a, b"})
    keep(post, f"# One\n\n{NEW}", hours=1, fields={"title": "New name", "tags": "b, a"})
    address = f"/write/posts/{post.id}/comparison?from=1&to=2"

    for view in ("", "&view=source"):
        page = author.page(address + view)
        assert said(page, ".comparison__fields dt") == ["Title"]
        assert said(page, ".comparison__fields del") == ["Old"]
        assert said(page, ".comparison__sum")[0].startswith("+1 −1")
        text = ".comparison__lines" if view else ".page-diff"
        assert said(page, f"{text} del") == ["twenty"]
        assert said(page, f"{text} ins") == ["thirty"]
    assert author.page(address).select_one("#change-1").name == "del"
    assert author.page(address).select_one("change-steps")["data-last"] == "1"


def test_a_comparison_says_in_words_what_was_removed_and_added(author, post, keep):
    keep(post, OLD)
    keep(post, NEW, hours=1)

    page = author.page(f"/write/posts/{post.id}/comparison?from=1&to=2")

    heard = " ".join(page.select_one(".page-diff").text.split())
    assert "Removed: twenty End of change. Added: thirty End of change." in heard


def test_what_is_typed_is_compared_with_what_readers_see(author, make_post, write):
    post = make_post("Leases", body=OLD, authors=[author.author])
    write(post, NEW)

    page = author.page(f"/write/posts/{post.id}/comparison")

    assert said(page, ".page-diff ins") == ["thirty"]
    chosen = [option.text for option in page.select("option[selected]")]
    assert chosen == ["What readers see", "In the editor"]


def test_two_that_say_the_same_are_said_to(author, post):
    page = author.page(f"/write/posts/{post.id}/comparison")

    assert said(page, ".banner") == ["The two are the same."]


def test_a_difference_only_the_source_has_is_named_as_such(author, post, keep):
    keep(post, "*One*")
    keep(post, "_One_", hours=1)

    page = author.page(f"/write/posts/{post.id}/comparison?from=1&to=2")

    assert "Readers see no difference" in page.select_one(".comparison__note").text


def test_what_is_too_much_for_one_page_is_compared_in_its_source(author, post, keep):
    keep(post, "\n".join(f"- a{n}" for n in range(5_000)))
    keep(post, "\n".join(f"- b{n}" for n in range(5_000)), hours=1)

    page = author.page(f"/write/posts/{post.id}/comparison?from=1&to=2")

    assert "too long, or too different" in page.select_one(".banner--warning").text
    assert len(page.select(".comparison__line")) == 3_000
    assert said(page, ".comparison__skipped") == [
        "7,000 more lines are not shown: the texts differ too much."
    ]


def test_a_text_of_a_megabyte_is_compared(author, post, keep):
    paragraphs = [f"Paragraph {n} " + "of many words. " * 25 for n in range(2_400)]
    keep(post, "\n\n".join(paragraphs))
    paragraphs[1_200] += "And one more."
    keep(post, "\n\n".join(paragraphs), hours=1)

    page = author.page(f"/write/posts/{post.id}/comparison?from=1&to=2&view=source")

    assert said(page, ".comparison__lines ins") == ["And one more."]


def test_no_text_of_a_revision_can_run_or_break_the_page(author, post, keep):
    keep(post, '<script>alert(1)</script><img src=x onerror="alert(1)"></div></main><p id="main">a')
    keep(
        post,
        '<a href="javascript:alert(1)">b</a><svg onload="alert(1)"><style>*{}',
        hours=1,
    )

    for view in ("page", "source"):
        page = author.page(f"/write/posts/{post.id}/comparison?from=1&to=2&view={view}")
        text = page.select_one(".page-diff" if view == "page" else ".comparison__lines")
        assert not text.select("script, style, [onerror], [onload], [href^='javascript']")
        assert page.select_one("#main").name == "main"
        assert text.find_parent("main")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=9", 404),
        ("from=0", 400),
        ("to=x", 400),
        ("to=99999999999", 400),
        ("view=x", 400),
        ("to=%00", 400),
    ],
)
def test_what_is_not_there_cannot_be_compared(author, post, query, status):
    assert author.get(f"/write/posts/{post.id}/comparison?{query}").status_code == status


def test_a_revision_of_another_post_cannot_be_opened_through_ones_own(
    author, post, make_post, keep
):
    keep(make_post("Not mine", body="Secret."), "Secret.")

    for address in ("comparison?from=1", "comparison?to=1"):
        assert author.get(f"/write/posts/{post.id}/{address}").status_code == 404
    response = author.post(f"/write/posts/{post.id}/revisions/1/restoration")
    assert response.status_code == 404


def test_restoring_shows_the_difference_first_and_writes_into_the_editor_alone(
    author, make_post, keep, browser
):
    post = make_post("Leases", body=NEW, authors=[author.author])
    keep(post, OLD)
    listed = author.page(f"/write/posts/{post.id}/revisions")
    [link] = [a["href"] for a in listed.select(".revisions__actions a") if "Restore" in a.text]

    page = author.page(link)
    form = page.select_one("form:has(#restore)")
    fields = {field["name"]: field["value"] for field in form.select("input")}
    response = author.post(form["action"], data=fields)

    assert page.h1.text == "Restore revision 1?"
    assert said(page, ".page-diff ins") == ["twenty"]
    assert response.status_code == 303
    assert draft_of(post) == OLD
    assert stored(post.id).body == NEW
    assert NEW in browser.page("/posts/leases").text
    assert bodies(post) == [OLD, NEW, OLD]
    newest = find_revision(stored(post.id), 3)
    assert (newest.kind, newest.restored_number) == ("restored", 1)


def test_restoring_is_taken_back_by_undo_with_every_word_that_was_typed(author, post, keep, write):
    keep(post, OLD)
    write(post, f"{NEW} And typed, and never saved.")

    author.post(f"/write/posts/{post.id}/revisions/1/restoration")
    undo = author.page(f"/write/posts/{post.id}").select_one("#notices button")
    author.post(undo["formaction"])

    assert draft_of(post) == f"{NEW} And typed, and never saved."
    assert OLD in bodies(post)


def test_restoring_leaves_alone_what_is_for_others_to_decide(author, editor, post, keep):
    was = {"pinned": "y", "unlisted": "y", "authors": "Somebody Else", "title": "Once"}
    keep(post, OLD, fields=was)

    author.post(f"/write/posts/{post.id}/revisions/1/restoration")
    by_author = working_copy(stored(post.id))
    editor.post(f"/write/posts/{post.id}/revisions/1/restoration")
    by_editor = working_copy(stored(post.id))

    assert (by_author.body, by_author["title"], by_author["unlisted"]) == (OLD, "Once", "y")
    assert (by_author["pinned"], by_author["authors"]) == ("", author.author.name)
    assert (by_editor["pinned"], by_editor["authors"]) == ("y", "Somebody Else")


def test_restoring_after_somebody_typed_shows_the_difference_anew(author, post, keep, write):
    keep(post, OLD)
    page = author.page(f"/write/posts/{post.id}/comparison?from=draft&to=1")
    head = page.select_one("[name=head]")["value"]
    write(post, "Typed meanwhile.")

    response = author.post(f"/write/posts/{post.id}/revisions/1/restoration", data={"head": head})

    assert response.status_code == 409
    page = parse(response.text)
    assert "Typed meanwhile" in said(page, ".page-diff")[0]
    assert page.select_one("[name=head]")["value"] != head
    assert draft_of(post) == "Typed meanwhile."


def test_discarded_changes_come_back_by_undo(author, make_post, write):
    post = make_post("Leases", body=OLD, authors=[author.author])
    write(post, NEW)

    author.post(f"/write/posts/{post.id}/draft/removal")
    discarded = draft_of(post)
    undo = author.page(f"/write/posts/{post.id}").select_one("#notices button")
    author.post(undo["formaction"])

    assert discarded == OLD
    assert draft_of(post) == NEW
    assert stored(post.id).body == OLD


def test_there_may_be_nothing_to_discard(author, post):
    author.post(f"/write/posts/{post.id}/draft/removal")

    notice = author.page(f"/write/posts/{post.id}").select_one("#notices")
    assert "nothing to discard" in notice.text
    assert bodies(post) == []


def test_a_revision_is_named_and_noted_afterwards(author, post, keep):
    keep(post, OLD)
    address = f"/write/posts/{post.id}/revisions/1"

    response = author.post(address, data={"name": " For  the talk\n", "note": "Cut\nfor time"})

    assert response.location.endswith("/revisions#revision-1")
    kept = find_revision(stored(post.id), 1)
    assert (kept.name, kept.note) == ("For  the talk", "Cut\nfor time")


def test_what_readers_are_told_is_corrected_by_those_who_publish_alone(
    contributor, editor, make_post, keep, browser
):
    post = make_post("Leases", body=NEW, authors=[contributor.author], published_at=None)
    told = {"kind": "updated", "change_type": "correction", "note": "Wrnog."}
    keep(post, NEW, **told)
    address = f"/write/posts/{post.id}/revisions/1"

    assert contributor.post(address, data={"note": "Mine."}).status_code == 403
    assert not contributor.page(f"{address[:-2]}").select("[name=note]")
    assert editor.post(address, data={"note": "Wrong."}).status_code == 303
    assert editor.post(address, data={"note": ""}).status_code == 303
    assert find_revision(stored(post.id), 1).note == "Wrong."
