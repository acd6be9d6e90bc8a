"""Links that have a paragraph for themselves: shown as cards that say what an address tells.

Nothing is asked of anybody: neither here nor in a reader's browser. A card is still a paragraph
with a link in it, so it reads well in a feed and without a style sheet.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from blogapp.text.framing import FRAME
from blogapp.text.tokens import Tag

# The paragraph of a link that may lead to a post of this blog: whoever shows it can say.
POST = "data-post"

_LONGEST = 120
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_OWN_POST = re.compile(r"(?:https?://[^\s/]+)?/(?:[^\s?#]*/)?posts/([\w.-]+)/?(?:[?#]\S*)?")
# Without a host it stays true when the blog moves, so it may be written so.
_OWN_PATH = re.compile(r"/posts/[\w-]+(?:\.[\w-]+)*/?(?:#[\w.-]+)?")
_NOT_ALONE = {"li", "dd", "dt", "td", "th", "table", "figure", "summary"}


@dataclass(frozen=True)
class Place:
    """What an address leads to: ``kind`` is "video", "code", "paper", "talk" or "example".

    ``service`` is empty where the title says it.
    """

    kind: str
    title: str
    service: str = ""


def recognise(address: str) -> Place | None:
    """Return what an address leads to, as far as it tells; ``None`` if that is not much.

    >>> recognise("https://github.com/pallets/flask/pull/12")
    Place(kind='code', title='pallets/flask #12', service='GitHub pull request')
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    path = unquote(parts.path).rstrip("/")
    if parts.scheme not in ("http", "https") or len(address) > 1_000:
        return None
    for hosts, pattern, make in _PLACES:
        if (not hosts or host in hosts) and (found := pattern.fullmatch(path)):
            place = make(found, parts)
            return place and Place(place.kind, place.title[:_LONGEST], place.service)
    return None


def make_cards(parts: list[Tag | str]) -> list[Tag | str]:
    """Return the tokens with a card for each link that is alone in its paragraph."""
    made: list[Tag | str] = []
    open_tags: list[str] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        if isinstance(part, Tag) and part.name in _NOT_ALONE:
            if not part.closing:
                open_tags.append(part.name)
            elif open_tags:
                open_tags.pop()
        length = 0 if open_tags else _length_of_paragraph(parts, at)
        card = _card(parts[at + 1 : at + length - 1]) if length else None
        made += card or [part]
        at += length if card else 1
    return made


def _length_of_paragraph(parts: list[Tag | str], at: int) -> int:
    """Return how many tokens a paragraph has that might be no more than a link."""
    match parts[at : at + 5]:
        case [Tag(name="p", closing=False), str(), Tag(name="p", closing=True), *_]:
            return 3
        case [
            Tag(name="p", closing=False),
            Tag(name="a", closing=False),
            str(),
            Tag(name="a", closing=True),
            Tag(name="p", closing=True),
        ]:
            return 5
    return 0


def _card(inside: list[Tag | str]) -> list[Tag | str] | None:
    """Return the card for what a paragraph holds, or ``None`` if it is more than an address."""
    text = next((part for part in inside if isinstance(part, str)), "").strip()
    if isinstance(link := inside[0], Tag):
        address = link.attributes.get("href", "")
        is_frame = FRAME in link.attributes
        is_label = is_frame or "data-added" in link.attributes
        if not is_label and _bare(text) != _bare(address):
            return None
    elif _ADDRESS.fullmatch(text) or _OWN_PATH.fullmatch(text):
        address = f"http://{text}" if text[:4].lower() == "www." else text
        link = Tag("a", attributes={"href": address, "data-added": ""})
        is_label = is_frame = False
    else:
        return None
    if is_frame:
        shown = recognise(address) or Place("frame", text, urlsplit(address).netloc)
        return _filled(link, shown, _bare(address), "" if text == _bare(address) else text)
    if own := _OWN_POST.fullmatch(unquote(address)):
        return _unfilled(link, own[1], text)
    place = recognise(address)
    return _filled(link, place, _bare(address), text if is_label else "") if place else None


def _unfilled(link: Tag, slug: str, text: str) -> list[Tag | str]:
    return [
        Tag("p", attributes={POST: slug}),
        link,
        text,
        Tag("a", closing=True),
        Tag("p", closing=True),
    ]


def _filled(link: Tag, place: Place, address: str, label: str) -> list[Tag | str]:
    title = (
        label if label and not (place.service and label.endswith(place.service)) else place.title
    )
    shown = address if len(address) <= 60 else address[:59] + "\N{HORIZONTAL ELLIPSIS}"
    texts = {"title": title, "service": place.service, "address": shown}
    words: list[Tag | str] = []
    for name, text in texts.items():
        if text:
            # The points keep the parts apart where there is no style.
            words += [" · "] if words else []
            words += _part(name, text)
    opening = Tag("p", attributes={"class": f"embed embed--{place.kind}"})
    return [opening, link, *words, Tag("a", closing=True), Tag("p", closing=True)]


def _part(name: str, text: str) -> list[Tag | str]:
    return [
        Tag("span", attributes={"class": f"embed__{name}"}),
        text,
        Tag("span", closing=True),
    ]


def _bare(address: str) -> str:
    """Return an address without what does not tell two apart.

    >>> _bare("https://www.a.example/b/")
    'a.example/b'
    """
    address = re.sub(r"^(?:https?:)?//(?:www\.)?", "", address.strip(), flags=re.IGNORECASE)
    return address.removeprefix("www.").rstrip("/")


