"""An import as others can follow it: a report that grows, a file that says how far it is.

A run that was killed is begun again; what its report says already is not said twice.
"""

import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from blogapp.importing.reporting import Outcome, Result

SHOWN_ROWS = 20
SHOWN_ADDRESSES = 50
EXAMPLES = 3
# Different reasons that are told apart; a report has them all.
MOST_REASONS = 200
_PAUSE = 0.5  # seconds between two notes of how far it is
_LONGEST = 300
# A word of a reason that is of one item alone: a name, an address, a number.
_OF_ONE = re.compile(r"“[^”]*”|‘[^’]*’|\"[^\"]*\"|'[^']*'|\S*[\d/_.]\S*[\w/]|\d+")
# However many of them stand in a row, the reason is the same.
_IN_A_ROW = re.compile(r"…(?:(?:, | and )…)+(?: more)?")
# What is said of the source as a whole.
_OF_ALL = "noted"
_FAILED = str(Result.FAILED)
_WROTE = {str(Result.MADE), str(Result.CHANGED)}


class Stopped(Exception):
    """Somebody wants no more of it; what was taken in so far stays."""


@dataclass
class Summary:
    """What a page shows of a report, whatever the report's size."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    # Reasons with how often they stand, and the first items they stand for.
    reasons: dict[str, list[Any]] = field(default_factory=dict)
    others: int = 0
    # Lists of people that are kept aside, with how many stand in each.
    lists: dict[str, int] = field(default_factory=dict)
    # Addresses of pictures that an import with pictures would fetch.
    addresses: list[str] = field(default_factory=list)
    to_fetch: int = 0
    # Reasons of the source as a whole, and of what could not be taken in.
    _weighty: set[str] = field(default_factory=set)

    def add(self, line: dict[str, Any], reasons: list[str]) -> None:
        if line.get("result") in _WROTE and len(self.rows) < SHOWN_ROWS:
            names = ("title", "slug", "date", "tags", "draft", "path", "result", "is_page")
            self.rows.append({name: line[name] for name in names if name in line})
        for reason in reasons:
            general = self._note(reason[:_LONGEST], str(line.get("path", "")))
            if line.get("result") in {_OF_ALL, _FAILED}:
                self._weighty.add(general)
        self.lists |= line.get("kept_lists") or {}
        fetched = line.get("fetch") or []
        self.to_fetch += len(fetched)
        self.addresses += fetched[: SHOWN_ADDRESSES - len(self.addresses)]

    def as_json(self) -> dict[str, Any]:
        losses = sorted(self.reasons.items(), key=self._rank)
        return {
            "rows": self.rows,
            "losses": [[reason, *told] for reason, told in losses],
            "others": self.others,
            "lists": self.lists,
            "addresses": self.addresses,
            "to_fetch": self.to_fetch,
        }

    def _rank(self, told: tuple[str, list[Any]]) -> tuple[bool, int]:
        """A file that ends in the middle says so once, and before all that stands often."""
        reason, (count, _examples) = told
        return not (count == 1 and reason in self._weighty), -count

    def _note(self, reason: str, path: str) -> str:
        general = _IN_A_ROW.sub("…", _OF_ONE.sub("…", reason))
        if general not in self.reasons and len(self.reasons) >= MOST_REASONS:
            self.others += 1
            return general
        told = self.reasons.setdefault(general, [0, []])
        told[0] += 1
        if len(told[1]) < EXAMPLES:
            told[1].append([path[:_LONGEST], reason if reason != general else ""])
        return general


class Following:
    """Takes the outcomes of one run: writes its report, counts, and says how far it is."""

    def __init__(self, report: Path, progress: Path, *, is_stopped: Callable[[], bool]) -> None:
        self.counts: Counter[str] = Counter()
        self.summary = Summary()
        self.kind = ""
        self._total = self._done = 0
        self._is_stopped = is_stopped
        self._progress = progress
        self._said_at = 0.0
        # Of an attempt that was killed: what became of each item.
        self._earlier = {str(line.get("path")): line.get("result") for line in _take_up(report)}
        self._file: TextIO = report.open("a", encoding="utf-8", errors="backslashreplace")
        os.chmod(report, 0o600)

    def recognized(self, kind: str) -> None:
        self.kind = kind
        self._say()

    def start(self, total: int) -> None:
        self._total = total
        self._say()

    def tell(self, outcome: Outcome) -> None:
        """Note what became of an item. Raises `Stopped` after it when nobody wants more."""
        line = dict(outcome.line)
        known, result = self._earlier.get(str(line.get("path"))), str(outcome.result)
        if outcome.result is Result.UNCHANGED and known in _WROTE:
            result = known  # by this run, before it was killed
        line["result"] = result
        if result != known:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
        if result != _OF_ALL:
            self._done += 1
            self.counts[result] += 1
        self.summary.add(line, _reasons(outcome))
        if time.monotonic() - self._said_at > _PAUSE:
            self._say()
        if self._is_stopped():
            raise Stopped

    def end(self, state: str, error: str = "") -> None:
        """Say how it ended, as the last word."""
        self._file.close()
        self._say(ended=state, error=error[:2000], summary=self.summary.as_json())

    def _say(self, **more: Any) -> None:
        self._said_at = time.monotonic()
        said = {"kind": self.kind, "total": self._total, "done": self._done, "counts": self.counts}
        draft = self._progress.with_suffix(".new")
        draft.write_text(json.dumps(said | more, ensure_ascii=True), encoding="ascii")
        draft.replace(self._progress)


def read_lines(report: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a report one by one; one that breaks off is left out."""
    try:
        with report.open(encoding="utf-8") as file:
            for text in file:
                try:
                    line = json.loads(text)
                except ValueError:
                    continue
                if isinstance(line, dict):
                    yield line
    except FileNotFoundError:
        return


def _take_up(report: Path) -> Iterator[dict[str, Any]]:
    """Yield what a report says already, and cut off a line that was never ended."""
    yield from read_lines(report)
    if not report.exists():
        return
    with report.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        step = 65_536
        while size:
            begin = max(0, size - step)
            file.seek(begin)
            end = file.read(size - begin).rfind(b"\n")
            if end >= 0:
                file.truncate(begin + end + 1)
                return
            size = begin
        file.truncate(0)


def _reasons(outcome: Outcome) -> list[str]:
    """Return what was lost of an item, and why."""
    reasons = [problem.what for problem in outcome.problems]
    error = outcome.line.get("error")
    return [str(error), *reasons] if error and str(error) not in reasons else reasons
