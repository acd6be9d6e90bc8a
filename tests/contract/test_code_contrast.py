"""Code can be read: each kind of token, on whatever its line is marked with (WCAG 2.2, 1.4.3)."""

from pathlib import Path

import pytest
import tinycss2
from pygments.token import STANDARD_TYPES

from blogapp.text.highlighting import CLASSES, css_class
from blogapp.text.palettes import CODE_GROUNDS, CODE_INKS
from tests.contract.test_contrast import TEXT, TOKENS, contrast
from tests.contract.test_stylesheets import classes_in, declarations_of, walk

SHEET = Path(__file__).parents[2] / "static" / "css" / "components" / "code-block.css"
SOURCE = SHEET.read_text(encoding="utf-8")
SHORT = set(CLASSES.values())


def inks():
    """Return the token of the palette that each class of a token is written in."""
    found = dict.fromkeys(["", *SHORT], "ink")
    for rule in rules():
        colour = value_of(rule, "color")
        for name in set(classes_in(rule.prelude)) & SHORT if colour else ():
            found[name] = colour
    return found


def grounds():
    """Return every token of the palette on which a line of code may stand."""
    return {value for rule in rules() if (value := value_of(rule, "--ground"))}


def rules():
    return [node for node in walk(SOURCE) if node.type == "qualified-rule"]


def value_of(rule, name):
    text = tinycss2.serialize(rule.content)
    values = [
        tinycss2.serialize(declaration.value).strip()
        for declaration in declarations_of(f"a {{ {text} }}")
        if declaration.name == name
    ]
    own = values[-1] if values else ""
    return own.removeprefix("var(--").removesuffix(")") if own.startswith("var(--") else ""


def test_the_owners_colours_are_checked_for_code_too():
    assert grounds() == set(CODE_GROUNDS)
    assert set(inks().values()) == set(CODE_INKS)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", sorted(grounds()))
def test_every_token_can_be_read_on_every_line(ground, theme):
    ink_of = inks()
    ratios = {
        str(kind): contrast(TOKENS[ink_of[css_class(kind)]][theme], TOKENS[ground][theme])
        for kind in STANDARD_TYPES
    }

    assert {kind: ratio for kind, ratio in ratios.items() if ratio < TEXT} == {}


def test_every_class_of_a_token_is_styled():
    named = {name for rule in rules() for name in classes_in(rule.prelude)}

    assert named >= SHORT
