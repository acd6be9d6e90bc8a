"""Our own modules, joined: one file for a page where development has fifty.

A page's entry, ``js/pages/NAME.js``, imports what the page needs, and is all that development
loads. Elsewhere each module becomes a function in one file, in the order in which browsers
would run them (ECMA-262, 16.2.1.6), and what a module imports on demand becomes a file of its
own, which is given what it shares with the first. Modules are written in a part of the language
that a reader of lines understands; whatever else one holds is refused rather than guessed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath, relpath

# Where joined files stand, as seen from the folder of scripts.
PLACE = "joined"

_PATH = r'"(?P<path>\.{1,2}/[\w./-]+\.js)"'
_IMPORT = re.compile(rf"^import (?:(?P<taken>\{{[^}}]*\}}|\* as \w+) from )?{_PATH}\n", re.M)
_EXPORT = re.compile(r"^export (?=(?:(?:async )?function\*? |class |const )(?P<name>\w+))", re.M)
_ON_DEMAND = re.compile(rf"\bimport\({_PATH}\)")
_LEFT = re.compile(r"^(?:import|export)\b.*|\bimport\b(?: *\(|\.meta).*|\brequire\(.*", re.M)
_AWAITED = re.compile(r"^(?!.*\basync\b)(?![\s/*]).*\bawait\b.*", re.M)
# Strings, expressions and escaped letters: what may hold a backtick that is none.
_QUOTED = re.compile(
    r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\""""
    r"""|(?<=[=(,:!&|?])\s*/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+/|\\."""
)
_COMMENT = re.compile(r"^\s*/\*\*?\s.*?\*/\s*?\n", re.M | re.S)


class NotJoined(ValueError):
    """A module holds what is not joined; says which and what."""


@dataclass(frozen=True)
class Import:
    """What one module takes of another: a pattern to take it apart by, or nothing."""

    module: str
    pattern: str


@dataclass(frozen=True)
class Module:
    """One of our modules, taken apart; names are paths as seen from the folder of scripts."""

    name: str
    imports: tuple[Import, ...]
    on_demand: tuple[str, ...]
    exports: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Joined:
    """A joined file, and by their names those that it imports on demand."""

    text: str
    parts: dict[str, str]


def join_modules(
    entry: str, *, read: Callable[[str], str], place: Callable[[str, str], str]
) -> Joined:
    """Return the module ``entry`` and all that it imports as one.

    ``read(name)`` gives the text of a module. ``place(name, text)`` takes a part that is
    imported on demand and says how a file beside it names it. Raises `NotJoined`.
    """
    modules = _read_all(entry, read)
    on_demand = list(dict.fromkeys(name for each in modules.values() for name in each.on_demand))
    own = list(_ordered(modules, [entry]))
    for name in _wanted_twice(modules, on_demand):
        own = list(_ordered(modules, [*own, name]))
    parts: dict[str, str] = {}
    imported: dict[str, str] = {}
    for name in (each for each in on_demand if not _is_outside(each)):
        rest = [each for each in _ordered(modules, [name]) if each not in own]
        part = f"{_stem(entry)}-{_stem(name)}.js"
        if name in own or any(modules[each].on_demand for each in rest):
            raise NotJoined(f"{name}: imported on demand, and elsewhere at once")
        shared = sorted({i.module for each in rest for i in modules[each].imports} & set(own))
        given = f"{{ {', '.join(_word(each) for each in shared)} }}"
        parts[part] = _written_part(modules, rest, name, given)
        address = place(part, parts[part])
        imported[name] = f'import("{address}").then((part) => part.default({given}))'
    for name in filter(_is_outside, on_demand):
        imported[name] = f'import("{relpath(name, PLACE)}")'
    return Joined(_written(modules, own, imported), parts)


