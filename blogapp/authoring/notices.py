"""What a page says once about what was just done, with a way back where there is one."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app, flash, get_flashed_messages, url_for

from blogapp.authoring import acts
from blogapp.posts.leaving_out import LeftOut
from blogapp.posts.undoing import list_offered
from blogapp.web.access import current_author
from blogapp.web.clock import now

_UNDO = "undo "


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
    flash(text, f"{_UNDO}{undo} {view}" if undo else "done")


def complain(text: str) -> None:
    """Show ``text`` on the next page as something that did not work."""
    flash(text, "problem")


def take_notices() -> list[Notice]:
    """Return what this page has to say, and forget it."""
    return [_read(text, category) for category, text in _messages()]


def offered_undos() -> list[Notice]:
    """Return what the author did to posts a moment ago, which outlives a reload of the page."""
    return [
        Notice(
            " ".join([acts.outcome(undo), acts.left_out(LeftOut.from_json(undo.left_out))]).strip(),
            undo=url_for("authoring.undo_changes", id=undo.id),
        )
        for undo in list_offered(author=current_author(), now=now())
    ]


def _read(text: str, category: str) -> Notice:
    if not category.startswith(_UNDO):
        return Notice(text, problem=category == "problem")
    undo, _space, view = category.removeprefix(_UNDO).partition(" ")
    return Notice(text, undo=undo, view=view)


def _messages() -> list[tuple[str, str]]:
    return [(str(m[0]), str(m[1])) for m in get_flashed_messages(with_categories=True)]
