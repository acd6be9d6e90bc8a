"""The gate for HTML: what authors may write, and the only place that makes ``Markup``."""

import re

import nh3
from markupsafe import Markup

from blogapp.text.framing import FRAME, SIZE
from blogapp.text.tokens import Tag, tokens, write


def _words(text: str) -> set[str]:
    return set(text.split())


_TAGS = _words(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del"
    " details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd"
    " li mark ol p picture pre q rp rt ruby s samp section small source span strong sub summary"
    " sup table tbody td tfoot th thead time tr track u ul var video audio wbr"
)
# Their content is no text for a reader, so it goes with them.
_DROPPED_WHOLE = _words(
    "script style template iframe frame frameset noframes noembed noscript object embed applet"
    " svg math canvas title textarea select option optgroup datalist xmp plaintext"
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "data-added", "dir", "id", "lang", "title"},
    "a": {"aria-describedby", "aria-label", FRAME, "href", "name", "rel", "role"},
    "abbr": {"tabindex"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "bdo": {"dir"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "div": {"aria-label", "role", "tabindex"},
    "img": {"alt", "decoding", "height", "loading", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "pre": {"tabindex"},
    "q": {"cite"},
    "section": {"aria-label"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "span": {"aria-label", "role"},
    "td": {"align", "colspan", "headers", "rowspan"},
    "th": {"align", "abbr", "colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"default", "kind", "label", "src", "srclang"},
    "video": {"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src"}
    | {"width"},
}
# What `markdown` writes: any other class could dress text up as the interface.
_CLASSES = _words(
    "callout callout--note callout--tip callout--important callout--warning callout--caution"
    " callout__title cell--center cell--right diagram footnotes footnotes__mark footnotes__back"
    " math math--display prose__anchor prose__scroll task task--done task-list__item"
)

DEEPEST = 200
# A name that no tag comes of is passed over at once: from each "<" in it on it would be read again.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^<>]*>)?")
_CLOSED_BY_NEXT = _words(
    "area base br col dd dt embed hr img input li link meta option p param rp rt source tbody td"
    " tfoot th thead tr track wbr"
)

_ADDRESSES = {"cite", "href", "poster", "src"}
_SCHEMES = {"http", "https", "mailto", "tel", "ftp", "irc", "ircs", "xmpp"}
_SCHEME = re.compile(r"([^/?#:]*):")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")

_DRAWN_LINK = re.compile(r"<svg\b", re.IGNORECASE)
_LINK = re.compile(r"(<a\s(?:[^<>]*?\s)?href=\")([^\"<>]*)(?=\")")
_MISSPELT = re.compile(r"^(?!https?:)h[tps]{2,5}://")
_GIT = re.compile(r"^([\w-]+(?:\.[\w-]+)+):([\w~][^\s:]*)\.git$")

_NUMBERS = {"colspan", "height", "rowspan", "span", "start", "tabindex", "value", "width"}
_CHOICES = {
    "align": {"center", "left", "right"},
    "dir": {"auto", "ltr", "rtl"},
    "loading": {"eager", "lazy"},
    "decoding": {"async", "auto", "sync"},
    "preload": {"", "auto", "metadata", "none"},
    "rel": {"noopener"},
    "role": {"doc-backlink", "doc-noteref", "group", "img", "note"},
    "scope": {"col", "colgroup", "row", "rowgroup"},
    "type": {"1", "a", "A", "i", "I"},
}

# Ids that pages and their scripts look for: a body must not answer in their place.
_PAGE_IDS = _words(
    "account actions author authors banner body breadcrumb card cards contents count csrf_token"
    " description dialog domain domains editor email end error errors excerpt feed fieldset filter"
    " filters flash footer form fragment header hero htmx kind listing list load-more login logo"
    " main main-content match media menu more nav navigation next not outline page pager password"
    " post post-list posts preview previous publish published_at q query reason results retry rail"
    " save search search-field search-results sections sentinel series settings share shell slug"
    " skip sort status suggestions summary tag tag-list tags text theme theme-toggle title toc"
    " token toolbar top upload version view write year news notices pages series-parts shape"
    " search-all search-plain search-these"
)
# What the page numbers or builds: suggestions of the search field, posts of a list, comments.
_PAGE_PREFIXES = ("comment-", "post-", "site-search", "suggested-")
# Blocks of code and their lines: "c3", "c3-L10"; links may lead to them.
_CODE_ID = re.compile(r"c\d+")
_LINE_ID = re.compile(r"-L(?=\d)")
_CODE_ADDRESS = re.compile(r"#(?:c\d+|[\w-]+-L\d+(?:-L?\d+)?)")
_ID_PARTS = re.compile(r"[^\w\-.:]+")


def sanitize(html: str) -> str:
    """Return well-formed HTML that holds nothing but text, structure and harmless addresses.

    >>> sanitize('<a href="javascript:x">a</a><script>x</script><b onclick="x">b</b>')
    '<a>a</a><b>b</b>'
    """
    html = without_depths(html)
    if _DRAWN_LINK.search(html):
        html = _links_of_drawings(html)
    return _CLEANER.clean(_LINK.sub(_mend, html))


def trusted(html: str) -> Markup:
    """Mark HTML that ``render`` or ``sanitize`` returned as fit for a template."""
    return Markup(html)  # nosec B704


def safe_id(name: str) -> str:
    """Return an id that no part of the page around it uses, or an empty string.

    >>> safe_id("main"), safe_id("caching")
    ('s-main', 'caching')
    """
    name = _ID_PARTS.sub("-", name.strip()).strip("-")[:200]
    name = _LINE_ID.sub("-l", name)
    taken = name.lower() in _PAGE_IDS or name.lower().startswith(_PAGE_PREFIXES)
    taken = taken or _CODE_ID.fullmatch(name) is not None
    return f"s-{name}" if taken else name


def is_safe_address(address: str) -> bool:
    """Tell whether an address is relative or has a scheme that cannot run anything.

    >>> is_safe_address("/a:b"), is_safe_address("HTTPS://a.example"), is_safe_address("Data:,x")
    (True, True, False)
    """
    # Browsers skip tabs and line ends inside a scheme, and spaces before it.
    scheme = _SCHEME.match(_UNSEEN.sub("", address))
    return scheme is None or scheme[1].lower() in _SCHEMES


def without_depths(html: str) -> str:
    """Drop tags nested deeper than a browser would follow: parsing costs the square of it."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        if tag[3] is None or tag[2].lower() in _CLOSED_BY_NEXT:
            return tag[0]
        depth = max(0, depth - 1) if tag[1] else depth + 1
        return tag[0] if depth <= DEEPEST else ""

    return _TAG.sub(keep, html)


def _links_of_drawings(html: str) -> str:
    """Put a drawing's links in its place: the drawing goes, where it led to should not."""
    written: list[str] = []
    drawings, in_link = 0, False
    for token in tokens(_DRAWINGS_CLEANER.clean(html)):
        if isinstance(token, Tag) and token.name == "svg":
            drawings = max(0, drawings + (-1 if token.closing else 1))
            in_link = False
        elif not drawings:
            written.append(write(token))
        elif isinstance(token, Tag) and token.name == "a":
            if token.closing:
                written.append("</a> " if in_link else "")
                in_link = False
            elif in_link := "href" in token.attributes:
                written.append(write(token))
        elif in_link and isinstance(token, str):
            written.append(write(token))
    return "".join(written)


def _mend(link: re.Match[str]) -> str:
    """Complete an address that nearly is one: a letter missing, or Git's way to write it."""
    address = _MISSPELT.sub("https://", link[2])
    return link[1] + _GIT.sub(r"https://\1/\2", address)


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if name in _CLASSES) or None
    if attribute in ("id", "name"):
        return safe_id(value) or None
    if attribute == "href" and value.startswith("#"):
        if _CODE_ADDRESS.fullmatch(value):
            return value
        return f"#{safe_id(value[1:])}"
    if attribute in _ADDRESSES:
        return value if is_safe_address(value) else None
    if attribute == "srcset":
        addresses = (candidate.split(maxsplit=1)[:1] for candidate in value.split(","))
        return value if all(is_safe_address("".join(part)) for part in addresses) else None
    if attribute == FRAME:
        return value if SIZE.fullmatch(value) else None
    if attribute in _NUMBERS:
        return value if value.isascii() and value.lstrip("-").isdigit() else None
    if attribute in _CHOICES and tag != "source":
        return value if value in _CHOICES[attribute] else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes=_ATTRIBUTES,
    attribute_filter=_filter,
    strip_comments=True,
    link_rel=None,
    url_schemes=_SCHEMES,
)

# What it lets through is cleaned again: it only tells where drawings and their links are.
_DRAWINGS_CLEANER = nh3.Cleaner(
    tags=_TAGS | {"svg", "g"},
    clean_content_tags=_DROPPED_WHOLE - {"svg"},
    attributes=_ATTRIBUTES,
    strip_comments=True,
    link_rel=None,
    url_schemes=_SCHEMES,
)
