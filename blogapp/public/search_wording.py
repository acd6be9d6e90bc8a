"""What a search asks for, in sentences: its words, and its operators."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Literal

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _

from blogapp.posts.search_query import Condition, SearchQuery
from blogapp.web.formatting import listed, locale_in_use, long_day, name_month
from blogapp.web.language import ngettext

# How a facet and a slug, or a name as it was typed, are called in people's spelling.
Call = Callable[[str, str], str]
Joint = Literal["and", "or"]


def say_search(query: SearchQuery, call: Call) -> Iterator[str]:
    """Yield the phrases that follow "37 posts": ``with the word “lease”``, ``by Ada``."""
    yield from _say_terms(query)
    for key in ("tag", "domain", "kind", "series", "author", "lang"):
        for excluded in (False, True):
            found = [c for c in query.conditions if (c.key, c.excluded) == (key, excluded)]
            if found:
                yield _say_facet(key, found, call, excluded=excluded)
    for condition in query.conditions:
        if condition.key in ("after", "before"):
            yield _say_date(condition)


def _say_terms(query: SearchQuery) -> Iterator[str]:
    if query.words:
        words = " ".join(query.words)
        yield ngettext(
            "with the word “%(words)s”",
            "with the words “%(words)s”",
            len(words.split()),
            words=words,
        )
    if query.phrases:
        yield _("with exactly %(phrases)s", phrases=_quoted(query.phrases, "and"))
    if query.excluded:
        left_out = _quoted([term.text for term in query.excluded], "or")
        yield _("without %(words)s", words=left_out)
    if query.places and query.wanted:
        names = {"title": _("title"), "headings": _("headings"), "code": _("code")}
        places = listed([names[place] for place in query.places], "or")
        yield _("found in %(places)s", places=places)


def _say_facet(key: str, found: Sequence[Condition], call: Call, *, excluded: bool) -> str:
    # A post has to have all tags, and any one of the others that are named.
    word: Joint = "and" if key == "tag" and not excluded else "or"
    spelled = [_language(c.value) if key == "lang" else call(key, c.value) for c in found]
    names = listed(spelled, word)
    if excluded:
        return {
            "tag": _("not tagged %(tags)s", tags=names),
            "domain": _("not in %(domain)s", domain=names),
            "kind": _("not of the kind %(kind)s", kind=names),
            "series": _("not in the series %(series)s", series=names),
            "author": _("not by %(author)s", author=names),
            "lang": _("not written in %(language)s", language=names),
        }[key]
    return {
        "tag": _("tagged %(tags)s", tags=names),
        "domain": _("in %(domain)s", domain=names),
        "kind": _("of the kind %(kind)s", kind=names),
        "series": _("in the series %(series)s", series=names),
        "author": _("by %(author)s", author=names),
        "lang": _("written in %(language)s", language=names),
    }[key]


def _say_date(condition: Condition) -> str:
    year, month, day = [*(int(part) for part in condition.value.split("-")), 0, 0][:3]
    if day:
        name = long_day(date(year, month, day))
        if condition.key == "after":
            return _("from %(day)s on", day=name)
        return _("before %(day)s", day=name)
    when = name_month(date(year, month, 1)) if month else str(year)
    if condition.key == "after":
        return _("from %(when)s on", when=when)
    return _("before %(when)s", when=when)


def _language(code: str) -> str:
    """Return the name of a language in the interface's own; the code, if it is none."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(locale_in_use())
    except (ValueError, UnknownLocaleError):
        return code
    return name or code


def _quoted(texts: Sequence[str], word: Joint) -> str:
    quoted = [_("“%(words)s”", words=text) for text in texts]
    return listed(quoted, word)
