"""What the listing says about itself, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import gettext as _

from blogapp.posts.search_query import FACETS, parse
from blogapp.posts.selection import Match, Selection, Sort
from blogapp.public.search_wording import say_search
from blogapp.web.formatting import listed, name_month, name_months


@dataclass(frozen=True)
class Wording:
    """A selection in words; ``names`` are the spellings by key and folded slug."""

    selection: Selection
    names: Mapping[tuple[str, str], str]

    def chosen(self) -> str:
        """Return what is chosen: ``tagged postgres or DNS, in Databases``; may be empty."""
        return ", ".join(filter(None, [*self._chosen_names(), *self._chosen_otherwise()]))

    def order(self) -> str:
        """Return the order in words, when it is not the usual one."""
        sort = self.selection.sort
        if sort is self.selection.usual_sort:
            return ""
        return {
            Sort.NEWEST: _("newest first"),
            Sort.OLDEST: _("oldest first"),
            Sort.RELEVANCE: _("best match first"),
        }[sort]

    def unknown(self) -> list[str]:
        """Return a sentence for each name that no post here has."""
        conditions = parse(self.selection.q).conditions
        searched = [(c.key, c.value) for c in conditions if c.key in FACETS]
        return [
            _no_such(key, slug)
            for key, slug in dict.fromkeys([*self.selection.named, *searched])
            if slug and (key, slug.casefold()) not in self.names
        ]

    def name(self, key: str, slug: str) -> str:
        """Return how people spell it; the slug itself when nobody knows it."""
        return self.names.get((key, slug.casefold()), slug)

    def way_out(self, dropped: str, slug: str) -> str:
        """Return what a button says that takes one choice back."""
        if dropped == "match":
            return _("Match any tag")
        if dropped == "not":
            return _("Allow %(name)s", name=self.name("tag", slug))
        if dropped == "q":
            return _("Drop the words")
        name = name_months()[int(slug) - 1] if dropped == "month" else self.name(dropped, slug)
        return _("Remove %(name)s", name=name)

    def _chosen_names(self) -> Iterator[str]:
        s = self.selection
        if s.tags:
            word: Literal["and", "or"] = "or" if s.match is Match.ANY else "and"
            yield _("tagged %(tags)s", tags=listed(self._names(s.tags), word))
        if s.excluded:
            yield _("not tagged %(tags)s", tags=listed(self._names(s.excluded), "or"))
        if s.domain:
            yield _("in %(domain)s", domain=self.name("domain", s.domain))
        if s.kind:
            yield _("of the kind %(kind)s", kind=self.name("kind", s.kind))
        if s.series:
            yield _("in the series %(series)s", series=self.name("series", s.series))
        if s.author:
            yield _("by %(author)s", author=self.name("author", s.author))

    def _chosen_otherwise(self) -> Iterator[str]:
        s = self.selection
        if s.year and s.month:
            yield _("from %(month)s", month=name_month(date(s.year, s.month, 1)))
        elif s.month:
            yield _("from %(month)s", month=name_months()[s.month - 1])
        elif s.year:
            yield _("from %(year)s", year=s.year)
        yield from say_search(parse(s.q), self.name)

    def _names(self, slugs: Sequence[str]) -> list[str]:
        return [self.name("tag", slug) for slug in slugs]


def _no_such(key: str, name: str) -> str:
    return {
        "tag": _("There is no tag “%(name)s” here.", name=name),
        "domain": _("There is no domain “%(name)s” here.", name=name),
        "kind": _("There is no kind “%(name)s” here.", name=name),
        "series": _("There is no series “%(name)s” here.", name=name),
        "author": _("There is no author “%(name)s” here.", name=name),
        "lang": _("Nothing here is written in the language “%(name)s”.", name=name),
    }[key]
