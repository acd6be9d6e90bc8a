"""Pictures, figures and galleries as other programs write them."""

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from blogapp.text.from_html_elements import attribute
from blogapp.text.from_html_spacing import wrap_runs

_LATE = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_PLACEHOLDER = re.compile(r"data:|.*(?:blank|pixel|spacer|placeholder)\.(?:gif|png)$", re.I)
_PICTURE = re.compile(r"\A[^?#]+\.(?:avif|gif|jpe?g|png|svg|webp)(?:\?[^#]*)?$", re.IGNORECASE)
_SIZE = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w+$)|-scaled(?=\.\w+$)")


def show_late_pictures(soup: BeautifulSoup) -> None:
    """Let pictures that a script would have fetched later stand where they were to appear."""
    for image in soup.find_all("img"):
        source = attribute(image.get("src"))
        late = next((attribute(image.get(name)) for name in _LATE if image.get(name)), "")
        if late and (not source or _PLACEHOLDER.match(source)):
            image["src"] = late
    for tag in soup.find_all("noscript"):
        before = tag.find_previous("img")
        inside = tag.find("img")
        if inside and before and inside.get("src") == before.get("src"):
            tag.decompose()
        else:
            tag.unwrap()


def unlink_pictures(part: Tag) -> None:
    """Show the whole picture where a smaller one led to it: pages here enlarge it themselves."""
    for link in part.find_all("a", href=_PICTURE):
        images = link.find_all("img")
        if len(images) == 1 and not link.get_text(strip=True):
            whole, shown = (
                _bare_name(attribute(link["href"])),
                _bare_name(attribute(images[0]["src"])),
            )
            if whole == shown:
                images[0]["src"] = link["href"]
                link.unwrap()


def _bare_name(address: str) -> str:
    """Return a picture's name without the size that a smaller copy has in it."""
    return _SIZE.sub("", address.split("?")[0].rsplit("/", 1)[-1])


def settle_figures(part: Tag) -> None:
    """Leave only pictures with a caption as figures; what else was one stands by itself."""
    for figure in reversed(part.find_all("figure")):
        for tag in figure.find_all("p"):
            if not tag.get_text(strip=True):
                tag.unwrap()
        captions = [tag for tag in figure.find_all("figcaption") if tag.get_text(strip=True)]
        for tag in figure.find_all("figcaption"):
            if tag not in captions:
                tag.decompose()
        alone = figure.find(("img", "video", "audio")) and not figure.find(
            ("pre", "table", "blockquote", "ul", "ol", "figure")
        )
        if alone and len(captions) == 1 and len(figure.find_all(("img", "video", "audio"))) == 1:
            continue
        for tag in captions:
            if tag.find_parent("figure") is figure:
                tag.name = "p"
        figure.name = "div"
    for tag in part.find_all("figcaption"):
        if not tag.find_parent("figure"):
            tag.name = "p"


def lay_out_galleries(soup: BeautifulSoup, part: Tag) -> None:
    """Set the pictures of a list that holds nothing else one below the other."""
    for box in part.find_all(("ul", "ol")):
        items = [child for child in box.children if isinstance(child, Tag)]
        if not items or not all(_is_picture(item) for item in items):
            continue
        for item in items:
            wrap_runs(soup, item)
            item.unwrap()
        box.unwrap()


def _is_picture(item: Tag) -> bool:
    captions = "".join(tag.get_text() for tag in item.find_all("figcaption"))
    alone = item.get_text(strip=True) == captions.strip()
    return item.name == "li" and alone and len(item.find_all("img")) == 1
