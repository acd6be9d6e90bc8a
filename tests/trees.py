"""HTML as trees that can be compared: what a page adds to an author's words is left out."""

import re
from urllib.parse import unquote

from bs4 import BeautifulSoup, Comment, NavigableString

BLOCKS = {
    "blockquote",
    "body",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
}
BLOCKS |= {"h6", "hr", "li", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead"}
BLOCKS |= {"tr", "ul"}
ADDED = {"data-added", "decoding", "id", "loading", "rel", "tabindex"}


def tree(html):
    """Return HTML as nested tuples of names, attributes and text, as a reader sees them."""
    soup = BeautifulSoup(f"<body>{html}</body>", "html5lib")
    for block in soup.select("copy-code"):
        code = soup.new_tag("pre")
        code.string = "".join(line.get_text() for line in block.select(".line"))
        block.replace_with(code)
    for code in soup.find_all("pre"):
        text = code.get_text()
        code.clear()
        code.append(text.strip("\n"))
    for anchor in soup.select("a.prose__anchor"):
        anchor.decompose()
    for scroll in soup.select("div.prose__scroll"):
        scroll.unwrap()
    return _children(soup.body)


def _children(parent):
    parts = []
    for child in parent.children:
        if isinstance(child, Comment):
            continue
        if not isinstance(child, NavigableString):
            parts.append((child.name, _attributes(child), _children(child)))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += str(child)
        else:
            parts.append(str(child))
    return parts if parent.name == "pre" else _without_edges(parent, parts)


def _attributes(tag):
    written = {
        name: " ".join(value) if isinstance(value, list) else value
        for name, value in tag.attrs.items()
        if name not in ADDED
    }
    # Addresses are the same however many of their characters are encoded.
    return {
        name: unquote(value) if name in ("href", "src") else value
        for name, value in written.items()
    }


def _without_edges(parent, parts):
    """Drop the white space at the edges of blocks, which nobody sees."""
    kept = []
    for place, part in enumerate(parts):
        if isinstance(part, str):
            part = re.sub(r"[ \t\n]+", " ", part)
            before, after = parts[:place], parts[place + 1 :]
            if _is_block(before[-1]) if before else parent.name in BLOCKS:
                part = part.lstrip(" ")
            if _is_block(after[0]) if after else parent.name in BLOCKS:
                part = part.rstrip(" ")
        if part != "":
            kept.append(part)
    return kept


def _is_block(part):
    return not isinstance(part, str) and part[0] in BLOCKS
