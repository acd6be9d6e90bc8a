"""The archive: every year and month that has posts, and every domain, series and author."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request, url_for

from blogapp.caching.keeping import keep
from blogapp.posts.counting import Choice, Choices, count_choices
from blogapp.posts.finding import look
from blogapp.posts.selection import Selection
from blogapp.public.addressing import moved_to
from blogapp.web.clock import now
from blogapp.web.formatting import name_months
from blogapp.web.pages import render_page
from blogapp.web.remembering import versions

# The other ways into the blog, by their key in addresses, and where they stand on the page.
SECTIONS = {"domain": "domains", "series": "series", "author": "authors"}


@dataclass(frozen=True)
class Month:
    """A month of a year, with or without posts."""

    number: int
    name: str
    posts: int


@dataclass(frozen=True)
class Year:
    """A year that has posts, and its twelve months."""

    number: int
    posts: int
    months: Sequence[Month]


@dataclass(frozen=True)
class Section:
    """All domains, series or authors that have posts, from A to Z."""

    key: str
    anchor: str
    entries: Sequence[Choice]


def show() -> Response:
    """Years and months, domains, series and authors, with how many posts each has."""
    if "fragment" not in request.args and (moved := moved_to(url_for("public.archive"))):
        return moved
    keep(url_for("public.archive"))
    choices = count_choices(Selection(), look(now(), known=versions()))
    return render_page(
        "public/archive.html",
        posts=choices.posts,
        years=_years(choices),
        sections=_sections(choices),
        section="archive",
    )


def _years(choices: Choices) -> list[Year]:
    """The years, newest first; their months as a calendar has them."""
    posts = {(month.year, month.month): month.posts for month in choices.months}
    names = name_months()
    years = sorted({year for year, _month in posts}, reverse=True)
    found = []
    for year in years:
        months = [
            Month(number, name, posts.get((year, number), 0))
            for number, name in enumerate(names, start=1)
        ]
        found.append(Year(year, sum(month.posts for month in months), months))
    return found


def _sections(choices: Choices) -> list[Section]:
    found = [
        Section(key, anchor, [one for one in choices.single[key] if one.used])
        for key, anchor in SECTIONS.items()
    ]
    return [section for section in found if section.entries]
