"""What must not stand in any log: texts that settings hold and do not show."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import unquote, urlsplit


def secrets_of(settings: Any) -> Iterator[str]:
    """Yield all texts in a dataclass, and in those within it, whose fields have no ``repr``.

    Of an address it is the password alone.
    """
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            yield from secrets_of(value)
        elif not field.repr:
            yield from filter(None, map(_secret, _texts(value)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (each for each in value.values() if isinstance(each, str))
    elif isinstance(value, tuple):
        yield from (each for each in value if isinstance(each, str))


def _secret(text: str) -> str:
    if "://" not in text:
        return text
    try:
        return unquote(urlsplit(text).password or "")
    except ValueError:
        return text
