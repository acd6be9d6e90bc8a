"""Telling people, and the blog's room in a chat, what was done in a review."""

from flask_babel import gettext as _

from blogapp.posts.concerning import tell_all, tell_on_asking, tell_on_deciding
from blogapp.posts.review_models import StepKind
from blogapp.posts.reviewing import Reviewed
from blogapp.web.access import current_author
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.chatting import send_chat
from blogapp.web.clock import now
from blogapp.web.mailing import send_notice

# Whom a step concerns, which of the notices it is (`mailing.NOTICES`), and its letter.
_LETTERS = {
    StepKind.ASKED: (tell_on_asking, "review-asked", "review_asked"),
    StepKind.COMMENTED: (tell_all, "review-answered", "review_commented"),
    StepKind.APPROVED: (tell_on_deciding, "review-answered", "review_approved"),
    StepKind.SENT_BACK: (tell_on_deciding, "review-answered", "review_sent_back"),
    StepKind.WITHDRAWN: (tell_all, "review-asked", "review_withdrawn"),
    StepKind.OVERRIDDEN: (tell_all, "review-answered", "review_overridden"),
    StepKind.PUBLISHED: (tell_all, "published", "review_published"),
}


def tell(reviewed: Reviewed, kind: StepKind, *, words: str = "", quote: str = "") -> None:
    """Write to everybody whom a step of the signed-in author concerns but them, once each."""
    people, notice, letter = _LETTERS[kind]
    actor = current_author()
    link = absolute_url_for("authoring.show_review", id=reviewed.post.id)
    title = reviewed.content["title"] or _("Untitled")
    is_out = kind is StepKind.PUBLISHED and reviewed.post.is_public(now())
    readers = absolute(reviewed.post.path) if is_out else ""
    for person in people(reviewed):
        if person.id != actor.id:
            send_notice(
                person,
                notice,
                letter,
                title=title,
                actor=actor.name,
                words=words,
                quote=quote,
                link=link,
                missing=reviewed.clearance.missing,
                readers=readers,
            )
    send_chat(_line(kind, actor.name, title, is_out=is_out), readers or link, step=notice)


def _line(kind: StepKind, actor: str, title: str, *, is_out: bool) -> str:
    said = {"name": actor, "title": title}
    match kind:
        case StepKind.ASKED:
            return _("%(name)s asks for a review of “%(title)s”.", **said)
        case StepKind.COMMENTED:
            return _("%(name)s said something about “%(title)s”.", **said)
        case StepKind.APPROVED:
            return _("%(name)s approved “%(title)s”.", **said)
        case StepKind.SENT_BACK:
            return _("%(name)s sent “%(title)s” back.", **said)
        case StepKind.WITHDRAWN:
            return _("%(name)s takes back the request to review “%(title)s”.", **said)
        case StepKind.OVERRIDDEN:
            return _("%(name)s let “%(title)s” out without the approvals it needs.", **said)
        case StepKind.PUBLISHED if not is_out:
            return _("%(name)s scheduled “%(title)s” after its review.", **said)
        case StepKind.PUBLISHED:
            return _("%(name)s published “%(title)s” after its review.", **said)
