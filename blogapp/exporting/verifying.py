"""Whether a folder holds just what an export of the blog would write now."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from blogapp.exporting.errors import BadExport
from blogapp.exporting.file_names import MANIFEST
from blogapp.exporting.streaming import opened
from blogapp.exporting.trees import is_export, read_manifest
from blogapp.media.stores import Store

_CHUNK = 1 << 16
# Letters of a line that are shown; of a long one, so many before the place, and behind it.
_SHOWN, _BEFORE, _AFTER = 160, 60, 40
_END = "(the file has ended)"


@dataclass(frozen=True)
class Difference:
    """A place where blog and export are not the same, with what either says there."""

    path: str
    line: int
    here: str
    there: str


@dataclass
class Verdict:
    """What comparing came to."""

    equal: int = 0
    different: int = 0
    missing: int = 0  # in the export, though the blog has them
    surplus: int = 0  # in the export, though the blog has them not
    first: Difference | None = None

    @property
    def is_equal(self) -> bool:
        return not (self.different or self.missing or self.surplus)


def verify(folder: Path, *, store: Store, done: Callable[[], None] = lambda: None) -> Verdict:
    """Compare the blog with an export of it, byte by byte. Raises `BadExport` where none is."""
    if not is_export(folder):
        raise BadExport(MANIFEST, f"{folder} holds no export, or one without its manifest")
    verdict = Verdict()
    rest = {path for path, _digest in read_manifest(folder)}
    with opened(store) as files:
        for path, chunks in files:
            rest.discard(path)
            _compare(folder, path, chunks, verdict)
            done()
    for path in sorted(rest):
        verdict.surplus += 1
        _note(verdict, Difference(path, 1, "", "a file that the blog does not have"))
    return verdict


def _compare(folder: Path, path: str, chunks: Iterable[bytes], verdict: Verdict) -> None:
    target = folder / path
    if not target.is_file():
        for _chunk in chunks:
            pass
        verdict.missing += 1
        _note(verdict, Difference(path, 1, "a file that the export does not have", ""))
        return
    with target.open("rb") as file:
        difference = _first_difference(path, _steady(chunks), file.read)
    if difference is None:
        verdict.equal += 1
        return
    verdict.different += 1
    _note(verdict, difference)


def _note(verdict: Verdict, difference: Difference) -> None:
    # The manifest differs wherever anything does.
    if verdict.first is None or verdict.first.path == MANIFEST:
        verdict.first = difference


def _steady(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _CHUNK):
            yield chunk[start : start + _CHUNK]


def _first_difference(
    path: str, chunks: Iterator[bytes], read: Callable[[int], bytes]
) -> Difference | None:
    """Return where the two begin to differ; both are read to their ends all the same."""
    line, begun, found = 1, b"", None
    for here in chunks:
        if found:
            continue
        there = read(len(here))
        if here == there:
            line += here.count(b"\n")
            begun = (begun + here).rpartition(b"\n")[2][-_SHOWN:]
        else:
            found = _place(path, line, begun, here + next(chunks, b""), there + read(_SHOWN))
    if found is None and (more := read(_SHOWN)):
        found = _place(path, line, begun, b"", more)
    return found


def _place(path: str, line: int, begun: bytes, here: bytes, there: bytes) -> Difference:
    same = next(
        (place for place, (a, b) in enumerate(zip(here, there, strict=False)) if a != b),
        min(len(here), len(there)),
    )
    line += here[:same].count(b"\n")
    begun = (begun + here[:same]).rpartition(b"\n")[2]
    both = zip_longest((begun + here[same:]).split(b"\n"), (begun + there[same:]).split(b"\n"))
    number, (ours, theirs) = next((n, two) for n, two in enumerate(both) if two[0] != two[1])
    return Difference(path, line + number, *_shown(ours, theirs))


def _shown(ours: bytes | None, theirs: bytes | None) -> tuple[str, str]:
    """Return two lines for people: as much of either as shows where they part."""
    here, there = _legible(ours), _legible(theirs)
    pairs = enumerate(zip(here, there, strict=False))
    place = next((place for place, (a, b) in pairs if a != b), 0)
    start = place - _BEFORE if place > _SHOWN - _AFTER else 0
    return _cut(here, start), _cut(there, start)


def _legible(line: bytes | None) -> str:
    """Return text in which nothing moves the cursor; of a picture, the bytes."""
    if line is None:
        return _END
    text = line.decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _cut(line: str, start: int) -> str:
    rest = f"…{line[start:]}" if start else line
    return rest if len(rest) <= _SHOWN else f"{rest[: _SHOWN - 1]}…"
