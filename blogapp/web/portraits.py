"""People's pictures: as pages show them, and as they are made of an upload."""

from datetime import datetime

from flask import Flask, request

from blogapp.accounts.models import Author
from blogapp.accounts.profiles import initials, paragraphs
from blogapp.media import confining
from blogapp.media.errors import TooLarge
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.storing import MOST_BYTES, store_encoded


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(portrait_address=portrait_address, bio_paragraphs=paragraphs)
    app.jinja_env.filters["initials"] = initials


def portrait_address(key: str) -> str:
    """Return where a picture is, by its place in the store."""
    return f"{request.script_root}/media/{key}"


def store_portrait(data: bytes, author: Author, *, store: Store, now: datetime) -> Media:
    """Return the picture that an upload shows in its middle: square, small, without metadata.

    Raises what `confining.portray` does, and `TooLarge` (20 MB).
    """
    if len(data) > MOST_BYTES:
        raise TooLarge("The file is larger than 20 MB.")
    encoded = confining.portray(data)
    return store_encoded(
        encoded, f"{author.slug}.webp", store=store, now=now, uploaded_by_id=author.id
    )
