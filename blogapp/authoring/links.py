"""Posts that a link may lead to, suggested while one types ``[[``."""

from flask import Response, abort, jsonify, request
from flask_babel import gettext as _

from blogapp.posts.linking import suggest_targets
from blogapp.posts.models import State
from blogapp.web.access import current_author
from blogapp.web.clock import now

LONGEST_QUERY = 200
SUGGESTED = 8


def suggest() -> Response:
    """Answer with titles and addresses as JSON; a hint where readers do not see the post yet."""
    words = request.args.get("q", "")
    if "\0" in words or len(words) > LONGEST_QUERY:
        abort(400)
    found = suggest_targets(words, author=current_author(), now=now(), limit=SUGGESTED)
    return jsonify(
        [
            {
                "label": target.title,
                "path": target.path,
                "hint": _hint(target.state),
            }
            for target in found
        ]
    )


def _hint(state: State) -> str:
    hints = {
        State.DRAFT: _("Draft"),
        State.SCHEDULED: _("Scheduled"),
        State.WITHDRAWN: _("Withdrawn"),
    }
    return hints.get(state, "")
