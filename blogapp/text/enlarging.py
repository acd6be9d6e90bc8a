"""Pictures that are larger than their place in the text: links to themselves."""

from blogapp.text.tokens import Tag, write

# Pixels: narrower ones are shown in full even on a phone.
LEAST_WIDTH = 400
# From here on, and lying, a picture gets more than the column.
WIDE = 1200
_NO_LINK_INSIDE = {"a", "summary", "h1", "h2", "h3", "h4", "h5", "h6"}


def enlarge(image: Tag, inside: list[str], html: str) -> str:
    """Return ``html``, which shows the image, in a link to it where there is more of it to see.

    ``inside`` names the elements around it. A link needs a name, so a picture without
    a text in its stead (``alt``) has none.
    """
    if _pixels(image, "width") < LEAST_WIDTH or not image.attributes.get("alt", "").strip():
        return html
    if not _NO_LINK_INSIDE.isdisjoint(inside):
        return html
    names = "prose__image prose__image--wide" if is_wide(image) else "prose__image"
    link = {"class": names, "href": image.attributes["src"], "data-added": ""}
    return f"{write(Tag('a', attributes=link))}{html}</a>"


def is_wide(image: Tag) -> bool:
    """Whether a picture gets more than the column where there is room beside it."""
    width, height = (_pixels(image, side) for side in ("width", "height"))
    return width >= WIDE and width > height


def _pixels(image: Tag, side: str) -> int:
    size = image.attributes.get(side, "")
    return int(size) if size.isdecimal() and len(size) < 6 else 0
