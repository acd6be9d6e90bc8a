"""What `doctor` says about the theme: names of nothing, templates that fail, weak colours."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from flask import Flask
from jinja2 import Environment, TemplateError, nodes

from blogapp.site.accents import DARK, LIGHT, TooFaint, shade
from blogapp.site.models import Site
from blogapp.site.theme import Theme
from blogapp.text.palettes import Palette, read_palette, unread_colours
from blogapp.web.theming import BUILTIN, builtin_templates

Finding = tuple[str, str]

_ORIGINAL = re.compile(r"\{# From (\S+), state ([0-9a-f]{12})\. #\}")
# Stylesheets that are no component and can be added to as well.
_OTHER_SHEETS = {"base", "utilities"}


def check_theme(app: Flask, site: Site) -> Iterator[Finding]:
    """Yield level and sentence for everything about the theme that its owner should know."""
    theme: Theme = app.extensions["theme"]
    if theme:
        counted = f"{len(theme.templates)} templates, {len(theme.added) + len(theme.replaced)}"
        yield "ok", f"theme: {counted} stylesheets, {len(theme.static)} files in {theme.folder}"
    for problem in theme.problems:
        yield "problem", f"theme/{problem}: it is left aside"
    yield from _check_components(app, theme)
    yield from _check_templates(app, theme)
    yield from _check_colours(app, theme, site)


def copied(app: Flask, name: str) -> str:
    """Return one of our templates with a first line that says which state of it this is.

    Raises `KeyError` for a name that none has.
    """
    source = _own_source(app, name)
    if source is None:
        raise KeyError(name)
    return f"{{# From {name}, state {_state(source)}. #}}\n{source}"


def _check_components(app: Flask, theme: Theme) -> Iterator[Finding]:
    folder = app.extensions["assets"] / "css" / "components"
    texts = [_read(path) for path in theme.templates.values()]
    for name in {**theme.added, **theme.replaced}:
        is_known = (folder / f"{name}.css").is_file() or name in _OTHER_SHEETS
        if not is_known and not any(f'"{name}"' in text for text in texts):
            yield "problem", f"theme/css/{name}.css: there is no component of this name"


def _check_templates(app: Flask, theme: Theme) -> Iterator[Finding]:
    texts = {name: _read(path) for name, path in theme.templates.items()}
    for name, text in texts.items():
        place = f"theme/templates/{name}"
        ours = _own_source(app, name)
        is_used = any(f'"{name}"' in other for key, other in texts.items() if key != name)
        if ours is None and not is_used:
            yield "problem", f"{place}: there is no template of this name"
            continue
        try:
            tree = app.jinja_env.parse(text, name)
            app.jinja_env.compile(text, name)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            yield "problem", f"{place}, line {line}: {error.message}; the blog's own stands in"
            continue
        if _vouches(tree):
            yield "warning", f"{place}: it switches escaping off; what authors write may run there"
        if ours is not None:
            yield from _compare(app, place, name, text, tree, ours)


def _compare(
    app: Flask, place: str, name: str, text: str, tree: nodes.Template, ours: str
) -> Iterator[Finding]:
    env = app.jinja_env
    original = env.parse(ours, name)
    if missing := sorted((_macros(original) & _imported(app, name)) - _exported(tree)):
        yield "problem", f"{place}: it lacks the macro {missing[0]}, which other templates import"
    if any(isinstance(node, nodes.Extends) and BUILTIN in text for node in tree.body):
        return
    needed = {block for block in _blocks(original) if block.startswith("fragment_")}
    needed = _blocks(original) if name == "base.html" else needed
    if missing := sorted(needed - _blocks(tree)):
        yield "problem", f"{place}: it lacks the block {missing[0]}, which pages need"
    said = _ORIGINAL.search(text)
    if said is None:
        yield "warning", f"{place}: it does not say what it was copied from: blogapp theme copy"
    elif said[2] != _state(_own(env, said[1]) or ""):
        yield "warning", f"{place}: it was copied from another state of {said[1]}; compare the two"


def _check_colours(app: Flask, theme: Theme, site: Site) -> Iterator[Finding]:
    ours = (app.extensions["assets"] / "css" / "tokens.css").read_text(encoding="utf-8")
    palette = read_palette(ours, theme.tokens)
    for name in unread_colours(theme.tokens, palette):
        yield "warning", f"theme/tokens.css: --{name} is not written #RRGGBB, so nobody checks it"
    for weak in palette.weaknesses() if theme.tokens else ():
        yield (
            "warning",
            f"theme/tokens.css: in {weak.theme}, --{weak.front} on --{weak.back} has a contrast "
            f"of {int(weak.ratio * 10) / 10:.1f}; it needs {weak.least}",
        )
    for colour, number, word in ((site.accent, LIGHT, "light"), (site.accent_dark, DARK, "dark")):
        if colour and (better := _nearest(colour, palette, number)):
            yield "warning", f"the accent {colour} is too faint in {word}; {better} stands in"


def _nearest(colour: str, palette: Palette, theme: int) -> str:
    try:
        shade(colour, palette, theme)
    except TooFaint as error:
        return error.nearest
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        # Does not compile, which says so.
        return f"{{% {error} %}}"


def _own_source(app: Flask, name: str) -> str | None:
    return _own(builtin_templates(app), name)


def _own(env: Environment, name: str) -> str | None:
    loader = env.loader
    assert loader is not None
    try:
        return loader.get_source(env, f"{BUILTIN}{name}" if hasattr(loader, "builtin") else name)[0]
    except TemplateError:
        return None


def _state(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:12]


def _vouches(tree: nodes.Template) -> bool:
    filters = any(node.name == "safe" for node in tree.find_all(nodes.Filter))
    return filters or next(tree.find_all(nodes.ScopedEvalContextModifier), None) is not None


def _macros(tree: nodes.Template) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, nodes.Macro)}


def _exported(tree: nodes.Template) -> set[str]:
    """What others can import from a template: its macros, and those it has imported itself."""
    names = _macros(tree)
    for node in tree.body:
        if isinstance(node, nodes.FromImport):
            names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return names


def _imported(app: Flask, name: str) -> set[str]:
    """What our templates import from this one."""
    env, names = builtin_templates(app), set()
    for other in env.list_templates(["html", "xml"]):
        source = _own(env, other) or ""
        if f'"{name}"' not in source:
            continue
        for node in env.parse(source, other).find_all(nodes.FromImport):
            if isinstance(node.template, nodes.Const) and node.template.value == name:
                names |= {each if isinstance(each, str) else each[0] for each in node.names}
    return names


def _blocks(tree: nodes.Template) -> set[str]:
    return {node.name for node in tree.find_all(nodes.Block)}
