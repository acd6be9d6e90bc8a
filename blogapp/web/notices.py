"""What a page says once about what was just done, with a way back where there is one."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app, flash, get_flashed_messages, session

_UNDO = "undo "
# They are carried by the session's cookie, which browsers drop when it is longer than 4 KB.
_LONGEST = 300
_MOST = 3


@dataclass(frozen=True)
class Notice:
    """One sentence; ``undo`` is an address that takes the change back by POST.

    ``view`` is the path, below the blog's base, of what readers see of it now.
    """

    text: str
    problem: bool = False
    undo: str | None = None
    view: str = ""

    @property
    def view_url(self) -> str:
        """The whole address of what readers see."""
        return f"{current_app.config['PUBLIC_URL']}{quote(self.view)}"


def say(text: str, *, undo: str | None = None, view: str = "") -> None:
    """Show ``text`` on the next page, with a button to ``undo`` it and a link to ``view``."""
    _carry(text, f"{_UNDO}{undo} {view}" if undo else "done")


def complain(text: str) -> None:
    """Show ``text`` on the next page as something that did not work."""
    _carry(text, "problem")


def take_notices() -> list[Notice]:
    """Return what this page has to say, and forget it."""
    return [_read(text, category) for category, text in _messages()]


def _carry(text: str, category: str) -> None:
    flash(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…", category)
    if "_flashes" in session:
        session["_flashes"] = session["_flashes"][-_MOST:]


def _read(text: str, category: str) -> Notice:
    if not category.startswith(_UNDO):
        return Notice(text, problem=category == "problem")
    undo, _space, view = category.removeprefix(_UNDO).partition(" ")
    return Notice(text, undo=undo, view=view)


def _messages() -> list[tuple[str, str]]:
    return [(str(m[0]), str(m[1])) for m in get_flashed_messages(with_categories=True)]
