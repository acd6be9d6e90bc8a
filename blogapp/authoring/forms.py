"""What authors fill in, and what may be wrong with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import (
    DataRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, HiddenInput, TextInput

from blogapp.accounts.models import Author
from blogapp.posts.content import FIELDS, ON, SWITCHES, Content, content_of
from blogapp.posts.errors import SkippedTime
from blogapp.posts.managing import list_authors
from blogapp.posts.models import Post
from blogapp.posts.naming import find_authors
from blogapp.posts.retagging import unknown
from blogapp.posts.rights import may_make_tags
from blogapp.posts.scheduling import moment_at
from blogapp.posts.writing import Manuscript, normalised
from blogapp.site.reading import get_site
from blogapp.text.name_lists import clean, join_names, one_line, split_names
from blogapp.web.access import find_current_author
from blogapp.web.formatting import long_day
from blogapp.web.forms import Form

MOST_TAGS = 30
LONGEST_NAME = 200
SUMMARY_GOAL = 160
PAGE = "1"
# BCP 47 in outline: subtags of letters and digits, the first of letters.
LANGUAGE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
DATE_FORMATS = (
    "%-d %b %Y",
    "%-d %B %Y",
    "%-d. %B %Y",
    "%b %-d, %Y",
    "%B %-d, %Y",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y-%m-%d",
)


class NamesField(Field):
    """Names separated by commas; one that holds a comma stands in double quotes."""

    widget = TextInput()
    data: list[str]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return join_names(self.data or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = split_names(valuelist[0]) if valuelist else []


class Switch(CheckboxInput):
    """A box to tick, and behind it what is sent when it is not ticked."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        off: Markup = HiddenInput()(field, id=False, value="0")
        return off + super().__call__(field, value="1", **kwargs)


class SwitchField(Field):
    """On or off. What a form did not carry can be told from off: `raw_data` is empty then."""

    widget = Switch()
    data: bool

    def _value(self) -> str:
        return "1" if self.data else "0"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = "1" in valuelist


class PostForm(Form):
    """A post as its author types it."""

    title = StringField(
        _("Title"),
        [
            DataRequired(_("Give it a title; it can change later.")),
            Length(max=300, message=_("A title holds at most 300 characters.")),
        ],
        filters=[one_line],
    )
    body = TextAreaField(_("Text, in Markdown"), filters=[clean])
    slug = StringField(_("Address"), filters=[one_line])
    summary = TextAreaField(
        _("Summary"),
        [Length(max=1000, message=_("A summary holds at most 1,000 characters."))],
        filters=[one_line],
    )
    domain = StringField(_("Domain"), [Length(max=LONGEST_NAME)], filters=[one_line])
    tags = NamesField(_("Tags"))
    kind = StringField(_("Kind"), [Length(max=40)], filters=[one_line])
    series = StringField(_("Series"), [Length(max=LONGEST_NAME)], filters=[one_line])
    series_position = IntegerField(
        _("Part"),
        [Optional(), NumberRange(1, 9999, message=_("A part is a number from 1 to 9999."))],
    )
    authors = NamesField(_("Authors"))
    language = StringField(
        _("Language"),
        [
            Optional(),
            Length(max=35),
            Regexp(LANGUAGE, message=_("A language is a code like en, de or pt-BR.")),
        ],
        filters=[one_line],
    )
    canonical_url = StringField(
        _("First published at"),
        [
            Optional(),
            Length(max=2000),
            Regexp(r"^https?://[^\s<>\"]+$", message=_("Write a whole address: https://…")),
        ],
        filters=[one_line],
    )
    pinned = SwitchField(_("Pinned over the front page’s list"))
    unlisted = SwitchField(_("Unlisted"))
    version = HiddenField()
    # The last journal entry that is part of what the form was shown with.
    head = HiddenField()
    # `PAGE` when this becomes a static page.
    is_page = HiddenField()

    @classmethod
    def of(cls, post: Post) -> Self:
        """Return the form filled with what is stored."""
        return cls.showing(content_of(post), post)

    @classmethod
    def showing(
        cls, content: Content, post: Post | None = None, *, head: int = 0, token: str = ""
    ) -> Self:
        """Return the form filled with ``content``, spelled as it is, valid or not.

        With the ``token`` of the form that was sent it can be validated like that.
        """
        switched = {name: "1" if content[name] == ON else "0" for name in SWITCHES}
        return cls(
            formdata=MultiDict(
                {
                    **content.fields,
                    **switched,
                    "body": content.body,
                    "version": str(post.version) if post else "",
                    "head": str(head),
                    "is_page": PAGE if post and post.is_page else "",
                    "csrf_token": token,
                }
            )
        )

    def content(self, over: Content) -> Content:
        """Return what was typed; what the form does not carry is as in ``over``."""
        return over.changed(self.typed_fields(), self.typed_body())

    def typed_fields(self) -> dict[str, str]:
        """Return the fields that the form carries, spelled as in `Content`."""
        carried = (name for name in FIELDS if name in self and self[name].raw_data)
        return {name: self._typed(name) for name in carried}

    def typed_body(self) -> str | None:
        """Return the text that the form carries, or None."""
        return normalised(self.body.data or "") if self.body.raw_data else None

    def _typed(self, name: str) -> str:
        if name in SWITCHES:
            return ON if self[name].data else ""
        [text, *_] = self[name].raw_data or [""]
        return one_line(str(text))

    def manuscript(
        self, *, authors: tuple[Author, ...] | None, pinned: bool | None, extra: dict[str, Any]
    ) -> Manuscript:
        """Return what was typed as something that can be saved."""
        return Manuscript(
            title=self.title.data or "",
            body=self.body.data or "",
            slug=self.slug.data or "",
            summary=self.summary.data or "",
            kind=self.kind.data or "",
            language=self.language.data or "",
            canonical_url=self.canonical_url.data or "",
            domain=self.domain.data or "",
            series=self.series.data or "",
            series_position=self.series_position.data,
            tags=tuple(self.tags.data or ()),
            authors=authors,
            pinned=pinned,
            unlisted=self.unlisted.data if self.unlisted.raw_data else None,
            extra=extra,
        )

    def named_authors(self) -> tuple[Author, ...]:
        """Return the authors whose names were typed; valid forms name only such."""
        found = find_authors(self.authors.data or (), among=list_authors())
        return tuple(author for author in found if author)

    def validate_tags(self, field: Field) -> None:
        if len(field.data) > MOST_TAGS:
            raise ValidationError(
                _("%(found)s tags are too many; %(most)s is the most.")
                % {"found": len(field.data), "most": MOST_TAGS}
            )
        if new := tags_out_of_reach(field.data):
            raise ValidationError(
                _("No tag is called %(names)s, and new ones are for others here to create.")
                % {"names": join_names(new)}
            )
        for name in field.data:
            if len(name) > LONGEST_NAME:
                raise ValidationError(
                    _("“%(name)s…” is too long; a tag holds at most %(most)s characters.")
                    % {"name": name[:40], "most": LONGEST_NAME}
                )

    def validate_authors(self, field: Field) -> None:
        found = find_authors(field.data, among=list_authors())
        unknown = [name for name, author in zip(field.data, found, strict=True) if not author]
        if unknown:
            raise ValidationError(
                _("Nobody here is called %(names)s.") % {"names": join_names(unknown)}
            )


