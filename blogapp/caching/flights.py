"""One at a time: what several want at once is made by one of them."""

from threading import Event, Lock
from time import monotonic

from blogapp.caching.admitting import Busy
from blogapp.caching.answers import Answer

# Seconds after which one that others wait for is taken to be lost, and begun anew.
PATIENCE = 2.0


class Flight:
    """An answer on its way."""

    def __init__(self) -> None:
        self.landed = Event()
        self.answer: Answer | None = None
        # Why it was not flown: nobody who waits would be let in either.
        self.refused: Busy | None = None
        self.begun = monotonic()


class Flights:
    """The answers that are on their way, by their keys."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._flights: dict[str, Flight] = {}
        self._lock = Lock()

    def board(self, key: str) -> tuple[Flight, bool]:
        """Return the flight for ``key``, and whether whoever asks has to fly it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight and monotonic() - flight.begun < self.patience:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: str, flight: Flight, answer: Answer | None) -> None:
        """Hand ``answer`` to all who wait; None where there is none, and each asks for itself."""
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
        flight.answer = answer
        flight.landed.set()

    def wait(self, flight: Flight) -> Answer | None:
        """Return what came; None where nothing did, or nothing in time."""
        left = flight.begun + self.patience - monotonic()
        flight.landed.wait(max(0.0, left))
        return flight.answer
