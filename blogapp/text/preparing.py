"""The blocks of a body, found by CommonMark's rules before Python-Markdown sees it.

Lists, quotes, callouts, code and HTML become finished HTML behind place markers. What is left
for Python-Markdown is flat: paragraphs, headings, tables, definitions and notes. That reads real
posts right (fences in lists, two-space nesting) and keeps hostile nesting from costing anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from blogapp.text.block_patterns import (
    ABBREVIATION,
    ADMONITION,
    ATTRIBUTES_ID,
    CALLOUT,
    CALLOUTS,
    CONTAINER,
    CONTENTS,
    CONTENTS_ITEM,
    DEFINITION,
    DIVIDER,
    FENCE,
    FOOTNOTE,
    HEADING,
    ITEM,
    ITEM_ATTRIBUTES,
    MARKDOWN_INSIDE,
    SETEXT,
    TEMPLATE_TAG,
    WORDS,
    html_block_end,
    interrupts_paragraph,
    is_phrase,
    split_indent,
    strip_columns,
)
from blogapp.text.formulas import block, find_block
from blogapp.text.inline_patterns import SWALLOWING, definition
from blogapp.text.tables import MOST_CELLS, alignments, cells

# A line that begins with it is a paragraph of a tight list: shown without space around it.
TIGHT = "\x04"
# A line that begins with it is a heading; the level follows.
HEADING_MARK = "\x05"
MOST_NOTES = 3_000
_DEEPEST = 20
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


@dataclass
class _List:
    tag: str
    delimiter: str
    tight: bool = True
    paragraphs: list[int] = field(default_factory=list)


@dataclass
class _Item:
    """An open list item, footnote or definition; its content begins at column ``offset``."""

    offset: int
    list: _List | None
    blank_inside: bool = False
    is_empty: bool = False


def _ignore(*found: str) -> None:
    """Take no notice of what was found."""


def prepare(
    lines: list[str],
    *,
    keep: Callable[[str], str],
    code: Callable[[str, str], str],
    define: Callable[[str, str, str], object] = _ignore,
    abbreviate: Callable[[str, str], object] = _ignore,
) -> list[str]:
    """Return flat Markdown: no lists, quotes, tables, code, HTML and definitions are left.

    ``keep`` stores HTML and returns its marker, ``code`` makes a block of a text and the words
    behind its fence, ``define`` is told label, address and title of links, ``abbreviate`` the
    short and the long.
    """
    notes = sum(line.count("[^") for line in lines)
    hands = _Hands(keep, code, define, abbreviate)
    return _Preparation(lines, hands, depth=0, with_notes=notes <= MOST_NOTES).run()


@dataclass(frozen=True)
class _Hands:
    keep: Callable[[str], str]
    code: Callable[[str, str], str]
    define: Callable[[str, str, str], object]
    abbreviate: Callable[[str, str], object]


class _Preparation:
    def __init__(self, lines: list[str], hands: _Hands, *, depth: int, with_notes: bool) -> None:
        self.lines = lines
        self.hands = hands
        self.keep = hands.keep
        self.depth = depth
        self.with_notes = with_notes
        self.out: list[str] = []
        self.items: list[_Item] = []
        self.left: _List | None = None
        self.paragraph: int | None = None
        self.after_blank = True
        self.markdown_inside: list[str] = []
        self.last_ends: dict[str, int] = {}

    def run(self) -> list[str]:
        at = 0
        while at < len(self.lines):
            column, text = split_indent(self.lines[at])
            at = self.take(at, column, text) if text else self.take_blank(at)
        self.leave(0)
        self.end_paragraph()
        self.close_left_list()
        return self.out

    def take_blank(self, at: int) -> int:
        self.end_paragraph()
        self.after_blank = True
        if self.items and self.items[-1].is_empty:
            self.leave(len(self.items) - 1)
        return at + 1

    def take(self, at: int, column: int, text: str) -> int:
        """Take the block that begins on a line, and return the line after it."""
        self.leave_for(column, text)
        offset = self.items[-1].offset if self.items else 0
        # A stray marker may stand left of the text it continues.
        indent = max(0, column - offset)
        if self.left and not (indent < 4 and ITEM.match(text) and not DIVIDER.match(text)):
            self.close_left_list()
        if self.items:
            self.items[-1].is_empty = False
            self.items[-1].blank_inside |= self.after_blank
        after = self.take_block(at, indent, text, offset)
        self.after_blank = False
        return after

    def take_block(self, at: int, indent: int, text: str, offset: int) -> int:
        if indent >= 4 and self.paragraph is None:
            return self.take_indented_code(at, offset + 4)
        if indent < 4 and (fence := FENCE.match(text)):
            return self.take_fence(at, offset + indent, fence)
        if indent < 4 and (formula := find_block(self.lines, at, column=offset)):
            self.put(at, block(formula[0]))
            return formula[1]
        if indent < 4 and (end := self.html_end(at, text)):
            return self.take_html(at, offset, text, end)
        if indent < 4 and (heading := HEADING.match(text)):
            return self.take_heading(at, len(heading[1]), heading[2] or "")
        if self.paragraph is not None and (underline := SETEXT.match(text)) and indent < 4:
            self.take_definitions()
            if self.paragraph is None:
                return self.take_text(at, text)
            return self.take_underline(at, underline[0][0])
        if indent < 4 and DIVIDER.match(text):
            return self.put(at, "<hr>")
        if indent < 4 and text[0] == ">" and self.depth + len(self.items) < _DEEPEST:
            return self.take_quote(at, offset)
        if text.startswith(":::") and self.depth < _DEEPEST and not self.items:
            if admonition := ADMONITION.match(text):
                return self.take_admonition(at, admonition)
            if CONTAINER.match(text):
                return self.take_container(at)
        if (item := ITEM.match(text)) and self.may_begin_item(item):
            if CONTENTS_ITEM.match("".join(self.lines[at + 1 : at + 2]).strip()):
                return at + 2
            return self.take_item(at, offset + indent, item)
        if self.paragraph is None and CONTENTS.match(text):
            return at + 1
        if self.with_notes and FOOTNOTE.match(text) and not any(item.list for item in self.items):
            return self.take_note(at, text)
        if ITEM_ATTRIBUTES.match(text):
            return self.take_attributes(at, text)
        if TEMPLATE_TAG.match(text):
            self.end_paragraph()
            after = self.take_text(at, text)
            self.end_paragraph()
            return after
        return self.take_text(at, text)

    # --- leaving containers

    def leave_for(self, column: int, text: str) -> None:
        keep = len(self.items)
        while keep and column < self.items[keep - 1].offset:
            keep -= 1
        if keep == len(self.items):
            return
        offset = self.items[keep - 1].offset if keep else 0
        lazy = column >= offset + 4 or not (interrupts_paragraph(text) or DEFINITION.match(text))
        if self.paragraph is None or not lazy:
            self.leave(keep)

    def leave(self, keep: int) -> None:
        if len(self.items) > keep:
            self.end_paragraph()
        while len(self.items) > keep:
            self.close_left_list()
            item = self.items.pop()
            if item.list is None:
                self.out.append("")
                continue
            self.emit(self.keep("</li>"))
            self.left = item.list

    def close_left_list(self) -> None:
        if self.left is None:
            return
        left, self.left = self.left, None
        if left.tight:
            for place in left.paragraphs:
                text = self.out[place].lstrip(" ")
                self.out[place] = " " * (len(self.out[place]) - len(text)) + TIGHT + text
        self.emit(self.keep(f"</{left.tag}>"))

    # --- leaf blocks

    def take_text(self, at: int, text: str) -> int:
        if abbreviation := ABBREVIATION.match(text):
            self.hands.abbreviate(abbreviation[1], abbreviation[2])
            return at + 1
        if "|" in text and (aligned := self.table_head(at, text)):
            return self.take_table(at, aligned)
        if self.paragraph is None:
            self.begin_paragraph()
        self.out.append(self.lead() + text)
        if DEFINITION.match(text) and not self.items:
            self.items.append(_Item(offset=4, list=None))
        return at + 1

    def table_head(self, at: int, text: str) -> list[str] | None:
        following = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        return alignments(text, following.strip())

    def take_table(self, at: int, aligned: list[str]) -> int:
        self.put(at, "<table><thead><tr>")
        self.put_row(self.lines[at], "th", aligned)
        self.emit(self.keep("</tr></thead>"))
        end, offset = at + 2, self.items[-1].offset if self.items else 0
        room = at + MOST_CELLS // len(aligned)
        while end < min(len(self.lines), room):
            column, text = split_indent(self.lines[end])
            if not text or column < offset or column >= offset + 4 or interrupts_paragraph(text):
                break
            if ITEM_ATTRIBUTES.match(text):
                break
            self.emit(self.keep("<tbody><tr>" if end == at + 2 else "<tr>"))
            self.put_row(text, "td", aligned)
            self.emit(self.keep("</tr>"))
            end += 1
        self.emit(self.keep("</tbody></table>" if end > at + 2 else "</table>"))
        return end

    def put_row(self, row: str, tag: str, aligned: list[str]) -> None:
        for cell, alignment in zip(cells(row, len(aligned)), aligned, strict=True):
            named = f' align="{alignment}"' if alignment else ""
            self.emit(self.keep(f"<{tag}{named}>"))
            if cell:
                self.out += [self.lead() + TIGHT + cell, ""]
            self.emit(self.keep(f"</{tag}>"))

    def begin_paragraph(self) -> None:
        self.out.append("")
        self.paragraph = len(self.out)
        if self.items and (inside := self.items[-1].list):
            if self.items[-1].blank_inside:
                inside.tight = False
            inside.paragraphs.append(self.paragraph)

    def end_paragraph(self) -> None:
        if self.paragraph is not None:
            self.take_definitions()
            self.out.append("")
        self.paragraph = None

    def take_definitions(self) -> None:
        """Take definitions of links from the beginning of the paragraph."""
        begin = self.paragraph or 0
        if not self.out[begin].lstrip().startswith("["):
            return
        lines = [line.lstrip() for line in self.out[begin:]]
        text, end = "\n".join(lines), 0
        while found := definition(text, end):
            self.hands.define(*found[:3])
            end = found[3]
        if not end:
            return
        self.out[begin:] = [self.lead() + line for line in text[end:].split("\n") if line]
        if len(self.out) == begin:
            self.forget_paragraph(begin)

    def take_heading(self, at: int, level: int, text: str) -> int:
        self.end_paragraph()
        self.emit(f"{HEADING_MARK}{level}{text}")
        return at + 1

    def take_underline(self, at: int, sign: str) -> int:
        begin = self.paragraph or 0
        text = " ".join(line.strip() for line in self.out[begin:])
        del self.out[begin:]
        self.forget_paragraph(begin)
        self.emit(f"{HEADING_MARK}{1 if sign == '=' else 2}{text}")
        return at + 1

    def forget_paragraph(self, place: int) -> None:
        self.paragraph = None
        if self.items and (inside := self.items[-1].list) and inside.paragraphs[-1:] == [place]:
            inside.paragraphs.pop()

    def take_attributes(self, at: int, text: str) -> int:
        """Let the id among Kramdown's attributes lead to the block above or below them."""
        named = ATTRIBUTES_ID.search(text)
        below = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        if not named:
            return at + 1
        for_heading, anchor = f" {{#{named[1]}}}", f'<span id="{named[1]}"></span>'
        if self.paragraph is not None:
            self.out.append(self.lead() + anchor)
        elif not self.after_blank and _is_open_heading("".join(self.out[-2:-1])):
            self.out[-2] += for_heading
        elif HEADING.match(below.strip()):
            self.lines[at + 1] += for_heading
        elif WORDS.match(below) and not interrupts_paragraph(below.strip()):
            indent = len(below) - len(below.lstrip())
            self.lines[at + 1] = below[:indent] + anchor + below[indent:]
        return at + 1

    def take_indented_code(self, at: int, columns: int) -> int:
        end, last = at, at
        while end < len(self.lines):
            column, text = split_indent(self.lines[end])
            if text and column < columns:
                break
            end += 1
            last = end if text else last
        lines = [strip_columns(line, columns) for line in self.lines[at:last]]
        self.put(at, self.hands.code("\n".join(lines), ""))
        return last

    def take_fence(self, at: int, columns: int, fence: re.Match[str]) -> int:
        offset = self.items[-1].offset if self.items else 0
        closing = re.compile(rf"{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*$")
        lines: list[str] = []
        end = at + 1
        while end < len(self.lines):
            column, text = split_indent(self.lines[end])
            if text and self.items and column < self.items[-1].offset:
                break
            end += 1
            if closing.match(text) and column < offset + 4:
                break
            lines.append(strip_columns(self.lines[end - 1], columns))
        self.put(at, self.hands.code("\n".join(lines), fence[2]))
        return end

    def html_end(self, at: int, text: str) -> re.Pattern[str] | None:
        end = html_block_end(text, in_paragraph=self.paragraph is not None)
        if end and (found := SWALLOWING.match(text)):
            # Without its end it would take the rest of the post with it.
            closing = f"</{found[1].lower()}"
            if closing not in self.last_ends:
                lines = (
                    n for n in reversed(range(len(self.lines))) if closing in self.lines[n].lower()
                )
                self.last_ends[closing] = next(lines, -1)
            return end if self.last_ends[closing] >= at else None
        return end

    def take_html(self, at: int, offset: int, text: str, end: re.Pattern[str]) -> int:
        if opening := MARKDOWN_INSIDE.match(text):
            self.markdown_inside.append(opening[1].lower())
            self.put(at, opening[0])
            if rest := text[opening.end() :].strip():
                self.lines[at] = " " * offset + rest
                return at
            return at + 1
        if self.markdown_inside and text.strip().lower() == f"</{self.markdown_inside[-1]}>":
            return self.put(at, f"</{self.markdown_inside.pop()}>")
        lines: list[str] = []
        stop = at
        is_open = False
        while stop < len(self.lines):
            column, line = split_indent(self.lines[stop])
            if line and self.items and column < offset and not (is_open and line[0] == "<"):
                break
            if not line and end.match("") and not self.goes_on_indented(stop):
                break
            lines.append(self.lines[stop])
            stop += 1
            # Tags belong to what they end, wherever they stand.
            is_open = line.count("</") < line.count("<") if len(lines) == 1 else is_open
            if line and end.search(line):
                break
        html = "\n".join(lines).strip()
        self.put(at, f"<p>{html}</p>" if is_phrase(html) else html + "\n")
        return stop

    def goes_on_indented(self, blank: int) -> bool:
        """Tell whether indented tags follow a blank line: a table laid out with air, not code."""
        for line in self.lines[blank : blank + 4]:
            column, text = split_indent(line)
            if text:
                return column >= 4 and text.startswith("<")
        return False

    # --- containers

    def take_quote(self, at: int, offset: int) -> int:
        inner: list[str] = []
        fences = 0
        end = at
        while end < len(self.lines):
            column, text = split_indent(self.lines[end])
            if not text:
                break
            if text[0] == ">" and 0 <= column - offset < 4:
                content = _quoted(text, column)
                fences += bool(FENCE.match(content.strip()))
            elif fences % 2 or not _goes_on(inner, text, column - offset):
                break
            else:
                # Whatever it looks like, it goes on the paragraph, or begins a callout's.
                begins = len(inner) == 1 and CALLOUT.match(inner[0])
                content = text if begins else "    " + text
            inner.append(content)
            end += 1
        callout = CALLOUT.match(inner[0]) if inner else None
        if callout and (kind := CALLOUTS.get(callout[1].lower())):
            self.put_callout(kind, callout[2], inner[1:])
        else:
            self.put_inside("<blockquote>", inner, "</blockquote>")
        return end

    def take_admonition(self, at: int, opening: re.Match[str]) -> int:
        end = self.container_end(at)
        kind = CALLOUTS[opening[1].lower()]
        self.put_callout(kind, opening[2] or opening[3] or "", self.lines[at + 1 : end])
        return end + 1

    def take_container(self, at: int) -> int:
        end = self.container_end(at)
        self.put_inside("<div>", self.lines[at + 1 : end], "</div>")
        return end + 1

    def container_end(self, at: int) -> int:
        """Return the line that closes what ``:::`` opened; one past the last when none does."""
        opening = self.lines[at].strip()
        colons = len(opening) - len(opening.lstrip(":"))
        fences = 0
        for end in range(at + 1, len(self.lines)):
            text = self.lines[end].strip()
            fences += bool(FENCE.match(text))
            if fences % 2 == 0 and len(text) >= colons and not text.strip(":"):
                return end
        return len(self.lines)

    def may_begin_item(self, item: re.Match[str]) -> bool:
        if self.depth + len(self.items) >= _DEEPEST:
            return False
        if self.paragraph is None or self.items:
            return True
        # "1986 was a good year." wrapped before its point is no list, nor is a lone dash.
        return bool(item[3]) and item[1] in ("-", "*", "+", "1.", "1)")

    def take_item(self, at: int, column: int, item: re.Match[str]) -> int:
        self.end_paragraph()
        marker, space, text = item[1], item[2], item[3]
        tag = "ul" if marker in "-*+" else "ol"
        if self.left and (self.left.tag, self.left.delimiter) == (tag, marker[-1]):
            inside, self.left = self.left, None
            if self.after_blank:
                inside.tight = False
        else:
            self.close_left_list()
            self.loosen()
            inside = _List(tag, marker[-1])
            self.emit(self.keep(_list_tag(tag, marker)))
        begin = column + len(marker)
        width = len((" " * begin + space).expandtabs(4)) - begin
        if width > 4 and text:
            # What is indented so far is code.
            text, width = " " * (width - 1) + text, 1
        self.items.append(_Item(begin + (width if text else 1), inside, is_empty=not text.strip()))

        task = _TASK.match(text)
        if task:
            text = text[task.end() :]
        self.emit(self.keep('<li class="task-list__item">' if task else "<li>"))
        self.after_blank = False
        if task:
            box = self.keep(_task_box(done=task[1] != " "))
            self.begin_paragraph()
            self.out.append(f"{self.lead()}{box} {text}")
            return at + 1
        if not text.strip():
            return at + 1
        # The rest of the line is the first block of the item.
        self.lines[at] = " " * self.items[-1].offset + text
        return at

    def take_note(self, at: int, text: str) -> int:
        self.leave(0)
        self.end_paragraph()
        self.out += ["", text]
        self.paragraph = len(self.out) - 1
        self.items.append(_Item(offset=4, list=None))
        return at + 1

    # --- writing

    def put(self, at: int, html: str) -> int:
        self.end_paragraph()
        self.loosen()
        self.emit(self.keep(html))
        return at + 1

    def put_callout(self, kind: str, title: str, lines: list[str]) -> None:
        opening = f'<div class="callout callout--{kind}" role="note"><p class="callout__title">'
        if not title:
            self.put_inside(f"{opening}{kind.capitalize()}</p>", lines, "</div>")
            return
        self.put(0, opening)
        self.out += [self.lead() + TIGHT + title, ""]
        self.put_inside("</p>", lines, "</div>")

    def put_inside(self, opening: str, lines: list[str], closing: str) -> None:
        self.put(0, opening)
        depth = self.depth + len(self.items) + 1
        inner = _Preparation(lines, self.hands, depth=depth, with_notes=self.with_notes)
        lead = self.lead()
        self.out += [lead + line if line else "" for line in inner.run()]
        self.emit(self.keep(closing))

    def loosen(self) -> None:
        if self.items and self.items[-1].blank_inside and (inside := self.items[-1].list):
            inside.tight = False

    def emit(self, line: str) -> None:
        self.out += ["", self.lead() + line, ""]

    def lead(self) -> str:
        # Notes and definitions stay Python-Markdown's, which knows what belongs by its indent.
        return "    " * sum(item.list is None for item in self.items)