def lean(script: str) -> str:
    """Return a script without the comments that stand on lines of their own, and indentation.

    Lines stay lines, so that errors name one that can be read, and nothing within a line is
    touched, so that no text or expression is taken for code.

    >>> lean("// Why.\\nif (a) {\\n  b(`  `) // so\\n}\\n")
    'if (a) {\\nb(`  `) // so\\n}\\n'
    """
    lines = (line.strip() for line in _COMMENT.sub("", script).splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def take_apart(name: str, script: str) -> Module:
    """Return a module's parts. Raises `NotJoined` where it says more than is understood."""
    text = lean(script)
    imports = tuple(_import(name, found) for found in _IMPORT.finditer(text))
    exports = tuple(found["name"] for found in _EXPORT.finditer(text))
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    on_demand = tuple(_target(name, found["path"]) for found in _ON_DEMAND.finditer(body))
    unknown = _LEFT.search(_ON_DEMAND.sub("", body)) or _AWAITED.search(script)
    if unknown:
        raise NotJoined(f"{name}: {unknown[0][:80]}")
    if any(_QUOTED.sub("", line).count("`") % 2 for line in text.splitlines()):
        raise NotJoined(f"{name}: a template literal of several lines")
    return Module(name, imports, on_demand, exports, body)


def _import(name: str, found: re.Match[str]) -> Import:
    taken = found["taken"] or ""
    pattern = taken.removeprefix("* as ").replace(" as ", ": ").replace("\n", " ")
    return Import(_target(name, found["path"]), pattern)


def _target(name: str, path: str) -> str:
    return normpath(join(dirname(name), path))


def _is_outside(name: str) -> bool:
    """Vendored bundles are joined already."""
    return name.startswith("../")


def _read_all(entry: str, read: Callable[[str], str]) -> dict[str, Module]:
    modules: dict[str, Module] = {}
    wanted = [entry]
    while wanted:
        name = wanted.pop()
        if name in modules or _is_outside(name):
            continue
        module = modules[name] = take_apart(name, read(name))
        wanted += [*(each.module for each in module.imports), *module.on_demand]
    words = {_word(name) for name in modules}
    if len(words) < len(modules):
        raise NotJoined(f"{entry}: two modules with one name")
    for module in modules.values():
        for each in module.imports:
            _check_names(module, each, modules)
    return modules


def _check_names(module: Module, each: Import, modules: dict[str, Module]) -> None:
    if _is_outside(each.module) or not each.pattern.startswith("{"):
        return
    taken = [name.partition(":")[0].strip() for name in each.pattern.strip("{} ,").split(",")]
    missing = [name for name in taken if name not in modules[each.module].exports]
    if missing:
        raise NotJoined(f"{module.name}: {each.module} has no {', '.join(missing)}")


def _ordered(modules: dict[str, Module], entries: list[str]) -> Iterator[str]:
    """Each module behind those that it imports, in the order of its imports."""
    done: set[str] = set()
    open_: list[str] = []

    def visit(name: str) -> Iterator[str]:
        if _is_outside(name) or name in done:
            return
        if name in open_:
            raise NotJoined(f"modules import each other: {' > '.join([*open_, name])}")
        open_.append(name)
        for each in modules[name].imports:
            yield from visit(each.module)
        open_.pop()
        done.add(name)
        yield name

    for entry in entries:
        yield from visit(entry)


def _wanted_twice(modules: dict[str, Module], on_demand: list[str]) -> list[str]:
    """What several parts import is loaded with the first, for a module is there once."""
    sets = [set(_ordered(modules, [name])) - {name} for name in on_demand if name in modules]
    every = sorted(set().union(*sets)) if sets else []
    return [name for name in every if sum(name in each for each in sets) > 1]


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".js")


def _word(name: str) -> str:
    """What a module is called in the joined file: no name of our own begins so."""
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _written(modules: dict[str, Module], names: list[str], imported: dict[str, str]) -> str:
    needed = [each.module for name in names for each in modules[name].imports]
    outside = dict.fromkeys(filter(_is_outside, needed))
    heads = [f'import * as {_word(name)} from "{relpath(name, PLACE)}"\n' for name in outside]
    return "".join([*heads, *(_function(modules[name], imported) for name in names)])


def _function(module: Module, imported: dict[str, str]) -> str:
    """A module as a function that gives what it exports; the name tells it in a trace's lines."""
    taken = "".join(
        f"const {each.pattern} = {_word(each.module)};\n" for each in module.imports if each.pattern
    )
    body = _ON_DEMAND.sub(lambda found: imported[_target(module.name, found["path"])], module.body)
    given = f"return {{ {', '.join(module.exports)} }}\n"
    return f"const {_word(module.name)} = (() => {{\n{taken}{body}{given}}})();\n"


def _written_part(modules: dict[str, Module], names: list[str], entry: str, given: str) -> str:
    text = _written(modules, names, {})
    split = text.index("const ")
    heads, functions = text[:split], text[split:]
    return (
        f"{heads}let made\nexport default ({given}) => made ??= (() => {{\n"
        f"{functions}return {_word(entry)}\n}})()\n"
    )
