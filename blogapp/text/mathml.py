"""What KaTeX writes, checked and brought to what browsers draw: MathML Core (W3C, 2025).

Core leaves the look of tables, frames and letters to styles and to Unicode, so attributes that
it does not know become classes or characters. Whatever is not listed here is refused or dropped.
"""

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator
from html import escape

DEEPEST = 120
MOST_ELEMENTS = 20_000

_TOKENS = {"mi", "mo", "mn", "ms", "mtext"}
_LAYOUT_NAMES = """
    math semantics mrow mfrac msqrt mroot mstyle mpadded mphantom mspace msub msup msubsup munder
    mover munderover mtable mtr mtd menclose annotation
"""
_LAYOUT = set(_LAYOUT_NAMES.split())
_LENGTH = r"-?\d{1,3}(?:\.\d{1,6})?(?:em|ex|px|pt)|0"
_ALLOWED = {
    "accent accentunder displaystyle fence largeop movablelimits": "true|false",
    "separator stretchy symmetric": "true|false",
    "depth height lspace linethickness mathsize maxsize minsize": _LENGTH,
    "rspace voffset width": _LENGTH,
    "mathcolor": "#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,30}",
    "scriptlevel": r"[+-]?\d",
    "form": "prefix|infix|postfix",
    "display": "block",
    "encoding": "application/x-tex",
    "mathvariant": "normal",
}
_ATTRIBUTES = {
    name: re.compile(pattern) for names, pattern in _ALLOWED.items() for name in names.split()
}
# Ink, which is light on dark paper.
_INK = {"black", "#000", "#000000"}
_GLUE = {"mtr-glue": "math__glue", "mml-eqn-num": "math__number"}
_FRAMES = {
    "box": "math__box",
    "updiagonalstrike": "math__strike",
    "downdiagonalstrike": "math__strike",
    "horizontalstrike": "math__strike",
    "left": "math__left",
    "right": "math__right",
    "top": "math__top",
    "bottom": "math__bottom",
}
_ARROW_ABOVE = "\N{COMBINING RIGHT ARROW ABOVE}"
_APPLIED = "\N{FUNCTION APPLICATION}"
_THIN = "0.1667em"
_BRACKETS = {"(", "[", "{", "|", "!"}
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))


class Unfit(Exception):
    """This is no formula that could stand in a page; says why."""


def read_mathml(html: str) -> tuple[str, str]:
    """Return the formula in KaTeX's output as MathML, and as a line of text. Raises `Unfit`.

    >>> read_mathml("<span><math><mi mathvariant='double-struck'>R</mi></math></span>")
    ('<math><mi>ℝ</mi></math>', 'ℝ')
    """
    try:
        root = etree.fromstring(html)  # nosec B314
    except etree.ParseError as error:
        raise Unfit("it cannot be written down") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    math = root.find("math")
    if math is None or sum(1 for _ in math.iter()) > MOST_ELEMENTS:
        raise Unfit("it is too large")
    _suit(math, 0)
    return "".join(_write(math)), " ".join(_line(math).split())


# --- making it fit


def _suit(element: etree.Element, depth: int) -> None:
    if depth > DEEPEST:
        raise Unfit("it is nested too deep")
    if element.tag not in _TOKENS | _LAYOUT:
        raise Unfit(f"it holds {element.tag!r}")
    if element.tag in _TOKENS and len(element):
        # An HTML parser would take what is inside for HTML (HTML, 13.2.6.5).
        element.tag = "mrow"
    if element.tag == "mrow":
        _space_functions(element)
    if element.tag == "mo" and element.text == _ARROW_ABOVE:
        # A combining one stands beside its letter where fonts have no rule for it.
        element.text = "\N{RIGHTWARDS ARROW}"
        element.attrib |= {"stretchy": "false", "mathsize": "0.7em"}
    classes = list(_classes(element))
    element.attrib = {
        name: value
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value) and value.lower() not in _INK
    }
    if element.tag == "menclose":
        element.tag = "mrow"
    if classes:
        element.set("class", " ".join(classes))
    for child in element:
        _suit(child, depth + 1)


def _space_functions(row: etree.Element) -> None:
    """Put thin spaces around names of functions, which Core would not tell from letters."""
    for place in range(len(row) - 2, -1, -1):
        if row[place + 1].text != _APPLIED or not _is_name(row[place]):
            continue
        after = row[place + 2] if place + 2 < len(row) else None
        if after is not None and (after.text or "") not in _BRACKETS:
            row[place + 1].set("rspace", _THIN)
        if place and (row[place - 1].tag != "mo" or row[place - 1].text == ")"):
            row.insert(place, etree.Element("mspace", width=_THIN))


def _is_name(element: etree.Element) -> bool:
    base = element[0] if len(element) else element
    return base.tag == "mi" and len(base.text or "") > 1


def _classes(element: etree.Element) -> Iterator[str]:
    """Return classes for what Core has no attributes for; cells learn theirs from their table."""
    if element.tag in _TOKENS:
        yield from _letters(element)
    elif element.tag == "mtable":
        yield from _cells(element)
    elif element.tag == "menclose":
        notations = element.get("notation", "").split()
        yield from dict.fromkeys(_FRAMES[name] for name in notations if name in _FRAMES)
    elif element.tag == "mspace" and element.get("mathbackground"):
        yield "math__rule"
    yield from (_GLUE.get(name, name) for name in element.get("class", "").split())