# --- places


def _youtube(found: re.Match[str], parts: SplitResult) -> Place | None:
    asked = parse_qs(parts.query)
    id = next(filter(None, found.groups()), "") or asked.get("v", [""])[0]
    if not re.fullmatch(r"[\w-]{6,20}", id):
        return None
    start = _moment((asked.get("t") or asked.get("start") or [""])[0])
    return Place("video", f"Video on YouTube{start}")


def _moment(text: str) -> str:
    """Return where a video begins, as people write it.

    >>> _moment("1h2m3s"), _moment("90"), _moment("x")
    (', from 1:02:03', ', from 1:30', '')
    """
    found = re.fullmatch(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?", text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if not total:
        return ""
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    clock = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f", from {clock}:{seconds:02}"


def _question(found: re.Match[str], parts: SplitResult) -> Place:
    words = (found[2] or "").replace("-", " ").strip()
    name = _STACKS.get((parts.hostname or "").removeprefix("www."), "Stack Exchange")
    return Place("talk", words.capitalize() or f"Question {found[1]}", name)


def _github(found: re.Match[str], _parts: SplitResult) -> Place | None:
    owner, name, what, number = found.groups()
    if owner.lower() in _NO_OWNERS:
        return None
    if what:
        words = {"issues": "issue", "pull": "pull request", "discussions": "discussion"}
        return Place("code", f"{owner}/{name} #{number}", f"GitHub {words[what]}")
    return Place("code", f"{owner}/{name}", "GitHub repository")


def _by(kind: str, title: str, service: str = "") -> Callable[[re.Match[str], SplitResult], Place]:
    """Return a maker; its texts hold ``{0}`` and so on for groups, ``{host}`` for the host."""

    def make(found: re.Match[str], parts: SplitResult) -> Place:
        groups = [group or "" for group in found.groups()]
        host = parts.hostname or ""
        return Place(kind, title.format(*groups, host=host), service.format(*groups, host=host))

    return make


_STACKS = {
    "stackoverflow.com": "Stack Overflow",
    "serverfault.com": "Server Fault",
    "superuser.com": "Super User",
    "askubuntu.com": "Ask Ubuntu",
    "unix.stackexchange.com": "Unix & Linux",
    "dba.stackexchange.com": "Database Administrators",
    "softwareengineering.stackexchange.com": "Software Engineering",
}
_PAGES = """
    about apps collections customer-stories enterprise events explore features login marketplace
    orgs pricing search security settings site sponsors topics trending
"""
_NO_OWNERS = set(_PAGES.split())
_NAME = r"[\w.-]{1,100}"
_PLACES: tuple[
    tuple[frozenset[str], re.Pattern[str], Callable[[re.Match[str], SplitResult], Place | None]],
    ...,
] = tuple(
    (frozenset(hosts.split()), re.compile(pattern), make)
    for hosts, pattern, make in (
        (
            "youtube.com youtube-nocookie.com music.youtube.com",
            r"/watch|/(?:embed|shorts|live|v)/([\w-]+)",
            _youtube,
        ),
        ("youtu.be", r"/([\w-]+)", _youtube),
        (
            "vimeo.com player.vimeo.com",
            r"/(?:video/)?(\d{4,12})(?:/\w+)?",
            _by("video", "Video on Vimeo"),
        ),
        (
            "gist.github.com",
            rf"/({_NAME})/([0-9a-f]{{5,40}})",
            _by("code", "Gist by {0}", "GitHub Gist"),
        ),
        (
            "gist.github.com",
            r"/([0-9a-f]{5,40})",
            _by("code", "Gist {0}", "GitHub Gist"),
        ),
        (
            "github.com",
            rf"/({_NAME})/({_NAME})(?:/(issues|pull|discussions)/(\d{{1,9}}))?",
            _github,
        ),
        (" ".join(_STACKS), r"/(?:questions|q)/(\d+)(?:/([\w-]*))?(?:/\d+)?", _question),
        (
            "arxiv.org",
            r"/(?:abs|pdf|html)/((?:\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?)(?:\.pdf)?",
            _by("paper", "arXiv:{0}", "Paper on arXiv"),
        ),
        (
            "bsky.app",
            rf"/profile/({_NAME})/post/(\w+)",
            _by("talk", "Post by @{0}", "Bluesky"),
        ),
        (
            "x.com twitter.com",
            r"/(\w{1,30})/status/(\d+)",
            _by("talk", "Post by @{0}", "X"),
        ),
        (
            "codepen.io",
            rf"/({_NAME})/(?:pen|full|details)/(\w+)",
            _by("example", "Pen by {0}", "CodePen"),
        ),
        (
            "asciinema.org",
            r"/a/(\w+)",
            _by("video", "Recording on asciinema"),
        ),
        # These two live on many hosts; their addresses are of a kind that others do not have.
        (
            "",
            r"/(?:w|videos/watch)/(?:[1-9A-HJ-NP-Za-km-z]{22}|[0-9a-f]{8}-[0-9a-f-]{27})",
            _by("video", "Video on {host}", "PeerTube"),
        ),
        (
            "",
            r"/@([\w.-]{1,60}(?:@[\w.-]{1,100})?)/(\d{12,20})",
            _by("talk", "Post by @{0}", "{host}"),
        ),
    )
)
