"""Counting what happens: helpers that do nothing until `switch_on` was called.

Anybody may call `count`, `observe` and `level` with a name out of
`blogapp.telemetry.figures.FIGURES`. None of them raises, waits or asks anybody.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from blogapp.telemetry.figures import FIGURES, PREFIX, Figure, Kind

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

# So many series a figure may have in one process; what comes after goes by one name.
MOST_SERIES = 2_000
OTHER = "other"
_LONGEST = 80

_log = logging.getLogger(__name__)


def count(name: str, amount: float = 1, /, **labels: str) -> None:
    """Add to a counter."""
    if _switch.counters is not None:
        _switch.counters.tell(name, "inc", amount, labels)


def observe(name: str, amount: float, /, **labels: str) -> None:
    """Put one more amount, such as seconds, into a histogram."""
    if _switch.counters is not None:
        _switch.counters.tell(name, "observe", amount, labels)


def level(name: str, amount: float, /, **labels: str) -> None:
    """Say how much there is of something in this process now; all processes' are added up."""
    if _switch.counters is not None:
        _switch.counters.tell(name, "set", amount, labels)


def sample(read: Callable[[], None]) -> None:
    """Have ``read`` called every few seconds while figures are kept: it calls `level`."""
    if read not in _switch.samples:
        _switch.samples.append(read)


def read_samples() -> None:
    """Call all that `sample` was told of; what fails is left out."""
    for read in list(_switch.samples):
        try:
            read()
        except Exception:
            _log.debug("a figure could not be read", exc_info=True)


def is_on() -> bool:
    """Return whether figures are kept in this process."""
    return _switch.counters is not None


def counters() -> "Counters | None":
    """Return the figures of this process, for whoever counts often."""
    return _switch.counters


def switch_on(registry: "CollectorRegistry | None" = None) -> None:
    """Keep figures from here on, where prometheus-client is told to keep them.

    That is decided when it is imported first, by ``PROMETHEUS_MULTIPROC_DIR``.
    """
    _switch.counters = Counters(registry)


def switch_off() -> None:
    """Keep no more figures."""
    _switch.counters = None
    _switch.samples.clear()


class Counters:
    """The figures of this process, each made when it is told of first."""

    def __init__(self, registry: "CollectorRegistry | None" = None) -> None:
        import prometheus_client

        self._client = prometheus_client
        self._registry = registry or prometheus_client.CollectorRegistry()
        self._series: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._made: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}

    def tell(self, name: str, verb: str, amount: float, labels: dict[str, str]) -> None:
        try:
            getattr(self.series(name, labels), verb)(amount)
        except Exception:
            # Nothing that is counted is worth an answer.
            _log.warning("%s could not be counted", name, exc_info=True)

    def series(self, name: str, labels: dict[str, str]) -> Any:
        """Return what counts under these labels; raises `KeyError` for a figure there is not."""
        figure = FIGURES[name]
        values = tuple(str(labels[label])[:_LONGEST] for label in figure.labels)
        found = self._series.get((name, values))
        return found or self._make(name, figure, values)

    def _make(self, name: str, figure: Figure, values: tuple[str, ...]) -> Any:
        number = self._numbers.get(name, 0)
        if values and number >= MOST_SERIES:
            values = (OTHER,) * len(values)
        whole = self._made.get(name)
        if whole is None:
            whole = self._made[name] = self._declare(name, figure)
        made = whole.labels(*values) if figure.labels else whole
        self._series[name, values] = made
        self._numbers[name] = number + 1
        return made

    def _declare(self, name: str, figure: Figure) -> Any:
        told = PREFIX + name, figure.help, figure.labels
        match figure.kind:
            case Kind.COUNTER:
                return self._client.Counter(*told, registry=self._registry)
            case Kind.HISTOGRAM:
                return self._client.Histogram(
                    *told, buckets=figure.buckets, registry=self._registry
                )
            case Kind.LEVEL:
                return self._client.Gauge(
                    *told, multiprocess_mode="livesum", registry=self._registry
                )


class _Switch:
    """Whether this process counts."""

    counters: Counters | None = None

    def __init__(self) -> None:
        self.samples: list[Callable[[], None]] = []


_switch = _Switch()