def _letters(element: etree.Element) -> Iterator[str]:
    """Write letters of another alphabet as Unicode has them (Unicode 16, 22.2)."""
    variant, text = element.get("mathvariant", ""), element.text or ""
    if not variant or variant == "normal":
        return
    letters = [_letter(character, variant) for character in text]
    if all(letters) and element.tag != "mtext":
        element.text = "".join(letter for letter in letters if letter)
        return
    for style in ("bold", "italic", "sans", "monospace"):
        if style in variant:
            yield f"math__{style}"


def _cells(table: etree.Element) -> Iterator[str]:
    sides = table.get("columnalign", "").split()
    gaps = table.get("columnspacing", "").split()
    lines = table.get("columnlines", "").split()
    rules = table.get("rowlines", "").split()
    if table.get("width") == "100%":
        yield "math__numbered"
    if gaps:
        yield "math__spaced"
    rows = table.findall("mtr")
    for number, row in enumerate(rows):
        if number < len(rows) - 1 and _at(rules, number) not in ([], ["none"]):
            row.set("class", "math__ruled")
        cells = [cell for cell in row.findall("mtd") if not cell.get("class")]
        for place, cell in enumerate(cells):
            names = [
                *(f"math__cell--{side}" for side in _at(sides, place) if side != "center"),
                *("math__cell--apart" for gap in _at(gaps, place) if gap != "0em"),
                *("math__right" for line in _at(lines, place) if line != "none"),
            ]
            if cell.get("width") == "50%":
                names = ["math__glue"]
            if names and (place < len(cells) - 1 or "math__cell--left" in names):
                cell.set("class", " ".join(names))


def _at(values: list[str], place: int) -> list[str]:
    """Return the value for a column or row: the last one holds for all that follow."""
    return values[min(place, len(values) - 1) :][:1]


# --- letters

# First capital, first small letter, first digit of each alphabet.
_ALPHABETS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, 0),
    "bold-italic": (0x1D468, 0x1D482, 0),
    "script": (0x1D49C, 0x1D4B6, 0),
    "bold-script": (0x1D4D0, 0x1D4EA, 0),
    "fraktur": (0x1D504, 0x1D51E, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
    "bold-fraktur": (0x1D56C, 0x1D586, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "bold-sans-serif": (0x1D5D4, 0x1D5EE, 0x1D7EC),
    "sans-serif-italic": (0x1D608, 0x1D622, 0),
    "sans-serif-bold-italic": (0x1D63C, 0x1D656, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}
_GREEK = {"bold": (0x1D6A8, 0x1D6C2), "bold-italic": (0x1D71C, 0x1D736)}
# Letters that Unicode had before it had these alphabets.
_OLDER = {
    "italic": dict(zip("h", "ℎ", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


def _letter(character: str, variant: str) -> str | None:
    if variant not in _ALPHABETS:
        return None
    if older := _OLDER.get(variant, {}).get(character):
        return older
    capital, small, digit = _ALPHABETS[variant]
    if "A" <= character <= "Z":
        return chr(capital + ord(character) - ord("A"))
    if "a" <= character <= "z":
        return chr(small + ord(character) - ord("a"))
    if "0" <= character <= "9":
        return chr(digit + int(character)) if digit else character
    if variant in _GREEK:
        capital, small = _GREEK[variant]
        if "Α" <= character <= "Ω":
            return chr(capital + ord(character) - ord("Α"))
        if "α" <= character <= "ω":
            return chr(small + ord(character) - ord("α"))
    return None


# --- writing


def _write(element: etree.Element) -> Iterator[str]:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
    yield f"<{element.tag}{attributes}>"
    yield escape(element.text or "", quote=False)
    for child in element:
        yield from _write(child)
    yield f"</{element.tag}>"


def _line(element: etree.Element) -> str:
    """Return a formula as one would type it in a line of text."""
    parts = [_line(child) for child in element if child.tag not in ("annotation", "mphantom")]
    match element.tag, parts:
        case "mfrac", [above, below]:
            return f"{_bound(above)}/{_bound(below)}"
        case ("msup", [base, above]) | ("mover", [base, above]):
            mark = "" if element.get("accent") == "true" else "^"
            return f"{base}{mark}{_bound(above)}"
        case ("msub", [base, below]) | ("munder", [base, below]):
            return f"{base}_{_bound(below)}"
        case ("msubsup", [base, below, above]) | ("munderover", [base, below, above]):
            return f"{base}_{_bound(below)}^{_bound(above)} "
        case "msqrt", _:
            return f"√{_bound(''.join(parts))}"
        case "mroot", [base, degree]:
            return f"{_bound(degree)}√{_bound(base)}"
        case "mspace", _:
            return "" if element.get("width", "").startswith(("-", "0.1")) else " "
        case "mtable", _:
            return "; ".join(parts)
        case "mtr", _:
            return " ".join(filter(None, parts))
    return _token(element) if element.tag in _TOKENS else "".join(parts)


def _token(element: etree.Element) -> str:
    text = (element.text or "").translate(_INVISIBLE)
    if element.tag == "mi" and len(text) > 1:
        return f" {text} "
    return f" {text} " if text and text in "=<>≤≥≠≈≡→←⇒⇔+−±×∈∉⊂⊆∧∨∼∝" else text


def _bound(text: str) -> str:
    bare = text.strip()
    return bare if len(bare) < 2 or bare.isalnum() else f"({bare})"
