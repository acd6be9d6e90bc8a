"""Code blocks as figures, numbered through a post: shown on its page, in feeds, sent as files.

A block's address is its place, ``#c3`` for the third block of the body, or the name its author
gave it. While a body is made into HTML a placeholder stands for each block, so neither the
sanitiser nor an author has a hand in this markup. Stored HTML has gaps where a page puts what
depends on it: the link to the file, and words of the interface.
"""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from blogapp.text.highlighting import Line, highlight
from blogapp.text.info_strings import Info, read_info
from blogapp.text.languages import PLAIN, file_name, language_name
from blogapp.text.templating import ADDED

# Encloses what a page fills in. A Unicode noncharacter: no text that people write has it.
GAP = "\ufdd1"
MOST_BLOCKS = 500
MOST_LINES = 5_000
# Characters of a body. Some lexers take the square of a block's length; posts of a million exist.
MOST_COLOURED = 200_000
# Of CPU time, after which the other blocks of a body stay plain.
SECONDS_PER_BODY = 1.5
NUMBERED_FROM = 21
FOLDED_FROM = 51
# As in code-block.css.
SHOWN_OF_FOLDED = 30
SHOWN_IF_ASKED = 10
# Shorter lines fit wherever a block stands; longer ones make it scroll, which wants a focus.
LONGEST_FITTING = 20
LONGEST_NAME = 100

_GAP = re.compile(f"{GAP}(raw|fold) ([^{GAP}]*){GAP}")
_FILE_NAME = re.compile(r"[\w@+ .,()\[\]-]*[\w)\]]")
_NOT_IN_CLASS = re.compile(r"[^\w+#.-]+")
_FIGURE = re.compile(r"<copy-code>(.*?)</copy-code>", re.DOTALL)
_TITLE = re.compile(r"<figcaption><b>(.*?)</b>")
_CODE = re.compile(r"<pre[^>]*><code([^>]*)>(.*)</code></pre>", re.DOTALL)
_INSIDE = re.compile(r"</?(?:span|a)[^>]*>|(?<=<ins)[^>]*|(?<=<del)[^>]*|(?<=<mark)[^>]*")


@dataclass(frozen=True)
class CodeFile:
    """What stands between the fences of one block, byte for byte, and what to call it."""

    number: int
    name: str
    text: str


@dataclass(frozen=True)
class _Block:
    number: int
    code: str
    info: Info
    is_added: bool


class CodeBlocks:
    """The code blocks of one body, in its order."""

    def __init__(self) -> None:
        self.blocks: list[_Block] = []
        self.coloured = 0
        self.spent = 0.0
        # Nobody can write a placeholder who does not know it.
        self.mark = f"code-{secrets.token_hex(8)}-"
        self.place = re.compile(
            rf"<pre(?: id=\"([^\"]*)\")?(?: data-added=\"\")?>{self.mark}(\d+)</pre>"
        )

    def take(self, code: str, info: str) -> str:
        """Keep a block, and return the HTML that stands for it until ``fill``."""
        is_added = info.endswith(ADDED)
        number = len(self.blocks) + 1
        said = read_info(info.removesuffix(ADDED)) if number <= MOST_BLOCKS else Info()
        block = _Block(number, code, said, is_added)
        self.blocks.append(block)
        id = f' id="{escape(block.info.id)}"' if block.info.id else ""
        added = ' data-added=""' if is_added else ""
        return f"<pre{id}{added}>{self.mark}{block.number}</pre>"

    def source(self, text: str) -> str:
        """Return the code for which the text of a placeholder stands; other text as it is."""
        number = text.removeprefix(self.mark)
        return self.blocks[int(number) - 1].code if number != text else text

    def fill(self, html: str) -> str:
        """Return HTML with a figure in each block's place."""
        return self.place.sub(lambda place: self._shown(place), html.replace(GAP, ""))

    def fill_plainly(self, html: str) -> str:
        """Return HTML with the bare text in each block's place."""
        return self.place.sub(
            lambda place: f"<pre>{escape(self._at(place).code, quote=False)}</pre>", html
        )

    def files(self) -> list[CodeFile]:
        """Return what readers can take away of each block."""
        return [CodeFile(b.number, _name(b), f"{b.code}\n" if b.code else "") for b in self.blocks]

    def _at(self, place: re.Match[str]) -> _Block:
        return self.blocks[int(place[2]) - 1]

    def _shown(self, place: re.Match[str]) -> str:
        block = self._at(place)
        if block.number > MOST_BLOCKS:
            return f"<pre><code>{escape(block.code, quote=False)}</code></pre>"
        self.coloured += len(block.code)
        is_coloured = self.coloured <= MOST_COLOURED and self.spent < SECONDS_PER_BODY
        begun = time.thread_time()
        figure = _figure(block, place[1] or f"c{block.number}", is_coloured=is_coloured)
        self.spent += time.thread_time() - begun
        return figure


