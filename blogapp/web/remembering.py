"""Parts of public pages, remembered as they were made, until anything that readers see changes.

Everything stands under the page token, which the database itself renews with each such change
(`blogapp.migrations.triggers`): what was made of an older content is never found again. The token
is read once a request and before anything else, so a part may be newer than its token and never
older. What a part depends on beyond the content and the settings belongs in its key; a view that
depends on the time has it there as the number of posts that are listed.

Some parts depend on less of the content than all, and stay when something else of it changes:
those of settings alone, and numbers of posts, which change with what can be found.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock
from typing import Any, Literal, TypeVar

from flask import Flask, current_app, g, has_request_context, request
from jinja2 import Environment, pass_environment

from blogapp.posts.facet_index import Versions, read_versions

MOST_BYTES = 8_000_000
# What an entry costs beside its text, roughly: its key, its place.
ENTRY = 400
# Of a few names, and of some dozens: not worth measuring.
SMALL, LARGE = 2_000, 40_000

Part = TypeVar("Part")
# Of what a part is made, besides the settings: of all content, of what can be found, or of
# nothing that is not in its key.
Made = Literal["content", "found", "key"]


class Memory:
    """Parts by key, of ``most`` bytes in all; what was not asked for longest goes first."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.bytes = most, 0
        self._parts: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._parts)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._parts.clear()
            self.bytes = 0

    def get(self, key: Hashable) -> Any:
        """Return what is remembered, or None."""
        with self._lock:
            found = self._parts.get(key)
            if found is None:
                return None
            self._parts.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, part: Any, size: int) -> None:
        """Remember ``part``, which takes ``size`` bytes; what is too large is not remembered."""
        size += ENTRY
        if size > self.most // 8:
            return
        with self._lock:
            if old := self._parts.pop(key, None):
                self.bytes -= old[1]
            self._parts[key] = part, size
            self.bytes += size
            while self.bytes > self.most:
                self.bytes -= self._parts.popitem(last=False)[1][1]


class Within:
    """The memory as one request may use it: for what was made of the content it goes by."""

    def __init__(self, app: Flask, versions: Versions, root: str) -> None:
        self.memory: Memory = app.extensions["memory"]
        self.templates = app.jinja_env
        self.content: Hashable = (versions.pages, root)
        self.made_of: dict[Made, Hashable] = dict.fromkeys(
            ("content", "found", "key"), self.content
        )
        self._found, self._root = versions.facets, root

    def settle(self, settings: Hashable) -> None:
        """Tell these from other settings by ``settings`` from now on, not by the content."""
        self.made_of["found"] = self._found, settings, self._root
        self.made_of["key"] = settings, self._root


def init_app(app: Flask) -> None:
    app.extensions["memory"] = Memory()
    app.jinja_env.globals["kept"] = kept


def versions() -> Versions | None:
    """Return the versions that this request goes by, read once; None where it reads its own.

    Those are requests beside the public pages, which may change what they read, and previews,
    which show what is nowhere else.
    """
    if "versions" not in g:
        found = g.versions = read_versions() if _is_shared() else None
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        g.remembered = Within(app, found, request.script_root) if found else None
    known: Versions | None = g.versions
    return known


def settle(settings: Hashable) -> None:
    """Say what settings this request goes by: until then, parts of theirs go by all content."""
    if within := _within():
        within.settle(settings)


def remembered(key: Hashable, make: Callable[[], Part], size: Callable[[Part], int]) -> Part:
    """Return what ``make`` gave under this key since the content changed last, or gives now."""
    within = _within()
    return make() if within is None else _remembered(within, key, make, size)


def remembered_each(
    key: Hashable,
    ids: Sequence[int],
    make: Callable[[Sequence[int]], Mapping[int, Part]],
    size: Callable[[Part], int],
) -> Mapping[int, Part]:
    """Return the same for each of ``ids``; those that are not remembered are made at once."""
    within = _within()
    if within is None:
        return make(ids)
    memory, content = within.memory, within.content
    found = {id: part for id in ids if (part := memory.get((content, key, id))) is not None}
    if missing := [id for id in ids if id not in found]:
        made = make(missing)
        for id, part in made.items():
            memory.put((content, key, id), part, size(part))
        found |= made
    return found


@pass_environment
def kept(
    environment: Environment,
    name: str,
    *key: Hashable,
    caller: Callable[[], str],
    of: Made = "content",
    whenever: object = True,
) -> str:
    """Return a part of a page: ``{% call kept("footer") %}…{% endcall %}``.

    Remembered under ``name`` and ``key``, which says all that the part depends on besides settings
    and what it is made ``of``, ``whenever`` that is all there is. A part in which anything is
    admitted inline (`assets.admit`) cannot be kept.
    """
    within = _within() if whenever else None
    # Where a theme failed, the blog's own templates stand in, which write other parts.
    if within is None or environment is not within.templates:
        return caller()
    return _remembered(within, ("part", name, *key), caller, len, of)


def _remembered(
    within: Within,
    key: Hashable,
    make: Callable[[], Part],
    size: Callable[[Part], int],
    of: Made = "content",
) -> Part:
    whole = within.made_of[of], key
    part: Part | None = within.memory.get(whole)
    if part is None:
        part = make()
        if part is not None:
            within.memory.put(whole, part, size(part))
    return part


def _within() -> Within | None:
    """The memory of this request; None where nothing is remembered.

    The versions are not asked for here: the page of an error must not need the database.
    """
    found: Within | None = g.get("remembered")
    return found


def _is_shared() -> bool:
    """Whether this request shows what is the same for every reader."""
    return (
        has_request_context()
        and request.blueprint == "public"
        and request.method in {"GET", "HEAD"}
        and not g.get("is_preview")
        and not current_app.debug
    )
