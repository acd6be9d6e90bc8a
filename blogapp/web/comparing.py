"""Two texts of a post as one page: rendered as readers see them, differences marked."""

from dataclasses import dataclass

from flask import current_app, request
from flask_babel import gettext as _
from markupsafe import Markup

from blogapp.media.models import Media
from blogapp.posts.rendering import place, render_body
from blogapp.text import code_blocks
from blogapp.text.page_differences import TooMuch, Words, compare_pages
from blogapp.text.sanitizing import trusted
from blogapp.text.trees import NotWellFormed
from blogapp.web.embedding import for_feeds
from blogapp.web.language import ngettext
from blogapp.web.saved_words import in_our_language


@dataclass(frozen=True)
class ComparedPage:
    """The page; its changes have the ids ``change-1``, ``change-2`` … up to how many they are."""

    html: Markup
    changes: int


def compare_as_page(
    old: str, new: str, *, media: dict[str, Media], language: str
) -> ComparedPage | None:
    """Return both bodies as one page; None where that costs more than a page may."""
    rendered = [render_body(body, media=media, language=language) for body in (old, new)]
    if not all(each.formatted for each in rendered):
        return None
    # Code without its colours and formulas without their source, as programs show them.
    before, after = (code_blocks.plain(for_feeds(in_our_language(each.html))) for each in rendered)
    try:
        difference = compare_pages(before, after, _words())
    except (TooMuch, NotWellFormed) as error:
        current_app.logger.info("two texts were not compared as a page: %s", error)
        return None
    return ComparedPage(trusted(place(difference.html, request.script_root)), difference.changes)


def _words() -> Words:
    return Words(
        removed=_("Removed:"),
        added=_("Added:"),
        end=_("End of change."),
        unchanged=lambda count: ngettext(
            "%(num)s paragraph alike", "%(num)s paragraphs alike", count
        ),
    )
