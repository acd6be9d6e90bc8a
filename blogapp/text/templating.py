"""Template syntax of other site generators in a body: turned into what it meant, never run.

Liquid (Jekyll, Eleventy), Hugo's shortcodes and MDX. Code is left as it is, and whatever does
not close or makes no sense stays as text.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass

from blogapp.text import embedding
from blogapp.text.block_patterns import (
    FENCE,
    HEADING,
    ITEM,
    html_block_end,
    split_indent,
    strip_columns,
)
from blogapp.text.components import find_component, read_imports
from blogapp.text.embedding import Shown, read_arguments

# Ends the words behind a fence that stands for a tag, which the page adds.
ADDED = "\x06"
LONGEST_TAG = 20_000
MOST_DROPPED = 50
MOST_ODD_COMPONENTS = 100

_SYNTAX = re.compile(r"\{\{|\{%|^(?:import|export)\s", re.MULTILINE)
_MARK = re.compile(r"\\.|`+|\{\{|\{%|\{/\*|<!--|<(pre|code|script|style)\b|</?(?=[A-Z])", re.DOTALL)
_QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?)*")
_LEAD = re.compile(r"[ \t>]*")
_REST = re.compile(r"[ \t]*(?=\n|\Z)")
_TICKS = re.compile(r"`+")
_ENDS = re.compile(
    r"\{%-?\s{0,50}end(\w{1,50})\s{0,50}-?%\}"
    r"|\{\{[<%]\s{0,50}/\s{0,50}([\w./-]{1,100})\s{0,50}[%>]\}\}"
    r"|</(pre|code|script|style)\s{0,50}>",
    re.IGNORECASE,
)
_COMPONENT = re.compile(r"</?[A-Z]")
_SOURCE = re.compile(r"src=[\"']?")
_NAME = re.compile(r"\s*([a-zA-Z_][\w./-]*)")
_QUOTED_TEXT = re.compile(r"\"[^\"]*\"|'[^'\n]*'")
_ARGUMENTS_ONLY = re.compile(r"[\w\s=:,./|@&#+%-]*")
_LITERAL = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)')\s*(\|.*)?", re.DOTALL)
_JOINED = re.compile(r"\|\s*(prepend|append)\s*:\s*(?:\"([^\"]*)\"|'([^']*)')")
_VARIABLE = re.compile(r"\s*([a-zA-Z_][\w-]*(?:\.[\w-]+|\[[^\[\]]*\])*)\s*(\|.*)?", re.DOTALL)
_ASSIGNED = re.compile(r"\s*assign\s+([\w-]+)\s*=(.*)", re.DOTALL)
_ROOTS = {"site", "page", "layout", "post", "content", "include", "forloop", "paginator", "jekyll"}
_SITE = re.compile(r"\s*(?:site\.(?:base_?url|url)|base_?url|root|pathPrefix)\s*(?:\|.*)?", re.I)
_IS_LIQUID = re.compile(
    rf"\{{%-?\s*[a-z]|\{{\{{-?\s*(?:[\"']|(?:{'|'.join(sorted(_ROOTS))})\b)", re.IGNORECASE
)
# Of these the reader misses nothing, or something that the next of them was recorded for.
_SILENT = {"else", "elsif", "when", "break", "continue", "assign", "capture", "comment", "raw"}
_LABELS = ("summary", "label", "title", "header", "name")


@dataclass(frozen=True)
class Noted:
    """Something in a body: the line it begins on, and how it is written there."""

    line: int
    text: str


@dataclass(frozen=True)
class Resolved:
    """A body in plain Markdown; which tags show nothing, and which pictures tags showed."""

    text: str
    dropped: tuple[Noted, ...] = ()
    pictures: tuple[Noted, ...] = ()


def resolve(body: str) -> Resolved:
    """Return a body without template syntax outside code.

    >>> resolve('See [a]({{ "/b" | url }}) and `{{ c }}`.').text
    'See [a](/b) and `{{ c }}`.'
    """
    return _Pass(body).run() if _SYNTAX.search(body) else Resolved(body)


class _Pass:
    def __init__(self, body: str) -> None:
        self.body = body
        self.out: list[str] = []
        self.dropped: dict[str, Noted] = {}
        self.pictures: list[Noted] = []
        self.variables: dict[str, str] = {}
        self.callout_ends: set[int] = set()
        self.template_end = 0
        self.is_liquid = _IS_LIQUID.search(body) is not None
        self.imports: dict[str, str] | None = None
        self.odd_components = 0
        self.items: list[int] = []
        self.after_blank = True
        self.in_html = False
        self.was_alone = False
        self.known_end = {False: 0, True: 0}
        self.line_ends = [end.start() for end in re.finditer("\n", body)]
        self.closers: dict[str, int] = {}
        self.ticks: dict[int, list[int]] = defaultdict(list)
        for ticks in _TICKS.finditer(body):
            self.ticks[len(ticks[0])].append(ticks.start())
        self.ends: dict[str, list[re.Match[str]]] = defaultdict(list)
        for end in _ENDS.finditer(body):
            self.ends[_end_name(end)].append(end)

    def run(self) -> Resolved:
        self.imports, at = read_imports(self.body)
        while at < len(self.body):
            at = self.take_line(at)
        return Resolved("".join(self.out), tuple(self.dropped.values()), tuple(self.pictures))

    # --- lines

    def take_line(self, at: int) -> int:
        end = self.line_end(at)
        if at and self.body[at - 1] != "\n":
            if not self.was_alone or not _REST.match(self.body, at):
                return self.take_text(at, self.run_end(end))
            self.after_blank = True
            return self.take_text(at, end)
        line = self.body[at:end]
        quote = _QUOTE.match(line)
        column, text = split_indent(line[quote.end() if quote else 0 :].rstrip("\n"))
        if not text:
            self.out.append(line)
            self.after_blank, self.in_html = True, False
            return end
        is_code = self.is_indented_code(column, text)
        if is_code:
            self.out.append(line)
            return end
        fence = FENCE.match(_without_items(text))
        if fence:
            margin = column if self.may_be_dedented() else 0
            return self.copy_fence(at, end, fence, bool(quote and quote.end()), margin)
        if self.begins_html(text, in_paragraph=not self.after_blank):
            self.in_html = True
        self.after_blank = False
        if self.may_be_dedented():
            at += len(line) - len(line.lstrip(" \t"))
        return self.take_text(at, self.run_end(end))

    def may_be_dedented(self) -> bool:
        """Tell whether an indent says nothing: MDX has no indented code, only nested components."""
        return self.imports is not None and not self.items

    def is_indented_code(self, column: int, text: str) -> bool:
        item = ITEM.match(text)
        while self.items and column < self.items[-1] and (self.after_blank or item):
            self.items.pop()
        offset = self.items[-1] if self.items else 0
        if self.after_blank and column >= offset + 4 and self.imports is None:
            return True
        if item:
            space = len(item[2]) if 0 < len(item[2]) < 5 else 1
            self.items.append(column + len(item[1]) + space)
        return False

    def begins_html(self, text: str, *, in_paragraph: bool) -> bool:
        if self.imports is not None and _COMPONENT.match(text):
            return False
        return html_block_end(text, in_paragraph=in_paragraph) is not None

    def copy_fence(
        self, at: int, end: int, fence: re.Match[str], is_quoted: bool, margin: int
    ) -> int:
        closing = re.compile(rf"[ \t>]*{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*$")
        offset = self.items[-1] if self.items else 0
        self.out.append(strip_columns(self.body[at:end], margin))
        while end < len(self.body):
            at, end = end, self.line_end(end)
            line = self.body[at:end]
            column, text = split_indent(line.rstrip("\n"))
            left = (is_quoted and text[:1] != ">") or (text and not is_quoted and column < offset)
            if left:
                return at
            self.out.append(strip_columns(line, margin) if margin else line)
            if closing.match(line):
                break
        self.after_blank = True
        return end

    def run_end(self, end: int) -> int:
        """Return where the text that goes on at a line's ``end`` is over."""
        if end <= self.known_end[self.in_html]:
            return self.known_end[self.in_html]
        while end < len(self.body):
            following = self.line_end(end)
            text = self.body[end:following].strip(" \t>\n")
            if not text or ITEM.match(text) or FENCE.match(text) or HEADING.match(text):
                break
            if not self.in_html and self.begins_html(text, in_paragraph=True):
                break
            end = following
        self.known_end[self.in_html] = end
        return end

    def line_end(self, at: int) -> int:
        place = bisect_left(self.line_ends, at)
        return self.line_ends[place] + 1 if place < len(self.line_ends) else len(self.body)

    def line_start(self, at: int) -> int:
        place = bisect_left(self.line_ends, at)
        return self.line_ends[place - 1] + 1 if place else 0

    # --- text

    def take_text(self, at: int, stop: int) -> int:
        self.was_alone = False
        while at < stop and not self.was_alone:
            mark = _MARK.search(self.body, at, stop)
            if not mark:
                self.out.append(self.body[at:stop])
                return stop
            self.out.append(self.body[at : mark.start()])
            end = self.take_mark(mark, stop)
            if end is None:
                self.out.append(mark[0])
            at = mark.end() if end is None else end
        return at

    def take_mark(self, mark: re.Match[str], stop: int) -> int | None:
        """Write what a mark begins and return its end; ``None`` if it is text like any other."""
        at, sign = mark.start(), mark[0]
        if sign[0] == "`":
            return self.copy_to(at, self.span_end(at, len(sign), stop))
        if sign == "<!--":
            return self.copy_to(at, self.after("-->", at))
        if mark[1]:
            end = self.end_of(mark[1].lower(), at)
            return self.copy_to(at, end.end() if end else None)
        if sign == "{%":
            return self.take_liquid_tag(at)
        if sign == "{{":
            return self.take_braces(at)
        if self.imports is None:
            return None
        if sign == "{/*":
            return self.after("*/}", at)
        return self.take_component(at) if sign[0] == "<" else None

    def copy_to(self, at: int, end: int | None) -> int | None:
        if end is not None:
            self.out.append(self.body[at:end])
        return end

    def span_end(self, at: int, length: int, stop: int) -> int | None:
        places = self.ticks[length]
        following = bisect_right(places, at)
        if following < len(places) and places[following] < stop:
            return places[following] + length
        return None

    def after(self, closer: str, at: int) -> int | None:
        """Return the place behind the next ``closer``; each is looked for only once."""
        found = self.closers.get(closer, 0)
        if found < at:
            found = self.body.find(closer, at)
            self.closers[closer] = found = len(self.body) if found < 0 else found
        return found + len(closer) if found < len(self.body) else None

    def inside(self, at: int, opener: str, closer: str) -> tuple[str, int] | None:
        """Return what a tag holds, and its end; ``None`` where none is written here."""
        begin = at + len(opener)
        end = self.after(closer, begin)
        if end is None or end - at > LONGEST_TAG:
            return None
        if self.body.find(opener[:2], begin, end) >= 0:
            return None
        text = self.body[begin : end - len(closer)]
        bare = _QUOTED_TEXT.sub("", text)
        odd = "`" in bare or ("\n\n" in text and not _ARGUMENTS_ONLY.fullmatch(bare))
        return None if odd else (text, end)

    def end_of(self, name: str, at: int) -> re.Match[str] | None:
        """Return the tag that closes ``name`` next."""
        ends = self.ends.get(name, [])
        place = bisect_right(ends, at, key=re.Match.start)
        return ends[place] if place < len(ends) else None

    # --- Liquid

    def take_liquid_tag(self, at: int) -> int | None:
        found = self.inside(at, "{%", "%}")
        named = _NAME.match(found[0].strip().strip("-")) if found else None
        if not found or not named:
            return None
        text, end = found[0].strip().strip("-"), found[1]
        name = named[1].lower()
        rest = text[named.end() :]
        if name in {"raw", "comment", "highlight", "capture", "mermaid"} and (
            close := self.end_of(name, end - 1)
        ):
            return self.take_liquid_block(name, rest, at, end, close)
        if name in {"link", "post_url"} and rest.strip():
            self.out.append(embedding.address_of(read_arguments(rest).given[:1][0]))
        elif name == "assign" and (assigned := _ASSIGNED.match(text)):
            self.variables[assigned[1]] = self.value_of(assigned[2]) or ""
            self.write(at, end, None, silent=True)
        else:
            is_silent = name in _SILENT or name.startswith("end")
            said = read_arguments(rest)
            shown = embedding.show(name, said)
            prose = embedding.prose(said) if name.startswith("include") else []
            self.write(at, end, shown, silent=is_silent, markdown="\n\n".join(prose))
        return self.next_place(at, end)

    def take_liquid_block(
        self, name: str, rest: str, at: int, end: int, close: re.Match[str]
    ) -> int:
        content = self.body[end : close.start()]
        if name == "raw":
            self.out.append(content)
        elif name == "highlight":
            self.write_code(at, content, rest)
        elif name == "mermaid":
            self.write_code(at, content, name)
        elif name == "capture":
            self.variables[rest.strip()] = content
        return close.end()

    def take_braces(self, at: int) -> int | None:
        if at and self.body[at - 1] == "$":
            return None
        if self.body[at + 2 : at + 3] in ("<", "%"):
            return self.take_shortcode(at, self.body[at + 2])
        found = self.inside(at, "{{", "}}")
        if not found or "\n\n" in found[0]:
            return None
        expression, end = found[0].strip("-"), found[1]
        value = "" if at < self.template_end else self.value_of(expression)
        if value is None:
            return None
        if not value and not _SITE.fullmatch(expression):
            self.note(at, end)
            if _SOURCE.search(self.body, max(0, at - 5), at):
                # A picture whose name nobody here knows still has its words.
                return self.copy_to(at, end)
        is_target = self.body[max(0, at - 2) : at] == "]("
        self.out.append(value.replace(" ", "%20") if is_target else value)
        return end

    def value_of(self, expression: str) -> str | None:
        """Return what an output would write; ``None`` if it is none of Liquid's."""
        if literal := _LITERAL.fullmatch(expression):
            value = literal[1] or literal[2] or ""
            for way, *texts in _JOINED.findall(literal[3] or ""):
                text = texts[0] or texts[1]
                value = text + value if way == "prepend" else value + text
            return value
        variable = _VARIABLE.fullmatch(expression)
        if not variable or not (self.is_liquid or _SITE.fullmatch(expression)):
            return None
        return self.variables.get(variable[1], "")

    # --- Hugo

    def take_shortcode(self, at: int, sign: str) -> int | None:
        found = self.inside(at, "{{" + sign, (">" if sign == "<" else "%") + "}}")
        if not found:
            return None
        text, end = found
        if text.startswith("/*") and text.endswith("*/"):
            self.out.append("{{" + sign + text[2:-2] + self.body[end - 3 : end])
            return end
        text = text.strip().removesuffix("/")
        if text.startswith("/"):
            self.write(at, end, None, silent=True, markdown=self.callout_end(at))
            return self.next_place(at, end)
        named = _NAME.match(text)
        if not named:
            return None
        return self.take_named_shortcode(named[1], text[named.end() :], at, end)

    def take_named_shortcode(self, name: str, rest: str, at: int, end: int) -> int:
        said = read_arguments(rest)
        close = self.end_of(name.lower(), end - 1)
        if close and name.endswith(".inline"):
            # Hugo runs what stands in these as a template of its own.
            self.template_end = close.start()
        if name in {"ref", "relref"} and (said.given or said.named):
            self.out.append(embedding.address_of(said.first("path") or "".join(said.given[:1])))
        elif name.lower() in {"highlight", "mermaid"} and close:
            info = rest if name == "highlight" else "mermaid"
            self.write_code(at, self.body[end : close.start()], info)
            return close.end()
        elif close and (callout := self.callout(name, said, at, end, close)):
            self.write(at, end, None, silent=True, markdown=callout)
        elif close and (label := said.first(*_LABELS) or "".join(said.given[:1])):
            self.write(at, end, None, silent=True, markdown=_strong(label))
        else:
            self.write(at, end, embedding.show(name, said))
        return self.next_place(at, end)

    def callout(
        self, name: str, said: embedding.Arguments, at: int, end: int, close: re.Match[str]
    ) -> str:
        found = embedding.callout(name, said)
        nested = any(place > at for place in self.callout_ends)
        alone = self.lead(at, end) == "" and self.lead(close.start(), close.end()) == ""
        if not found or nested or not alone or self.items:
            return ""
        self.callout_ends = {close.start()}
        return f":::{found[0]} {found[1]}".rstrip()

    def callout_end(self, at: int) -> str:
        return ":::" if at in self.callout_ends else ""

    # --- MDX

    def take_component(self, at: int) -> int | None:
        if self.odd_components > MOST_ODD_COMPONENTS:
            return None
        found = find_component(self.body, at)
        if not found:
            self.odd_components += 1
            return None
        source = found.values.get("src", "")
        source = (self.imports or {}).get(source[1:-1].strip(), source)
        shown, label = None, ""
        if found.name == "Image" and source and "{" not in source:
            shown = embedding.picture(source, found.text("alt"))
        elif found.opens:
            label = _strong(found.text(*_LABELS)) if self.lead(at, found.end) is not None else ""
        else:
            label = found.text("handle", "name", "user", "username", "label", "title")
        self.write(at, found.end, shown, silent=found.closes, markdown=label)
        return self.next_place(at, found.end)

    # --- writing

    def write(
        self, at: int, end: int, shown: Shown | None, *, silent: bool = False, markdown: str = ""
    ) -> None:
        lead = self.lead(at, end)
        self.was_alone = lead is not None
        if shown:
            if shown.picture:
                self.pictures.append(Noted(self.line_number(at), shown.picture))
            is_block = lead is not None and not self.in_html
            self.out.append(f"\n{lead}\n{lead}{shown.block}\n{lead}" if is_block else shown.inline)
        elif markdown:
            is_block = lead is not None
            self.out.append(f"\n{lead}\n{lead}{markdown}\n{lead}" if is_block else markdown)
        elif not silent:
            self.note(at, end)

    def next_place(self, at: int, end: int) -> int:
        """Return where to go on: in HTML, a line that held nothing but a tag goes with it."""
        if self.in_html and self.lead(at, end) is not None and end < len(self.body):
            return self.line_end(end)
        return end

    def write_code(self, at: int, content: str, info: str) -> None:
        lead = _LEAD.match(self.body, self.line_start(at), at)
        before = lead[0] if lead and lead.end() == at else ""
        lines = content.strip("\n").split("\n")
        margin = min((split_indent(line)[0] for line in lines if line.strip()), default=0)
        cut = min(margin, len(before.expandtabs(4)))
        ticks = max(map(len, _TICKS.findall(content)), default=0)
        fence = "`" * max(3, ticks + 1)
        info = " ".join(info.replace("`", "").split())
        body = "".join(f"{before}{line[cut:]}\n" for line in lines)
        self.out.append(f"\n{before}\n{before}{fence}{info}{ADDED}\n{body}{before}{fence}\n")

    def lead(self, at: int, end: int) -> str | None:
        """Return what stands before a tag that has its lines for itself, else ``None``."""
        lead = _LEAD.match(self.body, self.line_start(at), at)
        if not lead or lead.end() != at or not _REST.match(self.body, end):
            return None
        return "" if self.may_be_dedented() else lead[0]

    def note(self, at: int, end: int) -> None:
        text = " ".join(self.body[at : min(end, at + 300)].split())
        text = text if len(text) <= 80 else text[:79] + "\N{HORIZONTAL ELLIPSIS}"
        if len(self.dropped) < MOST_DROPPED:
            self.dropped.setdefault(text, Noted(self.line_number(at), text))

    def line_number(self, at: int) -> int:
        return bisect_left(self.line_ends, at) + 1


def _end_name(end: re.Match[str]) -> str:
    return (end[1] or end[2] or end[3]).lower()


def _without_items(text: str) -> str:
    for _ in range(3):
        item = ITEM.match(text)
        if not item or not item[3]:
            break
        text = item[3]
    return text


def _strong(label: str) -> str:
    bare = label.strip().replace("\n", " ")
    return bare if not bare or "*" in bare else f"**{bare}**"
