"""Pictures that are larger than their place in the text: links to themselves."""

from blogapp.text.tokens import Tag, write

# Pixels: narrower ones are shown in full even on a phone.
LEAST_WIDTH = 400
# From here on, and lying, a picture gets more than the column.
WIDE = 1200
_NO_LINK_INSIDE = {"a", "summary", "h1", "h2", "h3", "h4", "h5", "h6"}


def enlarge(image: Tag, inside: list[str]) -> str:
    """Return the image's HTML, in a link to the picture where there is more of it to see.

    ``inside`` names the elements around it. A link needs a name, so a picture without
    a text in its stead (``alt``) has none.
    """
    html = write(image)
    width, height = (_pixels(image, side) for side in ("width", "height"))
    if width < LEAST_WIDTH or not image.attributes.get("alt", "").strip():
        return html
    if not _NO_LINK_INSIDE.isdisjoint(inside):
        return html
    is_wide = width >= WIDE and width > height
    names = "prose__image prose__image--wide" if is_wide else "prose__image"
    link = {"class": names, "href": image.attributes["src"], "data-added": ""}
    return f"{write(Tag('a', attributes=link))}{html}</a>"


def _pixels(image: Tag, side: str) -> int:
    size = image.attributes.get(side, "")
    return int(size) if size.isdecimal() and len(size) < 6 else 0
