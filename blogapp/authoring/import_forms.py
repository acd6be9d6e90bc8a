"""What is asked before a blog is taken in."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.validators import Length, ValidationError

from blogapp.importing.readers import READERS
from blogapp.text.name_lists import one_line
from blogapp.web.forms import Form

MARKDOWN = "markdown"
# Names of products are the same in every language.
KINDS = {
    MARKDOWN: _l("Markdown files"),
    "wordpress": "WordPress",
    "ghost": "Ghost",
    "medium": "Medium",
    "substack": "Substack",
    "blogger": "Blogger",
    "beehiiv": "beehiiv",
    "buttondown": "Buttondown",
    "feed": _l("Feed (RSS, Atom, JSON Feed)"),
}
# What one has to do there to get the file.
WAYS = {
    MARKDOWN: _l(
        "Of Jekyll, Hugo, Pelican, Astro, Eleventy, or an export of this software: a ZIP of the "
        "folder in which the site lies, pictures included."
    ),
    "wordpress": _l("Tools → Export → All content gives an XML file."),
    "ghost": _l("Settings → Import/Export → Export gives a JSON file or a ZIP."),
    "medium": _l("Settings → Security and apps → Download your information gives a ZIP."),
    "substack": _l("Settings → Import/Export → Export gives a ZIP."),
    "blogger": _l("Settings → Manage blog → Back up content gives an XML file."),
    "beehiiv": _l("Settings → Export data → Posts gives a CSV file."),
    "buttondown": _l("Settings → Exports gives a ZIP."),
    "feed": _l("Save the feed with all its entries as a file."),
}
_SHORT = Length(max=200, message=_l("At most 200 characters."))


def kinds() -> dict[str, object]:
    """Return what can be read here, by the reader's name."""
    return {kind: label for kind, label in KINDS.items() if kind == MARKDOWN or kind in READERS}


class ImportForm(Form):
    """How an upload is to be read; the file itself comes after these."""

    class Meta:
        # The token stands before the file, and is looked at before that is read.
        csrf = False

    kind = SelectField(_l("Where from"), default="")
    author = StringField(_l("Who signs posts that name nobody"), [_SHORT], filters=[one_line])
    time_zone = SelectField(_l("Time zone of dates that name none"), default="")
    base_url = StringField(_l("Where the blog was on the web"), filters=[one_line])
    name = StringField(_l("What to call this source"), [_SHORT], filters=[one_line])
    pages = BooleanField(_l("Of Markdown files, take pages such as about.md as static pages"))
    fetch = BooleanField(_l("Fetch pictures that are not in the file from the web"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(kind, str(label)) for kind, label in kinds().items()]
        self.kind.choices = [("", _("Recognise it from the file")), *named]
        zones = [(name, name) for name in sorted(available_timezones())]
        self.time_zone.choices = [("", _("The source’s own, else the blog’s")), *zones]

    def validate_base_url(self, field: Field) -> None:
        parts = urlsplit(field.data or "")
        if field.data and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValidationError(_("Write a whole address, such as https://example.org/blog."))

    @property
    def options(self) -> dict[str, object]:
        """What a run keeps of it."""
        return {
            "author": self.author.data or "",
            "time_zone": self.time_zone.data or "",
            "base_url": (self.base_url.data or "").rstrip("/"),
            "name": self.name.data or "",
            "pages": bool(self.pages.data),
            "fetch": bool(self.fetch.data),
        }
