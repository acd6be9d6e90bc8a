"""How much memory a worker has when it keeps as many pages as it may."""

from collections.abc import Iterator
from itertools import chain

from bench.answering import KEPT, Bench
from bench.blogs import Blog
from bench.limits import at_most
from bench.measuring import READER
from bench.reporting import Section, table
from bench.serving import Server, ask

BOUND = 150  # MB of a worker
POSTS = 400  # with their compressed forms they are more than a worker keeps
PAGES = 20


def measure(bench: Bench) -> Section:
    """Return the memory (PSS) of workers after everything else that was asked of them.

    That of the largest blog that keeps pages is filled up first.
    """
    largest = bench.blogs[-1]
    _fill(bench.blog(KEPT, largest), largest)
    found = {name: server.memory() for name, server in bench.servers.items() if server.memory()}
    most = max(found[bench.blog(KEPT, largest).name])
    return Section(
        "Memory",
        [
            f"Of the kept pages as many as there may be: {POSTS} posts and {PAGES} pages of the "
            "listing were asked for, in three encodings. Proportional set size (PSS): a share of "
            "what workers have in common with their parent counts with each.",
            table(
                ["server", "MB of each worker"],
                [
                    [name, ", ".join(f"{megabytes:.0f}" for megabytes in workers)]
                    for name, workers in found.items()
                ],
            ),
        ],
        {"megabytes": found},
        [at_most(f"memory of a worker (PSS), MB, {largest.posts:,} posts", most, BOUND)],
    )


def _fill(server: Server, blog: Blog) -> None:
    for address in _many(blog):
        for encoding in ("identity", "gzip", "br"):
            ask(server, address, READER | {"Accept-Encoding": encoding})


def _many(blog: Blog) -> Iterator[str]:
    posts = (card["address"] for card in blog.cards(POSTS))
    pages = (f"/?page={number}" for number in range(2, PAGES))
    return chain(blog.addresses().values(), posts, pages)
