"""The block editor's comments: taken away, with what they alone say put into the HTML."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape

from blogapp.importing.wordpress.indexing import Index

# WordPress writes "<", ">" and "--" within the options as escapes of JSON.
_COMMENT = re.compile(r"<!--\s{1,9}(/?)wp:([a-z][\w/-]{0,100})\s{1,9}(\{[^<>]*\}\s{1,9})?(/?)-->")
_PRE = re.compile(r"<(pre|code)\b", re.IGNORECASE)
_WITH_LANGUAGE = re.compile(r"code|syntax|highlight|prism|enlighter", re.IGNORECASE)
# These show what is theirs in HTML as well, or only part a page.
_SILENT = {"more", "nextpage", "spacer", "separator", "footnotes", "block"}
_DEEPEST = 5


@dataclass
class Blocks:
    """Reads the blocks of one item."""

    index: Index
    footnotes: str = ""  # JSON, as WordPress keeps it beside the text
    empty: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def plain(self, text: str, depth: int = 0) -> str:
        """Return the text without the comments; blocks that a site fills in are counted."""
        languages: list[str] = []

        def replace(comment: re.Match[str]) -> str:
            closing, name, said, alone = comment.groups()
            if closing:
                return ""
            options = _options(said)
            if name == "block":
                return self._shared(options, depth)
            if name == "footnotes":
                return _list_of_notes(self.footnotes)
            if alone and name not in _SILENT:
                return self._filled_in(name, options)
            if name in ("cover", "media-text"):
                return _background(options, text)
            if _WITH_LANGUAGE.search(name):
                languages.append(_language(options))
                return f"\x02{len(languages) - 1}\x02" if languages[-1] else ""
            return ""

        return _with_languages(_COMMENT.sub(replace, text), languages)

    def _shared(self, options: dict[str, object], depth: int) -> str:
        """Return the text of a reusable block, which is an item of its own."""
        number = options.get("ref")
        shared = self.index.blocks.get(number) if isinstance(number, int) else None
        if shared is None or depth >= _DEEPEST:
            self.notes.append(f"the reusable block {number} is not in the export")
            return ""
        return self.plain(shared, depth + 1)

    def _filled_in(self, name: str, options: dict[str, object]) -> str:
        address = options.get("url")
        if isinstance(address, str) and re.match(r"https?://[^\s<>\"]+$", address):
            text = escape(address)
            return f'<p><a href="{text}">{text}</a></p>'
        self.empty[name.removeprefix("core/")] += 1
        return ""


def has_blocks(text: str) -> bool:
    """Tell whether the block editor wrote it."""
    return "<!-- wp:" in text


def _options(said: str | None) -> dict[str, object]:
    try:
        options = json.loads(said) if said else {}
    except (ValueError, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}


def _language(options: dict[str, object]) -> str:
    for key in ("language", "lang", "codeLanguage", "mode"):
        value = options.get(key)
        if isinstance(value, str) and re.fullmatch(r"[\w+#.-]{1,30}", value):
            return value.lower()
    return ""


def _with_languages(text: str, languages: list[str]) -> str:
    """Tell each block of code the language that only the comment before it knew."""
    if not languages:
        return text
    parts = re.split(r"\x02(\d+)\x02", text)
    written = parts[:1]
    for number, part in zip(parts[1::2], parts[2::2], strict=True):
        said = f' data-language="{languages[int(number)]}"'
        written.append(_PRE.sub(lambda tag, said=said: tag[0] + said, part, count=1))
    return "".join(written)


def _background(options: dict[str, object], text: str) -> str:
    """Return the picture that a cover shows behind its words, where only the style names it."""
    address = options.get("url")
    if not isinstance(address, str) or options.get("backgroundType") == "video":
        return ""
    shown = escape(address)
    return "" if f'src="{shown}"' in text else f'<p><img src="{shown}" alt=""></p>'


def _list_of_notes(text: str) -> str:
    try:
        notes = json.loads(text) if text else []
    except (ValueError, RecursionError):
        notes = []
    items = [
        f'<li id="{escape(str(note["id"]))}">{note.get("content", "")}'
        f' <a href="#{escape(str(note["id"]))}-link">↩</a></li>'
        for note in (notes if isinstance(notes, list) else [])
        if isinstance(note, dict) and note.get("id")
    ]
    return f'<ol class="wp-block-footnotes">{"".join(items)}</ol>' if items else ""
