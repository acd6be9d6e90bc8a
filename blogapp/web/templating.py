"""How templates are read."""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from flask.sansio.app import App
from flask.templating import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_INDENTATION = re.compile(r"\s*\n\s*")


class Unindented(Extension):
    """Reads HTML templates without the indentation that only their authors see.

    It happens as they are compiled, to what stands in them, never to what they are given.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Return the tokens of a template with one line end for each gap between lines."""
        return self._short(stream) if (stream.name or "").endswith(".html") else stream

    def _short(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", _INDENTATION.sub("\n", token.value))
            else:
                yield token


class SharedGlobals(Environment):
    """Gives all templates one table of globals.

    Jinja gives each a chain of two, whose keys it compares at every import, which macros have
    within them: a seventh of what a list costs.
    """

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.add_extension(Unindented)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
