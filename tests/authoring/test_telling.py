"""Who is told that a post went to readers, or left them."""

import json

import pytest
from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.mailing.models import Message
from blogapp.mailing.servers import MailServer
from blogapp.site.models import Site
from blogapp.web.chatting import set_address
from blogapp.web.mailing import unsealed


@pytest.fixture
def settings():
    return {"MAIL": MailServer.parse("smtp://127.0.0.1:9?from=blog@example.com")}


@pytest.fixture
def drafts(app, make_author, make_post):
    """Two drafts of Ada's, in a blog whose room is told everything."""
    site = Site(id=1, title="Blog", chat_kind="generic", chat_steps=["published", "withdrawn"])
    set_address(site, "https://chat.example.com/hook")
    db.session.add(site)
    ada = make_author("Ada")
    return [make_post(f"Post {n}", published_at=None, authors=[ada]) for n in (1, 2)]


@pytest.fixture
def ada(drafts, as_author):
    return as_author(db.session.scalar(select(Author).where(Author.name == "Ada")))


def told():
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    contents = [json.loads(unsealed(message.content)) for message in messages]
    return [
        (message.recipient, content.get("subject") or content["text"])
        for message, content in zip(messages, contents, strict=True)
    ]


def test_whoever_signs_a_post_is_told_what_others_do_with_it(owner, drafts):
    address = f"/write/posts/{drafts[0].id}"
    owner.post(f"{address}/publication", data={"when": "now"})
    owner.post(f"{address}/withdrawal")

    published, withdrew = "Grace Hopper published “Post 1”.", "Grace Hopper withdrew “Post 1”."
    assert told() == [
        ("ada@example.com", published),
        ("", published),
        ("ada@example.com", withdrew),
        ("", withdrew),
    ]


def test_nobody_is_told_what_they_did_themselves(ada, drafts):
    ada.post(f"/write/posts/{drafts[0].id}/publication", data={"when": "now"})

    assert told() == [("", "Ada published “Post 1”.")]


def test_of_many_posts_the_room_hears_one_sentence(owner, drafts):
    owner.post("/write/posts/changes", data={"act": "publish", "post": [d.id for d in drafts]})

    assert told() == [
        ("ada@example.com", "Grace Hopper published “Post 1”."),
        ("ada@example.com", "Grace Hopper published “Post 2”."),
        ("", "Grace Hopper published 2 posts."),
    ]


def test_a_title_is_one_line_of_a_mail(owner, drafts):
    drafts[0].title = "Hello\r\nBcc: all@example.com"
    db.session.commit()
    owner.post(f"/write/posts/{drafts[0].id}/publication", data={"when": "now"})

    assert "\n" not in told()[0][1]
