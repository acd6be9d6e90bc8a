"""The timeline over a listing: how much was published when, and which of it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import url_for

from blogapp.posts.counting import Month
from blogapp.posts.selection import Selection
from blogapp.public.place import Place

LABELS = 8
MONTH = 4  # units wide
HEIGHT = 40


@dataclass(frozen=True)
class Years:
    """A stretch of the timeline under one label."""

    first: int
    address: str


@dataclass(frozen=True)
class Timeline:
    """A picture of ``months``, each a bar, over labels as wide as each other."""

    months: Sequence[Month]
    selection: Selection

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
        step = self._step
        return [Years(y, self._address(y)) for y in range(self.first, self.last + 1, step)]

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

    @cached_property
    def _highest(self) -> int:
        return max(month.posts for month in self.months)

    @property
    def _step(self) -> int:
        return -(-(self.last - self.months[0].year + 1) // LABELS)

    def _address(self, year: int) -> str:
        """Where a label leads: to its year with the same filter, or into the archive."""
        if self._step > 1:
            return url_for("public.archive", _anchor=f"from-{year}")
        if not any(month.year == year for month in self.months):
            return ""
        rest = self.selection.from_the_top().at_any_time()
        return Place("public.year", Selection(year=year), "year").address(rest)

    def _bar(self, month: Month, posts: int) -> str:
        x = ((month.year - self.first) * 12 + month.month) * MONTH - MONTH // 2
        return f"M{x} {HEIGHT}v-{max(3, round(HEIGHT * (posts / self._highest) ** 0.6))}"
