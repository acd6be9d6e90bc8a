"""What went wrong in the domain, in the interface's words."""

import re

from flask_babel import gettext as _

from blogapp.accounts.errors import (
    BadEmail,
    CommonPassword,
    EmailTaken,
    LastOwner,
    NotAllowed,
    TooManyInvited,
    WeakPassword,
)
from blogapp.accounts.passwords import MOST
from blogapp.media.drawings import NotInert
from blogapp.media.errors import (
    BadAttachment,
    MediaError,
    NotAnImage,
    TooCostly,
    TooLarge,
    TooManyPixels,
    TooManyUploads,
    UnwantedKind,
)
from blogapp.media.stores import StoreAway
from blogapp.posts.approving import Clearance
from blogapp.posts.errors import (
    AnotherText,
    BadSlug,
    BodyTooLong,
    NotApproved,
    NothingToPublish,
    NotInReview,
    OwnText,
    PostError,
    SlugTaken,
)
from blogapp.web.language import N_, ngettext, translate

# What parsers say about what they refuse; the gaps are filled with parts of it.
_REMARKS = (
    N_("it is not well-formed: %(error)s"),
    N_("its root is no svg element"),
    N_("it holds the element %(name)s"),
    N_("it holds the processing instruction %(name)s"),
    N_("it declares a document type of its own"),
    N_("it declares entities"),
    N_("it holds the event handler %(name)s"),
    N_("its %(name)s runs a script"),
    N_("it animates an address"),
    N_("it refers to %(address)s"),
    N_("its %(name)s holds an address"),
    N_("its style holds %(text)s"),
    N_("<%(tag)s> is not closed."),
    N_("<%(tag)s> does not belong into a head."),
    N_("</%(tag)s> closes nothing."),
    N_("A script has an address or a text, not both."),
    N_("The text of a <%(tag)s> holds something that browsers may not close."),
    N_("“%(text)s” is text; a head shows none."),
    N_("A document type does not belong into a head."),
    N_("<%(text)s is no HTML."),
    N_("The attribute %(name)s of <%(tag)s> is not allowed."),
    N_("The attribute %(name)s of <%(tag)s> holds a script."),
    N_("An attribute of <%(tag)s> stands twice."),
)


def explain(error: Exception) -> str:
    """Return a sentence for whoever can put it right; the error's own where there is none."""
    if isinstance(error, PostError):
        return _about_post(error)
    if isinstance(error, MediaError):
        return _about_file(error)
    match error:
        case BadEmail():
            return _("This is not an e-mail address.")
        case EmailTaken():
            return _("This address has an account already.")
        case CommonPassword():
            return _(
                "Others would try this password: it is a common one, a pattern, or says who you "
                "are. Three or four words that have nothing to do with each other are better."
            )
        case WeakPassword():
            return _(
                "A password has at least %(least)s characters and at most %(most)s.",
                least=error.least,
                most=MOST,
            )
        case LastOwner():
            return _("Nobody else is an owner who can sign in. Make somebody one first.")
        case NotAllowed():
            return _("That is not yours to do. Nothing was changed.")
        case StoreAway():
            return _("The store of files does not answer. The file is not kept; try again.")
        case TooManyInvited():
            return _("Those are very many invitations. Wait an hour, or withdraw some.")
    return _repeat(str(error))


def _about_post(error: PostError) -> str:
    match error:
        case BadSlug():
            return _("An address may hold letters, digits, hyphens, dots and underscores.")
        case SlugTaken():
            return _("Something else already lives at this address.")
        case BodyTooLong():
            return _("A post holds at most one megabyte of text.")
        case NothingToPublish():
            return _("A post needs a title and a text before it can be published.")
        case NotApproved(clearance=clearance):
            return _what_is_missing(clearance)
        case NotInReview():
            return _("Nobody is asked to review this post any more.")
        case AnotherText():
            return _("The text was changed meanwhile. Nothing was approved; look at it again.")
        case OwnText():
            return _("Nobody approves a text that they wrote, changed or asked others to review.")
    return str(error)


def _what_is_missing(clearance: Clearance) -> str:
    given = len(clearance.approved_by)
    needed = ngettext(
        "This text needs %(num)s approval before readers see it",
        "This text needs %(num)s approvals before readers see it",
        clearance.rule.needed,
    )
    has = _("it has %(count)s", count=given) if given else _("it has none")
    people = [person.name for person in clearance.waits_for]
    who = (
        _("Missing from: %(names)s.", names=", ".join(people))
        if people
        else _("Any editor or owner who did not write it can approve it.")
    )
    return f"{needed}; {has}. {who}"


def _about_file(error: MediaError) -> str:
    match error:
        case TooLarge():
            return _("The file is larger than 20 MB.")
        case TooManyPixels():
            return _("The image has more than 50 megapixels.")
        case TooCostly():
            return _("Reading this image takes too much time or memory.")
        case TooManyUploads():
            return _("Too many files are on their way at once. Try again when some have arrived.")
        case UnwantedKind():
            return _(
                "Files of this kind are not kept. Images are (PNG, JPEG, WebP, AVIF, GIF, SVG), "
                "PDF, text, tables, archives, sound and film."
            )
        case BadAttachment():
            return _("The file is damaged, or not what its name says.")
        case NotAnImage() if isinstance(error.__cause__, NotInert):
            return _("The SVG is not kept: %(why)s.", why=explain(error.__cause__))
        case NotAnImage():
            return _("This is no PNG, JPEG, GIF, WebP or AVIF image, or it is damaged.")
    return str(error)


def _repeat(remark: str) -> str:
    """Return a parser's remark in the interface's language, where it is known."""
    for text in _REMARKS:
        pattern = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*)", re.escape(text))
        if found := re.fullmatch(pattern, remark, re.DOTALL):
            return translate(text) % found.groupdict()
    return remark
