"""What somebody typed into a form of ours that could not be kept, handed back to be sent again."""

import re

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from blogapp.config import MEGABYTE

# Where people write who are signed in; what a stranger sends names nobody.
_PLACES = {"authoring", "account"}
# Read part by part, or with a file that is larger than memory: there is no form to hand back.
_STREAMED = {"authoring.edit_imports", "authoring.add_upload_part"}
# What is typed anew, what a browser chooses anew, and the old token.
_SECRET = re.compile(r".*(?:password|secret).*|.*(?:code|token)", re.IGNORECASE)
_NOT_KEPT = {"csrf_token", "image"}


def typed_fields() -> list[tuple[str, str]]:
    """Return the fields of the form that this request sends, without files and secrets.

    Empty where there is none, and where it was not sent by a person who writes here: that it
    comes from one of our own pages is known before anything can fail (`cross_site`).
    """
    if request.method != "POST" or request.blueprint not in _PLACES or _is_stream():
        return []
    # As much as the editor may send: it failed before anybody could say so.
    request.max_content_length = 64 * MEGABYTE
    request.max_form_memory_size = 12 * MEGABYTE
    try:
        sent = list(request.form.items(multi=True))
    except (HTTPException, OSError) as error:
        current_app.logger.warning("A form could not be handed back: %s", error)
        return []
    return [(name, text) for name, text in sent if not (name in _NOT_KEPT or _is_secret(name))]


def _is_stream() -> bool:
    return request.endpoint in _STREAMED or request.is_json


def _is_secret(name: str) -> bool:
    return bool(_SECRET.fullmatch(name))
