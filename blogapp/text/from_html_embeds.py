"""Frames and scripts that show another site's things: links, which the page makes cards of."""

import re
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup

_GIST = re.compile(
    r"<script\b[^<>]*\bsrc=[\"']?(?:https?:)?//gist\.github\.com/([\w./-]+?)(?:\.js)?"
    r"(?:\?[^\"'<>\s]*)?[\"'\s>][^<>]*>?\s*</script\s*>",
    re.IGNORECASE,
)
_FRAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{6,20})"),
     "https://www.youtube.com/watch?v={0}"),
    (re.compile(r"youtu\.be/([\w-]{6,20})"), "https://www.youtube.com/watch?v={0}"),
    (re.compile(r"player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{0}"),
    (re.compile(r"(?:www\.)?dailymotion\.com/embed/video/(\w+)"),
     "https://www.dailymotion.com/video/{0}"),
    (re.compile(r"open\.spotify\.com/embed/(\w+/\w+)"), "https://open.spotify.com/{0}"),
    (re.compile(r"(?:www\.)?slideshare\.net/slideshow/embed_code/key/(\w+)"),
     "https://www.slideshare.net/slideshow/embed_code/key/{0}"),
    (re.compile(r"codepen\.io/([\w-]+)/embed/(?:preview/)?(\w+)"),
     "https://codepen.io/{0}/pen/{1}"),
    (re.compile(r"asciinema\.org/a/(\w+)/(?:embed|iframe)"), "https://asciinema.org/a/{0}"),
)  # fmt: skip


def link_scripts(html: str) -> str:
    """Return HTML with a link in place of each script that would have shown a Gist."""

    def link(script: re.Match[str]) -> str:
        address = f"https://gist.github.com/{script[1]}"
        return f'<p><a href="{address}">{address}</a></p>'

    return _GIST.sub(link, html)


def link_embeds(soup: BeautifulSoup, problems: list[str]) -> None:
    """Put a paragraph with a link in place of each frame, and of each plug-in's object."""
    for tag in soup.find_all(("iframe", "embed", "object")):
        if tag.decomposed:
            continue
        source = next((str(tag[key]) for key in ("src", "data-src", "data") if tag.get(key)), "")
        inner = tag.find("embed") if tag.name == "object" else None
        source = source or (str(inner.get("src") or "") if inner else "")
        address = embedded_address(source)
        if not address:
            problems.append("a frame without an address was left out")
            tag.decompose()
            continue
        if not known_embed(source):
            problems.append(f"what {urlsplit(address).netloc} showed in a frame is a link now")
        link = soup.new_tag("a", href=address)
        link.string = address
        paragraph = soup.new_tag("p")
        paragraph.append(link)
        tag.replace_with(paragraph)


def known_embed(source: str) -> bool:
    """Tell whether a frame's address leads to something that has a page of its own."""
    return _page(source) is not None


def embedded_address(source: str) -> str:
    """Return the page of what a frame shows, or the frame's own address; empty if it has none.

    >>> embedded_address("//www.youtube.com/embed/hjD9jTi_DQ4?rel=0&start=90")
    'https://www.youtube.com/watch?v=hjD9jTi_DQ4&t=90s'
    """
    page = _page(source)
    if page:
        return page
    source = source.strip()
    address = f"https:{source}" if source.startswith("//") else source
    return address if re.match(r"https?://[^\s<>\"]+$", address) else ""


def _page(source: str) -> str | None:
    try:
        parts = urlsplit(source.strip())
    except ValueError:
        return None
    place = f"{parts.netloc}{parts.path}"
    for pattern, page in _FRAMES:
        if found := pattern.match(place):
            address = page.format(*found.groups())
            start = parse_qs(parts.query).get("start", [""])[0]
            return address + (f"&t={start}s" if start.isdigit() and "youtube" in page else "")
    return None
