"""The text of an item, of either editor, as Markdown."""

import re
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from blogapp.importing.wordpress.blocks import Blocks, has_blocks
from blogapp.importing.wordpress.entries import Entry
from blogapp.importing.wordpress.indexing import Index, place_of
from blogapp.importing.wordpress.paragraphs import with_paragraphs
from blogapp.importing.wordpress.shortcodes import Shortcodes
from blogapp.text.from_html import to_markdown

_MORE = re.compile(r"<!--\s{0,9}more\b[^<>]{0,1000}?-->")
_MARKS = re.compile(r"<!--\s{0,9}(?:more\b[^<>]{0,1000}?|nextpage|noteaser)\s{0,9}-->")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ADDRESS = re.compile(r"(\s(?:src|href|poster|data-(?:orig-file|src))=)([\"'])([^\"'<>]*)\2")
_SIZED = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w{2,5}$)")
_CDN = re.compile(r"https?://i\d\.wp\.com/([^?#]+)")
_UPLOAD = re.compile(r"/wp-content/uploads/|\.files\.wordpress\.com/")
# Characters. An opening that is longer is the text itself, no summary of it.
LONGEST_SUMMARY = 400
_MOST_TOLD = 8


@dataclass(frozen=True)
class Text:
    """A body as Markdown, what stood before "Read more", and what a reader would miss."""

    markdown: str
    opening: str
    notes: tuple[str, ...]


def read_text(entry: Entry, index: Index) -> Text:
    """Return the text of an item."""
    shortcodes = Shortcodes(index, entry.id)
    blocks = Blocks(index, entry.meta_text("footnotes"))
    content = _CONTROLS.sub("", entry.content.replace("\r\n", "\n"))
    before, more, _ = _parted(content)
    html = _html(content, shortcodes, blocks)
    converted = to_markdown(_with_whole_pictures(html, index), base_url=f"{index.base_url}/")
    opening = _html(before, Shortcodes(index, entry.id), Blocks(index)) if more else ""
    notes = [
        *converted.problems,
        *blocks.notes,
        *shortcodes.notes,
        *_empty_note(list(blocks.empty)),
        *(_unknown_note(name, count) for name, count in shortcodes.unknown.items()),
    ]
    if entry.cut:
        notes.append("is longer than can be read; its end is missing")
    return Text(converted.markdown, opening, tuple(dict.fromkeys(notes)))


def read_comment(text: str) -> str:
    """Return a comment as HTML with paragraphs."""
    return with_paragraphs(text)


def _parted(content: str) -> tuple[str, str, str]:
    found = _MORE.search(content)
    if not found:
        return content, "", ""
    return content[: found.start()], found[0], content[found.end() :]


def _html(content: str, shortcodes: Shortcodes, blocks: Blocks) -> str:
    is_classic = not has_blocks(content)
    content = shortcodes.set_code_aside(content)
    if not is_classic:
        content = blocks.plain(_with_classic_parts(content))
    content = _without_comments(_MARKS.sub("\n\n", content))
    content = shortcodes.show(content)
    if is_classic:
        content = with_paragraphs(content)
    return shortcodes.put_code_back(content)


def _without_comments(content: str) -> str:
    written: list[str] = []
    at = 0
    while (begin := content.find("<!--", at)) >= 0 and (end := content.find("-->", begin)) >= 0:
        written.append(content[at:begin])
        at = end + 3
    return "".join([*written, content[at:]])


def _with_classic_parts(content: str) -> str:
    """Give paragraphs to what stands between the blocks, as the editor's "Classic" block has it."""
    parts = re.split(r"(<!-- /?wp:[^<>]*?-->)", content)
    depth, written = 0, list[str]()
    for part in parts:
        if part.startswith("<!-- /wp:"):
            depth = max(0, depth - 1)
        elif part.startswith("<!-- wp:"):
            depth += 0 if part.endswith("/-->") else 1
        elif not depth and part.strip():
            part = with_paragraphs(part)
        written.append(part)
    return "".join(written)


def _with_whole_pictures(html: str, index: Index) -> str:
    """Return HTML whose pictures are the files that were uploaded, not smaller copies of them."""

    def whole(found: re.Match[str]) -> str:
        address = unescape(found[3]).strip()
        return f"{found[1]}{found[2]}{escape(_whole(address, index))}{found[2]}"

    return _ADDRESS.sub(whole, html)


def _whole(address: str, index: Index) -> str:
    if cdn := _CDN.match(address):
        address = f"https://{cdn[1]}"
    place = place_of(address)
    if (number := index.pages.get(place)) is not None:
        return index.attachments[number].url
    if place in index.files or unquote(place) in index.files:
        return address.split("?")[0] if _UPLOAD.search(address) else address
    original = _SIZED.sub("", place)
    if original != place and original in index.files:
        return index.files[original]
    return address.split("?")[0] if ".files.wordpress.com/" in address else address


def _empty_note(names: list[str]) -> list[str]:
    if not names:
        return []
    told = ", ".join(f"“{name}”" for name in names[:_MOST_TOLD])
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    which = "the block" if len(names) == 1 else "the blocks"
    shows = "shows" if len(names) == 1 else "show"
    return [f"{which} {told}{more} {shows} nothing here; WordPress filled in what was seen"]


def _unknown_note(name: str, count: int) -> str:
    times = f" ({count} times)" if count > 1 else ""
    return f"the shortcode [{name}] is shown as text{times}"
