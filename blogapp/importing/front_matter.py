"""Splitting a source file into what stands above the body, and the body.

Read are YAML between ``---``, TOML between ``+++``, a JSON object, the "Key: value"
lines of Python-Markdown (which Pelican uses), and files that have nothing of the kind.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, ClassVar

import yaml

from blogapp.importing.errors import BrokenFrontMatter
from blogapp.text.nesting import TooDeep, demand_plain

MOST_CHARACTERS = 200_000
# A few anchors can stand for millions of values ("billion laughs").
MOST_VALUES = 20_000
DEEPEST = 40
MOST_DOTS = 300

_OPENING = re.compile(r"(?:[ \t]*\n)*(---|\+\+\+|;;;)(yaml|toml|json)?[ \t]*\n")
_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
    ";;;": re.compile(r"^;;;[ \t]*$", re.MULTILINE),
}
_LANGUAGE = {"---": "yaml", "+++": "toml", ";;;": "json"}
_JSON_START = re.compile(r"\s*\{\s*[\"}]")
_KEY = re.compile(r"[ ]{0,3}([A-Za-z0-9_-]+):[ \t]*(.*)")
_MORE = re.compile(r"(?:[ ]{4,}|\t)(.*)")
_END = re.compile(r"(?:-{3}|\.{3})(?:\s.*)?$")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# PyYAML lets slip what Python says to values that are not what their tags claim.
_REFUSALS = (
    yaml.YAMLError,
    RecursionError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FastLoader):  # type: ignore[misc]
    """Leaves dates as they were written: an impossible one is for `dating` to refuse."""

    yaml_implicit_resolvers: ClassVar = {
        start: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for start, resolvers in _FastLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True)
class FrontMatter:
    """What a file says about its post.

    ``values`` are typed and fit for JSON, in the keys' own spelling; ``texts`` are the
    same as they were written, so that a title ``1.10`` or a tag ``no`` stays itself.
    """

    form: str  # yaml, toml, json, meta or none
    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: tuple[tuple[int, str], ...] = ()


def split(source: str, *, meta_first: bool = False) -> tuple[FrontMatter, str, int]:
    """Return front matter, body, and the line (from 1) on which the body begins.

    ``source`` has LF line ends. The body is everything after the closing line, as it
    stands. ``meta_first`` reads a block between ``---`` as "Key: value" lines, as
    Pelican does. Raises `BrokenFrontMatter`.
    """
    if opening := _OPENING.match(source):
        return _split_fenced(source, opening, meta_first=meta_first)
    if _JSON_START.match(source):
        return _split_json(source)
    return _split_meta(source) or (FrontMatter("none"), source, 1)


def _split_fenced(
    source: str, opening: re.Match[str], *, meta_first: bool
) -> tuple[FrontMatter, str, int]:
    fence, language = opening[1], opening[2] or _LANGUAGE[opening[1]]
    first_line = source.count("\n", 0, opening.end()) + 1
    closing = _CLOSING[fence].search(source, opening.end())
    if closing is None:
        if _KEY.match(source, opening.end()):
            raise BrokenFrontMatter(f"the front matter opened by {fence} is never closed", 1)
        return FrontMatter("none"), source, 1

    block = source[opening.end() : closing.start()]
    body = source[closing.end() + 1 :]
    body_line = source.count("\n", 0, closing.end()) + 2
    if fence == "---" and not block.strip() and source[opening.end() :].startswith("\n"):
        # Two rules with nothing between them: the body of a file that has no front matter.
        return FrontMatter("none"), source, 1
    if len(block) > MOST_CHARACTERS:
        raise BrokenFrontMatter("the front matter is too long", first_line)
    read = {"yaml": _from_yaml, "toml": _from_toml, "json": _from_json}[language]
    if language == "yaml" and meta_first and (meta := _from_meta(block, first_line)):
        return meta, body, body_line
    return read(block, first_line), body, body_line


# YAML


def _from_yaml(block: str, first_line: int) -> FrontMatter:
    loader = _Loader(block)
    try:
        demand_plain(block)
        node = loader.get_single_node()
        if node is None:
            return FrontMatter("yaml")
        if not isinstance(node, yaml.MappingNode):
            raise BrokenFrontMatter("the front matter is not a list of keys and values", first_line)
        texts = _Budget().texts(node)
        values = _Budget().fit_for_json(loader.construct_document(node))
    except _REFUSALS as error:
        problem, line = _yaml_problem(error, first_line)
        # Unquoted colons and @ are common and harmless where every line is "key: value".
        meta = _from_meta(block, first_line)
        if meta is None or isinstance(error, _TooMuch | TooDeep | RecursionError):
            raise BrokenFrontMatter(f"the front matter is not YAML: {problem}", line) from error
        note = f"the front matter is not YAML ({problem}); read line by line"
        return FrontMatter("meta", meta.values, meta.texts, meta.lines, ((line, note),))
    finally:
        loader.dispose()
    lines, problems = {}, []
    for key, _value in node.value:
        name, line = str(key.value), key.start_mark.line + first_line
        if name in lines:
            problems.append((line, f"the key {name} stands here twice; the last one counts"))
        lines[name] = line
    return FrontMatter("yaml", values, texts, lines, tuple(problems))


def _yaml_problem(error: Exception, first_line: int) -> tuple[str, int]:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    if isinstance(error, RecursionError):
        problem = "nested too deeply"
    return " ".join(str(problem).split())[:200], first_line + (mark.line if mark else 0)


class _TooMuch(ValueError):
    """More values than a front matter can mean."""


class _Budget:
    """Walks parsed values and gives up when they are more than a front matter can mean."""

    def __init__(self) -> None:
        self.left = MOST_VALUES

    def fit_for_json(self, value: Any, depth: int = 0) -> Any:
        """Return ``value`` with dates as ISO 8601 and nothing that JSON cannot hold."""
        self._spend(depth)
        if isinstance(value, dict):
            return {
                clean(str(key)): self.fit_for_json(item, depth + 1) for key, item in value.items()
            }
        if isinstance(value, list | tuple | set):
            return [self.fit_for_json(item, depth + 1) for item in value]
        if isinstance(value, bool | None):
            return value
        if isinstance(value, int):
            return value if abs(value) < 2**53 else str(value)
        if isinstance(value, float):
            return value if abs(value) < 1e300 else str(value)
        if isinstance(value, date | time):
            return value.isoformat()
        return clean(value if isinstance(value, str) else str(value))

    def texts(self, node: yaml.Node, depth: int = 0) -> Any:
        """Return a YAML node with every scalar as it was written; null is an empty text."""
        self._spend(depth)
        if isinstance(node, yaml.MappingNode):
            pairs = ((str(key.value), value) for key, value in node.value)
            return {clean(key): self.texts(value, depth + 1) for key, value in pairs}
        if isinstance(node, yaml.SequenceNode):
            return [self.texts(item, depth + 1) for item in node.value]
        return "" if node.tag == "tag:yaml.org,2002:null" else clean(str(node.value))

    def _spend(self, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > DEEPEST:
            raise _TooMuch("it holds too many values")


def clean(text: str) -> str:
    """Return ``text`` without what databases refuse: NUL and halves of characters."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\0", ""))


