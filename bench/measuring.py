"""Rows of a table, measured in turns: what one address costs one server, round after round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.loading import Load, load
from bench.serving import Core, Server, ask

# What a browser sends that comes to read.
READER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
}
# Flask may be woken once to make a page, and once more while it is warmed.
KEPT = 0.01


@dataclass(frozen=True)
class Row:
    """An address of a server, asked for with these headers beside a reader's own."""

    part: str
    server: str
    name: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    # Whether Flask must not be woken for it, or must be; None where there is no Flask.
    is_kept: bool | None = None

    @property
    def key(self) -> str:
        return f"{self.server}: {self.name}"

    @property
    def sent(self) -> dict[str, str]:
        return {**READER, "Accept-Encoding": "identity", **self.headers}


@dataclass(frozen=True)
class Round:
    """One round of a row: what the client saw, and what it cost the server."""

    load: Load
    cpu: float  # milliseconds per request, of all the server's processes
    woken: float  # of the requests, how many woke Flask, as a share

    @property
    def rate(self) -> float:
        return self.load.rate


@dataclass(frozen=True)
class Figure:
    """A row and its rounds."""

    row: Row
    rounds: Sequence[Round]

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU time per request; the median round's."""
        return median(one.cpu for one in self.rounds)

    @property
    def rate(self) -> float:
        """Requests a second; the median round's."""
        return median(one.rate for one in self.rounds)

    @property
    def p50(self) -> float:
        return median(one.load.p50 for one in self.rounds)

    @property
    def p99(self) -> float:
        return median(one.load.p99 for one in self.rounds)

    @property
    def bytes(self) -> float:
        """Bytes on the wire of one answer, headers included."""
        first = self.rounds[0].load
        return first.bytes / max(1, first.requests)

    @property
    def woken(self) -> float:
        return max(one.woken for one in self.rounds)

    @property
    def trouble(self) -> str:
        """What makes the figure worthless; empty where it is sound."""
        if failed := sum(one.load.failed for one in self.rounds):
            return f"{failed} answers failed"
        if self.row.is_kept is True and self.woken > KEPT:
            return f"Flask was woken for {self.woken:.0%} of the requests"
        if self.row.is_kept is False and self.woken < 1 - KEPT:
            return f"Flask was woken only for {self.woken:.0%} of the requests"
        return ""


def measure(
    rows: Sequence[Row],
    server: Callable[[str], Server],
    *,
    rounds: int,
    seconds: int,
    cores: Core,
    tell: Callable[[str], object] = lambda text: None,
) -> list[Figure]:
    """Return the figures of rows whose rounds take turns: what else the machine does meets all."""
    for row in rows:
        check(row, server(row.server))
    found: dict[str, list[Round]] = {row.key: [] for row in rows}
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}, {len(rows)} rows")
        for row in rows:
            found[row.key].append(_round(row, server(row.server), seconds, cores))
    return [Figure(row, found[row.key]) for row in rows]


def check(row: Row, server: Server) -> None:
    """Ask once before it is timed, which also makes a page that is to be kept.

    Ends the run when the answer is not what the row is about.
    """
    ask(server, row.path, row.sent)
    answer = ask(server, row.path, row.sent)
    if answer.status != row.status:
        raise SystemExit(f"{row.key}: {row.path} answered {answer.status}, not {row.status}")
    wanted, got = row.sent["Accept-Encoding"], answer.header("content-encoding", "identity")
    if answer.status == 200 and wanted != got:
        raise SystemExit(f"{row.key}: {row.path} came as {got}, not as {wanted}")


def _round(row: Row, server: Server, seconds: int, cores: Core) -> Round:
    woken, cpu = server.woken(), server.cpu()
    seen = load(server, row.path, row.sent, seconds=seconds, cores=cores)
    spent = server.cpu() - cpu
    woken = server.woken() - woken
    asked = max(1, seen.requests)
    return Round(seen, 1000 * spent / asked, woken / asked)
