"""What all forms have in common, and reading numbers out of them."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict

# What both databases take for an id.
LARGEST_ID = 2**31 - 1
_AS_SENT: Any = object()


class Form(FlaskForm):
    """A form filled in with what a browser sends of forms; whatever else comes says nothing."""

    def __init__(self, formdata: MultiDict[str, Any] | None = _AS_SENT, **kwargs: Any) -> None:
        super().__init__(_sent() if formdata is _AS_SENT else formdata, **kwargs)


def _sent() -> MultiDict[str, Any] | None:
    """Return the fields and files of the request, none where it is to show a page only.

    Flask-WTF would read JSON, whose values need not be text, and know nothing of an empty form.
    """
    if request.method != "POST":
        return None
    return CombinedMultiDict((request.files, request.form)) if request.files else request.form


def row_id(text: str) -> int:
    """Return the id that a form or an address names. Raises `ValueError` for what is none.

    >>> row_id("7")
    7
    """
    id = int(text)
    if not 0 < id <= LARGEST_ID:
        raise ValueError(f"{text!r} is no id")
    return id
