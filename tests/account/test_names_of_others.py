"""Nobody gets at the posts of others by what they call themselves."""

import pytest
from sqlalchemy import select

from blogapp.accounts.models import Role
from blogapp.accounts.registering import add_author
from blogapp.extensions import db
from blogapp.posts.models import Post, PostAuthor
from blogapp.web.clock import now


@pytest.fixture
def grace(make_author):
    """Somebody whose address is not made from her name."""
    author = make_author("Grace")
    author.slug = "g"
    db.session.commit()
    return author


@pytest.fixture
def post(grace, make_post):
    return make_post("Plan", authors=[grace], published_at=None)


def bylines(post):
    query = select(PostAuthor.author_id).where(PostAuthor.post_id == post.id)
    return list(db.session.scalars(query.order_by(PostAuthor.position)))


def typed(browser, post, **changes):
    """What the editor of the post sends."""
    page = browser.page(f"/write/posts/{post.id}")
    names = ("version", "head", "title", "body", "slug", "language", "authors", "kind")
    found = {name: page.select_one(f"[name={name}]") for name in names}
    sent = {
        name: field.text.removeprefix("\n") if field.name == "textarea" else field.get("value", "")
        for name, field in found.items()
        if field and field.name != "select"
    }
    return sent | changes


def test_an_address_like_the_name_of_another_is_refused(grace, post, author, owner, make_author):
    bob = make_author("Bob")

    taken = author.post("/account", data={"name": "Ada Lovelace", "slug": "grace"})
    owner.post(f"/write/posts/{post.id}", data=typed(owner, post, authors="Grace, Bob"))

    assert taken.status_code == 422
    assert bylines(post) == [grace.id, bob.id]


def test_a_new_account_gets_no_address_like_the_name_of_another(grace):
    eve = add_author(
        name="grace!", email="eve@example.com", role=Role.AUTHOR, password=None, now=now()
    )

    assert eve.slug == "grace-2"


def test_a_name_like_the_address_of_another_stands_for_nobody_else(
    grace, author, owner, make_author, make_post
):
    bob, hers = make_author("Bob"), make_post("Hers", authors=[author.author], published_at=None)

    author.post("/account", data={"name": "g", "slug": "ada-lovelace"})
    sent = typed(owner, hers)
    owner.post(f"/write/posts/{hers.id}", data=sent | {"authors": f"{sent['authors']}, Bob"})

    assert sent["authors"] == "ada-lovelace"
    assert bylines(hers) == [author.author.id, bob.id]


def test_a_name_like_that_of_another_keeps_nobody_from_saving(grace, post, author, as_author):
    her = as_author(grace)
    her.post(f"/write/posts/{post.id}", data=typed(her, post, body="One."))

    author.post("/account", data={"name": "Grace", "slug": "ada-lovelace"})
    saved = her.post(f"/write/posts/{post.id}", data=typed(her, post, body="Two."))

    assert saved.status_code == 303
    assert bylines(post) == [grace.id]
    assert db.session.scalar(select(Post.body)) == "Two."
