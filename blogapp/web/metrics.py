"""Figures for Prometheus: what all workers of a server have counted, and how everything is now."""

import hmac
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from importlib.metadata import version
from ipaddress import ip_address
from platform import python_version
from time import monotonic
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, current_app
from sqlalchemy import event, func, select
from sqlalchemy.exc import TimeoutError as PoolTimeout

from blogapp.accounts.models import AuthorSession
from blogapp.backups.remembering import last_backup
from blogapp.extensions import db
from blogapp.jobs.measuring import measure_jobs
from blogapp.jobs.models import JobState
from blogapp.migrations import latest_revision
from blogapp.posts.measuring import measure_posts
from blogapp.telemetry import metrics
from blogapp.telemetry.figures import PREFIX
from blogapp.telemetry.metrics import count, level, observe, sample
from blogapp.telemetry.processes import look_at
from blogapp.telemetry.sharing import Folder
from blogapp.web.clock import now
from blogapp.web.jobs import handlers
from blogapp.web.proxies import client_address

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["count", "level", "may_read", "observe", "sample"]

# Seconds between two looks of a process at itself.
_PAUSE = 5.0
# Seconds that what the database tells is good for, and that anybody waits for it.
_FRESH = 5.0
_PATIENCE = 2.0

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.extensions["metrics"] = Metrics(app)


def may_read(request: Request) -> bool:
    """Return whether who asks is one of those that settings name, by network or by token.

    Who comes by a proxy that settings do not trust comes from anywhere: its network says nothing.
    """
    config = current_app.config
    if token := config["METRICS_TOKEN"]:
        shown = request.headers.get("Authorization", "")
        if hmac.compare_digest(shown.encode("utf-8", "replace"), f"Bearer {token}".encode()):
            return True
    is_handed_on = any(name in request.headers for name in _HANDED_ON)
    if is_handed_on and not config["TRUSTED_PROXIES"]:
        return False
    try:
        address = ip_address(client_address(request, config["TRUSTED_PROXIES"]))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in config["METRICS_ALLOW"])


_HANDED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


