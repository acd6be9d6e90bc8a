"""Stylesheets of others: whether they can stand inside a page, and where they point."""

import re
from collections.abc import Callable

_PIECES = re.compile(
    r"/\*.*?(?:\*/|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*\"?"
    r"|'(?:[^'\\\n]|\\.)*'?"
    r"|[{}()\[\]]",
    re.DOTALL,
)
_CLOSES = {"}": "{", ")": "(", "]": "["}
_ADDRESS = re.compile(r"""url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]+))\s*\)""", re.IGNORECASE)


def fault_in(sheet: str) -> str:
    """Return why a stylesheet would spoil what stands after it in a page; empty if it would not.

    >>> fault_in("a { color: red }"), fault_in("a { content: '}' ")
    ('', 'a { is not closed')
    >>> fault_in("a { content: '</style>' }")
    'it holds </style'
    """
    if re.search(r"</style", sheet, re.IGNORECASE):
        return "it holds </style"
    still_open: list[str] = []
    for found in _PIECES.finditer(sheet):
        piece = found[0]
        if piece.startswith("/*"):
            if not piece.endswith("*/") or len(piece) < 4:
                return "a comment is not closed"
        elif piece[0] in "\"'":
            if len(piece) < 2 or piece[-1] != piece[0]:
                return f"a text in {piece[0]} is not closed"
        elif piece in _CLOSES:
            if not still_open or still_open.pop() != _CLOSES[piece]:
                return f"a {piece} closes nothing"
        else:
            still_open.append(piece)
    return f"a {still_open[-1]} is not closed" if still_open else ""


def readdressed(sheet: str, address: Callable[[str], str]) -> str:
    """Return the stylesheet with every ``url(…)`` as ``address`` gives it.

    >>> readdressed("a { b: url('c.png') }", str.upper)
    'a { b: url("C.PNG") }'
    """

    def changed(found: re.Match[str]) -> str:
        held = next(group for group in found.groups() if group is not None)
        given = address(held).replace("\\", "\\\\").replace('"', '\\"')
        return f'url("{given}")'

    return _ADDRESS.sub(changed, sheet)
