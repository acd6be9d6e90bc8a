"""Two texts where one was expected: kept, shown side by side, decided about."""

import re

import pytest
from sqlalchemy import text

from blogapp.extensions import db
from blogapp.posts import drafting
from blogapp.posts.branching import find, list_open_branches
from blogapp.posts.models import Post
from tests.authoring.conftest import draft_of, only_post, stored, value_of
from tests.conftest import parse

STORY = "# One\n\nThe price was wrong.\n\n# Two\n\nWe waited twenty seconds.\n\n# Three\n\nEnd.\n"


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", body=STORY, published_at=None, authors=[author.author])


@pytest.fixture
def clash(author, post, typed):
    """The page after two saves from one opening, of which both changed one word."""
    first = typed(post, body=STORY.replace("twenty", "thirty").replace("End.", "The end."))
    mine = typed(post, body=STORY.replace("twenty", "forty").replace("price", "sum"), tags="Mine")
    author.post(f"/write/posts/{post.id}", data=first)
    response = author.post(f"/write/posts/{post.id}", data=mine)
    assert response.status_code == 409
    return parse(response.text)


def hidden(page):
    return {field["name"]: field["value"] for field in page.select(".conflict [type=hidden]")}


def decide(browser, post, page, **choices):
    data = hidden(page) | {name.replace("_", "-"): value for name, value in choices.items()}
    return browser.post(f"/write/posts/{post.id}/conflict", data=data)


def open_branches(post):
    db.session.rollback()
    return list_open_branches(post_id=post.id)


def test_a_second_tab_overwrites_nothing_and_loses_nothing(author, post, clash):
    first = STORY.replace("twenty", "thirty").replace("End.", "The end.")

    assert draft_of(post).body == first
    [place] = clash.select(".conflict__place")
    theirs, yours, _result = place.select(".conflict__column")
    assert (theirs.ins.text, theirs.find("del").text) == ("thirty", "twenty")
    assert (yours.ins.text, yours.find("del").text) == ("forty", "twenty")
    assert "We waited" in yours.text
    merged = clash.select_one(".conflict__merged")
    assert {"The end", "sum"} <= {ins.text for ins in merged.select("ins")}


@pytest.mark.parametrize(
    ("choice", "words"),
    [("theirs", "thirty"), ("yours", "forty"), ("both", "thirty forty"), ("edited", "fifty")],
)
def test_a_place_is_decided_and_the_rest_is_merged(author, post, clash, choice, words):
    response = decide(author, post, clash, place_0=choice, text_0="fifty")

    expected = STORY.replace("twenty", words).replace("End.", "The end.").replace("price", "sum")
    assert response.location == f"/write/posts/{post.id}"
    assert draft_of(post).body == expected
    assert draft_of(post)["tags"] == "Mine"
    assert open_branches(post) == []


def test_by_hand_one_sees_between_which_words_one_writes(clash):
    by_hand = clash.select_one(".conflict__result--edited")

    before, after = by_hand.select(".conflict__around")
    assert before.text.endswith("We waited ")
    assert by_hand.textarea.text.strip() == "thirty forty"
    assert after.text.startswith(" ")


def test_what_is_left_open_is_asked_for_again_and_nothing_typed_is_lost(author, post, clash):
    response = decide(author, post, clash, text_0="Edited by hand")

    page = parse(response.text)
    assert response.status_code == 422
    assert page.select_one("[role=alert]")
    assert page.select_one("[name=text-0]").text == "Edited by hand"
    assert len(open_branches(post)) == 1


def test_the_rest_is_decided_by_one_button(author, post, clash):
    decide(author, post, clash, rest="yours")

    assert "forty" in draft_of(post).body


