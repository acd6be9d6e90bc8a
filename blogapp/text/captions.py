"""Pictures with a title that stand alone in a paragraph: figures with captions."""

from blogapp.text.tokens import Tag


def caption(parts: list[Tag | str]) -> list[Tag | str]:
    """Return the tokens with each lone, titled image of a paragraph as a figure.

    The title is the caption and no longer a tooltip, which neither keyboards nor
    touch screens reach.
    """
    captioned: list[Tag | str] = []
    place = 0
    while place < len(parts):
        if figure := _figure(parts[place : place + 3]):
            captioned += figure
            place += 3
        else:
            captioned.append(parts[place])
            place += 1
    return captioned


def _figure(parts: list[Tag | str]) -> list[Tag | str] | None:
    match parts:
        case [
            Tag(name="p", closing=False),
            Tag(name="img", attributes={"title": words}) as image,
            Tag(name="p", closing=True),
        ] if words.strip():
            del image.attributes["title"]
            end = Tag("figure", closing=True)
            return [Tag("figure"), image, Tag("figcaption"), words, _END_OF_CAPTION, end]
    return None


_END_OF_CAPTION = Tag("figcaption", closing=True)
