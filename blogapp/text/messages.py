"""What two processes say to each other: JSON with its length before it, and types read back."""

import json
import os
import struct
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

LONGEST = 64 * 1024 * 1024
_LENGTH = struct.Struct("!I")
_CHUNK = 1024 * 1024


class TooLong(Exception):
    """A message is longer than anybody here would send."""


def send(pipe: int, message: Any) -> None:
    """Write a message to a file descriptor; dataclasses are sent as their fields.

    Raises `TooLong` before anything is sent, and `BrokenPipeError`.
    """
    text = json.dumps(message, default=vars, separators=(",", ":")).encode("ascii")
    if len(text) > LONGEST:
        raise TooLong(f"{len(text)} bytes")
    rest = memoryview(_LENGTH.pack(len(text)) + text)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def receive(pipe: int) -> Any:
    """Return the next message from a file descriptor. Raises `EOFError` where there is none."""
    (length,) = _LENGTH.unpack(_read(pipe, _LENGTH.size))
    if length > LONGEST:
        raise TooLong(f"{length} bytes")
    return json.loads(_read(pipe, length))


def read_as(kind: Any, value: Any) -> Any:
    """Return a value that came as JSON as what its type says: dataclasses, tuples, lists.

    >>> read_as(tuple[int, ...] | None, [1, 2])
    (1, 2)
    """
    reader = _reader(kind)
    return reader(value) if reader else value


def _read(pipe: int, length: int) -> bytes:
    read = bytearray()
    while len(read) < length:
        chunk = os.read(pipe, min(length - len(read), _CHUNK))
        if not chunk:
            raise EOFError
        read += chunk
    return bytes(read)


@cache
def _reader(kind: Any) -> Callable[[Any], Any] | None:
    """Return what makes a value of ``kind``, or None where JSON has that very type."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        readers = [reader for argument in arguments if (reader := _reader(argument))]
        return _optional(readers[0]) if readers else None
    if origin is tuple and arguments[1:] == (...,):
        return _sequence(tuple, _reader(arguments[0]))
    if origin is tuple:
        return _row([_reader(argument) for argument in arguments])
    if origin is list:
        item = _reader(arguments[0])
        return _sequence(list, item) if item else None
    return None


def _dataclass_reader(kind: type) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {name: reader for name, hint in hints.items() if (reader := _reader(hint))}

    def read(value: dict[str, Any]) -> Any:
        for name, reader in readers.items():
            value[name] = reader(value[name])
        return kind(**value)

    return read


def _optional(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else reader(value)


def _sequence(
    kind: Callable[[Any], Any], item: Callable[[Any], Any] | None
) -> Callable[[Any], Any]:
    return lambda values: kind(map(item, values)) if item else kind(values)


def _row(readers: list[Callable[[Any], Any] | None]) -> Callable[[Any], Any]:
    def read(values: list[Any]) -> tuple[Any, ...]:
        pairs = zip(readers, values, strict=True)
        return tuple(reader(value) if reader else value for reader, value in pairs)

    return read
