"""Reading lists of redirects as other systems write them: pure, nothing is looked up.

CSV; Ghost's redirects.yaml and redirects.json; maps and lists in YAML and JSON, as of Jekyll's
and Hugo's aliases; the ``_redirects`` of Netlify and Cloudflare.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from blogapp.importing.errors import ImportingError
from blogapp.posts.redirect_ruling import Reason, Wish

MOST_BYTES = 5_000_000
# YAML costs a thousand times as much to read as CSV.
MOST_YAML_BYTES = 1_000_000
_DEEPEST = 20

_OLD = {
    "old",
    "from",
    "source",
    "sourceurl",
    "oldurl",
    "oldpath",
    "oldaddress",
    "requesturl",
    "path",
}
_NEW = {"new", "to", "target", "targeturl", "destination", "newurl", "newpath", "newaddress"}
_NEW |= {"redirectto", "url"}
_STATUS = {"status", "code", "statuscode", "httpcode", "type", "redirecttype"}
_ALIASES = ("aliases", "alias", "redirectfrom", "oldurls", "oldpaths")
_HOME = ("to", "url", "permalink", "path", "slug", "link")
_TEMPORARY = {302, 303, 307}
_LASTING = {301, 308}
# Ghost's patterns are regular expressions; one shape of them means all below a folder.
_BELOW = re.compile(r"/?(?:\(\.[*+]\)|\.[*+]|\(\?:\.[*+]\)|\(\[\^/\][*+]\))$")


class UnknownList(ImportingError):
    """A file is no list of redirects that anybody here can read; says why."""


def read_rules(content: bytes, name: str = "") -> list[Wish]:
    """Return what a file asks for, in its order; lines it cannot mean carry their reason.

    ``name`` is the file's, whose end tells its kind; without one the content does. Raises
    `UnknownList`.
    """
    if len(content) > MOST_BYTES:
        raise UnknownList("The file is over 5 MB.")
    text = _decoded(content)
    if not text.strip():
        raise UnknownList("There is nothing in it.")
    match _kind(text, name.lower()):
        case "json":
            return list(_read_json(text))
        case "yaml":
            return list(_read_yaml(text))
        case "csv":
            return list(_read_csv(text))
    return list(_read_lines(text))


def _decoded(content: bytes) -> str:
    is_wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeError:
        raise UnknownList("The file is not UTF-8 text.") from None
    if "\0" in text:
        raise UnknownList("The file is not text.")
    return text


def _kind(text: str, name: str) -> str:
    for end, kind in ((".json", "json"), (".yaml", "yaml"), (".yml", "yaml"), (".csv", "csv")):
        if name.endswith(end):
            return kind
    if name.endswith((".tsv", ".tab")):
        return "csv"
    if name.rpartition("/")[2] == "_redirects":
        return "lines"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("#")] or [""]
    if lines[0].startswith(("{", "[")):
        return "json"
    if re.match(r"(?:https?://|/)\S*(?<!:)\s+(?:https?://|/)\S*", lines[0]):
        return "csv" if "\t" in lines[0] or "," in lines[0].split()[0] else "lines"
    if re.search(r":(?:\s|$)", lines[0]) or lines[0].startswith("- "):
        return "yaml"
    return "csv" if re.search(r"[,;\t]", lines[0]) else "lines"


# Tables.


def _read_csv(text: str) -> Iterator[Wish]:
    first = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    if not first.count(delimiter):
        raise UnknownList("The table has one column only: an old and a new address are needed.")
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns: dict[str, int] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells)
                if columns:
                    continue
                columns = {"old": 0, "new": 1, "status": 2}
            yield _row(cells, columns, rows.line_num)
    except csv.Error as error:
        raise UnknownList(f"Line {rows.line_num} is no CSV: {error}.") from error


def _columns(cells: list[str]) -> dict[str, int]:
    """Return which column says what, by the names in the first row; empty where it has none."""
    found: dict[str, int] = {}
    for number, cell in enumerate(cells):
        folded = re.sub(r"[^a-z]", "", cell.lower())
        kinds = (("old", _OLD), ("new", _NEW), ("status", _STATUS), ("regex", {"regex", "format"}))
        for kind, names in kinds:
            if folded in names and kind not in found:
                found[kind] = number
                break
    return found if {"old", "new"} <= found.keys() else {}


def _row(cells: list[str], columns: dict[str, int], line: int) -> Wish:
    def cell(kind: str) -> str:
        number = columns.get(kind, -1)
        return cells[number] if 0 <= number < len(cells) else ""

    # "1" is a pattern to the plugin Redirection of WordPress.
    if cell("regex").lower() in {"1", "true", "yes", "regex"}:
        return _pattern(cell("old"), cell("new"), cell("status"), line)
    return _wish(cell("old"), cell("new"), cell("status"), line)


# Netlify and Cloudflare.


def _read_lines(text: str) -> Iterator[Wish]:
    for line, said in enumerate(text.splitlines(), 1):
        words = re.sub(r"(?:^|\s)#.*$", "", said).split()
        if words:
            yield _line(words, line)


def _line(words: list[str], line: int) -> Wish:
    old, *rest = words
    new = next((word for word in rest if word.startswith(("/", "http:", "https:"))), None)
    if new is None:
        status = rest[0].rstrip("!") if rest else ""
        return _wish(old, "", status, line)
    at = rest.index(new)
    status, *conditions = rest[at + 1 :] or [""]
    if not re.fullmatch(r"(?:\d{3}!?)?", status):
        status, conditions = "", [status]
    if rest[:at] or conditions:
        return Wish(old, new, line=line, problem=Reason.CONDITION)
    if re.search(r"/:[a-z]", old, re.IGNORECASE):
        return Wish(old, new, line=line, problem=Reason.PATTERN)
    return _wish(old, re.sub(r"/:splat$", "/*", new), status.rstrip("!"), line)


# Maps and lists.


def _read_json(text: str) -> Iterator[Wish]:
    try:
        found = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise UnknownList(f"It is no JSON: {error}.") from error
    yield from _read_tree(found)


def _read_yaml(text: str) -> Iterator[Wish]:
    if len(text) > MOST_YAML_BYTES:
        raise UnknownList("YAML over 1 MB is not read; CSV and JSON are.")
    try:
        _demand_plain(text)
        node = yaml.compose(text, _LOADER)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise UnknownList(f"It is no YAML: {where}{problem}.") from error
    yield from _read_tree(_as_tree(node))


def _demand_plain(text: str) -> None:
    """Look through a file before it is read as a whole. Raises `UnknownList`."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        # An alias stands for as much as one likes: a few lines of them fill any memory.
        if isinstance(event, yaml.AliasEvent):
            raise UnknownList("YAML with aliases (*name) is not read.")
        begins = isinstance(event, yaml.CollectionStartEvent)
        depth += begins - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise UnknownList("It is nested too deep.")


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Pairs(list[tuple[str, Any]]):
    """A map as it is written: a key may stand there twice."""

    line = 0