class PublicationForm(Form):
    """When a post goes live: at once, or at a time on the site's clock."""

    when = RadioField(_("When"), default="now")
    date = DateField(_("Date"), [Optional()])
    time = TimeField(_("Time"), [Optional()], format=["%H:%M", "%H:%M:%S"])

    zone: ZoneInfo = ZoneInfo("UTC")
    moment: datetime | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.when.choices = {"now": str(_("Now")), "later": str(_("At a set time"))}

    @classmethod
    def of(cls, moment: datetime | None, zone: ZoneInfo) -> Self:
        """Return the form showing ``moment`` on the clock of ``zone``."""
        local = moment and moment.astimezone(zone)
        when = "later" if local else "now"
        return cls(formdata=None, data={"when": when, "date": local, "time": local})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then whether day and time together name a moment: `moment`."""
        if not super().validate(extra_validators):
            return False
        if self.when.data == "later":
            try:
                self.moment = self._read_moment()
            except ValidationError as error:
                self.date.errors = [str(error)]
        return not self.date.errors

    def _read_moment(self) -> datetime:
        if self.date.data is None or self.time.data is None:
            raise ValidationError(_("Choose a day and a time."))
        if not 1970 <= self.date.data.year <= 2999:
            raise ValidationError(_("Choose a year from 1970 to 2999."))
        local = datetime.combine(self.date.data, self.time.data.replace(second=0))
        try:
            return moment_at(local, self.zone)
        except SkippedTime as error:
            next_valid = f"{error.next_valid:%H:%M}"
            if error.next_valid.date() != local.date():
                next_valid = f"{long_day(error.next_valid)}, {next_valid}"
            raise ValidationError(
                _(
                    "Clocks are put forward over %(time)s that day in %(zone)s."
                    " The next time there is: %(next)s."
                )
                % {"time": f"{local:%H:%M}", "zone": self.zone.key, "next": next_valid}
            ) from error


def tags_out_of_reach(names: Sequence[str]) -> list[str]:
    """Return those of the names that no tag has, where the author may not create tags."""
    author = find_current_author()
    if author is None or may_make_tags(author, get_site().tag_makers):
        return []
    return unknown(names)


def short_line(text: str | None) -> str:
    """Return ``text`` on a line and not longer than a caption may be."""
    return one_line(text)[:1000]


class ImageForm(Form):
    """An image for a post, and what it shows in words."""

    image = FileField(_("Image file"))
    alt = StringField(
        _("What it shows, for people who cannot see it"),
        [Length(max=1000, message=_("At most 1,000 characters."))],
        filters=[one_line],
    )
    decorative = BooleanField(_("It is decoration and needs no words"))
    image_caption = StringField(_("Caption"), filters=[short_line])
    image_credit = StringField(_("Credit"), filters=[short_line])

    def validate_image(self, field: Field) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose an image file."))

    def validate_alt(self, field: Field) -> None:
        if not field.data and not self.decorative.data:
            raise ValidationError(_("Say in a few words what the image shows."))
