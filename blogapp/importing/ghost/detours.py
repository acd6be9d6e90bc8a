"""The redirects of a Ghost site (redirects.yaml, redirects.json) and its routes.yaml."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from blogapp.importing.errors import ImportingError
from blogapp.importing.opening import read_text
from blogapp.text.nesting import demand_plain

_LONGEST = 1_000_000
NAMES = re.compile(r"redirects(?:[-_.][\w.-]*)?\.(?:ya?ml|json)", re.IGNORECASE)
_FOLDER = re.compile(r"\^?\\?(/(?:[\w.-]+\\?/)+)\(\.\*\)\$?")
# What makes a text a pattern and not an address; dots are in every address.
_PATTERN = re.compile(r"[*+?()\[\]{}|^$\\]")


def read_redirects(path: Path, base_url: str) -> tuple[dict[str, str], list[str]]:
    """Return where old paths led, by old path, and a note for each that cannot be kept."""
    try:
        text = read_text(path)
        found = json.loads(text) if path.suffix.lower() == ".json" else _read_yaml(text)
        pairs = list(_pairs(found))
    except (ImportingError, ValueError, yaml.YAMLError, RecursionError) as error:
        return {}, [f"cannot be read ({str(error).splitlines()[0][:200]})"]
    kept, notes = dict[str, str](), list[str]()
    for source, target in pairs:
        inside = target.removeprefix(base_url) if base_url else target
        if folder := _FOLDER.fullmatch(source):
            # One pattern has a form here: what was below one folder is below another.
            source, inside = f"{folder[1]}*".replace("\\", ""), re.sub(r"\$1$", "*", inside)
        plain = source if folder else _plain(source)
        if plain is None:
            notes.append(f"{source[:200]} → {target[:200]} is a pattern; it was left out")
        elif not inside.startswith("/") or inside.startswith("//"):
            notes.append(f"{source[:200]} → {target[:200]} leads to another site; it was left out")
        else:
            kept[plain] = inside
    return kept, notes


def read_permalink(path: Path) -> tuple[str, str]:
    """Return the pattern of the posts' addresses that a routes.yaml gives, and a note; or empty."""
    try:
        found = _read_yaml(read_text(path))
    except (ImportingError, ValueError, yaml.YAMLError, RecursionError):
        return "", "cannot be read; the posts' addresses are taken to be /slug/"
    collections = found.get("collections") if isinstance(found, dict) else None
    routes = collections.values() if isinstance(collections, dict) else []
    patterns = [route.get("permalink") for route in routes if isinstance(route, dict)]
    texts = [pattern for pattern in patterns if isinstance(pattern, str)]
    if len(set(texts)) > 1:
        return texts[-1], "has several collections; addresses are built as those of the last"
    return (texts[0] if texts else ""), ""


def _read_yaml(text: str) -> Any:
    """Return what a YAML file holds. Raises `yaml.YAMLError` or `ValueError`."""
    if len(text) > _LONGEST:
        raise ValueError("it is longer than a megabyte")
    demand_plain(text, references=False)
    try:
        return yaml.safe_load(text)
    except (TypeError, AttributeError, LookupError, ArithmeticError) as error:
        # PyYAML lets slip what Python says to values that are not what their tags claim.
        raise ValueError("a value in it is not what its tag says") from error


def _pairs(found: Any) -> Iterator[tuple[str, str]]:
    """Yield what leads where, of both forms: a list of rules, or addresses by status."""
    if isinstance(found, list):
        for rule in found:
            if isinstance(rule, dict):
                yield str(rule.get("from") or ""), str(rule.get("to") or "")
    elif isinstance(found, dict):
        for rules in found.values():
            if isinstance(rules, dict):
                yield from ((str(source), str(target)) for source, target in rules.items())
    else:
        raise ValueError("holds no redirects")


def _plain(source: str) -> str | None:
    """Return the one path that a rule matches; None for a pattern of many.

    >>> _plain("^\\\\/old-post\\\\/?$"), _plain("/blog/(.*)")
    ('/old-post/', None)
    """
    text = re.sub(r"^\(\?i\)|^/(?=\^)|/i?$(?<=\$/)", "", source).removeprefix("^").removesuffix("$")
    text = text.replace("\\/", "/").replace("\\.", ".").replace("\\-", "-")
    text = re.sub(r"/\?$|\(/\)\?$", "/", text)
    if not text.startswith("/") or _PATTERN.search(text) or urlsplit(text).netloc:
        return None
    return text
