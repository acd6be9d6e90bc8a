"""Addresses in a body that a reader made: found, and written anew."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sqlalchemy import and_, or_, select

from blogapp.extensions import db
from blogapp.importing.gathering import CODE, DEFINITION, ELEMENT, LINK, PICTURE
from blogapp.posts.models import Post, Redirect
from blogapp.posts.redirecting import OLD_KEYS, spelled

_ATTRIBUTE = re.compile(
    r"(?<![\w-])(src|href|poster)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE
)
_HOME = re.compile(r"/(posts|pages)/([^/?]+)|/(about)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_AT_ONCE = 200


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    address: str
    is_picture: bool
    in_html: bool


def rewrite(body: str, choose: Callable[[str, bool], str | None]) -> str:
    """Return ``body`` with addresses replaced by what ``choose(address, is_picture)`` returns.

    None leaves an address as it is. Code is not looked into.

    >>> rewrite("![a](b.png) `![a](b.png)`", lambda address, is_picture: "c.png")
    '![a](c.png) `![a](b.png)`'
    """
    parts, end, seen = [], 0, 0
    # A picture's address looks like a link's, too; a picture is yielded first.
    for place in sorted(_places(body), key=lambda place: place.start):
        if place.start < seen:
            continue
        seen = place.end
        chosen = choose(place.address, place.is_picture)
        if chosen is not None and chosen != place.address:
            written = escape(chosen) if place.in_html else quote(chosen, safe="/%?=&#:@+,;~.-_")
            parts += [body[end : place.start], written]
            end = place.end
    return "".join([*parts, body[end:]]) if parts else body


def _places(body: str) -> Iterator[_Place]:
    text = CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), body)

    def at(found: re.Match[str], groups: Iterable[int], *, is_picture: bool) -> Iterator[_Place]:
        for group in groups:
            if address := found[group]:
                plain = unescape(_ESCAPED.sub(r"\1", address.strip()))
                yield _Place(found.start(group), found.end(group), plain, is_picture, False)

    for found in PICTURE.finditer(text):
        yield from at(found, (1, 2), is_picture=True)
    for found in LINK.finditer(text):
        yield from at(found, (1, 2), is_picture=False)
    for found in DEFINITION.finditer(text):
        yield from at(found, (1, 2), is_picture=False)
    for element in ELEMENT.finditer(text):
        for found in _ATTRIBUTE.finditer(text, element.start(2), element.end(2)):
            group = 2 if found[2] is not None else 3
            is_picture = element[1].lower() != "a"
            address = unescape(found[group].strip())
            yield _Place(found.start(group), found.end(group), address, is_picture, True)


# Links within the old site


class Links:
    """Knows which addresses were the old site's own, and where they lead here."""

    def __init__(self, base_url: str) -> None:
        self._host = _host(base_url)

    def relink(self, body: str) -> tuple[str, list[str]]:
        """Return ``body`` with links to the old site leading here, and those that cannot yet."""
        asked: dict[str, str] = {}

        def collect(address: str, is_picture: bool) -> None:
            if not is_picture and (path := self._own_path(address)):
                asked[address] = path

        rewrite(body, collect)
        if not asked:
            return body, []
        led = where(asked.values())
        lost = [
            address
            for address, path in asked.items()
            if path not in led and urlsplit(address).netloc
        ]

        def choose(address: str, is_picture: bool) -> str | None:
            target = led.get(asked.get(address, ""))
            if is_picture or target is None:
                return None
            fragment = urlsplit(address).fragment
            return f"{target}#{fragment}" if fragment and "#" not in target else target

        return rewrite(body, choose), lost

    def is_own(self, address: str) -> bool:
        """Tell whether an address is the old site's."""
        return bool(self._host) and _host(address) == self._host

    def _own_path(self, address: str) -> str | None:
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        if parts.netloc:
            if not self.is_own(address):
                return None
        elif parts.scheme or not address.startswith(("/", "?")):
            return None
        pairs = parse_qsl(parts.query)
        named = urlencode([(key, value) for key, value in pairs if key.lower() in OLD_KEYS])
        return spelled(f"{parts.path or '/'}{'?' if named else ''}{named}")


def where(paths: Iterable[str]) -> dict[str, str]:
    """Return what old paths (as `spelled`) lead to here; those that lead nowhere are left out."""
    wanted, led = list(dict.fromkeys(paths)), dict[str, str]()
    for start in range(0, len(wanted), _AT_ONCE):
        led |= _where(wanted[start : start + _AT_ONCE])
    return led


def _where(paths: list[str]) -> dict[str, str]:
    homes = {path: found for path in paths if (found := _HOME.fullmatch(path))}
    slugs = {(found[2] or found[3]).casefold() for found in homes.values()}
    query = (
        select(Redirect.path, Redirect.target, Post.slug, Post.is_page)
        .outerjoin(Post, Post.id == Redirect.post_id)
        .where(Redirect.path.in_(paths), or_(Redirect.target.is_not(None), Post.id.is_not(None)))
    )
    led = {
        path: target or Post(slug=slug, is_page=is_page).path
        for path, target, slug, is_page in db.session.execute(query)
    }
    if slugs:
        lived = select(Post.slug, Post.is_page).where(and_(Post.slug_key.in_(slugs)))
        own = [Post(slug=slug, is_page=is_page).path for slug, is_page in db.session.execute(lived)]
        led |= {path.casefold(): path for path in own if path.casefold() in homes}
    return led | ({"/": "/"} if "/" in paths else {})


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2].casefold() if parts.scheme in {"http", "https"} else ""
    return host.removeprefix("www.").removesuffix(":443").removesuffix(":80")
