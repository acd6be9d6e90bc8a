"""Checks through the front door: while writing, on a page of their own, before publishing."""

import json

import pytest

from blogapp.extensions import db
from blogapp.posts.publication_models import ConfirmedSecret
from tests.authoring.conftest import only_post, stored
from tests.conftest import parse

LEAKY = "The primary is 10.31.7.19."
FULL = {"title": "Leases", "summary": "A lease is a guess about time."}


@pytest.fixture
def draft(author, make_post):
    return make_post(
        "Leases", summary=FULL["summary"], body="Text.", published_at=None, authors=[author.author]
    )


def ask(author, draft, typed, **changes):
    return parse(
        author.post(
            f"/write/posts/{draft.id}/checks?fragment=checks", data=typed(draft, **FULL | changes)
        ).text
    )


def test_while_writing_a_number_and_a_list_say_what_to_look_at(author, draft, typed):
    body = "😀 [a](/posts/nowhere)\n\n![](b.png)\n\n```\ndef a():\n```\n"

    page = ask(author, draft, typed, body=body)

    box = page.select_one("[data-checks]")
    assert (box["data-number"], box["data-kind"]) == ("4 to look at", "some")
    first = page.select_one(".checks__item")
    # As browsers count: the face is two units.
    assert (first["data-field"], first["data-start"], first["data-end"]) == ("body", "3", "22")
    assert "Line 1" in first.text
    assert "leads nowhere" in first.text
    assert page.select_one("[name=fix]").text == "Call it Python"


def test_a_text_without_a_row_is_checked_too(author, typed):
    page = parse(author.post("/write/posts/new/checks", data=typed(title="", body="TODO")).text)

    said = [item.text for item in page.select(".checks__text")]
    assert "There is no title." in said
    assert "“TODO” is left in the text." in said
    assert page.select_one("textarea[name=body]").text.strip() == "TODO"


def test_nothing_to_fix_is_said_too(author, draft, typed):
    page = ask(author, draft, typed, body="All is well.")

    assert page.select_one("[data-checks]")["data-number"] == "Nothing to fix"


def test_a_fix_is_done_by_the_server_and_saves_nothing(author, draft, typed):
    form = typed(draft, **FULL, body="## A\n\n#### B\n")
    page = parse(author.post(f"/write/posts/{draft.id}/checks", data=form).text)
    key = page.select_one("[name=fix]")["value"]

    editor = parse(author.post(f"/write/posts/{draft.id}/checks", data={**form, "fix": key}).text)
    answer = author.post(
        f"/write/posts/{draft.id}/checks",
        data={**form, "fix": key},
        headers={"Accept": "application/json"},
    )

    assert "### B" in editor.select_one("textarea[name=body]").text
    assert answer.json["body"] == "## A\n\n### B\n"
    assert stored(draft.id).body == "Text."


def test_front_matter_moves_into_the_fields_when_its_author_says_so(author, draft, typed):
    body = (
        '---\ntitle: Better\ntags: [SQLite, "a, b"]\nlayout: post\ndate: 2024-01-01\n---\n\nText.\n'
    )
    form = typed(draft, **FULL, body=body)
    page = parse(author.post(f"/write/posts/{draft.id}/checks", data=form).text)
    fix = page.find("button", string="Move it into the fields")

    data = {**form, "fix": fix["value"]}
    answer = author.post(
        f"/write/posts/{draft.id}/checks", data=data, headers={"Accept": "application/json"}
    ).json
    editor = parse(author.post(f"/write/posts/{draft.id}/checks", data=data).text)

    assert (answer["body"], answer["fields"]["title"]) == ("Text.\n", "Better")
    assert answer["fields"]["tags"] == 'SQLite, "a, b"'
    assert answer["said"] == [
        "Taken from the front matter: Title, Tags.",
        "Not taken, as no field is for it: layout, date.",
    ]
    assert "Taken from the front matter" in editor.select_one("#notices").text
    assert editor.select_one("[name=title]")["value"] == "Better"


def test_a_rule_at_the_beginning_is_no_front_matter(author, draft, typed):
    page = ask(author, draft, typed, body="---\n\nText.\n\n---\n\nMore.")

    assert page.select(".checks__item") == []


