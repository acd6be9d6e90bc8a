"""Stylesheets keep to layers, blocks and tokens, so that any of them can be changed alone."""

import re
from pathlib import Path

import pytest
import rcssmin
import tinycss2
from tinycss2.color5 import parse_color

from blogapp.web.sheets import RARE, divided

ROOT = Path(__file__).parents[2] / "static" / "css"
SHEETS = sorted(ROOT.rglob("*.css"))

each_sheet = pytest.mark.parametrize(
    "path", SHEETS, ids=[path.relative_to(ROOT).as_posix() for path in SHEETS]
)
BLOCK = re.compile(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*(__[a-z0-9]+(-[a-z0-9]+)*)?(--[a-z0-9]+(-[a-z0-9]+)*)?"
)
WITHOUT_LAYER = {"font-face", "property", "keyframes", "view-transition", "page"}
# Not from the palette: they follow the reader or the text around them.
FREE_COLOURS = {"transparent", "currentcolor"}
SHOWS_COLOUR = re.compile(
    r"--.*|.*color|background.*|border.*|outline.*|fill|stroke|.*shadow|text-decoration.*|"
    r"column-rule.*|caret|stop-color"
)
COLOUR_FUNCTIONS = {
    "rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "light-dark",
}  # fmt: skip


@each_sheet
def test_stylesheets_are_well_formed(path):
    assert [node.message for node in walk(path.read_text()) if node.type == "error"] == []


@each_sheet
def test_nothing_needs_to_be_important(path):
    declarations = declarations_of(path.read_text())

    assert [node.lower_name for node in declarations if node.important] == []


@each_sheet
def test_every_rule_is_in_a_layer(path):
    assert without_layer(path.read_text()) == []


@each_sheet
def test_colours_come_from_tokens(path):
    if path.name != "tokens.css":
        assert colours(path.read_text()) == []


@each_sheet
def test_rules_for_what_few_pages_have_stand_by_themselves(path):
    # The later sheet brings those rules again: one left in a list before it would lose to them.
    first = divided(rcssmin.cssmin(path.read_text()), shown=()).first
    rare = [name for name in RARE if re.match("[a-z]", name)]

    assert [name for name in rare if re.search(rf"\.{name}(?![\w-])", first)] == []


@each_sheet
def test_classes_are_blocks_parts_and_variants(path):
    names = classes(path.read_text())

    assert [name for name in sorted(names) if not BLOCK.fullmatch(name)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("components/*.css")), ids=lambda path: path.name)
def test_a_component_is_named_after_its_block(path):
    names = classes(path.read_text())

    assert any(name.partition("__")[0].partition("--")[0] == path.stem for name in names)


@pytest.mark.parametrize(
    "value",
    [
        "#fff",
        "red",
        "1px solid oklch(0.5 0 0)",
        "light-dark(var(--a), var(--b))",
        "color-mix(in srgb, #fff, var(--a))",
    ],
)
def test_a_colour_is_found(value):
    assert colours(f".a {{ border: {value}; }}")


@pytest.mark.parametrize(
    "value",
    ["var(--ink)", "transparent", "color-mix(in srgb, var(--a) 40%, transparent)", "CanvasText"],
)
def test_a_token_is_no_colour(value):
    assert colours(f".a {{ border-color: {value}; }}") == []


def test_rules_inside_rules_are_seen():
    assert classes(".a { & .b_c { .d:hover { margin: 0; } } }") == {"a", "b_c", "d"}
    assert colours(".a { &:hover { color: red; } }") == ["red"]
    assert [n.type for n in walk(".a { color }")].count("error") == 1


def walk(source):
    """Return every rule, declaration and error in ``source``, at whatever depth."""
    rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    return [found for rule in rules for found in descend(rule)]


def descend(node):
    yield node
    if node.type in {"qualified-rule", "at-rule"} and node.content is not None:
        parts = tinycss2.parse_blocks_contents(
            node.content, skip_comments=True, skip_whitespace=True
        )
        for part in parts:
            yield from descend(part)


def declarations_of(source):
    return [node for node in walk(source) if node.type == "declaration"]


def without_layer(source):
    rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    at_rules = {"layer"} | WITHOUT_LAYER
    return [
        tinycss2.serialize(rule.prelude).strip() or rule.type
        for rule in rules
        if not (rule.type == "at-rule" and rule.lower_at_keyword in at_rules)
    ]


def colours(source):
    """Return the colours in ``source`` that are written out instead of named by a token."""
    return [
        token.serialize()
        for declaration in declarations_of(source)
        if SHOWS_COLOUR.fullmatch(declaration.lower_name)
        for token in tokens(declaration.value)
        if is_colour(token)
    ]


def tokens(values):
    for token in values:
        yield token
        if token.type == "function" or token.type.endswith("block"):
            yield from tokens(token.arguments if token.type == "function" else token.content)


def is_colour(token):
    if token.type == "function":
        return token.lower_name in COLOUR_FUNCTIONS
    if token.type == "hash":
        return True
    is_name = token.type == "ident" and token.lower_value not in FREE_COLOURS
    return is_name and parse_color(token) is not None and not is_system_colour(token)


def is_system_colour(token):
    # CSS Color 4, 6.2: written with capitals here, as the standard does.
    return token.value[0].isupper()


def classes(source):
    """Return the names of the classes that ``source`` selects."""
    preludes = [node.prelude for node in walk(source) if node.type == "qualified-rule"]
    return {name for prelude in preludes for name in classes_in(prelude)}


def classes_in(prelude):
    before = None
    for token in prelude:
        if before == "." and token.type == "ident":
            yield token.value
        if token.type in {"function", "[] block", "() block"}:
            yield from classes_in(token.arguments if token.type == "function" else token.content)
        before = token
