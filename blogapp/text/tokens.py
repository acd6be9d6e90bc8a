"""Walking over HTML that the sanitiser wrote: always well-formed, quoted and escaped."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

VOID = frozenset({"br", "col", "hr", "img", "source", "track", "wbr"})

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:\s[^\s=>]+(?:=\"[^\"]*\")?)*)\s*>|[^<]+|<")
_ATTRIBUTE = re.compile(r"\s([^\s=>]+)(?:=\"([^\"]*)\")?")


@dataclass(slots=True)
class Tag:
    """An opening or closing tag."""

    name: str
    closing: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


def tokens(html: str) -> Iterator[Tag | str]:
    """Return tags, and between them text with its references resolved.

    >>> [token if isinstance(token, str) else token.name for token in tokens("<b>1 &lt; 2</b>")]
    ['b', '1 < 2', 'b']
    """
    for match in _TOKEN.finditer(html):
        name = match[2]
        if name is None:
            yield unescape(match[0])
        else:
            yield Tag(name, bool(match[1]), _attributes(match[3]) if match[3] else {})


def write(token: Tag | str) -> str:
    """Write a token back as HTML.

    >>> write(Tag("a", attributes={"href": "/?a=1&b"})), write("1 < 2")
    ('<a href="/?a=1&amp;b">', '1 &lt; 2')
    """
    if isinstance(token, str):
        return escape(token, quote=False)
    if token.closing:
        return f"</{token.name}>"
    return f"<{token.name}{_written(token.attributes)}>"


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