# TOML and JSON


def _from_toml(block: str, first_line: int) -> FrontMatter:
    try:
        # For each dot of a key tomllib keeps all that stands before it.
        if max(line.count(".") for line in block.split("\n")) > MOST_DOTS:
            raise _TooMuch("a line of it has too many dots")
        values = _Budget().fit_for_json(tomllib.loads(block))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = first_line - 1 + (int(found[1]) if found else 1)
        problem = re.sub(r" \(at .*\)$", "", str(error)) or "nested too deeply"
        raise BrokenFrontMatter(f"the front matter is not TOML: {problem}", line) from error
    return FrontMatter("toml", values, _as_texts(values), _lines_of_keys(block, first_line))


def _from_json(block: str, first_line: int) -> FrontMatter:
    values, _end = _decode_json(block, first_line)
    return FrontMatter("json", values, _as_texts(values), _lines_of_keys(block, first_line))


def _split_json(source: str) -> tuple[FrontMatter, str, int]:
    values, end = _decode_json(source, 1)
    block = source[:end]
    found = FrontMatter("json", values, _as_texts(values), _lines_of_keys(block, 1))
    # What stands on the closing brace's own line belongs to neither.
    end = (source.find("\n", end) + 1) or len(source)
    return found, source[end:], source.count("\n", 0, end) + 1


