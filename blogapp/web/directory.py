"""The directory of this blog's people, one object in each process."""

from flask import Flask, current_app

from blogapp.accounts.directory import sessions
from blogapp.accounts.directory.provider import Provider
from blogapp.accounts.directory.settings import Directory
from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.outgoing.asking import Asker
from blogapp.web.auditing import note
from blogapp.web.clock import now


def init_app(app: Flask) -> None:
    directory: Directory | None = app.config["DIRECTORY"]
    if directory:
        asker = Asker(allow=app.config["FETCH_ALLOW"])
        app.extensions["directory"] = Provider(directory, asker)


def find_provider() -> Provider | None:
    """Return the directory as it answers, None where the operator has set none."""
    found: Provider | None = current_app.extensions.get("directory")
    return found


def find_directory() -> Directory | None:
    """Return what the operator has said about the directory, None where there is none."""
    found: Directory | None = current_app.config["DIRECTORY"]
    return found


def ask_whether_there(session_id: int) -> None:
    """Do the job of asking the directory about a session. Commits."""
    provider = find_provider()
    if provider is None:
        return
    key = current_app.config["SECRET_KEY"]
    ended = sessions.ask_whether_there(session_id, provider, key=key, now=now())
    if ended:
        note("session.ended", db.session.get(Author, ended), by="directory")
    db.session.commit()
