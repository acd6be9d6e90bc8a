"""How long it takes from the command to the first answer."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from bench.blogs import ROOT, Blog, environment
from bench.limits import at_most
from bench.reporting import Section, table
from bench.serving import free_port, spent

BOUND = 2  # seconds
LONGEST = 60
ROUNDS = 2


@dataclass(frozen=True)
class Start:
    """Seconds from `blogapp serve` to the first whole page."""

    what: str
    seconds: float
    slowest: float
    cpu: float  # seconds, of all its processes; the least


def measure(blogs: Sequence[Blog], folder: Path, rounds: int = ROUNDS) -> Section:
    """Return how long a start takes: of a new blog, the same again, and of those measured."""
    new = [folder / f"new-{number}" for number in range(rounds)]
    starts = [
        _told("a new blog, its database made", [_start(instance) for instance in new]),
        _told("the same blog again", [_start(instance) for instance in new]),
        *(
            _told(f"{blog.posts:,} posts", [_start(blog.folder) for _ in range(rounds)])
            for blog in blogs
        ),
    ]
    return Section(
        "Starting",
        [
            f"`blogapp serve` to the first page that is there whole, two workers; of {rounds} "
            "starts the quickest, since all else makes it only slower, and the slowest.",
            table(
                ["start", "seconds", "slowest", "CPU s"],
                [
                    [one.what, f"{one.seconds:.2f}", f"{one.slowest:.2f}", f"{one.cpu:.2f}"]
                    for one in starts
                ],
            ),
        ],
        {"starts": [asdict(one) for one in starts]},
        [at_most(f"command to first answer, s, {one.what}", one.seconds, BOUND) for one in starts],
    )


def _told(what: str, starts: Sequence[tuple[float, float]]) -> Start:
    seconds = [by_clock for by_clock, _ in starts]
    return Start(what, min(seconds), max(seconds), min(cpu for _, cpu in starts))


def _start(instance: Path) -> tuple[float, float]:
    """Return seconds by the clock and of CPU time, of the command and its workers."""
    port = free_port()
    environ = environment(instance, BLOG_PORT=str(port))
    start = monotonic()
    server = subprocess.Popen(
        [sys.executable, "-c", "from blogapp.cli import main; main()", "serve"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            past = monotonic() - start
            if server.poll() is not None or past > LONGEST:
                raise SystemExit(f"blogapp serve did not answer after {past:.0f} s")
            sleep(0.005)
        return monotonic() - start, spent(server.pid)
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=LONGEST) as answer:
            return bool(answer.read())
    except (URLError, ConnectionError):
        return False
