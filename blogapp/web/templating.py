"""How templates are read."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class SharedGlobals(Environment):
    """Gives all templates one table of globals.

    Jinja gives each a chain of two, whose keys it compares at every import, which macros have
    within them: a seventh of what a list costs.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
