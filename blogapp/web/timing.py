"""What each request takes: noted while it is worked on, and told to who is signed in."""

from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import Engine, event, inspect

from blogapp.telemetry.work import ROUTE, Work, current


def init_app(app: Flask) -> None:
    """Note of each request who asked and what answers; wants to look at answers last."""
    app.after_request(note)


def note(response: Response) -> Response:
    """Note what is known now, and give an answer that nobody keeps its number and times."""
    route = request.url_rule.rule if request.url_rule else ""
    request.environ[ROUTE] = route
    if (work := current()) is None:
        return response
    work.route = route
    work.user = _user()
    # What is kept is the same for everybody, for as long as it is kept.
    if response.cache_control.no_store:
        response.headers["X-Request-ID"] = work.id
        if work.user:
            response.headers["Server-Timing"] = server_timing(work)
    return response


def server_timing(work: Work) -> str:
    """Return what a request took so far, as browsers show it (W3C Server Timing)."""
    total = perf_counter() - work.begun
    rest = max(0.0, total - work.seconds)
    noun = "query" if work.queries == 1 else "queries"
    return (
        f"total;dur={total * 1000:.1f}, "
        f'db;dur={work.seconds * 1000:.1f};desc="{work.queries} {noun}", '
        f"app;dur={rest * 1000:.1f}"
    )


def _user() -> int | None:
    """Return who is signed in, if anything has asked for that; asks nobody."""
    author = g.get("author")
    if author is None:
        return None
    identity = inspect(author).identity
    return int(identity[0]) if identity else None


@event.listens_for(Engine, "before_cursor_execute")
def _ask(*_: Any) -> None:
    if (work := current()) is not None:
        work.ask()


@event.listens_for(Engine, "after_cursor_execute")
def _answered(*_: Any) -> None:
    if (work := current()) is not None:
        work.answered()


@event.listens_for(Engine, "handle_error")
def _failed(_context: Any) -> None:
    if (work := current()) is not None:
        work.answered()
