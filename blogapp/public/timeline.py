"""The timeline over a listing: how much was published when, and which of it shows.

It is a filter, too. Its labels are links to years, under a chosen year stand its months, and
`js/elements/time-line.js` makes every bar of it a way to its month.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from flask import url_for

from blogapp.posts.counting import Month
from blogapp.posts.selection import Selection
from blogapp.public.place import Place
from blogapp.web.formatting import abbreviate_months, name_month

MOST_LABELS = 8
MONTH = 4  # units wide
HEIGHT = 40


@dataclass(frozen=True)
class Years:
    """A stretch of the timeline under one label; a press on a chosen one lets it go.

    It leads to its first year. ``address`` is empty where there is nothing to show; ``choice``
    says the same to a form.
    """

    first: int
    address: str
    choice: str
    posts: int
    is_chosen: bool


@dataclass(frozen=True)
class MonthLink:
    """A month of the chosen year, likewise."""

    name: str
    short: str
    letter: str
    address: str
    choice: str
    posts: int
    is_chosen: bool


@dataclass(frozen=True)
class Timeline:
    """A picture of ``months``, each a bar, over labels as wide as each other."""

    months: Sequence[Month]
    selection: Selection
    place: Place

    @property
    def first(self) -> int:
        """The year it begins with, so that all labels cover as many years."""
        first, last = self.months[0].year, self.months[-1].year
        return first - -(last - first + 1) % self._step

    @property
    def last(self) -> int:
        return self.months[-1].year

    @property
    def width(self) -> int:
        return (self.last - self.first + 1) * 12 * MONTH

    @cached_property
    def years(self) -> list[Years]:
        """The labels; a year by itself has none, since its months stand there."""
        if self.place.within.year:
            return []
        return [self._years(year) for year in range(self.first, self.last + 1, self._step)]

    @cached_property
    def months_of_year(self) -> list[MonthLink]:
        """The twelve months of the year that is chosen, or that the place is."""
        year = self.place.within.year or self.selection.year
        if not year:
            return []
        after = {(month.year, month.month): month.after for month in self.months}
        shorts, letters = abbreviate_months("abbreviated"), abbreviate_months("narrow")
        return [
            self._month(year, month, shorts[month - 1], letters[month - 1], after)
            for month in range(1, 13)
        ]

    @property
    def all(self) -> str:
        """The path of all posts."""
        return "".join(self._bar(month, month.posts) for month in self.months)

    @property
    def shown(self) -> str:
        """The path of those that show; empty while nothing is left out."""
        if not self.selection.narrows:
            return ""
        return "".join(self._bar(month, month.shown) for month in self.months if month.shown)

    @property
    def numbers(self) -> str:
        """How many posts each month would show, one after the other from the first January on."""
        after = {(month.year, month.month): month.after for month in self.months}
        years = range(self.first, self.last + 1)
        found = (after.get((year, month), 0) for year in years for month in range(1, 13))
        return ",".join(str(number or "") for number in found)

    @property
    def at(self) -> int:
        """Which month the handle of the script begins at: the chosen one, else the last."""
        s, last = self.selection, self.months[-1]
        year, month = s.year or last.year, s.month or (1 if s.year else last.month)
        number = (year - self.first) * 12 + month - 1
        return min(max(number, 0), (self.last - self.first + 1) * 12 - 1)

    @property
    def anytime(self) -> str:
        """Where the same is shown of all times."""
        return self.place.address(self.selection.from_the_top().at_any_time())

    @cached_property
    def _highest(self) -> int:
        return max(month.posts for month in self.months)

    @property
    def _step(self) -> int:
        return -(-(self.last - self.months[0].year + 1) // MOST_LABELS)

    def _years(self, first: int) -> Years:
        posts = sum(month.after for month in self.months if month.year == first)
        is_chosen = self.selection.year == first and not self.selection.month
        if not posts and not is_chosen:
            # The label may stand for years after it that do have posts.
            later = next((m.year for m in self.months if first < m.year < first + self._step), 0)
            in_archive = url_for("public.archive", _anchor=f"from-{later}") if later else ""
            return Years(first, in_archive, "", 0, False)
        address, choice = self._time(None if is_chosen else first, None)
        return Years(first, address, choice, posts, is_chosen)

    def _month(
        self, year: int, month: int, short: str, letter: str, after: dict[tuple[int, int], int]
    ) -> MonthLink:
        posts = after.get((year, month), 0)
        is_chosen = self.selection.month == month
        # Let go, a month leaves its year; in a year's own place that is nothing.
        left = (None if self.place.within.year else year), None
        chosen = (left[0], month)
        address, choice = self._time(*(left if is_chosen else chosen))
        return MonthLink(
            name=name_month(date(year, month, 1)),
            short=short,
            letter=letter,
            address=address if posts or is_chosen else "",
            choice=choice,
            posts=posts,
            is_chosen=is_chosen,
        )

    def _time(self, year: int | None, month: int | None) -> tuple[str, str]:
        """Return the address of another time, and the same as a form would say it."""
        asked = replace(self.selection.from_the_top(), year=year, month=month)
        return self.place.address(asked), urlencode({"year": year or "", "month": month or ""})

    def _bar(self, month: Month, posts: int) -> str:
        x = ((month.year - self.first) * 12 + month.month) * MONTH - MONTH // 2
        return f"M{x} {HEIGHT}v-{max(3, round(HEIGHT * (posts / self._highest) ** 0.6))}"