def test_a_branch_waits_on_the_editor_and_on_its_own_page(author, post, clash):
    [branch] = open_branches(post)

    page = author.page(f"/write/posts/{post.id}/conflict?branch={branch.id}")

    assert page.select_one(".conflict__place")
    found = author.get(f"/write/posts/{post.id}/conflict")
    assert found.location.endswith(f"/conflict?branch={branch.id}")
    assert author.get(f"{found.location}&text=yours").text == find(branch.id).content.body
    assert author.get(f"{found.location}&text=theirs").text == draft_of(post).body
    assert [b.id for b in list_open_branches(author_id=author.author.id)] == [branch.id]


def test_fields_that_differ_stand_side_by_side(author, post, typed):
    early = typed(post, kind="guide", tags="Time")
    author.post(f"/write/posts/{post.id}", data=typed(post, kind="note", tags="CI/CD"))

    page = parse(author.post(f"/write/posts/{post.id}", data=early).text)

    [field] = page.select(".conflict__field")
    assert field.legend.text == "Kind"
    assert [value.text for value in field.select(".conflict__value")] == ["note", "guide"]
    decide(author, post, page, field_kind="yours")
    assert (draft_of(post)["kind"], draft_of(post)["tags"]) == ("guide", "CI/CD, Time")


def test_what_was_typed_meanwhile_is_part_of_what_is_decided(author, post, clash, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body=f"{draft_of(post).body}\nMore.\n"))

    decide(author, post, clash, place_0="yours")

    assert "forty" in draft_of(post).body
    assert draft_of(post).body.endswith("\nMore.\n")


def test_a_decision_about_a_place_that_moved_on_waits_again(author, post, clash, typed):
    moved = draft_of(post).body.replace("thirty", "ninety")
    author.post(f"/write/posts/{post.id}", data=typed(post, body=moved))

    response = decide(author, post, clash, place_0="yours")

    [branch] = open_branches(post)
    assert response.location.endswith(f"branch={branch.id}")
    assert "ninety" in draft_of(post).body
    assert "forty" in find(branch.id).content.body


def test_mine_becomes_a_draft_of_its_own(author, post, clash):
    response = author.post(f"/write/posts/{post.id}/copies", data=hidden(clash))

    copy = stored(int(response.location.rpartition("/")[2]))
    assert copy.id != post.id
    assert draft_of(copy)["title"] == "Leases (copy)"
    assert draft_of(copy).body == STORY.replace("twenty", "forty").replace("price", "sum")
    assert "thirty" in draft_of(post).body
    assert open_branches(post) == []


def test_what_was_typed_becomes_a_draft_of_its_own(author, post, typed):
    data = typed(post, body="Typed.", tags="CI/CD")

    response = author.post(f"/write/posts/{post.id}/copies", data=data)

    copy = stored(int(response.location.rpartition("/")[2]))
    assert (draft_of(copy).body, draft_of(copy)["tags"]) == ("Typed.", "CI/CD")
    assert draft_of(post).body == STORY


def test_mine_is_let_go_and_taken_back(author, post, clash):
    response = decide(author, post, clash, drop="1")
    gone = open_branches(post)
    undo = author.page("/write").select_one("#notices form")["action"]
    author.post(undo)

    assert response.status_code == 303
    assert gone == []
    assert len(open_branches(post)) == 1
    assert "thirty" in draft_of(post).body


def test_a_form_of_which_nobody_knows_what_it_grew_out_of_loses_nothing(author, post, typed):
    for version in ("", "x", "9" * 400, "-1", "\0"):
        data = typed(post, body=f"New {len(version)}.", version=version, head="x")

        response = author.post(f"/write/posts/{post.id}", data=data)

        assert response.status_code == 409
        assert draft_of(post).body == STORY
    texts = {find(branch.id).content.body for branch in open_branches(post)}
    assert texts == {"New 0.", "New 1.", "New 400.", "New 2."}


