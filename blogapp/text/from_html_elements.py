"""Which elements say something, and small questions about where they stand."""

from collections.abc import Collection, Iterable

from bs4.element import PageElement


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _words("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table figure hr details video audio")
# What pages are laid out with.
BOXES = _words(
    "div section article aside header footer center form fieldset address main nav hgroup"
)
INLINE = _words(
    "a abbr bdi bdo cite code del dfn em ins kbd mark q ruby rp rt s samp small strong sub sup"
    " time u var br img wbr"
)
PARTS = _words("li dt dd thead tbody tfoot tr th td caption col colgroup figcaption summary source")


def is_within(node: PageElement, names: Collection[str]) -> bool:
    above = node.parent
    while above is not None:
        if above.name in names:
            return True
        above = above.parent
    return False


def attribute(value: str | Iterable[str] | None) -> str:
    """Return an attribute as text: some of them are lists to Beautiful Soup."""
    return value if isinstance(value, str) else " ".join(value or ())
