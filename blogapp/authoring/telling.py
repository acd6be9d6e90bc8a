"""Telling those who sign a post, and the room in a chat, what readers see of it from now on."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blogapp.extensions import db
from blogapp.posts.changing import Act
from blogapp.posts.models import Post
from blogapp.posts.review_models import Review, ReviewState
from blogapp.web.access import current_author
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.chatting import send_chat
from blogapp.web.language import ngettext
from blogapp.web.mailing import send_notice

# So many posts that are changed at once are told one by one.
MOST_TOLD = 50


def tell(post: Post, act: Act) -> None:
    """Tell that whoever is signed in published, scheduled or withdrew ``post``.

    Who had to do with a review that ends by it is told by that.
    """
    if act.publishes and _in_review([post.id]):
        return
    _write_to_signers(post, act)
    send_chat(_line(post.title, act), _link(post, act), step=_step(act))


def tell_many(ids: Sequence[int], act: Act) -> None:
    """As `tell`, of many posts at once: the room hears one sentence."""
    query = select(Post).where(Post.id.in_(ids[:MOST_TOLD])).options(selectinload(Post.authors))
    told_elsewhere = _in_review(ids) if act.publishes else ()
    posts = [post for post in db.session.scalars(query) if post.id not in told_elsewhere]
    for post in posts:
        _write_to_signers(post, act)
    if len(posts) == 1:
        send_chat(_line(posts[0].title, act), step=_step(act))
    elif posts:
        send_chat(_line_of_many(len(ids), act), step=_step(act))


def _in_review(ids: Sequence[int]) -> Collection[int]:
    query = select(Review.post_id)
    query = query.where(Review.post_id.in_(ids), Review.state == ReviewState.OPEN)
    return set(db.session.scalars(query))


def _write_to_signers(post: Post, act: Act) -> None:
    actor = current_author()
    for person in post.authors:
        if person.id != actor.id:
            send_notice(
                person,
                "published",
                "post_published",
                title=post.title or _("Untitled"),
                line=_line(post.title, act),
                link=_link(post, act) or absolute_url_for("authoring.edit_post", id=post.id),
            )


def _link(post: Post, act: Act) -> str:
    return absolute(post.path) if act is Act.PUBLISH else ""


def _step(act: Act) -> str:
    return "published" if act.publishes else "withdrawn"


def _line(title: str, act: Act) -> str:
    said = {"name": current_author().name, "title": title or _("Untitled")}
    if act is Act.PUBLISH:
        return _("%(name)s published “%(title)s”.", **said)
    if act is Act.SCHEDULE:
        return _("%(name)s scheduled “%(title)s”.", **said)
    return _("%(name)s withdrew “%(title)s”.", **said)


def _line_of_many(num: int, act: Act) -> str:
    who = current_author().name
    if act is Act.PUBLISH:
        return ngettext(
            "%(who)s published %(num)s post.", "%(who)s published %(num)s posts.", num, who=who
        )
    if act is Act.SCHEDULE:
        return ngettext(
            "%(who)s scheduled %(num)s post.", "%(who)s scheduled %(num)s posts.", num, who=who
        )
    return ngettext(
        "%(who)s withdrew %(num)s post.", "%(who)s withdrew %(num)s posts.", num, who=who
    )