def _decode_json(text: str, first_line: int) -> tuple[dict[str, Any], int]:
    start = len(text) - len(text.lstrip())
    try:
        values, end = json.JSONDecoder(strict=False).raw_decode(text, start)
        if not isinstance(values, dict):
            raise BrokenFrontMatter("the front matter is not a JSON object", first_line)
        return _Budget().fit_for_json(values), end
    except (ValueError, RecursionError) as error:
        line = first_line - 1 + getattr(error, "lineno", 1)
        problem = getattr(error, "msg", "nested too deeply")
        raise BrokenFrontMatter(f"the front matter is not JSON: {problem}", line) from error


def _as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _lines_of_keys(block: str, first_line: int) -> dict[str, int]:
    lines: dict[str, int] = {}
    for number, line in enumerate(block.split("\n"), start=first_line):
        if found := re.match(r"\s*\"?([\w.-]+)\"?\s*[=:]", line):
            lines.setdefault(found[1], number)
    return lines


# "Key: value" lines


def _split_meta(source: str) -> tuple[FrontMatter, str, int] | None:
    """Read the lines up to the first blank one, if they say at least a title or a date."""
    start = len(source) - len(source.lstrip("\n"))
    end = source.find("\n\n", start)
    block = source[start : end if end >= 0 else len(source)]
    lines = block.split("\n")
    for number, line in enumerate(lines):
        if _END.match(line):
            block = "\n".join(lines[:number])
            end = start + sum(len(above) + 1 for above in lines[:number]) + len(line)
            break
    first_line = source.count("\n", 0, start) + 1
    if len(block) > MOST_CHARACTERS or not (meta := _from_meta(block, first_line)):
        return None
    if not {"title", "date"} & {key.lower() for key in meta.texts}:
        return None
    if end < 0:
        return meta, "", source.count("\n") + 1
    body = min(end + (2 if source.startswith("\n\n", end) else 1), len(source))
    return meta, source[body:], source.count("\n", 0, body) + 1


def _from_meta(block: str, first_line: int) -> FrontMatter | None:
    """Read a block by Python-Markdown's rules; None if a line is something else."""
    pairs = list(_meta_pairs(block.split("\n"), first_line))
    if not pairs or any(key is None for key, _value, _line in pairs):
        return None
    texts = {str(key): clean(_unquoted(value)) for key, value, _line in pairs}
    lines = {str(key): line for key, _value, line in pairs}
    return FrontMatter("meta", dict(texts), texts, lines)


def _meta_pairs(lines: list[str], first_line: int) -> Iterator[tuple[str | None, str, int]]:
    key, value, line_of_key = "", "", first_line
    for number, line in enumerate(lines, start=first_line):
        if found := _KEY.match(line):
            if key:
                yield key, value, line_of_key
            key, value, line_of_key = found[1], found[2].strip(), number
        elif key and (more := _MORE.match(line)):
            value = f"{value}\n{more[1].strip()}".strip()
        elif line.strip():
            yield None, line, number
    if key:
        yield key, value, line_of_key


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
