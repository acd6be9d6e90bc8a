from datetime import UTC, datetime, timedelta

import pytest

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.checking import check, confirm, find_unconfirmed, list_confirmed
from blogapp.posts.checking import unconfirmed_secrets as count_secrets
from blogapp.posts.content import Content
from blogapp.posts.findings import CheckKind, Setting
from blogapp.posts.models import Redirect
from tests.conftest import JANUARY

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WHOLE = {"title": "Leases", "summary": "A lease is a guess about time."}


@pytest.fixture
def look(app):
    """Check a body, and return what was found as (kind, value, line)."""

    def find(body="Text.", *, post=None, media=None, anchors=(), **fields):
        setting = Setting(
            now=NOON,
            base="https://blog.example",
            is_fixed=lambda path: path in {"/archive", "/feed.xml"},
            anchors=lambda: set(anchors),
        )
        content = Content({**WHOLE, **fields}, body)
        return check(content, post=post, media=media or {}, setting=setting)

    return find


def told(findings):
    return [(finding.kind.value, finding.value, finding.line) for finding in findings]


def test_a_text_with_nothing_wrong_says_nothing(look):
    body = (
        "## Why\n\nA [link](https://other.example/) and ![a chart](c.png).\n\n```py\nx = 1\n```\n"
    )

    assert look(body, media={"c.png": Media(size=10)}) == []


def test_links_are_held_against_what_the_blog_has(look, make_post):
    make_post("Out", slug="out", body="## Why\n\nText.", tags=["SQLite"])
    make_post("Soon", slug="soon", published_at=NOON + timedelta(days=3))
    make_post("Was", slug="was", withdrawn_at=NOON)
    db.session.add(Redirect(path="/old/way", target="/posts/out", created_at=JANUARY))
    db.session.commit()
    good = [
        *("/posts/out", "/posts/OUT#why", "out", "/posts/out.md", "https://blog.example/posts/out"),
        *(
            "/tags/sqlite",
            "/archive",
            "/",
            "/old/way",
            "#here",
            "mailto:a@b.example",
            "//cdn.example/x",
        ),
        *("/posts/out#c1", "/posts/out?fragment=x#:~:text=Text", "{{ site.url }}/anything"),
    ]
    bad = {
        "/posts/nowhere": "lost-link",
        "nowhere": "lost-link",
        "/tags/nothing": "lost-link",
        "/media/0/none.png": "lost-link",
        "https://blog.example/nothing": "lost-link",
        "/posts/soon": "unpublished-link",
        "/posts/was": "gone-link",
        "/posts/out#because": "lost-anchor",
        "#there": "lost-anchor",
    }
    body = "\n\n".join(f"[to]({target})" for target in [*good, *bad])

    found = look(body, anchors={"here"})

    assert [finding.kind.value for finding in found] == [*bad.values()]
    assert [finding.value for finding in found][:2] == ["/posts/nowhere", "nowhere"]


def test_the_statements_do_not_grow_with_the_links(look, make_posts, queries):
    make_posts(12, tags=["A"])
    few = "[a](/posts/post-1) [b](/tags/q) [c](/x) [d](/authors/q)"
    many = " ".join(f"[a](/posts/post-{n}) [b](/tags/t{n}) [c](/x{n})" for n in range(60))

    queries.clear()
    look(few, tags="A, B1, C2")
    first = len(queries)
    queries.clear()
    look(few + many, tags="A, B1, C2, D3, E4, F5")

    assert len(queries) == first <= 11


def test_code_alone_is_words_enough_for_a_link(look):
    body = "[`open`](/archive) [``a`b``](/archive) ![`map`][m]\n\n[m]: /m.png"
    assert told(look(body)) == [("lost-image", "/m.png", 1)]
    assert told(look("[<!-- later -->](/archive)")) == [("empty-link", "/archive", 1)]


def test_empty_links_and_pictures_without_words_are_found_where_they_stand(look):
    body = (
        "Text.\n\n[](/archive) [words]()\n\n![](a.png) <img src='b.png'> <img src='b.png' alt=''>\n"
    )
    media = {"a.png": Media(size=2_000_000, alt="A chart"), "b.png": Media(size=1, alt="")}

    found = look(body, media=media)

    assert told(found) == [
        ("empty-link", "/archive", 3),
        ("no-target", "words", 3),
        ("no-alt", "a.png", 5),
        ("large-image", "a.png", 5),
        ("no-alt", "b.png", 5),
    ]
    assert found[2].fix.apply(Content({}, body)).body.count("![A chart](a.png)") == 1


