"""How long readers wait while somebody publishes: many clients below the limit, a post a second."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import cycle
from threading import Event, Thread
from time import monotonic
from typing import Any

from bench.answering import KEPT, Bench
from bench.blogs import Blog
from bench.limits import Verdict, at_most
from bench.loading import Load, ask_steadily
from bench.measuring import READER
from bench.reporting import Section, table
from bench.serving import Server, ask

CLIENTS = 64
SHARE = 0.8  # of the highest throughput
KEEPS_UP = 0.95
BOUND = 5  # times p50 that p99 may be
EVERY = 1.0  # seconds
LATEST = 2.0  # seconds after which a publish that nobody sees is given up
POSTS = 6
SENT = {**READER, "Accept-Encoding": "gzip"}
PUBLISH = "UPDATE posts SET published_at = ?, version = version + 1 WHERE slug = ?"
DATE = "SELECT published_at, slug FROM posts WHERE slug = ? AND is_page = 0"


@dataclass(frozen=True)
class Busy:
    """One blog: how many answers a second at most, and the waits at a share of that."""

    posts: int
    highest: float
    calm: Load  # nobody publishes
    busy: Load
    publishes: int
    seen: float  # milliseconds from a commit to its sight, at most

    @property
    def trouble(self) -> str:
        """What makes the ratio worthless: in a queue that only grows all waits are alike."""
        asked, answered = SHARE * self.highest, self.busy.rate
        if answered < KEEPS_UP * asked:
            return f"fell behind: {answered:,.0f} of {asked:,.0f} requests/s"
        return f"{self.busy.failed} answers failed" if self.busy.failed else ""


def measure(bench: Bench, seconds: int) -> Section:
    """Return the waits of readers while posts are published, for each blog."""
    found = [_measure(bench.blog(KEPT, blog), blog, bench, seconds) for blog in bench.blogs]
    return Section(
        "Publishing",
        [
            f"{CLIENTS} clients ask for the listing, a tag and {POSTS} posts at {SHARE:.0%} of the "
            f"highest throughput, one worker; every {EVERY:g} s a post is published by another "
            "process. A wait counts from when the request was due.",
            table(
                [
                    *("posts", "highest requests/s", "publishes", "p50 ms", "p99 ms", "p99 / p50"),
                    *("p99 / p50 without publishes", "seen after at most, ms"),
                ],
                [
                    [
                        *(f"{one.posts:,}", f"{one.highest:,.0f}", one.publishes),
                        *(f"{one.busy.p50:.2f}", f"{one.busy.p99:.2f}"),
                        *(f"{one.busy.p99 / one.busy.p50:.1f}",),
                        *(f"{one.calm.p99 / one.calm.p50:.1f}", f"{one.seen:,.0f}"),
                    ]
                    for one in found
                ],
            ),
        ],
        {"blogs": [asdict(one) for one in found]},
        [_verdict(one) for one in found],
    )


def _verdict(one: Busy) -> Verdict:
    says = f"p99 over p50, {CLIENTS} clients, a publish a second, {one.posts:,} posts"
    verdict = at_most(says, one.busy.p99 / one.busy.p50, BOUND)
    return replace(verdict, holds=verdict.holds and not one.trouble, trouble=one.trouble)


def _measure(server: Server, blog: Blog, bench: Bench, seconds: int) -> Busy:
    cards = blog.cards(POSTS)
    addresses = blog.addresses()
    paths = [addresses["listing"], addresses["tag"], *(card["address"] for card in cards)]

    def asked(rate: float) -> Load:
        return ask_steadily(
            server,
            paths,
            SENT,
            seconds=seconds,
            connections=CLIENTS,
            rate=rate,
            cores=bench.cores,
        )

    highest = asked(0).rate
    calm = asked(SHARE * highest)
    with _published(blog, server, cards) as seen:
        busy = asked(SHARE * highest)
    return Busy(blog.posts, highest, calm, busy, len(seen), max(seen, default=0.0))


@contextmanager
def _published(
    blog: Blog, server: Server, cards: Sequence[Mapping[str, Any]]
) -> Iterator[list[float]]:
    """Publish the posts again and again, one each second, until the end of the block.

    Yields the milliseconds from each commit to the moment a reader finds it; afterwards the
    posts have the dates they had.
    """
    seen: list[float] = []
    is_over = Event()
    # Autocommit: each statement is a transaction.
    with closing(
        sqlite3.connect(
            blog.folder / "blog.sqlite", timeout=15, isolation_level=None, check_same_thread=False
        )
    ) as database:
        dates = [database.execute(DATE, (card["slug"],)).fetchone() for card in cards]

        def publish() -> None:
            for card in cycle(reversed(cards)):
                if is_over.wait(EVERY):
                    return
                moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
                database.execute(PUBLISH, (moment, card["slug"]))
                seen.append(_until_first(server, card["address"]))

        thread = Thread(target=publish)
        thread.start()
        try:
            yield seen
        finally:
            is_over.set()
            thread.join()
            database.executemany(PUBLISH, dates)


def _until_first(server: Server, address: str) -> float:
    """Return the milliseconds until the post is the first of the listing."""
    start = monotonic()
    is_first = False
    while not is_first and monotonic() - start < LATEST:
        text = ask(server, "/", READER).body.decode()
        is_first = text.find('"/posts/') == text.find(f'"{address}"')
    return 1000 * (monotonic() - start)
