"""What is chosen in a listing, one by one, each with the state without it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from flask_babel import gettext as _

from blogapp.posts.finding import Finding
from blogapp.posts.search_query import parse
from blogapp.posts.selection import Match, Selection, Sort
from blogapp.public.wording import Wording
from blogapp.web.formatting import name_month, name_months

# Each is counted with all the others.
MOST_COUNTED = 24


@dataclass(frozen=True)
class Token:
    """One thing that is chosen: what it is called, and what a link says that takes it back.

    ``choice`` is the same for a form that holds the rest, written as a query is. ``posts`` is
    how many then show; None where that is not known without another search.
    """

    label: str
    spoken: str
    choice: str
    without: Selection
    posts: int | None = None


def tokens(selection: Selection, words: Wording, finding: Finding | None = None) -> list[Token]:
    """Return all that is chosen, in the order in which the sentence names it."""
    top = selection.from_the_top()
    found = [*_tags(top, words), *_singles(top, words), *_times(top), *_searched(top)]
    if finding is None or len(found) > MOST_COUNTED:
        return found
    return [replace(token, posts=_count(token.without, top, finding)) for token in found]


def _count(without: Selection, top: Selection, finding: Finding) -> int | None:
    is_known = without.q in ("", top.q)
    return len(finding.matches(without)) if is_known else None


def _tags(top: Selection, words: Wording) -> Iterator[Token]:
    for slug in top.tags:
        name = words.name("tag", slug)
        left = tuple(other for other in top.tags if other != slug)
        without = replace(top, tags=left, match=top.match if left else Match.ALL)
        yield Token(name, _("Remove tag %(name)s", name=name), _query(tag=slug), without)
    for slug in top.excluded:
        label = _("not %(tag)s", tag=words.name("tag", slug))
        without = replace(top, excluded=tuple(other for other in top.excluded if other != slug))
        yield Token(label, _("Remove “%(name)s”", name=label), _query(**{"not": slug}), without)


def _singles(top: Selection, words: Wording) -> Iterator[Token]:
    if top.domain:
        name, without = words.name("domain", top.domain), replace(top, domain="")
        yield Token(name, _("Remove domain %(name)s", name=name), _query(domain=""), without)
    if top.kind:
        name, without = words.name("kind", top.kind), replace(top, kind="")
        yield Token(name, _("Remove kind %(name)s", name=name), _query(kind=""), without)
    if top.series:
        name, without = words.name("series", top.series), replace(top, series="")
        yield Token(name, _("Remove series %(name)s", name=name), _query(series=""), without)
    if top.author:
        name, without = words.name("author", top.author), replace(top, author="")
        yield Token(name, _("Remove author %(name)s", name=name), _query(author=""), without)


def _times(top: Selection) -> Iterator[Token]:
    """A year and its month are one choice: whoever wants the whole year chooses that."""
    if top.year and top.month:
        name = name_month(date(top.year, top.month, 1))
    elif top.month:
        name = name_months()[top.month - 1]
    elif top.year:
        name = str(top.year)
    else:
        return
    choice = _query(year="", month="")
    yield Token(name, _("Remove %(name)s", name=name), choice, top.at_any_time())


def _searched(top: Selection) -> Iterator[Token]:
    for said, rest in parse(top.q).one_by_one():
        q = str(rest)
        sort = Sort.NEWEST if not q and top.sort is Sort.RELEVANCE else top.sort
        without = replace(top, q=q, sort=sort)
        yield Token(said, _("Remove %(name)s", name=said), _query(q=q), without)


def _query(**values: str) -> str:
    return urlencode(values)