def test_a_picture_that_is_not_there_is_said(look):
    assert told(look("![a](missing.png)")) == [("lost-image", "missing.png", 1)]


def test_the_place_of_a_file_that_never_arrived_is_said(look):
    assert told(look("![Uploading map.png k3f9…]()")) == [
        ("unfinished-upload", "Uploading map.png k3f9…", 1)
    ]


def test_headings_that_skip_a_level_can_be_mended(look):
    body = "## One\n\n#### Two\n\n#\n\nThree\n===\n\n```md\n# no\n###### heading\n```\n"

    found = look(body)

    assert told(found) == [("skipped-level", "4", 3), ("empty-heading", "", 5)]
    assert "### Two" in found[0].fix.apply(Content({}, body)).body.splitlines()


def test_code_without_a_language_gets_the_one_it_seems_to_be_in(look):
    body = (
        '- Do:\n\n  ```\n  def price():\n  ```\n\n``` title="a.txt"\nwords\n```\n\n```sh\nls\n```\n'
    )

    found = look(body)

    assert [(each.kind, each.value) for each in found] == [
        (CheckKind.NO_LANGUAGE, "python"),
        (CheckKind.NO_LANGUAGE, "text"),
    ]
    mended = found[0].fix.apply(Content({}, body)).body
    assert "  ```python\n" in mended
    assert look(mended)[0].value == "text"


def test_notes_are_found_in_prose_and_not_in_code(look):
    body = "TODO one. `TODO` two.\n\n```py\n# TODO three\n```\n\n<!-- FIXME four -->\n"

    found = look(body, summary="TK", title="Leases")

    assert told(found) == [
        ("leftover", "TK", 0),
        ("leftover", "TODO", 1),
        ("leftover", "FIXME", 7),
    ]


def test_fields_that_are_missing_or_taken_are_said(look, make_post):
    make_post("Leases", slug="a-lease-is-a-guess", tags=["PostgreSQL", "CI/CD"])

    found = look(
        "# Head\n\nThe **first** [words](/archive) of it.",
        summary="",
        slug="a-lease-is-a-gues",
        tags="Postgresql, ci-cd, Design",
    )

    assert [finding.kind.value for finding in found] == [
        "no-summary",
        "same-title",
        "alike-slug",
        "alike-tag",
    ]
    assert found[0].fix.text == "The first words of it."
    assert found[3].fix.text == "Postgresql, CI/CD, Design"
    assert told(look(title="", summary="x" * 201)) == [
        ("no-title", "", 0),
        ("long-summary", "201", 0),
    ]


def test_a_published_address_is_not_held_against_others(look, make_post):
    make_post("One", slug="a-lease-is-a-guess")
    post = make_post("Two", slug="a-lease-is-a-gues")

    assert look(post=post, slug="a-lease-is-a-gues") == []


def test_a_secret_that_was_confirmed_is_asked_about_no_more(look, make_post):
    post = make_post("Leases", body="The primary is 10.31.7.19, and again 10.31.7.19.")
    [found] = look(post.body, post=post)
    assert (found.blocks, found.times, found.line) == (True, 2, 1)
    assert count_secrets([post.id, 99]) == {post.id: 1}

    confirm(post, [found.digest, found.digest], author_id=None, now=NOON)
    confirm(post, [found.digest], author_id=None, now=NOON)
    db.session.commit()

    more = look(f"{post.body} And 10.31.7.20.", post=post)
    assert count_secrets([post.id]) == {}
    assert [each.value for each in find_unconfirmed(more, list_confirmed(post))] == ["10.31.7.20"]


def test_a_list_of_findings_ends_somewhere(look):
    found = look("[]()\n\n" * 500)

    assert len(found) == 30


def test_positions_hold_in_texts_of_every_script(look):
    body = "😀 Привет TODO\n\n> - ![](図.png)\n"

    todo, alt = look(body, media={"図.png": Media(size=1, alt="")})

    assert body[todo.start : todo.end] == "TODO"
    assert (todo.column, alt.line, alt.column) == (10, 3, 5)
