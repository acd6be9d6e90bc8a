"""Every figure that processes count themselves, by its name without the prefix.

Names are Prometheus' way: base units, and counters end in ``_total``. Labels take few values,
all of them written in our code: never a path, a name or anything that somebody typed.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

PREFIX = "blog_"


class Kind(Enum):
    """How a figure moves: only up, by amounts that are sorted, or up and down."""

    COUNTER = auto()
    HISTOGRAM = auto()
    LEVEL = auto()


class Figure(NamedTuple):
    """One figure: what it tells, by which labels; ``buckets`` are a histogram's."""

    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: Sequence[float] = ()


# Seconds of an answer: from a kept page to one that somebody gives up waiting for.
_ANSWER = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_WAIT = (0.001, 0.01, 0.1, 0.5, 1, 5)

FIGURES: dict[str, Figure] = {
    "http_requests_total": Figure(
        Kind.COUNTER,
        "Requests answered, by method, route and status.",
        ("method", "route", "status"),
    ),
    "http_request_duration_seconds": Figure(
        Kind.HISTOGRAM,
        "Seconds from a request's head to the last byte handed to its connection, by route.",
        ("route",),
        _ANSWER,
    ),
    "http_response_bytes_total": Figure(
        Kind.COUNTER, "Bytes of answers' bodies handed to connections."
    ),
    "http_answers_total": Figure(
        Kind.COUNTER,
        "Answers by where they came from: hit, stale, made, pass, shed or file.",
        ("cache",),
    ),
    "requests_in_progress": Figure(
        Kind.LEVEL,
        "Requests worked on that nothing kept answers: asking, known, door, probes, authors; and "
        "those of them that take long: streams.",
        ("kind",),
    ),
    "requests_waiting": Figure(Kind.LEVEL, "Requests that wait to be worked on.", ("kind",)),
    "requests_shed_total": Figure(
        Kind.COUNTER, "Requests sent away with 503, for want of a place.", ("kind",)
    ),
    "database_queries_total": Figure(Kind.COUNTER, "Statements of requests sent to the database."),
    "database_seconds_total": Figure(Kind.COUNTER, "Seconds that statements of requests took."),
    "database_pool_wait_seconds": Figure(
        Kind.HISTOGRAM, "Seconds until a connection of the pool was there.", (), _WAIT
    ),
    "database_pool_timeouts_total": Figure(
        Kind.COUNTER, "Requests that no connection of the pool was there for in time."
    ),
    "database_pool_in_use": Figure(Kind.LEVEL, "Connections that are in use."),
    "database_pool_overflow": Figure(Kind.LEVEL, "Connections beyond the pool's size."),
    "kept_pages": Figure(Kind.LEVEL, "Pages kept in memory, in all workers together."),
    "kept_bytes": Figure(Kind.LEVEL, "Bytes of pages kept in memory, in all workers together."),
    "log_lines_dropped_total": Figure(
        Kind.COUNTER, "Lines of the log that nobody took in time, or that could not be written."
    ),
    "jobs_finished_total": Figure(
        Kind.COUNTER,
        "Attempts at jobs, by kind and outcome: done, retry or given-up.",
        ("kind", "outcome"),
    ),
    "engine_failures_total": Figure(
        Kind.COUNTER,
        "Times that an engine was asked in vain: database, redis, media, mail, purge.",
        ("engine",),
    ),
    "engine_resting": Figure(
        Kind.LEVEL,
        "Processes that do not ask an engine for a while, since it failed (a breaker is open).",
        ("engine",),
    ),
    "purges_total": Figure(
        Kind.COUNTER, "Purges of shared caches by outcome: done or failed.", ("outcome",)
    ),
}
