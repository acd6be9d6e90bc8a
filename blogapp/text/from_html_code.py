"""Blocks of code in the forms that highlighters leave them in: one plain form of them all."""

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from blogapp.text.from_html_elements import is_within


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAME = re.compile(r"[A-Za-z][\w+#.-]{0,29}")
_SAID = (
    re.compile(r"(?:^|\s)(?:language|lang|code|sh|src|brush)[-_:]\s*([\w+#.-]+)"),
    re.compile(r"(?:^|\s)highlight-(?:source|text)-([\w+#-]+)"),
    re.compile(r"(?:^|\s)(?:hljs|sourceCode|highlight|syntaxhighlighter|prism|codehilite)\s+"
               r"(?:sourceCode\s+|nogutter\s+)?([A-Za-z][\w+#-]*)"),
)  # fmt: skip
_ATTRIBUTES = (
    "data-language",
    "data-lang",
    "data-enlighter-language",
    "data-code-block-lang",
    "language",
    "lang",
)
_NO_LANGUAGE = _words(
    "none plain plaintext plain_text default auto generic raw nohighlight no-highlight numbers"
    " linenums line-numbers table prettyprint prettyprinted wrap code source hljs highlight"
    " highlighter-rouge chroma snippet block"
)
# A human language may be said of a block of code as of any other element.
_HUMAN = re.compile(r"[a-z]{2}(?:-[A-Za-z]{2,4})?$")
_TWO_LETTERS = {"js", "ts", "py", "rb", "sh", "cs", "go", "hs", "kt", "pl", "rs", "md", "vb", "fs"}
_GUTTER = re.compile(r"gutter|linenos?|line-?numbers?|crayon-nums|(?:^|\s)lno?(?:\s|$)", re.I)
_CODE_CELL = re.compile(r"(?:^|[\s-])code(?:$|[\s-])|crayon-code", re.I)
_HIGHLIGHTER = re.compile(r"highlight|syntax|crayon|rouge|chroma|prettyprint", re.I)
_FORMULA = re.compile(r"\\\(\s*(\S[^\n]{0,1000}?)\\\)|\$latex\s{1,9}([^$\n]{1,1000})\$")
_MOST_LINES_OF_VERSE = 1_000
_VERSE = re.compile(r"wp-block-verse|(?:^|\s)verse(?:\s|$)|poetry")


def find_code(soup: BeautifulSoup) -> None:
    """Make each block of code a ``pre`` with its text alone, and its language as an attribute."""
    for table in soup.find_all("table"):
        _open_table(soup, table)
    for pre in soup.find_all("pre"):
        if pre.decomposed or pre.find_parent("pre"):
            continue
        if _VERSE.search(_classes(pre)) and pre.get_text().count("\n") < _MOST_LINES_OF_VERSE:
            _set_as_verse(soup, pre)
        elif not pre.find(("img", "table", "iframe")) and (
            pre.find("code") or not pre.find("a", href=True)
        ):
            _settle(soup, pre)
    for code in soup.find_all("code"):
        if not code.find_parent("pre") and _is_block(code):
            code.name = "pre"
            _settle(soup, code)
            _leave_paragraph(code)


def find_formulas(soup: BeautifulSoup) -> None:
    """Make an element of each formula that MathJax or WordPress would have set."""
    for text in soup.find_all(string=_FORMULA):
        if is_within(text, ("pre", "code", "a")):
            continue
        at = 0
        for found in _FORMULA.finditer(text):
            formula = soup.new_tag("code")
            formula["data-math"] = "1"
            formula.string = next(part for part in found.groups() if part).strip()
            text.insert_before(text[at : found.start()])
            text.insert_before(formula)
            at = found.end()
        text.replace_with(text[at:])


def _open_table(soup: BeautifulSoup, table: Tag) -> None:
    """Put the code in place of a table of line numbers and code."""
    cells = table.find_all("td")
    if not 1 <= len(cells) <= 2 and not table.find(class_=_GUTTER):
        return
    if not _HIGHLIGHTER.search(" ".join(_classes(tag) for tag in [table, *table.parents])):
        return
    code = next((cell for cell in cells if _CODE_CELL.search(_classes(cell))), None)
    if code is None and len(cells) == 2 and _GUTTER.search(_classes(cells[0])):
        code = cells[1]
    if code is None:
        return
    pre = soup.new_tag("pre")
    if language := _language(code, table):
        pre["data-language"] = language
    pre.string = _text_of(code)
    table.replace_with(pre)


def _settle(soup: BeautifulSoup, pre: Tag) -> None:
    code = pre.find("code")
    language = _language(*([code] if code else []), pre, *list(pre.parents)[:3])
    text = _text_of(pre)
    pre.clear()
    pre.attrs = {"data-language": language} if language else {}
    pre.append(NavigableString(text))


def _language(*tags: Tag) -> str:
    for tag in tags:
        for name in _ATTRIBUTES:
            if found := _named(str(tag.get(name) or "")):
                if name == "lang" and _HUMAN.match(found) and found not in _TWO_LETTERS:
                    continue
                return found
        for pattern in _SAID:
            for match in pattern.findall(_classes(tag)):
                if found := _named(match):
                    return found
    return ""


def _named(text: str) -> str:
    name = text.strip().lower()
    return name if _NAME.fullmatch(name) and name not in _NO_LANGUAGE else ""


def _text_of(tag: Tag) -> str:
    """Return the lines of code, without the numbers that stand beside them."""
    for number in tag.find_all(class_=_GUTTER):
        # A number beside the line; a whole block may be of the class as well.
        if number is not tag and not number.find(("code", "pre")) and _is_number(number):
            number.decompose()
    for line_end in tag.find_all("br"):
        line_end.replace_with("\n")
    lines = [line for line in tag.find_all(("div", "li")) if not line.find(("div", "li"))]
    for line in lines:
        if line.next_sibling is not None or line.parent is not tag:
            line.append("\n")
    text = tag.get_text().replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return text.removeprefix("\n").rstrip()


def _is_number(tag: Tag) -> bool:
    return not tag.get_text().strip() or bool(re.fullmatch(r"[\d\s]+", tag.get_text()))


def _is_block(code: Tag) -> bool:
    """Tell whether inline code is all that its paragraph holds, on several lines."""
    around = code.parent
    if around is None or around.name not in ("p", "div", "[document]") or code.find("img"):
        return False
    if not code.find("br") and "\n" not in code.get_text().strip():
        return False
    if around.name == "[document]":
        return True
    return all(child is code or not str(child).strip() for child in around.contents[:10])


def _leave_paragraph(pre: Tag) -> None:
    if pre.parent and pre.parent.name == "p":
        pre.parent.unwrap()


def _set_as_verse(soup: BeautifulSoup, pre: Tag) -> None:
    for text in pre.find_all(string=True):
        lines = text.strip("\n").split("\n") if text.parent is pre else text.split("\n")
        for number, line in enumerate(lines):
            if number:
                text.insert_before(soup.new_tag("br"))
            text.insert_before(line)
        text.extract()
    pre.name = "p"


def _classes(tag: Tag) -> str:
    value = tag.get("class") or ""
    return value if isinstance(value, str) else " ".join(value)
