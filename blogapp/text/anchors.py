"""The anchors of sections: those people hold keep leading to the section they meant."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

MOST_GONE = 100
MOST_COMPARED = 2_500
ALIKE = 0.6
TELLING = 20


@dataclass(frozen=True)
class Section:
    """A heading, how the text under it begins, and its anchors: the one it wears stands first.

    One that is ``gone`` was in an earlier version of the text.
    """

    text: str
    begins: str
    ids: tuple[str, ...]
    gone: bool = False


def read_sections(stored: Iterable[Mapping[str, Any]]) -> list[Section]:
    """Return sections from what JSON made of them.

    >>> read_sections([{"text": "A", "begins": "b", "ids": ["a"], "gone": False}])
    [Section(text='A', begins='b', ids=('a',), gone=False)]
    """
    return [Section(**{**section, "ids": tuple(section["ids"])}) for section in stored]


def settle(
    found: Sequence[Section],
    before: Sequence[Section],
    *,
    given: Collection[int] = (),
    taken: Collection[str] = (),
) -> list[Section]:
    """Return the sections found in a text with the anchors they wear and once wore.

    Each is ``found`` with the one anchor it asks for; those at the places in ``given`` were
    given theirs by the author. ``before`` is what this function returned for the version
    before, ``taken`` are ids that stand elsewhere in the text. What of that version has no
    successor comes behind, gone.

    >>> first = settle([Section("Setup", "Install", ("setup",))], [])
    >>> now = [Section("Setup", "Why", ("setup",)), Section("Setup", "Install", ("setup",))]
    >>> [section.ids for section in settle(now, first)]
    [('setup-1',), ('setup',)]
    >>> settle([Section("Installing", "Install", ("installing",))], first)[0].ids
    ('installing', 'setup')
    """
    heirs = _match(before, found)
    worn = {found[place].ids[0]: place for place in given}
    kept = {new: before[old] for old, new in heirs.items()}
    settled = _name(found, kept, worn, set(taken) | worn.keys())
    gone = [replace(old, gone=True) for place, old in enumerate(before) if place not in heirs]
    return settled + gone[-MOST_GONE:]


def _match(before: Sequence[Section], found: Sequence[Section]) -> dict[int, int]:
    """Return which section of the version before has become which, by their places."""
    heirs: dict[int, int] = {}
    for key in (_all_of, _beginning_of, _words_of):
        _match_by(key, before, found, heirs)
    _match_alike(before, found, heirs)
    _match_between(before, found, heirs)
    return heirs


def _all_of(section: Section) -> Hashable:
    return _words_of(section), section.begins


def _beginning_of(section: Section) -> Hashable:
    return section.begins if len(section.begins) >= TELLING else None


def _words_of(section: Section) -> Hashable:
    return "".join(filter(str.isalnum, section.text.casefold())) or None


def _match_by(
    key: Callable[[Section], Hashable],
    before: Sequence[Section],
    found: Sequence[Section],
    heirs: dict[int, int],
) -> None:
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for place in _free(found, heirs.values()):
        waiting[key(found[place])].append(place)
    for place in _free(before, heirs):
        wanted = key(before[place])
        if wanted is not None and waiting[wanted]:
            heirs[place] = waiting[wanted].popleft()


def _match_alike(
    before: Sequence[Section], found: Sequence[Section], heirs: dict[int, int]
) -> None:
    olds = [place for place in _free(before, heirs) if not before[place].gone]
    news = _free(found, heirs.values())
    if len(olds) * len(news) > MOST_COMPARED:
        return
    scores = [
        (SequenceMatcher(None, before[old].text, found[new].text).ratio(), old, new)
        for old in olds
        for new in news
    ]
    taken: set[int] = set()
    for score, old, new in sorted(scores, key=lambda scored: -scored[0]):
        if score >= ALIKE and old not in heirs and new not in taken:
            heirs[old] = new
            taken.add(new)


def _match_between(
    before: Sequence[Section], found: Sequence[Section], heirs: dict[int, int]
) -> None:
    """Match one section with another where both stand alone between the same neighbours."""
    present = [place for place, section in enumerate(before) if not section.gone]
    news = set(_free(found, heirs.values()))
    for above, old, below in zip([None, *present], present, [*present[1:], None], strict=False):
        after = -1 if above is None else heirs.get(above)
        until = len(found) if below is None else heirs.get(below)
        if old not in heirs and after is not None and until == after + 2 and after + 1 in news:
            heirs[old] = after + 1


def _free(sections: Sequence[Section], matched: Iterable[int]) -> list[int]:
    taken = set(matched)
    return [place for place in range(len(sections)) if place not in taken]


def _name(
    found: Sequence[Section], before: dict[int, Section], given: dict[str, int], taken: set[str]
) -> list[Section]:
    owners = {id: new for new, old in before.items() for id in old.ids}
    used: set[str] = set()
    numbers: dict[str, int] = {}

    def is_free(id: str, place: int) -> bool:
        return id not in used and id not in taken and owners.get(id, place) == place

    def choose(place: int) -> str:
        wish, old = found[place].ids[0], before.get(place)
        if given.get(wish) == place:
            return wish
        if old and _words_of(old) == _words_of(found[place]) and is_free(old.ids[0], place):
            return old.ids[0]
        id, number = wish, numbers.get(wish, 0)
        while not is_free(id, place):
            number += 1
            id = f"{wish}-{number}"
        numbers[wish] = number
        return id

    worn = []
    for place in range(len(found)):
        worn.append(choose(place))
        used.add(worn[-1])
    settled = []
    for place, section in enumerate(found):
        held = before[place].ids if place in before else ()
        others = [id for id in held if id not in used and id not in taken]
        used.update(others)
        settled.append(replace(section, ids=(worn[place], *others), gone=False))
    return settled
