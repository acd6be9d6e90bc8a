"""The menus of the filter: for each thing that a post has one of, what can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import lazy_gettext

from blogapp.posts.counting import Choice, Choices
from blogapp.posts.selection import Selection
from blogapp.public.archive import SECTIONS
from blogapp.public.place import Place
from blogapp.web import formatting

MOST_OPTIONS = 60
LABELS = {
    "domain": lazy_gettext("Domain"),
    "kind": lazy_gettext("Kind"),
    "series": lazy_gettext("Series"),
    "author": lazy_gettext("Author"),
    "year": lazy_gettext("Year"),
    "month": lazy_gettext("Month"),
}


@dataclass(frozen=True)
class Select:
    """A choice of one, as a form shows it."""

    name: str
    label: str
    options: Sequence[Choice]
    value: str
    total: int

    @property
    def rest(self) -> str:
        """Where all are, when there are more than a menu can hold; else empty."""
        if self.total <= len(self.options):
            return ""
        return url_for("public.archive", _anchor=SECTIONS[self.name])

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Slug, text and state of each option."""
        return [_row(option) for option in self.options]


def selects(place: Place, selection: Selection, choices: Choices) -> list[Select]:
    """Return the menus that are worth showing in this place."""
    found = []
    for name, label in LABELS.items():
        value = str(getattr(selection, name) or "")
        here = [c for c in choices.single.get(name, ()) if c.used or c.chosen]
        options = _most_used(here) if name in SECTIONS else here
        if name == "month":
            names = formatting.name_months()
            options = [replace(c, name=names[int(c.slug) - 1]) for c in options]
            if not value and not (selection.year or place.key == "year"):
                continue
        if value and not any(choice.chosen for choice in options):
            options.append(Choice(value, value, 0, 0, chosen=True))
        if value or (len(options) > 1 and not getattr(place.within, name)):
            found.append(Select(name, str(label), options, value, len(here)))
    return found


def _most_used(choices: Sequence[Choice]) -> list[Choice]:
    """Return as many as a menu can hold, in their order; the chosen one is always there."""
    most = sorted(choices, key=lambda choice: -choice.used)[:MOST_OPTIONS]
    kept = {choice.slug for choice in most}
    return [choice for choice in choices if choice.slug in kept or choice.chosen]


def _row(option: Choice) -> tuple[str, str, str]:
    if option.chosen:
        return option.slug, option.name, " selected"
    state = "" if option.after else " disabled"
    return option.slug, f"{option.name} ({formatting.number(option.after)})", state