def _is_open_heading(line: str) -> bool:
    return HEADING_MARK in line and not line.endswith("}")


def _quoted(text: str, column: int) -> str:
    """Return what a line of a quote quotes: the sign and one column of space are off."""
    if not text.startswith(">\t"):
        return text[1:].removeprefix(" ")
    bare = text[1:].lstrip(" \t")
    indent = text[1 : len(text) - len(bare)]
    width = len((" " * (column + 1) + indent).expandtabs(4)) - column - 1
    return " " * (width - 1) + bare


def _goes_on(inner: list[str], text: str, indent: int) -> bool:
    """Tell whether a line without a sign goes on the paragraph that a quote ends with."""
    if not inner or (indent < 4 and interrupts_paragraph(text)):
        return False
    last = inner[-1].strip(" >")
    if not last or HEADING.match(last) or FENCE.match(last) or DIVIDER.match(last):
        return False
    # Under a blank line or a heading, four columns make code.
    return not inner[-1].startswith("    ") or (len(inner) > 1 and bool(inner[-2].strip(" >")))


def _list_tag(tag: str, marker: str) -> str:
    number = marker[:-1]
    return f'<ol start="{int(number)}">' if number and int(number) != 1 else f"<{tag}>"


def _task_box(*, done: bool) -> str:
    state, label = (" task--done", "Done") if done else ("", "Not done")
    return f'<span class="task{state}" role="img" aria-label="{label}"></span>'
