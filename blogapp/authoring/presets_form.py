"""Choosing a preset: what each would change, before anything is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from blogapp.authoring.settings_forms import (
    CARD_LABELS,
    LAYOUT_LABELS,
    PART_LABELS,
    SectionForm,
)
from blogapp.site.models import CARD_FIELDS, LIST_PARTS, Site
from blogapp.site.presets import BEFORE, PRESETS, apply_preset, changes
from blogapp.web.formatting import format_day, listed

LABELS: dict[str, tuple[LazyString, LazyString]] = {
    "cards-with-tags": (
        _l("Cards with tags"),
        _l("Domain, reading time, title, summary and tags in columns; nine posts on a page."),
    ),
    "knowledge-log": (
        _l("Knowledge log"),
        _l("Dense rows with their dates, newest first, and beside them each domain's newest."),
    ),
    "summaries-only": (
        _l("Summaries only"),
        _l("One sentence for each post, which opens it."),
    ),
    "plain-dated-list": (
        _l("Plain dated list"),
        _l("Title, date and a sentence, one post under the other."),
    ),
    "hero-and-excerpts": (
        _l("Hero and excerpts"),
        _l("Titles with what the posts say of themselves; the hero over them is yours to write."),
    ),
}
COLUMNS: dict[str, LazyString] = {
    "layout": _l("Layout"),
    "list_parts": _l("Around the list"),
    "card_fields": _l("A post shows"),
    "page_size": _l("Posts on a page"),
    "date_format": _l("Dates"),
}


@dataclass(frozen=True)
class Change:
    """A setting in words: what it is now, and what it would be."""

    label: str
    now: str
    then: str


class PresetForm(SectionForm):
    """One of the presets, or what was there before the last one."""

    preset = RadioField(_l("Preset"), default="")

    # By the value of the choice.
    hints: dict[str, str]
    changes: dict[str, Sequence[Change]]

    def offer(self, site: Site, example: datetime) -> None:
        """Let the form choose among the presets, each with what it changes in ``site``."""
        self.preset.choices = [SelectChoice("", _("As it is now"))]
        self.preset.choices += [SelectChoice(name, LABELS[name][0]) for name in PRESETS]
        names, self.hints = [*PRESETS], {name: str(LABELS[name][1]) for name in PRESETS}
        if site.before_preset:
            last = site.before_preset["preset"]
            label = _("What the last change here replaced")
            if last in LABELS:
                label = _("What there was before “%(preset)s”", preset=LABELS[last][0])
            self.preset.choices.append(SelectChoice(BEFORE, label))
            names.append(BEFORE)
        self.changes = {
            name: [
                Change(
                    str(COLUMNS[column]),
                    _in_words(column, now, example),
                    _in_words(column, then, example),
                )
                for column, (now, then) in changes(name, site).items()
            ]
            for name in names
        }

    def fill(self, site: Site) -> None:
        """Put the chosen preset's settings into ``site``, which keeps what they replace."""
        if self.preset.data:
            apply_preset(self.preset.data, site)


def _in_words(column: str, value: Any, example: datetime) -> str:
    if column == "layout":
        return str(LAYOUT_LABELS[value])
    if column == "date_format":
        return format_day(example, value)
    if column == "page_size":
        return str(value)
    order, labels = (
        (LIST_PARTS, PART_LABELS) if column == "list_parts" else (CARD_FIELDS, CARD_LABELS)
    )
    return listed([str(labels[name]) for name in order if name in value]) or _("nothing")
