"""The HTML that Ghost made of its documents: cards are found by their classes and read back."""

import re
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Tag

from blogapp.importing.ghost.cards import Cards

_GATED = re.compile(
    r"<!--\s*kg-gated-block:begin([^<>]*)-->(.*?)<!--\s*kg-gated-block:end\s*-->", re.DOTALL
)
_PAYWALL = re.compile(r"<!--\s*members-only\s*-->")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LANGUAGE = re.compile(r"lang(?:uage)?-([\w+#.-]+)")


def write_html(html: str, cards: Cards) -> None:
    """Put HTML into the body of ``cards``."""
    html = _GATED.sub(lambda block: _open_to_all(block, cards), html)
    if _PAYWALL.search(html):
        cards.add("paywall", {})
    soup = BeautifulSoup(_COMMENT.sub("", html), "html.parser")
    for child in list(soup.children):
        found = _card(child) if isinstance(child, Tag) else None
        if found:
            cards.add(*found)
        else:
            cards.body.html(str(child))


def _open_to_all(block: re.Match[str], cards: Cards) -> str:
    if "nonMember:false" not in block[1].replace(" ", ""):
        return block[2]
    cards.withheld.append(block[2].strip())
    cards.body.note("a part for members only is kept with the post, and not shown")
    return ""


def _card(tag: Tag) -> tuple[str, dict[str, Any]] | None:
    classes = set(tag.get_attribute_list("class"))
    if tag.name == "blockquote" and "kg-blockquote-alt" in classes:
        return "aside", {"html": tag.decode_contents()}
    for name, read in _READERS.items():
        if f"kg-{name}-card" in classes:
            return name, read(tag)
    return None


def _image(tag: Tag) -> dict[str, Any]:
    image = tag.find("img")
    return {
        "src": _attribute(image, "src"),
        "alt": _attribute(image, "alt"),
        "href": _attribute(image and image.find_parent("a"), "href"),
        "caption": _inner(tag, "figcaption"),
    }


def _gallery(tag: Tag) -> dict[str, Any]:
    pictures = [
        {"src": _attribute(image, "src"), "alt": _attribute(image, "alt")}
        for image in tag.find_all("img")
    ]
    return {"images": pictures, "caption": _inner(tag, "figcaption")}


def _bookmark(tag: Tag) -> dict[str, Any]:
    return {
        "url": _attribute(tag.find("a"), "href"),
        "title": _words(tag, ".kg-bookmark-title"),
        "description": _words(tag, ".kg-bookmark-description"),
        # Ghost's classes have it the other way round, for the sake of old themes.
        "publisher": _words(tag, ".kg-bookmark-author"),
        "author": _words(tag, ".kg-bookmark-publisher"),
        "caption": _inner(tag, "figcaption"),
    }


def _embed(tag: Tag) -> dict[str, Any]:
    caption = _inner(tag, "figcaption")
    for told in tag.find_all("figcaption"):
        told.decompose()
    return {"html": tag.decode_contents(), "caption": caption}


def _code(tag: Tag) -> dict[str, Any]:
    block = tag.find("code") or tag.find("pre")
    classes = block.get_attribute_list("class") if block else []
    found = _LANGUAGE.search(" ".join(filter(None, classes)))
    code = block.get_text() if block else tag.get_text()
    language = found[1] if found else ""
    return {"code": code, "language": language, "caption": _inner(tag, "figcaption")}


def _callout(tag: Tag) -> dict[str, Any]:
    text = _inner(tag, ".kg-callout-text")
    return {"calloutEmoji": _words(tag, ".kg-callout-emoji"), "calloutText": text}


def _toggle(tag: Tag) -> dict[str, Any]:
    heading = _inner(tag, ".kg-toggle-heading-text")
    return {"heading": heading, "content": _inner(tag, ".kg-toggle-content")}


def _button(tag: Tag) -> dict[str, Any]:
    button = tag.find("a")
    return {"buttonUrl": _attribute(button, "href"), "buttonText": tag.get_text().strip()}


