"""Changes of a text that can be made and taken back: what stood where, and what stands there."""

from collections.abc import Iterable, Sequence

from blogapp.text.aligning import align
from blogapp.text.name_lists import clean
from blogapp.text.words import is_blank

# Where it stands in the text before, what stood there, and what stands there now.
Splice = tuple[int, str, str]

# A longer change is looked at line by line, so that little is kept of it.
LONGEST = 1_000


class OutOfPlace(ValueError):
    """The text ends before the place that was named."""


def type_into(text: str, start: int, removed: int, inserted: str) -> str:
    """Return ``text`` with ``inserted`` for the ``removed`` UTF-16 units from ``start`` on.

    A browser counts so, and may cut a character in two: halves that meet again are one, and
    a half that is left over, as a NUL, becomes U+FFFD. Raises `OutOfPlace`.

    >>> type_into("a😀b", 2, 1, "\\ude01")
    'a😁b'
    """
    units = text.encode("utf-16-le", "surrogatepass")
    if start < 0 or removed < 0 or (start + removed) * 2 > len(units):
        raise OutOfPlace(f"{start} + {removed} of {len(units) // 2}")
    put = inserted.encode("utf-16-le", "surrogatepass")
    typed = units[: start * 2] + put + units[(start + removed) * 2 :]
    return clean(typed.decode("utf-16-le", "surrogatepass"))


def splices(old: str, new: str) -> list[Splice]:
    """Return the changes that make ``new`` of ``old``, in the order of the text.

    >>> splices("one two", "one 2")
    [(4, 'two', '2')]
    """
    head = _shared(old, new)
    before, after = old[head:], new[head:]
    tail = _shared_at_end(before, after)
    before, after = before[: len(before) - tail], after[: len(after) - tail]
    if not before and not after:
        return []
    if min(len(before), len(after)) <= LONGEST:
        return [(head, before, after)]
    return _by_line(head, before, after)


def forth(text: str, changes: Iterable[Sequence[int | str]]) -> str:
    """Return ``text`` after ``changes``."""
    return _exchanged(text, changes, takes=1, puts=2)


def back(text: str, changes: Iterable[Sequence[int | str]]) -> str:
    """Return what ``text`` was before ``changes``.

    >>> back("one 2", [(4, "two", "2")])
    'one two'
    """
    moved, shift = [], 0
    for start, removed, inserted in _typed(changes):
        moved.append((start + shift, removed, inserted))
        shift += len(inserted) - len(removed)
    return _exchanged(text, moved, takes=2, puts=1)


def _exchanged(text: str, changes: Iterable[Sequence[int | str]], *, takes: int, puts: int) -> str:
    kept, at = [], 0
    for change in _typed(changes):
        kept += [text[at : change[0]], str(change[puts])]
        at = change[0] + len(str(change[takes]))
    return "".join([*kept, text[at:]])


def _typed(changes: Iterable[Sequence[int | str]]) -> Iterable[Splice]:
    """As JSON gives them back: lists."""
    return ((int(start), str(removed), str(inserted)) for start, removed, inserted in changes)


def _by_line(offset: int, before: str, after: str) -> list[Splice]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = []
    for at in align(old, new, is_filler=is_blank):
        gone = "".join(old[at.i : at.j])
        if not at.same:
            found.append((offset, gone, "".join(new[at.k : at.m])))
        offset += len(gone)
    return found


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _shared_at_end(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        mine = one[len(one) - middle : len(one) - low]
        if mine == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
