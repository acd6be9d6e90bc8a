"""What went wrong in the domain, in the interface's words."""

from flask_babel import gettext as _

from blogapp.accounts.errors import BadEmail, EmailTaken, WeakPassword
from blogapp.accounts.passwords import LEAST, MOST
from blogapp.media.drawings import NotInert
from blogapp.media.errors import MediaError, NotAnImage, TooLarge, TooManyPixels
from blogapp.posts.errors import BadSlug, BodyTooLong, NothingToPublish, PostError, SlugTaken


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
        case WeakPassword():
            return _(
                "A password has at least %(least)s characters and at most %(most)s.",
                least=LEAST,
                most=MOST,
            )
    return str(error)


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
    return str(error)


def _about_file(error: MediaError) -> str:
    match error:
        case TooLarge():
            return _("The file is larger than 20 MB.")
        case TooManyPixels():
            return _("The image has more than 50 megapixels.")
        case NotAnImage() if isinstance(error.__cause__, NotInert):
            return _("The SVG is not kept: it holds something that could run or load.")
        case NotAnImage():
            return _("This is no PNG, JPEG, GIF, WebP or AVIF image, or it is damaged.")
    return str(error)
