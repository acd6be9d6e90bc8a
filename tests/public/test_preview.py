"""A post that is not published, for whoever holds a link to it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from blogapp.extensions import db
from blogapp.posts import previewing
from blogapp.posts.drafting import head_of
from blogapp.posts.models import PostAuthor
from blogapp.posts.preview_models import PreviewLink
from tests.conftest import parse

# What it holds is the same whichever database stands behind it.


@pytest.fixture(autouse=True)
def _stopped_clock(clock):
    """Links expire by the blog's clock."""


@pytest.fixture
def draft(author, make_post):
    return make_post(
        "Secret plan",
        body="## Why\n\nBecause.\n\n```py a.py\nx = 1\n```\n",
        summary="In short.",
        published_at=None,
        tags=["SQLite"],
        authors=[author.author],
    )


@pytest.fixture
def share(author):
    """Make a link and return its path."""

    def make(post, **fields):
        fields = {"shows": "latest", "days": "7"} | fields
        answer = author.post(f"/write/posts/{post.id}/previews", data=fields)
        assert answer.status_code == 201
        address = parse(answer.text).select_one("#preview-address")["value"]
        return address[address.index("/preview/") :]

    return make


def test_a_stranger_with_the_link_sees_the_post_as_its_page_will_be(browser, draft, share):
    answer = browser.get(share(draft))

    page = parse(answer.text)
    assert answer.status_code == 200
    assert page.h1.text == "Secret plan"
    assert page.select_one(".prose h2").text.strip().startswith("Why")
    assert page.select_one(".post__tags").text.strip() == "SQLite"
    assert "Ada Lovelace" in page.select_one(".post__byline").text
    assert "not published" in page.select_one(".preview-bar").text
    assert page.select(".code-block__raw") == []
    assert browser.get("/posts/secret-plan").status_code == 404


def test_a_preview_is_kept_by_nobody_and_tells_its_address_to_nobody(browser, draft, share):
    answer = browser.get(share(draft))

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers
    page = parse(answer.text)
    assert "noindex" in page.select_one("meta[name=robots]")["content"]
    assert page.select("link[rel=canonical], meta[property^='og:'], edit-link a[href]") == []


def test_a_preview_of_a_signed_in_author_sets_no_cookie_either(author, draft, share):
    assert "Set-Cookie" not in author.get(share(draft)).headers


def test_the_latest_text_is_what_was_typed_last_and_a_revision_stays(author, browser, draft, share):
    typed = {"title": "Secret plan", "slug": draft.slug, "version": str(draft.version)}
    author.post(f"/write/posts/{draft.id}", data=typed | {"body": "First."})
    latest, fixed = share(draft), share(draft, shows="1")
    numbers = [
        option["value"]
        for option in author.page(f"/write/posts/{draft.id}/previews").select("option")
    ]
    head = head_of(draft)
    burst = {"client": "c" * 36, "sequence": 1, "base": head, "body": {"text": "Typed, not saved."}}
    author.post(f"/write/posts/{draft.id}/journal", json=burst)

    assert "1" in numbers
    assert "Typed, not saved." in browser.get(latest).text
    assert "Typed, not saved." not in browser.get(fixed).text
    assert "Revision 1." in browser.get(fixed).text


def test_a_link_ends_by_itself_and_when_it_is_revoked(author, browser, draft, share, clock):
    short, long = share(draft, days="1"), share(draft, days="30")

    clock.advance(days=1)
    assert browser.get(short).status_code == 410
    assert browser.get(long).status_code == 200

    page = author.page(f"/write/posts/{draft.id}/previews")
    [form] = page.select(".preview-links form")
    author.post(form["action"])

    over = browser.get(long)
    assert over.status_code == 410
    assert "This preview is over" in over.text
    assert over.headers["Cache-Control"] == "no-store"
    assert "Revoked" in author.page(f"/write/posts/{draft.id}/previews").text


