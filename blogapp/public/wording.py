"""What the listing says about itself, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blogapp.posts.selection import Match, Selection, Sort

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Wording:
    """A selection in words; ``names`` are the spellings by key and folded slug."""

    selection: Selection
    names: Mapping[tuple[str, str], str]

    def chosen(self) -> str:
        """Return what is chosen: ``tagged postgres or DNS, in Databases``; may be empty."""
        s = self.selection
        word = "or" if s.match is Match.ANY else "and"
        parts = [
            f"tagged {self._listed(s.tags, word)}" * bool(s.tags),
            f"not tagged {self._listed(s.excluded, 'or')}" * bool(s.excluded),
            f"in {self.name('domain', s.domain)}" * bool(s.domain),
            f"of the kind {self.name('kind', s.kind)}" * bool(s.kind),
            f"in the series {self.name('series', s.series)}" * bool(s.series),
            f"by {self.name('author', s.author)}" * bool(s.author),
            f"from {_date(s.year, s.month)}" * bool(s.year or s.month),
            f"with the words “{s.q}”" * bool(s.q),
        ]
        return ", ".join(filter(None, parts))

    def order(self) -> str:
        """Return the order in words, when it is not the usual one."""
        if self.selection.sort is self.selection.usual_sort:
            return ""
        return f"{self.selection.sort} first"

    def unknown(self) -> list[str]:
        """Return a sentence for each name that no post here has."""
        s = self.selection
        asked = [
            *(("tag", slug) for slug in (*s.tags, *s.excluded)),
            *(("domain", s.domain), ("kind", s.kind), ("series", s.series), ("author", s.author)),
        ]
        return [
            f"There is no {key} “{slug}” here."
            for key, slug in asked
            if slug and (key, slug.casefold()) not in self.names
        ]

    def name(self, key: str, slug: str) -> str:
        """Return how people spell it; the slug itself when nobody knows it."""
        return self.names.get((key, slug.casefold()), slug)

    def way_out(self, dropped: str, slug: str) -> str:
        """Return what a button says that takes one choice back."""
        if dropped == "match":
            return "Match any tag"
        if dropped == "not":
            return f"Allow {self.name('tag', slug)}"
        if dropped == "q":
            return "Drop the words"
        if dropped == "month":
            return f"Remove {MONTHS[int(slug) - 1]}"
        return f"Remove {self.name(dropped, slug)}"

    def _listed(self, slugs: Sequence[str], word: str) -> str:
        return _join([self.name("tag", slug) for slug in slugs], word)


def counted(number: int, thing: str) -> str:
    """Return number and noun.

    >>> counted(1, "post"), counted(1200, "post")
    ('1 post', '1,200 posts')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _join(names: Sequence[str], word: str) -> str:
    """
    >>> _join(["a", "b", "c"], "or")
    'a, b or c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def _date(year: int | None, month: int | None) -> str:
    named = MONTHS[month - 1] if month else ""
    return " ".join(filter(None, [named, str(year) if year else ""]))


def newest_or_oldest(sort: Sort) -> str:
    """Return what the last post of a listing in this order is."""
    return "newest" if sort is Sort.OLDEST else "oldest"
