"""What the owner fills in about the blog, one form for each section of the settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from blogapp.authoring.forms import DATE_FORMATS, LANGUAGE
from blogapp.site.accents import DARK, LIGHT, TooFaint, dark_of, shade
from blogapp.site.models import CARD_FIELDS, LAYOUTS, LIST_PARTS, SOURCES, Site
from blogapp.site.report_counting import Refused
from blogapp.text.colours import parse_colour
from blogapp.text.name_lists import clean, one_line
from blogapp.text.origins import BadOrigin, covers, is_linkable, origin_of, parse_origin
from blogapp.text.palettes import TEXT, Palette
from blogapp.text.snippets import BadSnippet, read_snippet
from blogapp.web.explaining import explain
from blogapp.web.formatting import USUAL, format_day
from blogapp.web.forms import Form
from blogapp.web.links_field import LinksField

MOST_CRUMBS, MOST_SOCIAL = 4, 12
MOST_ORIGINS = 20
MOST_HERO_LINES = 3


def _lines(text: str | None) -> str:
    """Several lines without what no database keeps, and without empty ones around them."""
    return "\n".join(clean(text).splitlines()).strip()


class SectionForm(Form):
    """A section of the settings: a form whose fields carry the names of the site's columns."""

    def fill(self, site: Site) -> None:
        """Put what was typed into ``site``."""
        columns = Site.__table__.columns.keys()
        for field in self:
            if field.name in columns:
                field.populate_obj(site, field.name)


class GeneralForm(SectionForm):
    """What the blog is called, its language and its clock."""

    title = StringField(
        _l("Name of the blog"),
        [DataRequired(_l("A blog needs a name.")), Length(max=200)],
        filters=[one_line],
    )
    description = TextAreaField(
        _l("Description for search engines and feeds"), [Length(max=1000)], filters=[one_line]
    )
    language = StringField(
        _l("Language"),
        [
            DataRequired(_l("Name a language, such as en.")),
            Length(max=35),
            Regexp(LANGUAGE, message=_l("A language is a code like en, de or pt-BR.")),
        ],
        filters=[one_line],
    )
    time_zone = SelectField(
        _l("Time zone"),
        choices={name: name for name in sorted(available_timezones())},
        validate_choice=False,
    )
    date_format = SelectField(_l("Dates"))
    page_size = IntegerField(
        _l("Posts on a page"),
        [
            InputRequired(_l("Say how many posts a page shows.")),
            NumberRange(1, 100, message=_l("A page shows from 1 to 100 posts.")),
        ],
    )

    def offer_date_formats(self, site: Site, example: datetime) -> None:
        """Let the form choose among common formats and the site's own, shown as they look."""
        usual = _("%(date)s, as is usual in the language", date=format_day(example, USUAL))
        formats = dict.fromkeys([*DATE_FORMATS, site.date_format])
        self.date_format.choices = {
            USUAL: usual,
            **{fmt: format_day(example, fmt) for fmt in formats if fmt != USUAL},
        }

    def validate_time_zone(self, field: Field) -> None:
        if field.data not in available_timezones():
            raise ValidationError(_("Choose a zone from the list, such as Europe/Paris."))


class LookForm(SectionForm):
    """Logo, colour and letters."""

    upload = FileField(_l("Logo"))
    # What the form shows as the logo: a stored one's key, or empty.
    logo_key = HiddenField(filters=[one_line])
    remove_logo = BooleanField(_l("Take the logo out"))
    logo_alt = StringField(
        _l("What the logo says, for people who cannot see it"),
        [Length(max=300, message=_l("At most 300 characters."))],
        filters=[one_line],
    )
    shows_name = BooleanField(_l("Write the blog's name beside the logo"))
    accent = StringField(_l("Accent colour"), filters=[one_line])
    accent_dark = StringField(_l("Accent colour in the dark"), filters=[one_line])
    fonts = RadioField(
        _l("Letters"),
        choices=[
            SelectChoice("house", _l("The house's own, about 90 KB that browsers keep")),
            SelectChoice("system", _l("Those of the reader's system, nothing to load")),
        ],
    )
    prose = RadioField(
        _l("Longer texts"),
        choices=[
            SelectChoice("serif", _l("With serifs")),
            SelectChoice("sans", _l("Without serifs")),
        ],
    )

    palette: Palette
    # The nearest colours that can be told apart, by the field they are offered at.
    offers: dict[str, str]
    # What an empty field stands for.
    usual: dict[str, str]

    def measure_against(self, palette: Palette) -> None:
        """Judge colours by what they will stand on."""
        self.palette = palette
        self.offers = {}
        light, dark = palette["blue"]
        own = parse_colour(self.accent.data or "")
        self.usual = {"accent": light, "accent_dark": dark_of(own, palette) if own else dark}

    def validate_accent(self, field: Field) -> None:
        self._judge(field, LIGHT, _("on the page"))

    def validate_accent_dark(self, field: Field) -> None:
        self._judge(field, DARK, _("on the dark page"))

    def _judge(self, field: Field, theme: int, where: str) -> None:
        if not field.data:
            return
        colour = parse_colour(field.data)
        if colour is None:
            raise ValidationError(_("Write a colour as #RRGGBB, such as #B3261E."))
        field.data = colour
        try:
            shade(colour, self.palette, theme)
        except TooFaint as error:
            self.offers[field.name] = error.nearest
            raise ValidationError(
                _(
                    "%(colour)s is too faint %(where)s: a contrast of %(ratio)s, where text "
                    "needs %(least)s.",
                    colour=colour,
                    where=where,
                    # Rounded down: 4.49 must not read as enough.
                    ratio=f"{int(error.ratio * 10) / 10:.1f}",
                    least=TEXT,
                )
            ) from error


