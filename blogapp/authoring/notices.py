"""What a page says once about what was just done, with a way back where there is one."""

from dataclasses import dataclass

from flask import flash, get_flashed_messages

_UNDO = "undo "


@dataclass(frozen=True)
class Notice:
    """One sentence; ``undo`` is an address that takes the change back by POST."""

    text: str
    problem: bool = False
    undo: str | None = None


def say(text: str, *, undo: str | None = None) -> None:
    """Show ``text`` on the next page, with a button that posts to ``undo``."""
    flash(text, f"{_UNDO}{undo}" if undo else "done")


def complain(text: str) -> None:
    """Show ``text`` on the next page as something that did not work."""
    flash(text, "problem")


def take_notices() -> list[Notice]:
    """Return what this page has to say, and forget it."""
    return [
        Notice(
            text,
            problem=category == "problem",
            undo=category.removeprefix(_UNDO) if category.startswith(_UNDO) else None,
        )
        for category, text in _messages()
    ]


def _messages() -> list[tuple[str, str]]:
    return [(str(m[0]), str(m[1])) for m in get_flashed_messages(with_categories=True)]
