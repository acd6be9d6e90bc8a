"""MDX in a body: imports at its top, and components written like HTML."""

import re
from dataclasses import dataclass

LONGEST_COMPONENT = 5_000

_STATEMENT = re.compile(
    r"(?:import\s(?:[^;\"'`<>()]{0,2000}\sfrom\s)?\s{0,50}[\"'][^\"'\n]+[\"'];?"
    r"|export\s+(?:const|let|var|default|\{)[^\n]*)[ \t]*(?:\n|\Z)"
)
_IMPORT = re.compile(r"import\s+(\w+)\s+from\s+[\"']([^\"'\n]+)[\"']")
_OPENING = re.compile(r"<(/?)([A-Z][\w.]*)")
_VALUE = re.compile(r"([\w:.-]+)=(?:\"([^\"]*)\"|'([^']*)'|(\{[\w.]+\}))")


@dataclass(frozen=True)
class Component:
    """A component's tag; ``values`` holds what is written in quotes, and names in braces."""

    name: str
    end: int
    opens: bool
    closes: bool
    values: dict[str, str]

    def text(self, *names: str) -> str:
        """Return the first of these attributes that is a text."""
        found = (self.values.get(name, "") for name in names)
        return next((value for value in found if value and value[0] != "{"), "")


def read_imports(body: str) -> tuple[dict[str, str] | None, int]:
    """Return what the statements at the top import, by name, and where they end.

    ``None`` says that there are none: the body is no MDX.

    >>> read_imports('import chart from "./chart.png";\\n\\nText')
    ({'chart': './chart.png'}, 33)
    """
    at = len(body) - len(body.lstrip())
    imports: dict[str, str] | None = None
    end = 0
    while statement := _STATEMENT.match(body, at):
        imports = imports or {}
        if named := _IMPORT.match(statement[0]):
            imports[named[1]] = named[2]
        end = at = statement.end()
        while at < len(body) and body[at] in " \t\n":
            at += 1
    return imports, end


def find_component(body: str, at: int) -> Component | None:
    """Return the component whose tag begins at a place, or ``None`` if it does not end.

    >>> find_component('<Tab label="Go" {...x}>', 0).values
    {'label': 'Go'}
    """
    opening = _OPENING.match(body, at)
    end = _end_of_tag(body, opening.end()) if opening else None
    if not opening or end is None:
        return None
    inside = body[opening.end() : end - 1]
    closes = bool(opening[1])
    values = {found[1]: found[2] or found[3] or found[4] or "" for found in _VALUE.finditer(inside)}
    return Component(
        name=opening[2],
        end=end,
        opens=not closes and not inside.rstrip().endswith("/"),
        closes=closes,
        values=values,
    )


def _end_of_tag(body: str, at: int) -> int | None:
    depth, quote = 0, ""
    for place in range(at, min(len(body), at + LONGEST_COMPONENT)):
        sign = body[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and not depth:
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif sign == "<" and not depth:
            return None
        elif sign == ">" and not depth:
            return place + 1
    return None
