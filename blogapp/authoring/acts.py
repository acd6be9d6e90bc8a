"""What can be done with posts in the list, in words: asked, said to be done, and left out."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from blogapp.posts.changing import Act
from blogapp.posts.leaving_out import LeftOut, Reason
from blogapp.posts.shelving import Group
from blogapp.posts.undo_models import Undo
from blogapp.web.filters import current_site, local
from blogapp.web.formatting import clock_time, listed, long_day
from blogapp.web.language import ngettext


class Errand(StrEnum):
    """What is done with posts besides changing them; there is no way back."""

    EXPORT = "export"
    DELETE = "delete"


def offered(group: Group | None, *, of_pages: bool, publishes: bool) -> dict[str, str]:
    """Return the acts that make sense in a list, by name, with their words in the menu."""
    if group is Group.TRASHED:
        return {Act.RESTORE: _("Restore"), Errand.DELETE: _("Delete for good…")}
    words: dict[str, str] = {}
    if publishes:
        words |= {
            Act.PUBLISH: _("Publish"),
            Act.SCHEDULE: _("Schedule…"),
            Act.WITHDRAW: _("Withdraw or unschedule"),
        }
    if publishes and not of_pages:
        words |= {Act.UNLIST: _("Unlist"), Act.LIST: _("List again")}
    if not of_pages:
        words |= {
            Act.TAG: _("Add tags…"),
            Act.UNTAG: _("Remove tags…"),
            Act.MOVE: _("Change the domain…"),
        }
    return words | {Errand.EXPORT: _("Export as Markdown"), Act.TRASH: _("Move to the trash")}


def question(act: Act | Errand, count: int) -> str:
    """Return what is asked before ``count`` posts are changed."""
    match act:
        case Act.PUBLISH:
            return ngettext("Publish %(num)s post?", "Publish %(num)s posts?", count)
        case Act.SCHEDULE:
            return ngettext("Schedule %(num)s post", "Schedule %(num)s posts", count)
        case Act.WITHDRAW:
            return ngettext(
                "Withdraw or unschedule %(num)s post?",
                "Withdraw or unschedule %(num)s posts?",
                count,
            )
        case Act.UNLIST:
            return ngettext("Unlist %(num)s post?", "Unlist %(num)s posts?", count)
        case Act.LIST:
            return ngettext("List %(num)s post again?", "List %(num)s posts again?", count)
        case Act.TAG:
            return ngettext("Add tags to %(num)s post", "Add tags to %(num)s posts", count)
        case Act.UNTAG:
            return ngettext(
                "Remove tags from %(num)s post", "Remove tags from %(num)s posts", count
            )
        case Act.MOVE:
            return ngettext(
                "Change the domain of %(num)s post", "Change the domain of %(num)s posts", count
            )
        case Act.TRASH:
            return ngettext(
                "Move %(num)s post to the trash?", "Move %(num)s posts to the trash?", count
            )
        case Act.RESTORE:
            return ngettext("Restore %(num)s post?", "Restore %(num)s posts?", count)
        case Errand.DELETE:
            return ngettext(
                "Delete %(num)s post for good?", "Delete %(num)s posts for good?", count
            )
        case Errand.EXPORT:
            return ngettext("Export %(num)s post?", "Export %(num)s posts?", count)


def doing(act: Act | Errand) -> str:
    """Return what the button says that does it."""
    match act:
        case Act.PUBLISH:
            return _("Publish")
        case Act.SCHEDULE:
            return _("Schedule")
        case Act.WITHDRAW:
            return _("Withdraw or unschedule")
        case Act.UNLIST:
            return _("Unlist")
        case Act.LIST:
            return _("List again")
        case Act.TAG:
            return _("Add tags")
        case Act.UNTAG:
            return _("Remove tags")
        case Act.MOVE:
            return _("Change the domain")
        case Act.TRASH:
            return _("Move to the trash")
        case Act.RESTORE:
            return _("Restore")
        case Errand.DELETE:
            return _("Delete for good")
        case Errand.EXPORT:
            return _("Export as Markdown")


def consequence(act: Act | Errand) -> str:
    """Return what follows, in a sentence; empty where the question says it all."""
    match act:
        case Act.PUBLISH:
            return _("Readers and feeds see them at once. You can take it back afterwards.")
        case Act.WITHDRAW:
            return _("Their addresses answer that they are gone; scheduled ones become drafts.")
        case Act.UNLIST:
            return _("Their addresses go on working; lists, feeds and search leave them out.")
        case Errand.DELETE:
            return _(
                "Their texts, revisions and drafts go, and nothing brings them back."
                " Images stay in the library."
            )
    return ""


def outcome(undo: Undo) -> str:
    """Return what was done, with how many posts."""
    one = undo.title or _("Untitled")
    names = {"title": one, "words": undo.words}
    match Act(undo.act):
        case Act.PUBLISH:
            return _counted(undo, _("“%(title)s” is live.", **names), _live(undo.count))
        case Act.SCHEDULE:
            return ngettext(
                "%(num)s post goes live on %(when)s.",
                "%(num)s posts go live on %(when)s.",
                undo.count,
                when=_moment(undo.words),
            )
        case Act.WITHDRAW:
            text = _("“%(title)s” is no longer live, nor will it be.", **names)
            return _counted(undo, text, _gone(undo.count))
        case Act.UNLIST:
            return ngettext(
                "%(num)s post is unlisted: its address works, and no list shows it.",
                "%(num)s posts are unlisted: their addresses work, and no list shows them.",
                undo.count,
            )
        case Act.LIST:
            return ngettext(
                "%(num)s post is listed again.", "%(num)s posts are listed again.", undo.count
            )
        case Act.TAG:
            return ngettext(
                "%(num)s post got the tags: %(words)s.",
                "%(num)s posts got the tags: %(words)s.",
                undo.count,
                words=undo.words,
            )
        case Act.UNTAG:
            return ngettext(
                "%(num)s post lost the tags: %(words)s.",
                "%(num)s posts lost the tags: %(words)s.",
                undo.count,
                words=undo.words,
            )
        case Act.MOVE:
            return _moved(undo)
        case Act.TRASH:
            text = _("“%(title)s” is in the trash.", **names)
            return _counted(undo, text, _trashed(undo.count))
        case Act.RESTORE:
            text = _("“%(title)s” is back, as it was.", **names)
            return _counted(undo, text, _restored(undo.count))


def left_out(left: LeftOut) -> str:
    """Return who was left out and why; empty when nobody was."""
    if not left.count:
        return ""
    parts = "; ".join(_reasons(left))
    return ngettext(
        "%(num)s was left out: %(reasons)s.",
        "%(num)s were left out: %(reasons)s.",
        sum(left.count.values()),
        reasons=parts,
    )


def _counted(undo: Undo, one: str, many: str) -> str:
    return one if undo.count == 1 else many


def _live(count: int) -> str:
    return ngettext("%(num)s post is live.", "%(num)s posts are live.", count)


def _gone(count: int) -> str:
    return ngettext(
        "%(num)s post is no longer live, nor will it be.",
        "%(num)s posts are no longer live, nor will they be.",
        count,
    )


def _trashed(count: int) -> str:
    return ngettext("%(num)s post is in the trash.", "%(num)s posts are in the trash.", count)


def _restored(count: int) -> str:
    return ngettext(
        "%(num)s post is back, as it was.", "%(num)s posts are back, as they were.", count
    )


def _moved(undo: Undo) -> str:
    if not undo.words:
        return ngettext(
            "%(num)s post has no domain now.", "%(num)s posts have no domain now.", undo.count
        )
    return ngettext(
        "%(num)s post is in “%(words)s” now.",
        "%(num)s posts are in “%(words)s” now.",
        undo.count,
        words=undo.words,
    )


def _moment(words: str) -> str:
    moment = datetime.fromisoformat(words)
    return _(
        "%(day)s, %(time)s (%(zone)s)",
        day=long_day(local(moment)),
        time=clock_time(moment),
        zone=current_site().time_zone,
    )


def _reasons(left: LeftOut) -> Iterator[str]:
    for reason, count in left.count.items():
        titles = [_("“%(title)s”", title=title or _("Untitled")) for title in left.titles[reason]]
        more = count - len(titles)
        if more > 0:
            titles.append(ngettext("%(num)s more", "%(num)s more", more))
        yield f"{_why(Reason(reason), count)} ({listed(titles)})"


def _why(reason: Reason, count: int) -> str:
    match reason:
        case Reason.RIGHTS:
            return ngettext(
                "%(num)s is not yours to change so", "%(num)s are not yours to change so", count
            )
        case Reason.TRASHED:
            return ngettext("%(num)s is in the trash", "%(num)s are in the trash", count)
        case Reason.SO_ALREADY:
            return ngettext("%(num)s was so already", "%(num)s were so already", count)
        case Reason.LIVE:
            return ngettext("%(num)s is live already", "%(num)s are live already", count)
        case Reason.EMPTY:
            return ngettext(
                "%(num)s has no title or no text", "%(num)s have no title or no text", count
            )
        case Reason.UNSAVED:
            return ngettext(
                "%(num)s holds changes that are not saved: publish it from the editor",
                "%(num)s hold changes that are not saved: publish them from the editor",
                count,
            )
        case Reason.SECRETS:
            return ngettext(
                "%(num)s seems to hold a secret: the editor says where",
                "%(num)s seem to hold secrets: the editor says where",
                count,
            )
        case Reason.UNAPPROVED:
            return ngettext(
                "%(num)s needs an approval that it does not have",
                "%(num)s need approvals that they do not have",
                count,
            )
        case Reason.PAGE:
            return ngettext("%(num)s is a page", "%(num)s are pages", count)
        case Reason.FULL:
            return ngettext(
                "%(num)s has too many tags already", "%(num)s have too many tags already", count
            )
        case Reason.CHANGED:
            return ngettext(
                "%(num)s was changed since then", "%(num)s were changed since then", count
            )
        case Reason.NOT_TRASHED:
            return ngettext("%(num)s is not in the trash", "%(num)s are not in the trash", count)
