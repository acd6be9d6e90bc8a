"""What becomes of the index of posts when some change: who comes, goes or moves shifts others.

Triggers log which posts changed under which token (`blogapp.migrations.triggers`). From one
version to a later one that is all there is to read, where the log still has it.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pyroaring import BitMap
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from blogapp.extensions import db
from blogapp.posts.change_models import NotedPost

# Of more at once all posts are read.
MOST_CHANGED = 200


def list_changed(old: Sequence[tuple[int, int]], new: Sequence[tuple[int, int]]) -> set[int] | None:
    """Return the posts that changed from one version to the other, in a statement as a rule.

    None where that is not known, or so many that all are better read anew.
    """
    before, found = dict(old), set[int]()
    if before.keys() != dict(new).keys():
        return None
    for id, token in new:
        if token == before[id]:
            continue
        some = _list_logged(id, before[id], token)
        if some is None:
            return None
        found |= some
    return found if len(found) <= MOST_CHANGED else None


class Move:
    """Where each post of an order stands in the next one.

    ``gone`` are the positions of those that left, ``places`` how many posts of the order before
    stand before each that came, in their order. A post may do both.
    """

    def __init__(self, size: int, gone: Iterable[int], places: Sequence[int]) -> None:
        self.gone = sorted(gone)
        # Where those that came stand now.
        self.come = [
            place - bisect_left(self.gone, place) + number for number, place in enumerate(places)
        ]
        self._left = BitMap(self.gone)
        ends = sorted({0, size, *(at + 1 for at in self.gone), *places})
        shifts = [
            (bisect_right(places, first) - bisect_left(self.gone, first), first, end)
            for first, end in pairwise(ends)
        ]
        self.is_still = not any(by for by, _first, _end in shifts)
        self._spans = [(by, BitMap(range(first, end))) for by, first, end in shifts]

    def moved(self, positions: BitMap) -> BitMap:
        """Return where those of ``positions`` stand that stayed; the same where none moved."""
        if self.is_still:
            return positions - self._left if positions.intersect(self._left) else positions
        stayed = positions - self._left
        return BitMap.union(BitMap(), *((stayed & span).shift(by) for by, span in self._spans))

    def numbers(self, old: Sequence[int], come: Sequence[int]) -> "array[int]":
        """Return the numbers that stand by position, where ``come`` are those of who came."""
        numbers = array("q", old)
        for at in reversed(self.gone):
            del numbers[at]
        for at, number in zip(self.come, come, strict=True):
            numbers.insert(at, number)
        return numbers


def _list_logged(version_id: int, old: int, new: int) -> set[int] | None:
    before = aliased(NotedPost)
    last = select(func.max(before.number)).where(
        before.version_id == version_id, before.token == old
    )
    query = (
        select(NotedPost.token, NotedPost.post_id)
        .where(NotedPost.version_id == version_id, NotedPost.number > last.scalar_subquery())
        .order_by(NotedPost.number)
    )
    rows = db.session.execute(query).all()
    ends = [at for at, row in enumerate(rows, 1) if row.token == new]
    ids = {row.post_id for row in rows[: ends[-1]]} if ends else {None}
    return None if None in ids else {id for id in ids if id is not None}
