"""Emphasis and strikes: which runs of ``*``, ``_`` and ``~`` belong together."""

import re
import unicodedata
from dataclasses import dataclass, field

_RUN = re.compile(r"\*+|_+|~+")
_TAGS = {("*", 1): "em", ("*", 2): "strong", ("_", 1): "em", ("_", 2): "strong"}


@dataclass(slots=True, eq=False)
class Run:
    """A run of one character: how many are unused, and the tags that the used ones became."""

    char: str
    length: int
    can_open: bool
    can_close: bool
    count: int
    opens: list[str] = field(default_factory=list)
    closes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The characters that are no marks after all."""
        return self.char * self.count


def make_run(text: str, at: int) -> Run:
    """Return the run that begins at a place (CommonMark 0.31, 6.2).

    >>> make_run("a *b*", 2).can_open, make_run("a * b", 2).can_open, make_run("a_b", 1).can_open
    (True, False, False)
    """
    found = _RUN.match(text, at)
    end = found.end() if found else at + 1
    before, after = text[at - 1 : at] or " ", text[end : end + 1] or " "
    opens = _leans_on(after, before)
    closes = _leans_on(before, after)
    char, length = text[at], end - at
    if char == "_":
        opens, closes = (
            opens and (not closes or is_punctuation(before)),
            closes and (not opens or is_punctuation(after)),
        )
    elif char == "~" and length > 2:
        opens = closes = False
    return Run(char, length, opens, closes, length)


def pair(runs: list[Run], bottom: int) -> None:
    """Pair the runs from ``bottom`` on, and take them from the list.

    Each mark is looked at a bounded number of times: what is known to have no partner further
    down is not looked for there again.
    """
    waiting: list[Run] = []
    floors: dict[tuple[str, bool, int], int] = {}
    for run in runs[bottom:]:
        while run.can_close and run.count:
            key = (run.char, run.can_open, run.length if run.char == "~" else run.length % 3)
            place = len(waiting) - 1
            while place >= floors.get(key, 0) and not _are_partners(waiting[place], run):
                place -= 1
            if place < floors.get(key, 0):
                floors[key] = len(waiting)
                break
            opener = waiting[place]
            _use(opener, run)
            del waiting[place + (opener.count > 0) :]
            floors = {key: min(floor, len(waiting)) for key, floor in floors.items()}
        if run.can_open and run.count:
            waiting.append(run)
    del runs[bottom:]


def is_punctuation(character: str) -> bool:
    """Tell whether Unicode takes a character for punctuation or a symbol."""
    return unicodedata.category(character)[0] in "PS"


def _leans_on(inner: str, outer: str) -> bool:
    if inner.isspace():
        return False
    return not is_punctuation(inner) or outer.isspace() or is_punctuation(outer)


def _are_partners(opener: Run, closer: Run) -> bool:
    if opener.char != closer.char:
        return False
    if opener.char == "~":
        return opener.length == closer.length
    if opener.can_close or closer.can_open:
        total = opener.length + closer.length
        return total % 3 != 0 or (opener.length % 3 == 0 and closer.length % 3 == 0)
    return True


def _use(opener: Run, closer: Run) -> None:
    used = closer.count if closer.char == "~" else 2 if min(opener.count, closer.count) > 1 else 1
    tag = _TAGS.get((closer.char, used), "del")
    for run, tags in ((opener, opener.opens), (closer, closer.closes)):
        run.count -= used
        tags.append(tag)
