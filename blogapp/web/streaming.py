"""Forms with a file too large for memory: read part by part, straight to where it shall lie."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import IO

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

_CHUNK = 1 << 18
_MOST_PARTS = 50
# Of all fields together, without the file.
_MOST_IN_FIELDS = 64_000
# What is still read of a form that was answered: browsers show no answer to what nobody reads.
_MOST_IN_VAIN = 32_000_000

# Is told the fields before a file and its name, and returns where to write it to: a context, which
# ends by an exception where the form does not end well.
Open = Callable[[MultiDict[str, str], str], AbstractContextManager[IO[bytes]]]


def receive_form(request: Request, *, file: str, open_file: Open, most: int) -> MultiDict[str, str]:
    """Return the fields of a form (RFC 7578), having written the one called ``file``.

    ``open_file`` is called once, when the file begins; the form's other fields have to stand
    before it. What it raises ends the reading. Raises `RequestEntityTooLarge` past ``most``
    bytes, and `BadRequest` for what is no such form or breaks off.
    """
    request.max_content_length = most
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary.isascii() or not boundary:
        raise BadRequest("This is no form with a file.")
    fields: MultiDict[str, str] = MultiDict()
    with ExitStack() as opened:
        target: IO[bytes] | None = None
        name, said = "", bytearray()
        is_file = False
        for event in _events(request, boundary):
            match event:
                case Field(name=name):
                    is_file, said = False, bytearray()
                case File(name=name, filename=filename):
                    is_file, target = True, None
                    if name == file and filename:
                        target = opened.enter_context(open_file(fields, filename))
                        file = ""  # a second one of this name is nobody's
                case Data(data=data, more_data=more) if is_file:
                    if target:
                        target.write(data)
                case Data(data=data, more_data=more):
                    said += data
                    if len(said) + sum(map(len, fields.values())) > _MOST_IN_FIELDS:
                        raise RequestEntityTooLarge
                    if not more:
                        # No database takes a NUL.
                        fields.add(name, said.decode("utf-8", "replace").replace("\0", ""))
    return fields


def read_the_rest(request: Request) -> None:
    """Read what is left of a refused form, within reason, so that its sender sees the answer."""
    rest = _MOST_IN_VAIN
    with suppress(OSError, ClientDisconnected, RequestEntityTooLarge):
        while rest > 0 and (chunk := request.stream.read(_CHUNK)):
            rest -= len(chunk)


def _events(request: Request, boundary: str) -> Iterator[Event]:
    decoder = MultipartDecoder(boundary.encode("ascii"), max_parts=_MOST_PARTS)
    try:
        while True:
            chunk = request.stream.read(_CHUNK)
            decoder.receive_data(chunk or None)
            event = decoder.next_event()
            while not isinstance(event, NeedData | Epilogue):
                yield event
                event = decoder.next_event()
            if isinstance(event, Epilogue):
                return
            if len(decoder.buffer) > 4 * _CHUNK:
                raise BadRequest("A part of this form has no end.")
    except ValueError as error:
        raise BadRequest("This form breaks off.") from error
