"""Telling what wrote an export, by what is in it: names of files lie."""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from blogapp.importing.surveying import MARKDOWN

UNKNOWN = "nothing in it looks like posts of a blog"

# Of the beginning of each file, so many bytes are looked at; of a folder, so many files.
_HEAD = 65_536
_MOST_FILES = 5_000
_MOST_HEADS = 200

# What a file says first, by who writes such; the first that fits counts.
_XML = (
    ("wordpress", rb"<rss[^>]+wordpress\.org/export/|wordpress\.org/export/1\."),
    ("blogger", rb"<feed[^>]*>.*(?:tag:blogger\.com,|schemas\.google\.com/blogger)"),
    ("feed", rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]"),
)
_JSON = (
    ("feed", rb'"version"\s*:\s*"https://jsonfeed\.org/'),
    ("blogger", rb'"kind"\s*:\s*"blogger#'),
    ("ghost", rb'"(?:db|data|meta)"\s*:.*"(?:posts|exported_on)"\s*:'),
    ("buttondown", rb'"secondary_id"\s*:|"subject"\s*:.*"publish_date"\s*:'),
)
_CSV = (
    ("beehiiv", rb"(?=.*\bweb_title\b)(?=.*\bcontent_html\b)"),
    ("buttondown", rb"(?=.*\bsubject\b)(?=.*\bpublish_date\b)"),
    ("substack", rb"(?=.*\bpost_id\b)(?=.*\bis_published\b)"),
)
_HTML = (("medium", rb"\bh-entry\b|medium\.com/"),)
# The more special ones first: an export may hold texts in Markdown or a feed beside the rest.
_ORDER = ("wordpress", "ghost", "substack", "medium", "beehiiv", "buttondown", "blogger")


def recognize(path: Path) -> str:
    """Return the kind of reader that reads a file or an unpacked folder; "" for none of them.

    A folder of Markdown files, an export of this blog among them, is "markdown".
    """
    if path.is_file():
        return recognize_head(_head(path), path.suffix)
    files = list(islice(_files(path), _MOST_FILES))
    told = [file for file in files if file.suffix.lower() in {".xml", ".json", ".csv", ".atom"}]
    pages = [file for file in files if file.suffix.lower() in {".html", ".htm"}]
    kinds = {recognize_head(_head(file), file.suffix) for file in told[:_MOST_HEADS]}
    kinds |= {recognize_head(_head(file), file.suffix) for file in pages[:5]}
    is_markdown = any(file.suffix.lower() in MARKDOWN for file in files)
    special = [kind for kind in _ORDER if kind in kinds]
    if special and not (is_markdown and _is_site(files)):
        return special[0]
    if is_markdown:
        return "markdown"
    return "feed" if "feed" in kinds else ""


def recognize_head(head: bytes, suffix: str = "") -> str:
    """Return the kind of reader for a file that begins with ``head``; "" for none.

    >>> recognize_head(b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">')
    'feed'
    >>> recognize_head(b"%PDF-1.7")
    ''
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text.decode("utf-16", "ignore").encode()
    if re.match(rb"<!doctype html|<html", text, re.I):
        return _first(_HTML, text)
    if text.startswith(b"<"):
        return _first(_XML, text)
    if text.startswith((b"{", b"[")) and suffix.lower() not in MARKDOWN:
        return _first(_JSON, text)
    if b"," in text.partition(b"\n")[0] and (kind := _first(_CSV, text.partition(b"\n")[0])):
        return kind
    return "markdown" if suffix.lower() in MARKDOWN else ""


def suffix_of(path: Path) -> str:
    """Return the ending that a file's name should have, by its content; "" for no known one."""
    head = _head(path).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PK"):
        return ".zip"
    if re.match(rb"<!doctype html|<html", head, re.I):
        return ".html"
    if head.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<")):
        return ".xml"
    if head.startswith((b"{", b"[")):
        return ".json"
    return ".csv" if _first(_CSV, head.partition(b"\n")[0]) else ""


def _first(signs: tuple[tuple[str, bytes], ...], text: bytes) -> str:
    return next((kind for kind, sign in signs if re.search(sign, text, re.S | re.I)), "")


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names))


def _is_site(files: list[Path]) -> bool:
    """Whether it is a generator's folder, which may well hold an old export beside its posts."""
    signs = {"_config.yml", "_config.yaml", "hugo.toml", "pelicanconf.py", "config.toml"}
    return any(file.name in signs or file.parent.name == "_posts" for file in files)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)