class _Text(str):
    """A word, and the line it stands in."""

    line = 0


def _as_tree(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        pairs = _Pairs((_as_tree(key), _as_tree(value)) for key, value in node.value)
        pairs.line = node.start_mark.line + 1
        return pairs
    if isinstance(node, yaml.SequenceNode):
        return [_as_tree(each) for each in node.value]
    if node is None:
        return None
    found = _Text("" if node.tag.endswith(":null") else node.value)
    found.line = node.start_mark.line + 1
    return found


def _read_tree(tree: Any) -> Iterator[Wish]:
    if isinstance(tree, _Pairs):
        yield from _read_map(tree)
    elif isinstance(tree, list):
        for number, each in enumerate(tree, 1):
            if not isinstance(each, _Pairs):
                raise UnknownList(f"Entry {number} says no old and no new address.")
            yield from _read_entry(each, each.line or number)
    else:
        raise UnknownList("It is neither a map nor a list of redirects.")


def _read_map(pairs: _Pairs) -> Iterator[Wish]:
    named = _named(pairs)
    if isinstance(listed := named.get("redirects"), list):
        yield from _read_tree(listed)
        return
    if _aliases(named) is not None or (_OLD & named.keys() and _NEW & named.keys()):
        yield from _read_entry(pairs, pairs.line or 1)
        return
    for number, (key, value) in enumerate(pairs, 1):
        line = getattr(key, "line", 0) or number
        if key in {"301", "302", "307", "308"} and isinstance(value, _Pairs):
            for place, (old, new) in enumerate(value, 1):
                at = getattr(old, "line", 0) or place
                yield _pattern(str(old), _said(new), key, at)
        elif isinstance(value, _Pairs):
            yield from _read_entry(_Pairs([("from", key), *value]), line)
        elif isinstance(value, list):
            # Of each post, where it was.
            for old in value:
                yield _wish(_said(old), str(key), "", getattr(old, "line", 0) or line)
        else:
            yield _pattern(str(key), _said(value), "", line)


def _read_entry(pairs: _Pairs, line: int) -> Iterator[Wish]:
    named = _named(pairs)
    aliases = _aliases(named)
    if aliases is not None:
        new = next((_said(named[key]) for key in _HOME if named.get(key)), "")
        new = new or _said(named.get("from"))
        for old in aliases if isinstance(aliases, list) else [aliases]:
            yield _wish(_said(old), new, "", getattr(old, "line", 0) or line)
        return
    old = next((_said(named[key]) for key in named if key in _OLD), "")
    new = next((_said(named[key]) for key in named if key in _NEW), "")
    status = next((_said(named[key]) for key in named if key in _STATUS), "")
    if not status and _said(named.get("permanent")).lower() == "false":
        status = "302"
    if any(named.get(key) for key in ("has", "missing", "conditions", "country", "role")):
        yield Wish(old, new, line=line, problem=Reason.CONDITION)
    else:
        yield _pattern(old, new, status, line)


def _named(pairs: _Pairs) -> dict[str, Any]:
    return {re.sub(r"[^a-z]", "", str(key).lower()): value for key, value in pairs}


def _aliases(named: dict[str, Any]) -> Any:
    return next((named[key] for key in _ALIASES if key in named), None)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ""
    return "" if value is None else str(value).strip()


# One wish.


def _wish(old: str, new: str, status: str, line: int) -> Wish:
    code = int(status) if re.fullmatch(r"\d{3}", status) else 301
    if code in {404, 410}:
        return Wish(old, None, line=line)
    if code not in _TEMPORARY | _LASTING:
        return Wish(old, new, line=line, problem=Reason.REWRITE)
    return Wish(old, new, 302 if code in _TEMPORARY else 301, line)


def _pattern(old: str, new: str, status: str, line: int) -> Wish:
    """The wish of a line whose old address may be a regular expression."""
    plain = _plain(old, new)
    return _wish(*plain, status, line) if plain else Wish(old, new, 301, line, Reason.PATTERN)


def _plain(old: str, new: str) -> tuple[str, str] | None:
    """Return a regular expression as the path it means; None where it means many.

    >>> _plain(r"^\\/blog\\/(.*)$", "/posts/$1")
    ('/blog/*', '/posts/*')
    >>> _plain("/old/?$", "/new/")
    ('/old', '/new/')
    >>> _plain(r"^/(\\d+)/(.*)$", "/$2")
    """
    path = re.sub(r"^(?:\(\?i\)|/(?=\^))", "", old.strip())
    path = path.removeprefix("^").removesuffix("$")
    path = re.sub(r"(?<=.)/\?$", "", path)
    path = re.sub(r"\\([/.\-_])", r"\1", path)
    if below := _BELOW.search(path):
        path, new = f"{path[: below.start()]}/*", re.sub(r"/?(?:\$1|\\1)$", "/*", new)
    rest = path.removesuffix("/*")
    if re.search(r"[\[\](){}|+^$*\\]|\?(?![\w-]+=)", rest) or re.search(r"\$\d", new):
        return None
    return path, new
