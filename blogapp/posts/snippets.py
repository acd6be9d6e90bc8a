"""What a search found in a post: its words marked, and addresses that open at them."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.posts.cards import Card
from blogapp.posts.models import Post
from blogapp.posts.search.asking import SHORTEST_SUBSTRING, Ask, Code, Words, ask
from blogapp.posts.search_query import SearchQuery
from blogapp.text.folding import fold
from blogapp.text.marking import ELLIPSIS, FoldedLine, Part, Span, cut, fragment, mark
from blogapp.text.terms import is_unspaced, typed

MOST_PASSAGES = 2

# As much of a text as is looked at, in characters, and as many places of each word.
_MOST_READ = 200_000
_MOST_PLACES = 500
# A word in the heading says a little less about a line than one in the line itself.
_IN_HEADING = 0.8
# So does a line that stands above the passages anyway.
_REPEATED = 0.5
# Of two lines that hold the same, the one that is a sentence says more.
_SENTENCE = 40
_TERSE = 0.1
# As many characters as tell how a section begins.
_TELLING = 20
# Between two lines that are shown as one.
_NEXT = " · "
# As many lines that repeat a heading are looked at for the one that is it.
_MOST_REPEATED = 50
_LETTER = r"[^\W_]"

_Sections = Sequence[Mapping[str, Any]]
_Spans = Mapping[int, list[Span]]


@dataclass(frozen=True)
class Passage:
    """A line of a post's text, cut around what was found there.

    ``heading`` is the name of the section it stands in, empty above the first. ``fragment`` goes
    behind ``#`` in the post's address: it opens at that heading and has the browser mark the
    words (no script, no query); empty when there is nothing to open at.
    """

    parts: tuple[Part, ...]
    heading: tuple[Part, ...] = ()
    fragment: str = ""


@dataclass(frozen=True)
class Snippet:
    """What a post's card shows in a search: ``{% for text, marked in snippet.title %}``.

    ``title`` and ``summary`` (or the excerpt) are whole. ``passages`` are at most two, the best
    one first, the second where it shows words that the first does not; none where nothing was
    found in the text.
    """

    title: tuple[Part, ...]
    summary: tuple[Part, ...]
    passages: tuple[Passage, ...] = ()

    @property
    def is_in_summary(self) -> bool:
        """Whether anything was found in the summary."""
        return any(part.marked for part in self.summary)


def snippets(query: SearchQuery, posts: Sequence[Card]) -> dict[int, Snippet]:
    """Return what ``query`` found in each of ``posts``, by their ids; in one statement.

    Empty when the query looks for no words. Give it the query that was answered: the one whose
    spelling was corrected, where it was. The first 200,000 characters of a text are looked at.
    """
    terms = _terms(query)
    if not terms or not posts:
        return {}
    texts = _texts([post.id for post in posts])
    return {
        post.id: _snippet(terms, post.title, post.summary_or_excerpt, *texts.get(post.id, ("", ())))
        for post in posts
    }


def snippet(
    query: SearchQuery, *, title: str, summary: str, text: str, sections: _Sections = ()
) -> Snippet:
    """Return the same for a post in pieces; ``sections`` are those that its row keeps."""
    return _snippet(_terms(query), title, summary, text, sections)


def _terms(query: SearchQuery) -> list["_Term"]:
    return [_Term(number, one) for number, one in enumerate(ask(query, loosely=True).wanted)]


def _texts(ids: Sequence[int]) -> dict[int, tuple[str, _Sections]]:
    text = func.substr(Post.text, 1, _MOST_READ)
    rows = db.session.execute(select(Post.id, text, Post.sections).where(Post.id.in_(ids)))
    return {id: (text, sections or ()) for id, text, sections in rows}


class _Term:
    """A word or phrase that is looked for, in ever looser ways: `asking` has them, too."""

    def __init__(self, number: int, one: Ask) -> None:
        self.number = number
        exact, begun, within = list[_Way](), list[_Way](), list[_Way]()
        for way in one.clause:
            if isinstance(way, Code):
                within.append(_literally(way.text))
            elif any(map(is_unspaced, way.terms)):
                exact.append(_literally(one.text))
            else:
                (begun if way.prefix else exact).append(_in_words(way))
        if len(one.text) >= SHORTEST_SUBSTRING:
            # The parts of a name such as getUserName are words, too.
            within.append(_literally(one.text))
        self.grades = [grade for grade in (exact, begun, within) if grade]


@dataclass(frozen=True)
class _Way:
    """A pattern for folded lines, and the longest text that each line with it must have."""

    probe: str
    pattern: re.Pattern[str]


def _in_words(way: Words) -> _Way:
    words = [typed(term) for term in way.terms]
    before = rf"(?<!{_LETTER})" if words[0][0].isalnum() else ""
    after = rf"(?!{_LETTER})" if words[-1][-1].isalnum() else ""
    end = f"{_LETTER}*" if way.prefix else after
    between = rf"(?:(?!{_LETTER}).)+"
    pattern = re.compile(before + between.join(map(re.escape, words)) + end)
    return _Way(max(words, key=len), pattern)


def _literally(text: str) -> _Way:
    parts = fold(text).split() or [text]
    return _Way(max(parts, key=len), re.compile(r"\s+".join(map(re.escape, parts))))


def _snippet(
    terms: Sequence[_Term], title: str, summary: str, text: str, sections: _Sections
) -> Snippet:
    lines = [FoldedLine(line.strip()) for line in (title, summary, *text.split("\n"))]
    found = _find(lines, terms)
    return Snippet(
        title=mark(lines[0].source, found.get(0, ())),
        summary=mark(lines[1].source, found.get(1, ())),
        passages=_Text(lines, found, sections).passages(),
    )


class _Text:
    """A post's lines, with what was found there, and its headings by their lines.

    The first two lines are title and summary.
    """

    def __init__(self, lines: Sequence[FoldedLine], found: _Spans, sections: _Sections) -> None:
        self.lines = lines
        self.found = {line: spans for line, spans in found.items() if line > 1}
        self.headings = _headings(lines, sections) if self.found else {}
        self.heading_lines = sorted(self.headings)
        self.shown_already = lines[1].source.rstrip(ELLIPSIS)

    def passages(self) -> tuple[Passage, ...]:
        chosen: list[int] = []
        shown: set[int] = set()
        candidates = self._candidates()
        while candidates and len(chosen) < MOST_PASSAGES:
            worth = {line: self._worth(line, shown) for line in candidates}
            best = max(candidates, key=worth.__getitem__)
            if not worth[best]:
                break
            chosen.append(best)
            shown |= self._terms(best) | self._terms(self._heading_of(best))
        return tuple(map(self._passage, chosen))

    def _candidates(self) -> list[int]:
        """Lines that say something: what was found in a heading is shown by the line below."""
        lines = {line + 1 if line in self.headings else line for line in self.found}
        shown = sorted(line for line in lines if line < len(self.lines))
        return [line for line in shown if line not in self.headings and self.lines[line].source]

    def _worth(self, line: int, shown: set[int]) -> float:
        here = self._terms(line) - shown
        above = self._terms(self._heading_of(line)) - shown - here
        worth = len(here) + _IN_HEADING * len(above)
        if worth and len(self.lines[line].source) < _SENTENCE:
            worth -= _TERSE
        return worth * _REPEATED if self._is_summary(line) else worth

    def _is_summary(self, line: int) -> bool:
        return bool(self.shown_already) and self.lines[line].source.startswith(self.shown_already)

    def _terms(self, line: int) -> set[int]:
        return {span.term for span in self.found.get(line, ())}

    def _heading_of(self, line: int) -> int:
        at = bisect_right(self.heading_lines, line)
        return self.heading_lines[at - 1] if at else -1

    def _passage(self, line: int) -> Passage:
        source = self.lines[line].source
        stretch = cut(*self._told(line))
        heading = self._heading_of(line)
        anchor = self.headings.get(heading, "")
        name, named = "", list[Span]()
        if anchor:
            name, named = self.lines[heading].source, self.found.get(heading, [])
        if stretch.spans or not named:
            within = [span for span in stretch.spans if span.end <= len(source)]
            return Passage(stretch.parts, mark(name, named), fragment(anchor, source, within))
        return Passage(stretch.parts, mark(name, named), fragment(anchor, name, named))

    def _told(self, line: int) -> tuple[str, list[Span]]:
        """The line; with the next one where it only repeats what was asked, as defined terms do."""
        source, spans = self.lines[line].source, self.found.get(line, [])
        after = line + 1
        if not _is_all(source, spans) or after in self.headings or after >= len(self.lines):
            return source, spans
        # In a sample of Markdown, a definition begins with a colon.
        meaning = self.lines[after].source.lstrip(": ")
        if not meaning:
            return source, spans
        start = len(source) + len(_NEXT) + len(meaning) - len(self.lines[after].source)
        moved = [Span(s.start + start, s.end + start, s.term) for s in self.found.get(after, ())]
        return f"{source}{_NEXT}{meaning}", [*spans, *moved]


def _is_all(text: str, spans: Sequence[Span]) -> bool:
    """Whether the spans leave no word of the text."""
    inside = {at for span in spans for at in range(span.start, span.end)}
    return bool(spans) and not any(
        letter.isalnum() for at, letter in enumerate(text) if at not in inside
    )


def _find(lines: Sequence[FoldedLine], terms: Sequence[_Term]) -> _Spans:
    """Return where the terms stand, by line: in the strictest way in which they stand at all."""
    found: dict[int, list[Span]] = defaultdict(list)
    for term in terms:
        for grade in term.grades:
            places = list(islice(_places(lines, grade), _MOST_PLACES))
            for number, start, end in places:
                found[number].append(Span(start, end, term.number))
            if places:
                break
    return found


def _places(lines: Sequence[FoldedLine], ways: Sequence[_Way]) -> Iterator[tuple[int, int, int]]:
    for number, line in enumerate(lines):
        for way in ways:
            if way.probe in line.text:
                for match in way.pattern.finditer(line.text):
                    yield number, *line.in_source(*match.span())


def _headings(lines: Sequence[FoldedLine], sections: _Sections) -> dict[int, str]:
    """Return the anchors of headings by the lines at which they stand in the text.

    A list of contents repeats them; the heading itself is followed by its section's beginning.
    """
    named = [section for section in sections if section["text"] and not section["gone"]]
    places: dict[str, list[int]] = {section["text"]: [] for section in named}
    for number, line in enumerate(lines):
        if number > 1 and line.source in places:
            places[line.source].append(number)
    headings: dict[int, str] = {}
    last = -1
    for section in named:
        there = places[section["text"]]
        first = bisect_right(there, last)
        later = there[first : first + _MOST_REPEATED]
        begins = section["begins"][:_TELLING]
        true = (n for n in later if _beginning(lines, n + 1).startswith(begins))
        if (at := next(true, later[0] if later else None)) is not None:
            headings[at], last = section["ids"][0], at
    return headings


def _beginning(lines: Sequence[FoldedLine], start: int) -> str:
    words = (word for line in lines[start : start + _TELLING] for word in line.source.split())
    return " ".join(islice(words, _TELLING))
