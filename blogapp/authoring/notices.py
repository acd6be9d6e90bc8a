"""What a page says once about what was just done; to posts, with a way back for a moment."""

from flask import url_for

from blogapp.authoring import acts
from blogapp.posts.leaving_out import LeftOut
from blogapp.posts.undoing import list_offered
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.notices import Notice, complain, say, take_notices

__all__ = ["Notice", "complain", "offered_undos", "say", "take_notices"]


def offered_undos() -> list[Notice]:
    """Return what the author did to posts a moment ago, which outlives a reload of the page."""
    return [
        Notice(
            " ".join([acts.outcome(undo), acts.left_out(LeftOut.from_json(undo.left_out))]).strip(),
            undo=url_for("authoring.undo_changes", id=undo.id),
        )
        for undo in list_offered(author=current_author(), now=now())
    ]
