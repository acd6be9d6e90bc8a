"""How much a request may hold before anybody looks at it."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, request
from flask import Request as FlaskRequest
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkExtension, InvalidChunkSize
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response as Answer

from blogapp.web.errors import show_error

# No form of ours has a tenth of it. A million empty fields take a second and a half to read.
MOST_FIELDS = 5_000
# Bytes of what whoever is not signed in may send; a form of theirs has three fields.
MOST_OF_STRANGERS = 1_000_000
_LONG = {"authoring", "account"}
BROKEN = (ChunkMissingTerminator, InvalidChunkExtension, InvalidChunkSize)


def init_app(app: Flask) -> None:
    app.request_class = Request
    app.before_request_funcs.setdefault(None, []).insert(0, hold_short)
    for broken in BROKEN:
        app.register_error_handler(broken, refuse_broken)


def hold_short() -> None:
    """Take no long body where nobody writes; a view may take more or less by its own word."""
    if request.blueprint not in _LONG:
        request.max_content_length = MOST_OF_STRANGERS


def refuse_broken(_error: Exception) -> Answer:
    """Answer 400 to a body whose chunks are none (RFC 9112, 7.1): gunicorn reads them as we do."""
    return show_error(BadRequest())


class Fields(FormDataParser):
    """Reads a form of so many fields at most, however it is encoded."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]:
        """Return stream, fields and files. Raises `RequestEntityTooLarge`."""
        if mimetype == "application/x-www-form-urlencoded":
            body = stream.read()
            if body.count(b"&") >= MOST_FIELDS:
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class Request(FlaskRequest):
    """A request whose forms are read by `Fields`."""

    form_data_parser_class = Fields