class BoxesField(SelectMultipleField):
    """Several of what there is: boxes to tick, in their order."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


CARD_LABELS = {
    "drawing": _l("Drawing"),
    "domain": _l("Domain"),
    "kind": _l("Kind"),
    "minutes": _l("Reading time"),
    "date": _l("Date"),
    "title": _l("Title"),
    "summary": _l("Summary"),
    "author": _l("Authors"),
    "tags": _l("Tags"),
}


LAYOUT_LABELS = {
    "cards": _l("Cards"),
    "log": _l("Log"),
    "minimal": _l("Minimal"),
}
PART_LABELS = {
    "timeline": _l("Timeline"),
    "filters": _l("Filters"),
    "layouts": _l("Choice of layout"),
    "years": _l("Years in the log"),
    "overview": _l("Newest of each domain"),
}


class FrontForm(SectionForm):
    """What stands over the list of posts, and what the list shows of each."""

    breadcrumb = LinksField(_l("Breadcrumb"), most=MOST_CRUMBS, needs_address=False)
    eyebrow = StringField(_l("Small line over the heading"), [Length(max=200)], filters=[one_line])
    heading = StringField(_l("Heading"), [Length(max=300)], filters=[one_line])
    hero = TextAreaField(_l("Hero, in place of the heading"), [Length(max=300)], filters=[_lines])
    intro = TextAreaField(
        _l("Introduction under the heading"), [Length(max=2000)], filters=[_lines]
    )
    layout = RadioField(
        _l("Layout"), choices=[SelectChoice(name, LAYOUT_LABELS[name]) for name in LAYOUTS]
    )
    list_parts = BoxesField(
        _l("Around the list"),
        choices=[SelectChoice(name, PART_LABELS[name]) for name in LIST_PARTS],
    )
    card_fields = BoxesField(
        _l("A post shows"), choices=[SelectChoice(name, CARD_LABELS[name]) for name in CARD_FIELDS]
    )

    def validate_hero(self, field: Field) -> None:
        if len(field.data.splitlines()) > MOST_HERO_LINES:
            raise ValidationError(_("A hero has at most %(most)s lines.", most=MOST_HERO_LINES))

    def validate_card_fields(self, field: Field) -> None:
        if not {"title", "summary"} & set(field.data or ()):
            raise ValidationError(_("A card needs a title or a summary to be opened by."))


class FrameForm(SectionForm):
    """The foot of every page."""

    footer_line = StringField(_l("Line in the footer"), [Length(max=500)], filters=[one_line])
    social_links = LinksField(_l("You elsewhere"), most=MOST_SOCIAL)
    social_icons = RadioField(
        _l("Shown as"),
        choices=[SelectChoice("1", _l("Icons")), SelectChoice("", _l("Words"))],
        coerce=lambda value: "1" if value in {True, "1"} else "",
    )

    def fill(self, site: Site) -> None:
        """Put what was typed into ``site``."""
        super().fill(site)
        site.social_icons = bool(self.social_icons.data)


class OriginsField(TextAreaField):
    """Origins, one a line."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        lines = clean(valuelist[0]).splitlines() if valuelist else []
        self.data = [line.strip() for line in lines if line.strip()]

    def pre_validate(self, form: Any) -> None:
        """Read each line strictly; the first that is no origin is named."""
        if len(self.data) > MOST_ORIGINS:
            raise ValidationError(_("At most %(most)s origins.", most=MOST_ORIGINS))
        found = []
        for line in self.data:
            try:
                found.append(parse_origin(line))
            except BadOrigin as error:
                raise ValidationError(
                    _(
                        "“%(line)s” is no origin. Write one a line, like "
                        "https://cdn.example.com, without a path.",
                        line=line[:60],
                    )
                ) from error
        self.data = list(dict.fromkeys(found))


class OutsideForm(SectionForm):
    """What public pages may load from elsewhere."""

    script = OriginsField(_l("Scripts"))
    img = OriginsField(_l("Images"))
    frame = OriginsField(_l("Frames: videos, slides"))
    style = OriginsField(_l("Stylesheets"))
    font = OriginsField(_l("Fonts"))
    connect = OriginsField(_l("Connections that scripts open"))
    head_snippet = TextAreaField(
        _l("HTML for the head of public pages"), [Length(max=20_000)], filters=[_lines]
    )
    # What browsers refused, and what of it is added here and not saved yet.
    refused: Sequence[Refused] = ()
    proposed = ""

    def propose(self, kind: str, origin: str) -> None:
        """Add an origin to what is shown, for somebody who then decides whether to save it."""
        try:
            origin = parse_origin(origin)
        except BadOrigin:
            return
        if kind in SOURCES and not _is_allowed(origin, self[kind].data or ()):
            self[kind].data = [*(self[kind].data or ()), origin]
            self.proposed = origin

    def fill(self, site: Site) -> None:
        """Put what was typed into ``site``."""
        site.origins = {name: self[name].data for name in SOURCES if self[name].data}
        site.head_snippet = self.head_snippet.data or ""

    def validate_head_snippet(self, field: Field) -> None:
        try:
            snippet = read_snippet(field.data or "")
        except BadSnippet as error:
            raise ValidationError(explain(error)) from error
        for kind, address in snippet.loads:
            if address.startswith("/") and is_linkable(address):
                continue
            origin = origin_of(address)
            if not _is_allowed(origin, self[kind].data or ()):
                raise ValidationError(
                    _(
                        "Browsers would refuse to load %(address)s: allow %(origin)s under "
                        "“%(field)s” first.",
                        address=address[:120],
                        origin=origin or _("its origin"),
                        field=self[kind].label.text,
                    )
                )


def _is_allowed(origin: str, allowed: Sequence[str]) -> bool:
    return any(covers(each, origin) for each in allowed)