def test_secrets_wait_until_somebody_says_they_may_be_public(author, browser, draft, typed):
    address = f"/write/posts/{draft.id}/publication"
    form = typed(draft, **FULL, body=LEAKY, when="now")

    refused = author.post(address, data=form)

    page = parse(refused.text)
    assert refused.status_code == 422
    assert "10.31.7.19" in page.select_one(".checks__item--secret").text
    assert LEAKY in page.select_one("textarea[name=body]").text
    assert browser.get("/posts/leases").status_code == 404

    box = page.select_one("[name=confirmed]")
    assert not box.has_attr("checked")
    done = author.post(address, data={**form, "confirmed": box["value"]})

    assert done.status_code == 303
    assert browser.get("/posts/leases").status_code == 200


def test_a_confirmation_stands_for_just_what_was_seen(author, draft, typed):
    address = f"/write/posts/{draft.id}/publication"
    form = typed(draft, **FULL, body=LEAKY, when="now")
    seen = parse(author.post(address, data=form).text).select_one("[name=confirmed]")["value"]

    more = author.post(
        address, data={**form, "body": f"{LEAKY} And 10.31.7.20.", "confirmed": seen}
    )

    left = parse(more.text).select_one("[name=confirmed]")["value"]
    assert more.status_code == 422
    assert left != seen
    assert len(left.split()) == 1
    assert db.session.scalars(db.select(ConfirmedSecret)).all() == []


def test_a_stored_text_with_a_secret_is_not_published_by_a_button(author, browser, make_post):
    post = make_post("Leases", body=LEAKY, published_at=None, authors=[author.author])

    author.post(f"/write/posts/{post.id}/publication", data={"when": "now"})

    assert "looks like a secret" in author.page(f"/write/posts/{post.id}").text
    assert browser.get("/posts/leases").status_code == 404


def test_without_scripts_warnings_are_shown_once_and_stop_nobody(author, browser, draft, typed):
    address = f"/write/posts/{draft.id}/publication"
    editor = author.page(f"/write/posts/{draft.id}")
    ask = editor.select_one("#publish-sheet [name=ask]")
    form = typed(draft, **FULL, body="TODO", when="now")

    page = parse(author.post(address, data={**form, ask["name"]: ask["value"]}).text)

    assert "TODO" in page.select_one(".checks__list").text
    sent = {field["name"]: field.text for field in page.select("form.conflict textarea")}
    assert author.post(address, data=sent).status_code == 303
    assert "TODO" in browser.get("/posts/leases").text


@pytest.mark.parametrize(
    ("sent", "heading", "button"),
    [
        ({"when": "now"}, "Before it is published", "Publish"),
        (
            {"when": "later", "date": "2027-03-01", "time": "09:00"},
            "Before it is published",
            "Schedule",
        ),
        ({"update": "1", "change_type": "typo"}, "Before it is updated", "Update"),
    ],
)
def test_without_scripts_the_button_says_what_happens(author, draft, typed, sent, heading, button):
    form = typed(draft, **FULL, body="TODO", ask="1", **sent)

    page = parse(author.post(f"/write/posts/{draft.id}/publication", data=form).text)

    assert page.h1.text == heading
    assert page.select_one(".checks__acts .button--primary").text == button


def test_without_scripts_a_sound_text_goes_out_at_once(author, draft, typed):
    form = typed(draft, **FULL, body="All is well.", when="now", ask="1")

    assert author.post(f"/write/posts/{draft.id}/publication", data=form).status_code == 303


def test_a_first_publication_asks_before_there_is_a_post(author, typed):
    form = typed(**FULL, body=LEAKY, when="now")

    refused = author.post("/write/posts/new/publication", data=form)
    box = parse(refused.text).select_one("[name=confirmed]")["value"]
    author.post("/write/posts/new/publication", data={**form, "confirmed": box})

    assert refused.status_code == 422
    assert only_post().published_at


def test_a_stale_token_loses_no_text(app, author, draft, typed):
    app.config["WTF_CSRF_ENABLED"] = True

    answer = author.post(
        f"/write/posts/{draft.id}/checks", data=typed(draft, body="Kept.", csrf_token="old")
    )

    assert answer.status_code == 422
    assert "Kept." in parse(answer.text).select_one("textarea[name=body]").text


def test_a_megabyte_is_checked_in_few_statements(author, draft, typed, queries):
    body = "[a](/posts/x) 10.31.7.19 TODO `b` ![](c.png)\n\n" * 20_000

    answer = author.post(
        f"/write/posts/{draft.id}/checks?fragment=checks", data=typed(draft, body=body)
    )

    assert answer.status_code == 200
    assert len(queries) < 33


def test_the_list_is_escaped(author, draft, typed):
    page = ask(author, draft, typed, body="[<b>](/posts/<script>x)", summary="")

    assert page.select(".checks script, .checks b") == []
    assert json.dumps(page.text)