class Metrics:
    """The figures of an app; counts nothing until a serving process calls `start`."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._folder: Folder | None = None
        self._registry: Any = None
        self._told: tuple[float, list[Metric]] = (0.0, [])
        self._asking: Future[bool] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Count in this process from here on, if settings name anybody who may read it."""
        if not self._app.config["METRICS"]:
            return
        self._folder = Folder.of_this_process()
        try:
            if self._folder:
                self._folder.take_room()
            self.count()
        except OSError:
            _log.warning("there is no room for figures: this process keeps none", exc_info=True)
            return
        threading.Thread(target=self._look_on, name="figures", daemon=True).start()

    def count(self) -> None:
        """Count in this process from here on."""
        from prometheus_client import CollectorRegistry

        self._registry = CollectorRegistry()
        metrics.switch_on(self._registry)
        metrics.sample(self._look_at_pool)
        metrics.sample(self._look_at_shelf)
        metrics.sample(self._app.extensions["admission"].tell)
        with self._app.app_context():
            _time_waits()

    def exposition(self) -> tuple[bytes, str]:
        """Return all figures in Prometheus' text format, and its media type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        metrics.read_samples()
        present = CollectorRegistry()
        present.register(_Present(self._now))
        if self._folder is None:
            counted = generate_latest(self._registry) if self._registry else b""
        else:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(self._folder.path))  # type: ignore[no-untyped-call]
            with self._folder.reading():
                counted = generate_latest(registry)
        return counted + generate_latest(present), CONTENT_TYPE_LATEST

    def _look_on(self) -> None:
        while True:
            metrics.read_samples()
            threading.Event().wait(_PAUSE)

    def _look_at_pool(self) -> None:
        with self._app.app_context():
            pool = db.engine.pool
        level("database_pool_in_use", getattr(pool, "checkedout", int)())
        level("database_pool_overflow", max(0, getattr(pool, "overflow", int)()))

    def _look_at_shelf(self) -> None:
        shelf = self._app.extensions["keeper"].shelf
        level("kept_pages", len(shelf))
        level("kept_bytes", shelf.bytes)

    def _now(self) -> Iterator["Metric"]:
        """Yield how everything is now; of a database that is away, how it was."""
        yield from self._about()
        yield from self._processes()
        is_up, told = self._of_database()
        yield _gauge("database_up", "Whether the database answered just now.", is_up)
        yield from told

    def _about(self) -> Iterator["Metric"]:
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily(f"{PREFIX}build", "What runs here.", value=self._build())
        made = last_backup(self._app.config["INSTANCE"])
        age = GaugeMetricFamily(
            f"{PREFIX}last_backup_timestamp_seconds", "When the last good backup was made."
        )
        if made:
            age.add_metric([], made.made_at.timestamp())
        yield age

    def _build(self) -> dict[str, str]:
        with self._app.app_context():
            database = db.engine.dialect.name
        return {
            "version": version("blogapp"),
            "python": python_version(),
            "database": database,
            "revision": latest_revision() or "",
        }

    def _processes(self) -> Iterator["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        pids = self._folder.workers() if self._folder else [os.getpid()]
        found = look_at(pids)
        for name, help, read in _OF_PROCESSES:
            is_counter = name.endswith("_total")
            family: Any = (CounterMetricFamily if is_counter else GaugeMetricFamily)(
                PREFIX + name, help, labels=["pid"]
            )
            for process in found:
                family.add_metric([str(process.pid)], getattr(process, read))
            yield family
        yield _gauge("workers", "Processes that serve.", len(pids))

    def _of_database(self) -> tuple[bool, list["Metric"]]:
        """Return whether the database answered, and what it told, now or some seconds ago."""
        with self._lock:
            if self._told[1] and monotonic() - self._told[0] < self._fresh:
                return True, self._told[1]
            if self._asking is None or self._asking.done():
                asking: Future[bool] = Future()
                threading.Thread(
                    target=self._ask, args=(asking,), name="figures-ask", daemon=True
                ).start()
                # Not before: what never began would never be done.
                self._asking = asking
            try:
                # A test wants to hear it, however busy its machine is.
                is_up = self._asking.result(30 if self._app.testing else _PATIENCE)
            except TimeoutError:
                is_up = False
            return is_up, self._told[1]

    @property
    def _fresh(self) -> float:
        # Tests want to see what they did.
        return 0.0 if self._app.testing else _FRESH

    def _ask(self, asking: "Future[bool]") -> None:
        try:
            with self._app.app_context():
                told = list(_stored(self._app))
            self._told = (monotonic(), told)
            asking.set_result(True)
        except Exception:
            _log.debug("the database told no figures", exc_info=True)
            asking.set_result(False)


class _Present:
    """What prometheus-client asks for figures that nobody counts."""

    def __init__(self, read: Callable[[], Iterable["Metric"]]) -> None:
        self.collect = read


# Name, help, and which of `Process` it is.
_OF_PROCESSES = (
    ("worker_memory_bytes", "Resident memory of a worker.", "memory"),
    ("worker_cpu_seconds_total", "Processor time, user's and system's.", "processor"),
    ("worker_start_time_seconds", "When a worker began.", "began"),
    ("worker_open_files", "Open file descriptors of a worker.", "files"),
    ("worker_threads", "Threads of a worker.", "threads"),
)


def _stored(app: Flask) -> Iterator["Metric"]:
    """Yield what rows tell: in a few statements, however many there are."""
    from prometheus_client.core import GaugeMetricFamily

    moment = now()
    posts = measure_posts(moment)
    by_state = GaugeMetricFamily(f"{PREFIX}posts", "Posts, by state.", labels=["state"])
    for state, number in posts.numbers.items():
        by_state.add_metric([state.value], number)
    yield by_state
    upcoming = GaugeMetricFamily(
        f"{PREFIX}next_scheduled_post_timestamp_seconds", "When the next scheduled post appears."
    )
    if posts.next_at:
        upcoming.add_metric([], posts.next_at.timestamp())
    yield upcoming

    numbers, late = measure_jobs(moment)
    kinds = sorted({*handlers(app), *(kind for kind, _ in numbers)})
    jobs = GaugeMetricFamily(f"{PREFIX}jobs", "Jobs, by kind and state.", labels=["kind", "state"])
    oldest = GaugeMetricFamily(
        f"{PREFIX}oldest_job_seconds",
        "For how long the oldest job of a kind has been due that nobody is at.",
        labels=["kind"],
    )
    for kind in kinds:
        oldest.add_metric([kind], late.get(kind, 0.0))
        for job_state in JobState:
            jobs.add_metric([kind, job_state.value], numbers.get((kind, job_state), 0))
    yield jobs
    yield oldest

    living = select(func.count()).where(AuthorSession.expires_at > moment)
    yield _gauge("sessions", "Browsers that are signed in.", db.session.scalar(living) or 0)


def _gauge(name: str, help: str, value: float) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(PREFIX + name, help, value=value)


def _time_waits() -> None:
    """Have the engine's pool tell how long anybody waits for a connection of it."""
    engine = db.engine

    def watch(_engine: object) -> None:
        pool = engine.pool
        ask = pool.connect

        def connect() -> Any:
            begun = monotonic()
            try:
                return ask()
            except PoolTimeout:
                count("database_pool_timeouts_total")
                raise
            finally:
                observe("database_pool_wait_seconds", monotonic() - begun)

        pool.connect = connect  # type: ignore[method-assign]

    watch(engine)
    # Then it has another one.
    event.listen(engine, "engine_disposed", watch)
