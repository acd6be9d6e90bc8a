"""Whether this process lives, and whether it can serve."""

from flask import Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from blogapp.extensions import db
from blogapp.migrations import is_current


def healthz() -> Response:
    """Answer 200 while the process lives; asks nothing of anybody."""
    return _plain("ok", 200)


def readyz() -> Response:
    """Answer 200 when the database answers and its schema is this version's, else 503."""
    try:
        db.session.execute(text("SELECT 1"))
        ready = is_current(db.engine)
    except SQLAlchemyError:
        return _plain("database does not answer", 503)
    return _plain("ok", 200) if ready else _plain("database needs migrating", 503)


def _plain(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, {"Cache-Control": "no-store"}, mimetype="text/plain")