def complete(html: str, *, raw: Callable[[int, str], str], fold: Callable[[int], str]) -> str:
    """Return stored HTML with its gaps filled.

    ``raw(number, name)`` answers with the link to a block's file, ``fold(lines)`` with the
    control of a block that shows its beginning only; an empty string leaves either out.
    """

    def fill(gap: re.Match[str]) -> str:
        number, _, name = gap[2].partition(" ")
        return raw(int(number), name) if gap[1] == "raw" else fold(int(number))

    return _GAP.sub(fill, html)


def plain(html: str) -> str:
    """Return stored HTML with its code blocks as programs know them: text in ``<pre><code>``.

    A file name becomes a caption; changed and highlighted lines keep their elements.
    """
    return _FIGURE.sub(_plain_figure, html)


def _plain_figure(figure: re.Match[str]) -> str:
    title, code = _TITLE.search(figure[1]), _CODE.search(figure[1])
    text = f"<pre><code{code[1]}>{_INSIDE.sub('', code[2])}</code></pre>" if code else ""
    if not title:
        return text
    return f"<figure><figcaption><code>{title[1]}</code></figcaption>{text}</figure>"


def _name(block: _Block) -> str:
    """Return the last part of a block's title where it is a file's name, else one made up."""
    name = block.info.title.replace("\\", "/").rpartition("/")[2]
    is_file = "." in name.strip(".") or name[:1] == "." or name in ("Dockerfile", "Makefile")
    is_patch = block.info.is_difference or language_name(block.info.language) == "Diff"
    if is_file and len(name) <= LONGEST_NAME and _FILE_NAME.fullmatch(name):
        return f"{name}.diff" if is_patch and not name.endswith((".diff", ".patch")) else name
    stem = block.info.id or f"code-{block.number}"
    return file_name(stem, "diff" if is_patch else block.info.language)


def _figure(block: _Block, id: str, *, is_coloured: bool) -> str:
    """Return the figure of a block; nothing in it but the code is text to select."""
    code, info = block.code.strip("\n"), block.info
    language = language_name(info.language)
    title = f"<b>{escape(info.title)}</b>" if info.title else ""
    raw = f"{GAP}raw {block.number} {escape(_name(block))}{GAP}"
    caption = f"<figcaption>{title}<span>{escape(language)}</span>{raw}</figcaption>"

    label = escape(info.title or language)
    focus = ' tabindex="0"' if _is_wide(code) else ""
    added = ' data-added=""' if block.is_added else ""
    spoken = _NOT_IN_CLASS.sub("", info.language)
    css_class = f' class="language-{spoken}"' if spoken and info.language not in PLAIN else ""

    count = code.count("\n") + 1
    if count > MOST_LINES:
        body, fold, variants = escape(code, quote=False), "", ""
    else:
        lines = highlight(code, info if is_coloured else replace(info, language=""))
        is_numbered = _is_numbered(lines, info)
        body = _body(lines, id, info, is_numbered=is_numbered)
        fold = f"{GAP}fold {count}{GAP}" if _is_folded(lines, info) else ""
        variants = " code-block--numbered" * is_numbered + " code-block--brief" * bool(info.folded)
    return (
        f'<copy-code><figure class="code-block{variants}" id="{id}">{caption}'
        f'<pre{focus} role="group" aria-label="{label}"{added}>'
        f"<code{css_class}>{body}</code></pre>{fold}</figure></copy-code>"
    )


def _body(lines: list[Line], id: str, info: Info, *, is_numbered: bool) -> str:
    written = []
    for number, line in enumerate(lines, start=info.first):
        address = f"{escape(id)}-L{number}"
        element, css_class = _element(line)
        link = ""
        if is_numbered:
            # Generated from the address, so that neither a selection nor a copy holds the number.
            shown = f' data-line="{number}"' if info.first != 1 else ""
            link = (
                f'<a href="#{address}"{shown} tabindex="-1" aria-hidden="true" data-added=""></a>'
            )
        written.append(
            f'<{element} class="{css_class}" id="{address}">{link}{line.html}\n</{element}>'
        )
    return "".join(written)


def _element(line: Line) -> tuple[str, str]:
    css_class = "line"
    if line.is_highlighted:
        css_class += " line--highlighted"
    if line.is_output:
        css_class += " line--output"
    if line.change and not line.has_sign:
        css_class += f" line--{line.change}"
    if line.change:
        return ("ins" if line.change == "added" else "del"), css_class
    return ("mark" if line.is_highlighted else "span"), css_class


def _is_numbered(lines: list[Line], info: Info) -> bool:
    """Long programs are numbered without asking: people say which line they mean."""
    if info.numbered is not None:
        return info.numbered
    is_program = info.language not in PLAIN and not any(line.is_output for line in lines)
    return is_program and len(lines) >= NUMBERED_FROM


def _is_folded(lines: list[Line], info: Info) -> bool:
    if info.folded is not None:
        return info.folded and len(lines) > SHOWN_IF_ASKED
    # What the author points at is not put away.
    below = lines[SHOWN_OF_FOLDED:]
    return len(lines) >= FOLDED_FROM and not any(line.is_highlighted for line in below)


def _is_wide(code: str) -> bool:
    return max(len(line.expandtabs(4)) for line in code.split("\n")) > LONGEST_FITTING