def test_only_the_hash_of_a_token_is_kept_and_it_is_shown_once(author, draft, share):
    path = share(draft)

    [link] = db.session.scalars(db.select(PreviewLink))
    assert (
        path.removeprefix("/preview/") not in author.get(f"/write/posts/{draft.id}/previews").text
    )
    assert link.token_hash not in path
    assert len(path.removeprefix("/preview/")) == previewing.TOKEN_LENGTH


@pytest.mark.parametrize("token", ["x", "a" * 43, "é" * 43, "a" * 5000, "..%2f..%2f"])
def test_guesses_are_answered_calmly(browser, draft, share, token):
    share(draft)

    answer = browser.get(f"/preview/{token}")

    assert answer.status_code == 404
    assert "Secret plan" not in answer.text


def test_guesses_of_the_wrong_shape_ask_the_database_nothing_about_links(browser, queries):
    browser.get("/preview/short")

    assert not [statement for statement in queries if "preview_links" in statement]


def test_a_post_in_the_trash_or_of_somebody_who_left_shows_nothing(
    author, browser, draft, share, clock
):
    path = share(draft)

    draft.deleted_at = clock.moment
    db.session.commit()
    trashed = browser.get(path).status_code
    draft.deleted_at = None
    author.author.disabled_at = clock.moment
    db.session.commit()

    assert (trashed, browser.get(path).status_code) == (410, 410)


def test_links_of_somebody_who_signs_the_post_no_longer_show_nothing(
    author, browser, draft, share, make_author
):
    path = share(draft)

    db.session.execute(update(PostAuthor).values(author_id=make_author("Grace Hopper").id))
    db.session.commit()

    assert browser.get(path).status_code == 410


def test_a_text_is_rendered_once_however_often_strangers_ask(
    author, browser, make_post, share, monkeypatch
):
    draft = make_post(
        "Once", body="A text of this test alone.", published_at=None, authors=[author.author]
    )
    rendered = []
    real = previewing.derived_once.__globals__["derived"]

    def count(*args, **kwargs):
        rendered.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr("blogapp.posts.rendering_once.derived", count)
    paths = [share(draft), share(draft)]

    for path in paths * 3:
        browser.get(path)

    assert len(rendered) == 1


def test_the_statements_of_a_preview_do_not_grow(author, browser, make_post, share, queries):
    few = share(make_post("Few", published_at=None, authors=[author.author]))
    tags = [f"Tag {n}" for n in range(20)]
    many = share(make_post("Many", published_at=None, authors=[author.author], tags=tags))

    queries.clear()
    browser.get(few)
    first = len(queries)
    queries.clear()
    browser.get(many)

    assert len(queries) <= first + 1


def test_a_preview_of_a_page_looks_like_a_page(owner, browser, make_post):
    page = make_post("Imprint", is_page=True, published_at=None)
    answer = owner.post(f"/write/posts/{page.id}/previews", data={"shows": "latest", "days": "7"})
    address = parse(answer.text).select_one("#preview-address")["value"]

    shown = browser.get(address[address.index("/preview/") :])

    assert parse(shown.text).select_one(".page__title").text == "Imprint"


def test_a_post_has_so_many_links_and_no_more(author, draft, clock):
    for _ in range(previewing.MOST_OPEN):
        previewing.share(draft, author_id=author.author.id, now=clock.moment, days=7)
    db.session.commit()

    answer = author.post(f"/write/posts/{draft.id}/previews", data={"shows": "latest", "days": "7"})

    assert answer.status_code == 200
    assert "many open links" in parse(answer.text).text
    with pytest.raises(previewing.TooManyLinks):
        previewing.share(draft, author_id=author.author.id, now=clock.moment, days=7)
    later = clock.moment + timedelta(days=8)
    assert previewing.share(draft, author_id=author.author.id, now=later, days=7)


def test_a_link_of_another_post_cannot_be_revoked_through_ones_own(author, draft, share, make_post):
    share(draft)
    own = make_post("Own", published_at=None, authors=[author.author])
    [link] = db.session.scalars(db.select(PreviewLink))

    answer = author.post(f"/write/posts/{own.id}/previews/{link.id}/revocation")

    assert answer.status_code == 404
