from datetime import UTC, datetime

import pytest

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect
from tests.authoring.conftest import draft_of, only_post, publish, stored, value_of
from tests.conftest import parse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_new_post_is_saved_as_a_draft_of_its_author(author, typed):
    response = author.post(
        "/write/posts/new", data=typed(title="Leases", tags="CI/CD, Leases", domain="Databases")
    )

    post = only_post()
    assert response.status_code == 303
    assert response.location == f"/write/posts/{post.id}"
    assert (post.title, post.slug, post.published_at) == ("Leases", "leases", None)
    assert [tag.name for tag in post.tags] == ["CI/CD", "Leases"]
    assert post.domain.name == "Databases"
    assert [a.name for a in post.authors] == ["Ada Lovelace"]


def test_the_editor_shows_what_is_stored(author, make_post):
    post = make_post(
        "Leases",
        body="\n  Indented & <b>bold</b>",
        tags=["C, the language", "CI/CD"],
        authors=[author.author],
        series="Time",
        series_position=2,
    )

    page = author.page(f"/write/posts/{post.id}")

    assert page.select_one("#body").text == "\n  Indented & <b>bold</b>"
    assert page.select_one("#title")["value"] == "Leases"
    assert page.select_one("#tags")["value"] == '"C, the language", CI/CD'
    assert page.select_one("#series")["value"] == "Time"
    assert page.select_one("#series_position")["value"] == "2"