def _audio(tag: Tag) -> dict[str, Any]:
    return {
        "src": _attribute(tag.find("audio"), "src"),
        "title": _words(tag, ".kg-audio-title"),
        "caption": _inner(tag, "figcaption"),
    }


def _video(tag: Tag) -> dict[str, Any]:
    src = _attribute(tag.find("video"), "src") or _attribute(tag.find("source"), "src")
    return {"src": src, "caption": _inner(tag, "figcaption")}


def _file(tag: Tag) -> dict[str, Any]:
    return {
        "src": _attribute(tag.find("a"), "href"),
        "fileTitle": _words(tag, ".kg-file-card-title"),
        "fileCaption": _words(tag, ".kg-file-card-caption"),
        "fileName": _words(tag, ".kg-file-card-filename"),
    }


def _product(tag: Tag) -> dict[str, Any]:
    button = tag.select_one("a.kg-product-card-button")
    stars = tag.select(".kg-product-card-rating-active")
    return {
        "productImageSrc": _attribute(tag.find("img"), "src"),
        "productTitle": _inner(tag, ".kg-product-card-title"),
        "productDescription": _inner(tag, ".kg-product-card-description"),
        "productRatingEnabled": bool(tag.select_one(".kg-product-card-rating")),
        "productStarRating": len(stars),
        "productButtonEnabled": button is not None,
        "productButton": button.get_text().strip() if button else "",
        "productUrl": _attribute(button, "href"),
    }


def _header(tag: Tag) -> dict[str, Any]:
    button = tag.select_one("a")
    return {
        "backgroundImageSrc": _attribute(tag.find("img"), "src"),
        "header": _inner(tag, ".kg-header-card-header, .kg-header-card-heading"),
        "subheader": _inner(tag, ".kg-header-card-subheader, .kg-header-card-subheading"),
        "buttonEnabled": button is not None,
        "buttonUrl": _attribute(button, "href"),
        "buttonText": button.get_text().strip() if button else "",
    }


def _signup(tag: Tag) -> dict[str, Any]:
    return {
        "header": _inner(tag, ".kg-signup-card-heading"),
        "subheader": _inner(tag, ".kg-signup-card-subheading"),
        "disclaimer": _inner(tag, ".kg-signup-card-disclaimer"),
    }


def _call(tag: Tag) -> dict[str, Any]:
    button = tag.select_one("a.kg-cta-button")
    label, image = tag.select_one(".kg-cta-sponsor-label"), tag.find("img")
    return {
        "hasSponsorLabel": label is not None,
        "sponsorLabel": label.decode_contents() if label else "",
        "hasImage": image is not None,
        "imageUrl": _attribute(image, "src"),
        "textValue": _inner(tag, ".kg-cta-text"),
        "showButton": button is not None,
        "buttonUrl": _attribute(button, "href"),
        "buttonText": button.get_text().strip() if button else "",
    }


def _collection(tag: Tag) -> dict[str, Any]:
    return {"header": _inner(tag, ".kg-collection-card-title")}


_READERS: dict[str, Callable[[Tag], dict[str, Any]]] = {
    "audio": _audio,
    "bookmark": _bookmark,
    "button": _button,
    "callout": _callout,
    "code": _code,
    "collection": _collection,
    "embed": _embed,
    "file": _file,
    "gallery": _gallery,
    "header": _header,
    "image": _image,
    "product": _product,
    "signup": _signup,
    "toggle": _toggle,
    "video": _video,
    "cta": _call,
}


def _attribute(tag: Tag | None, name: str) -> str:
    value = tag.get(name) if tag else ""
    return value if isinstance(value, str) else ""


def _inner(tag: Tag, selector: str) -> str:
    found = tag.select_one(selector)
    return found.decode_contents().strip() if found else ""


def _words(tag: Tag, selector: str) -> str:
    found = tag.select_one(selector)
    return " ".join(found.get_text().split()) if found else ""
