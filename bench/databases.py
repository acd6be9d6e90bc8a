"""What PostgreSQL costs beside SQLite: the same posts, one worker and more, nothing kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench.blogs import Blog, run_blogapp
from bench.loading import load
from bench.measuring import Row, check
from bench.reporting import Section, table
from bench.serving import COUNTED, Core, Server, gunicorn, spent

WORKERS = (1, 2, 4)
# As many as one worker makes pages for at once: nobody waits for a place, or is sent away.
CONNECTIONS = 4
# The rows, by the names that a blog has for its addresses.
ASKED = ("listing", "page", "two tags", "rare word", "common word", "post")
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
# A post near to 6,200 characters, of three tags and in no series where there is one.
POST = """
SELECT slug FROM posts
WHERE published_at < localtimestamp - interval '1 day' AND withdrawn_at IS NULL
  AND deleted_at IS NULL AND NOT unlisted AND NOT is_page
ORDER BY series_id IS NOT NULL, (SELECT count(*) FROM post_tags WHERE post_id = posts.id) <> 3,
         abs(length(body) - 6200), id
LIMIT 1
"""


@dataclass(frozen=True)
class Cell:
    """One address on one way to serve it; times in milliseconds, medians of the rounds."""

    posts: int
    name: str
    database: str
    workers: int
    rate: float
    p50: float
    p99: float
    cpu: float  # of the workers, per request
    database_cpu: float  # of the database's own processes, per request


@dataclass
class Way:
    """A blog on a database, served by so many workers."""

    blog: Blog
    database: str
    workers: int
    server: Server
    addresses: Mapping[str, str]
    postmaster: int = 0

    def database_cpu(self) -> float:
        return spent(self.postmaster) if self.postmaster else 0.0


def measure(
    blogs: Sequence[Blog],
    folder: Path,
    *,
    rounds: int,
    seconds: int,
    cores: Core,
    tell: Callable[[str], object] = lambda text: None,
) -> Section:
    """Return what the rows cost on both databases, all ways taking turns.

    Needs what the tests need: a PostgreSQL server, started for this run and gone after it.
    """
    with _postgres() as server:
        cells = [
            cell
            for blog in blogs
            for cell in _measure(blog, folder, server, (rounds, seconds), cores, tell)
        ]
    return Section(
        "Databases",
        [
            "Nothing is kept: every request makes its page. One worker has a core to itself, and "
            "the client and PostgreSQL work on the others. More workers share all cores with both, "
            "so two cores give them little more. The database's own CPU time stands beside that of "
            "the workers; SQLite's is in it.",
            *(_table(blog, cells) for blog in blogs),
        ],
        {"cells": [asdict(cell) for cell in cells]},
    )


def _table(blog: Blog, cells: Sequence[Cell]) -> str:
    heads = ["answer", "database", "workers", "requests/s", "p50 ms", "p99 ms", "CPU ms"]
    return f"**{blog.posts:,} posts**\n\n" + table(
        [*heads, "database's CPU ms", "CPU of SQLite's"],
        [
            [
                *(cell.name, cell.database, cell.workers, f"{cell.rate:,.0f}"),
                *(f"{cell.p50:.2f}", f"{cell.p99:.2f}", f"{cell.cpu:.2f}"),
                *(f"{cell.database_cpu:.2f}" if cell.database_cpu else "", _ratio(cell, cells)),
            ]
            for cell in cells
            if cell.posts == blog.posts
        ],
    )


def _ratio(cell: Cell, cells: Sequence[Cell]) -> str:
    """Say how many times SQLite's CPU time an answer costs, the database's own included."""
    beside = next(
        one for one in cells
        if (one.posts, one.name, one.database) == (cell.posts, cell.name, SQLITE)
    )  # fmt: skip
    return f"{(cell.cpu + cell.database_cpu) / beside.cpu:.2f}"


def _measure(
    blog: Blog,
    folder: Path,
    server: "Postgres",
    turns: tuple[int, int],
    cores: Core,
    tell: Callable[[str], object],
) -> list[Cell]:
    tell(f"writing {blog.posts:,} posts into PostgreSQL")
    instance = folder / f"postgres-{blog.posts}"
    settings = {"BLOG_DATABASE_URL": server.new_database(f"blog_{blog.posts}")}
    run_blogapp(instance, "synth", "--posts", str(blog.posts), **settings)
    server.analyze(settings["BLOG_DATABASE_URL"])
    # Its twin was made up on another day, so that posts of it may have other dates.
    post = {"post": f"/posts/{quote(server.find(settings['BLOG_DATABASE_URL'], POST))}"}
    with ExitStack() as stack:

        def started(database: str, workers: int) -> Way:
            on_postgres = database == POSTGRES
            place, given = (instance, settings) if on_postgres else (blog.folder, {})
            name = f"{database}, {workers} workers, {blog.posts:,} posts"
            how = {"workers": workers, "cores": cores, "BLOG_KEEP_MB": "0", **given}
            running = gunicorn(name, COUNTED, place, **how)  # type: ignore[arg-type]
            postmaster = server.pid if on_postgres else 0
            addresses = {**blog.addresses(), **(post if on_postgres else {})}
            return Way(blog, database, workers, stack.enter_context(running), addresses, postmaster)

        ways = [started(SQLITE, 1), *(started(POSTGRES, workers) for workers in WORKERS)]
        return [*_in_turns(ways, turns, cores, tell)]


def _in_turns(
    ways: Sequence[Way],
    turns: tuple[int, int],
    cores: Core,
    tell: Callable[[str], object],
) -> Iterator[Cell]:
    rounds, seconds = turns
    for name in ASKED:
        rows = [Row("databases", way.server.name, name, way.addresses[name]) for way in ways]
        found: dict[int, list[dict[str, float]]] = {number: [] for number in range(len(ways))}
        for way, row in zip(ways, rows, strict=True):
            check(row, way.server)
        for each in range(rounds):
            tell(f"{name}, round {each + 1} of {rounds}")
            for number, way in enumerate(ways):
                found[number].append(_turn(way, rows[number], seconds, cores))
        for number, way in enumerate(ways):
            medians = {key: median(one[key] for one in found[number]) for key in found[number][0]}
            yield Cell(way.blog.posts, name, way.database, way.workers, **medians)


def _turn(way: Way, row: Row, seconds: int, cores: Core) -> dict[str, float]:
    cpu, database = way.server.cpu(), way.database_cpu()
    path, sent = row.path, row.sent
    seen = load(way.server, path, sent, seconds=seconds, connections=CONNECTIONS, cores=cores)
    if seen.failed:
        raise SystemExit(f"{row.name}: {seen.failed} answers failed")
    asked = max(1, seen.requests)
    return {
        "rate": seen.rate,
        "p50": seen.p50,
        "p99": seen.p99,
        "cpu": 1000 * (way.server.cpu() - cpu) / asked,
        "database_cpu": 1000 * (way.database_cpu() - database) / asked,
    }


@dataclass(frozen=True)
class Postgres:
    """A server of this run: the address of its first database, and its first process."""

    address: str
    pid: int

    def new_database(self, name: str) -> str:
        """Return the address of a new, empty database."""
        self._run(self.address, f'CREATE DATABASE "{name}"')
        url = make_url(self.address).set(database=name)
        return url.render_as_string(hide_password=False)

    def analyze(self, address: str) -> None:
        """Have the planner know what is there, as it does on a server that has run a while."""
        self._run(address, "VACUUM ANALYZE")

    def find(self, address: str, query: str) -> str:
        engine = create_engine(address)
        with engine.connect() as connection:
            found: str = connection.scalars(text(query)).one()
        engine.dispose()
        return found

    def _run(self, address: str, statement: str) -> None:
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def _postgres() -> Iterator[Postgres]:
    # Here, since all else in the bench does without what the tests need.
    from tests.postgres import running_server

    with running_server() as address:
        folder: Any = make_url(address).query["host"]
        first = (Path(folder) / "data" / "postmaster.pid").read_text().split()[0]
        yield Postgres(address, int(first))