def test_saving_unchanged_changes_nothing_but_the_version(author, make_post):
    post = make_post(
        "Leases", body="\n\n  One\n\n", tags=["C, the language"], authors=[author.author]
    )
    page = author.page(f"/write/posts/{post.id}")
    fields = {field["name"]: value_of(field) for field in page.select("#editor [name]")}

    response = author.post(f"/write/posts/{post.id}", data=fields)

    again = stored(post.id)
    assert response.status_code == 303
    assert again.body == "\n\n  One\n\n"
    assert [tag.name for tag in again.tags] == ["C, the language"]
    assert again.slug == "leases"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "Give it a title"),
        ("title", " \t ", "Give it a title"),
        ("title", "x" * 301, "at most 300"),
        ("slug", "no spaces here", "letters, digits, hyphens"),
        ("slug", "ends-in.md", "letters, digits, hyphens"),
        ("slug", "taken", "already lives"),
        ("slug", "TAKEN", "already lives"),
        ("summary", "x" * 1001, "1,000"),
        ("tags", ", ".join(f"tag {n}" for n in range(31)), "too many"),
        ("tags", "x" * 201, "too long"),
        ("domain", "x" * 201, "200"),
        ("kind", "x" * 41, "40"),
        ("series_position", "two", "integer"),
        ("series_position", "9" * 40, "1 to 9999"),
        ("language", "English language", "code like en"),
        ("canonical_url", "javascript:alert(1)", "https://"),
        ("body", "x" * 1_000_001, "one megabyte"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(author, make_post, typed, field, value, words):
    make_post("Taken")
    post = make_post("Hello there", authors=[author.author])
    data = typed(post, body="Typed text.", summary="Typed summary.") | {field: value}

    response = author.post(f"/write/posts/{post.id}", data=data)

    assert response.status_code == 422
    page = parse(response.text)
    control = page.select_one(f"#{field}")
    assert control["aria-invalid"] == "true"
    described = [page.select_one(f"#{id}").text for id in control["aria-describedby"].split()]
    assert words in " ".join(described)
    assert page.select_one(f'[role=alert] a[href="#{field}"]')
    assert "Typed summary." in response.text or field == "summary"
    assert "Typed text." in response.text or field == "body"
    assert stored(post.id).body == "Text."


def test_a_wrong_form_for_a_new_post_keeps_everything_as_a_draft(author, typed):
    response = author.post("/write/posts/new", data=typed(title="", body="Long thoughts"))

    post, form = only_post(), parse(response.text).select_one("#editor")
    assert response.status_code == 422
    assert form["action"] == f"/write/posts/{post.id}"
    assert form.select_one("#body").text == "Long thoughts"
    assert draft_of(post).body == "Long thoughts"
    assert post.published_at is None


def test_an_empty_form_makes_no_post(author, typed):
    response = author.post("/write/posts/new", data=typed(title=" ", body=" "))

    assert response.status_code == 422
    assert db.session.scalar(db.select(db.func.count(Post.id))) == 0


def test_the_address_of_a_draft_follows_its_title_until_it_is_published(author, typed):
    author.post("/write/posts/new", data=typed(title="Leases"))
    post = only_post()

    author.post(f"/write/posts/{post.id}", data=typed(post, title="Fencing", slug=""))
    followed = stored(post.id).slug
    publish(author, post, typed(post, title="Fencing", slug=""))
    publish(author, post, typed(post, title="Tokens", slug=""))

    assert (followed, stored(post.id).slug, stored(post.id).title) == (
        "fencing",
        "fencing",
        "Tokens",
    )
    assert db.session.scalar(db.select(db.func.count(Redirect.id))) == 0


def test_an_address_that_its_author_gave_a_draft_stays(author, typed):
    author.post("/write/posts/new", data=typed(title="Leases", slug="mine"))
    post = only_post()

    author.post(f"/write/posts/{post.id}", data=typed(post, title="Fencing"))

    assert stored(post.id).slug == "mine"


def test_a_live_post_is_saved_beside_what_readers_see(author, browser, make_post, typed):
    post = make_post("Leases", authors=[author.author])
    before = browser.get("/posts/leases").data

    author.post(f"/write/posts/{post.id}", data=typed(post, title="Fencing", body="New."))

    editor = author.page(f"/write/posts/{post.id}")
    assert browser.get("/posts/leases").data == before
    assert editor.select_one("#body").text == "New."
    assert editor.select_one("#title")["value"] == "Fencing"
    publish(author, post, typed(post, title="Fencing", body="New."))
    assert "Fencing" in browser.get("/posts/leases").text


@pytest.mark.parametrize(
    "text", ["a\0b", "\ufdd0", "\U0001f469\u200d\U0001f4bb", "\u202eright", "\uffff"]
)
def test_odd_characters_are_saved_or_left_out_but_never_break_anything(author, typed, text):
    fields = dict.fromkeys(("title", "body", "summary", "tags", "domain", "series"), f"x{text}y")

    response = author.post("/write/posts/new", data=typed(**fields))

    assert response.status_code == 303
    assert author.get(response.location).status_code == 200


@pytest.mark.parametrize("title", ["\u200b", "\ufeff\u2003\u2060", "\x07", "\x85\x1b"])
def test_a_title_of_nothing_to_be_seen_is_none(author, typed, title):
    response = author.post("/write/posts/new", data=typed(title=title))

    assert response.status_code == 422
    assert "Give it a title" in parse(response.text).select_one("#title-errors").text


def test_control_characters_stay_out_of_single_lines(author, typed):
    line = "a\x07b\x1b[31m\u2028c"

    author.post(
        "/write/posts/new", data=typed(title=line, summary=line, body="a\x07b", domain=line)
    )

    post = only_post()
    assert (post.title, post.summary, post.domain.name) == ("a b [31m c",) * 3
    assert post.body == "a\x07b"


def test_half_characters_are_replaced(author):
    response = author.post(
        "/write/posts/new",
        data=b"title=a%ED%A0%80b&body=%ff%fe",
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 303
    assert only_post().title.startswith("a")


def test_changing_the_address_of_a_public_post_leaves_a_way_from_the_old_one(
    author, make_post, typed
):
    post = make_post("Leases", authors=[author.author])
    data = typed(post, slug="fencing")

    page = author.page(f"/write/posts/{post.id}")
    publish(author, post, data)

    assert "the old one leads to the new" in page.select_one("#slug-hint").text
    assert stored(post.id).slug == "fencing"
    assert db.session.scalar(db.select(Redirect.path)) == "/posts/leases"


def test_an_address_left_empty_stays_as_it_was(author, make_post, typed):
    post = make_post("Leases", authors=[author.author])

    publish(author, post, typed(post, title="Fencing", slug=""))

    assert stored(post.id).slug == "leases"


def test_what_front_matter_left_over_survives_a_save(author, make_post, typed):
    post = make_post("Leases", authors=[author.author], extra={"weight": 3})

    publish(author, post, typed(post, body="New."))

    assert (stored(post.id).body, stored(post.id).extra) == ("New.", {"weight": 3})


def test_only_who_edits_everything_names_authors(author, editor, make_post, typed):
    post = make_post("Leases", authors=[author.author])

    publish(author, post, typed(post, authors="Edsger Dijkstra"))
    kept = [a.name for a in stored(post.id).authors]
    publish(editor, post, typed(post, authors="Edsger Dijkstra, Ada Lovelace"))

    assert kept == ["Ada Lovelace"]
    assert [a.name for a in stored(post.id).authors] == ["Edsger Dijkstra", "Ada Lovelace"]


def test_an_unknown_author_is_refused(editor, make_post, typed):
    post = make_post("Leases", authors=[editor.author])

    response = editor.post(f"/write/posts/{post.id}", data=typed(post, authors="Nobody Here"))

    assert response.status_code == 422
    assert (
        "Nobody here is called Nobody Here"
        in parse(response.text).select_one("#authors-errors").text
    )


def test_two_people_of_one_name_are_told_apart_by_slug(editor, make_author, make_post, typed):
    first = make_author("Sam Lee", email="a@example.com")
    second = Author(name="Sam Lee", slug="sam-lee-2", created_at=NOON)
    db.session.add(second)
    db.session.commit()
    post = make_post("Leases", authors=[second])

    page = editor.page(f"/write/posts/{post.id}")
    refused = publish(editor, post, typed(post, authors="Sam Lee"))
    publish(editor, post, typed(post, authors="sam-lee"))

    assert page.select_one("#authors")["value"] == "sam-lee-2"
    assert refused.status_code == 422
    assert [a.id for a in stored(post.id).authors] == [first.id]


def test_a_post_that_is_not_there_is_not_found(author):
    assert author.get("/write/posts/0").status_code == 404
    assert author.get("/write/posts/1").status_code == 404
    assert author.get("/write/posts/99999999999999999999").status_code == 404


@pytest.mark.parametrize("act", ["", "/preview"])
def test_nothing_typed_becomes_part_of_the_page(author, make_post, typed, act):
    hostile = (
        "</textarea></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
    )
    post = make_post("Leases", authors=[author.author])
    fields = dict.fromkeys(
        ("title", "body", "summary", "tags", "domain", "series", "kind"), hostile
    )

    for version in (post.version, 0):
        data = typed(post, **fields, version=str(version), slug=hostile)
        page = parse(author.post(f"/write/posts/{post.id}{act}", data=data).text)

        assert not [s for s in page.select("script") if "alert" in s.text]
        assert not page.select("[onerror]")
        assert "alert(1)" in page.text