def test_a_change_past_the_editor_in_the_same_place_waits_beside_the_draft(author, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post))
    drafting.write_content(
        stored(post.id),
        draft_of(post).changed({}, STORY.replace("twenty", "thirty")),
        author_id=author.author.id,
        now=post.saved_at,
    )
    db.session.commit()
    changed = stored(post.id)
    changed.body = STORY.replace("twenty", "forty").replace("End.", "The end.")
    db.session.commit()

    editor = author.page(f"/write/posts/{post.id}")

    assert editor.select_one("#body").text == STORY.replace("twenty", "thirty").replace(
        "End.", "The end."
    )
    [branch] = open_branches(post)
    page = author.page(f"/write/posts/{post.id}/conflict?branch={branch.id}")
    assert "past the editor" in page.select_one(".banner").text
    decide(author, post, page, place_0="yours")
    assert "forty" in draft_of(post).body


def test_another_authors_branch_is_not_told_to_strangers(
    author, post, clash, make_author, as_author
):
    other = as_author(make_author("Edsger Dijkstra"))
    [branch] = open_branches(post)

    assert other.get(f"/write/posts/{post.id}/conflict?branch={branch.id}").status_code == 403
    assert author.get(f"/write/posts/{post.id}/conflict?branch=9999").status_code == 404
    assert author.get(f"/write/posts/{post.id}/conflict?branch=x").status_code == 400


def test_an_address_taken_in_the_same_moment_is_answered_beside_the_form(
    author, post, typed, make_post, monkeypatch
):
    make_post("Taken")
    monkeypatch.setattr("blogapp.posts.writing.free_post_slug", lambda slug, **_: slug)

    response = author.post(f"/write/posts/{post.id}", data=typed(post, slug="taken", body="Mine."))

    assert response.status_code == 422
    assert "same moment" in parse(response.text).select_one("[role=alert]").text
    assert parse(response.text).select_one("#body").text == "Mine."
    assert draft_of(post).body == "Mine."


def test_a_button_pressed_on_a_post_that_changed_in_that_moment_is_not_lost_in_an_error(
    author, post, monkeypatch
):
    from blogapp.posts import publishing

    trash = publishing.trash

    def slow_trash(post, *, now):
        with db.engine.begin() as other:
            other.execute(text("UPDATE posts SET version = version + 1"))
        trash(post, now=now)

    monkeypatch.setattr(publishing, "trash", slow_trash)
    response = author.post(f"/write/posts/{post.id}/trash")

    assert response.status_code == 303
    assert "in the same moment" in author.page("/write/posts").select_one("#notices").text
    assert db.session.get(Post, post.id).deleted_at is None


def test_a_conflict_over_a_megabyte_is_a_small_page(author, post, typed):
    mine = typed(post, body="\n".join(f"zeile {n}" for n in range(60_000)))
    theirs = typed(post, body="\n".join(f"line {n}" for n in range(60_000)))
    author.post(f"/write/posts/{post.id}", data=theirs)

    response = author.post(f"/write/posts/{post.id}", data=mine)

    assert response.status_code == 409
    assert len(response.data) < 300_000
    [branch] = open_branches(post)
    address = f"/write/posts/{post.id}/conflict?branch={branch.id}"
    assert author.get(f"{address}&text=yours").text == mine["body"]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\d+)"', response.text))
    author.post(f"/write/posts/{post.id}/conflict", data=fields | {"rest": "yours"})
    assert draft_of(post).body == mine["body"]


def test_a_new_post_saved_twice_from_one_page_is_kept_twice(author, typed):
    author.post("/write/posts/new", data=typed(title="One", body="Mine."))
    post = only_post()
    page = author.page(f"/write/posts/{post.id}")

    fields = {field["name"]: value_of(field) for field in page.select("#editor [name]")}
    author.post(f"/write/posts/{post.id}", data=fields | {"body": "Mine, later."})

    assert draft_of(post).body == "Mine, later."


def test_a_form_without_a_text_changes_its_fields_alone(author, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, body="Typed."))

    response = author.post(f"/write/posts/{post.id}", data={"kind": "note", "head": "x"})

    assert response.status_code == 303
    assert (draft_of(post).body, draft_of(post)["kind"]) == ("Typed.", "note")
