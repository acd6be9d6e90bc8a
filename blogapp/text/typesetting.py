"""TeX in, MathML out: formulas are set when a post is saved, by KaTeX in a JavaScript engine.

The engine has no files, no network and no clock; what a formula may cost is bounded.
"""

import re
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from blogapp.text.mathml import Unfit, read_mathml

LONGEST_FORMULA = 5_000
MOST_FORMULAS = 3_000
# Seconds of CPU time: for one formula, and for all of a body that were not set before.
SECONDS_PER_FORMULA = 0.25
SECONDS_PER_BODY = 0.8
MEMORY = 64 * 1024 * 1024
STACK = 1024 * 1024

_HOME = Path(__file__).parents[2]
_KATEX = Path("static/vendor/katex-0.19.1.min.js")
# KaTeX writes in this colour what it was not trusted with.
_REFUSED = "#c0ffee"
_SET = f"""
function set(tex, display) {{
  const html = katex.renderToString(tex, {{
    output: "mathml", displayMode: display, throwOnError: true, trust: false, strict: "ignore",
    maxExpand: 1000, maxSize: 20, errorColor: "{_REFUSED}"
  }})
  // The engine's binding cannot hand over a string that is still in pieces.
  return JSON.parse(JSON.stringify(html))
}}
"""
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
# In words an underscore has to be escaped; in a formula it never is one.
_WORDS = re.compile(r"\\(?:text|math(?:rm|tt|sf)|operatorname|verb|def|newcommand)")
_NEEDLESS = re.compile(r"(?<!\\)\\([_*])")
_DOUBLED = re.compile(r"(\\(?:left|right))\\(\\[{}])")
_UNDERLINE = "\N{COMBINING LOW LINE}"


@dataclass(frozen=True)
class Formula:
    """MathML for a page, and the formula as a line of text: ``x^2``."""

    mathml: str
    text: str


class NotSet(Exception):
    """A formula could not be set; says why."""


class Typesetter:
    """Sets the formulas of one body, as long as its time lasts."""

    def __init__(self) -> None:
        self.left = SECONDS_PER_BODY
        self.number = 0

    def set(self, tex: str, *, display: bool = False) -> Formula:
        """Return a formula in MathML, or raise `NotSet`.

        >>> Typesetter().set("x^2").text
        'x^2'
        """
        if len(tex) > LONGEST_FORMULA:
            raise NotSet(f"a formula has at most {LONGEST_FORMULA:,} characters")
        self.number += 1
        if self.left <= 0 or self.number > MOST_FORMULAS:
            raise NotSet("there are more formulas than one post can have")
        before = time.thread_time()
        try:
            found = _set(_bare(tex.strip()), display)
        finally:
            self.left -= time.thread_time() - before
        if isinstance(found, str):
            raise NotSet(found)
        return found


def _bare(tex: str) -> str:
    r"""Return TeX as it is meant where it was written to pass through Markdown or HTML unharmed.

    >>> _bare(r"x\_{i} &lt; S^\*"), _bare(r"\text{max\_len}")
    ('x_{i} < S^*', '\\text{max\\_len}')
    """
    tex = _ENTITY.sub(lambda found: _ENTITIES[found[0]], tex)
    if _WORDS.search(tex):
        return tex
    return _NEEDLESS.sub(r"\1", _DOUBLED.sub(r"\1\2", tex))


def is_possible() -> bool:
    """Tell whether formulas can be set here: whether the engine is installed."""
    return find_spec("_quickjs") is not None


@lru_cache(maxsize=2_000)
def _set(tex: str, display: bool) -> Formula | str:
    """Return the formula, or why there is none."""
    if not is_possible():
        return "formulas need quickjs-ng, which is not installed"
    engine = _engine()
    try:
        html = engine.function(tex, display)
    except engine.errors as error:
        return _reason(str(error))
    if _REFUSED in html:
        return "it uses a command that reaches outside of the formula"
    try:
        mathml, text = read_mathml(html)
    except Unfit as error:
        return str(error)
    return Formula(mathml, text)


class _Engine(threading.local):
    """A JavaScript engine for each thread: one must not be entered by two."""

    def __init__(self) -> None:
        # Not "quickjs", which starts a thread when it is imported.
        import _quickjs

        self.errors: tuple[type[Exception], ...] = (_quickjs.JSException, _quickjs.StackOverflow)
        context: Any = _quickjs.Context()
        context.set_memory_limit(MEMORY)
        context.set_max_stack_size(STACK)
        context.eval(_katex())
        context.eval(_SET)
        context.set_time_limit(SECONDS_PER_FORMULA)
        self.function: Any = context.get("set")


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    return _Engine()


def _katex() -> str:
    home = _HOME if (_HOME / _KATEX).is_file() else _HOME / "blogapp"
    return (home / _KATEX).read_text(encoding="utf-8")


def _reason(error: str) -> str:
    """Return what KaTeX objects to, in one line.

    >>> _reason("ParseError: KaTeX parse error: Expected '}', got 'EOF' at end of input: {x\\n at")
    "Expected '}', got 'EOF' at end of input: {x"
    """
    line = error.replace(_UNDERLINE, "").split("\n", 1)[0]
    if "KaTeX parse error: " in line:
        return line.partition("KaTeX parse error: ")[2][:200]
    return "it takes too much time or memory"
