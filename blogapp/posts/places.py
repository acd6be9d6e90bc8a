"""Where posts stand in an order, by their ids."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

# A dictionary takes as much as so many numbers.
SPARSE = 32


class Places:
    """Where posts stand, by their ids: four bytes for each id, unless most belong to no post."""

    def __init__(self, ids: Sequence[int]) -> None:
        most = max(ids, default=0) + 1
        is_dense = most < SPARSE * len(ids)
        self._dense = array("i", [-1]) * (most if is_dense else 0)
        self._sparse: dict[int, int] = {}
        at: Any = self._dense if is_dense else self._sparse
        for position, id in enumerate(ids):
            at[id] = position

    def of(self, ids: Iterable[int]) -> list[int]:
        """Return the positions of those that have one, in the order of ``ids``."""
        if self._sparse:
            return [self._sparse[id] for id in ids if id in self._sparse]
        at, most = self._dense, len(self._dense)
        return [place for id in ids if 0 <= id < most and (place := at[id]) >= 0]
