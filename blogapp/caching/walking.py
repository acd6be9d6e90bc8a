"""Walking through the whole public site: every address that a file server could have a file for.

What the database knows comes first, the most read before the rest; the pages of a list, the
batches that scrolling asks for and the files of code are where the pages themselves lead.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape

from flask import Flask
from werkzeug.test import Client, TestResponse

from blogapp.extensions import db
from blogapp.posts.enumerating import count_public, list_public
from blogapp.posts.indexing import list_indexed_places
from blogapp.web.clock import now

# Further batches come when a reader asks for them, and are few people's.
LAST_BATCH = 4
_OVERVIEWS = ("tags", "archive")
_FEEDS = ("feed", "rss", "json_feed")
_MACHINES = ("sitemap", "robots", "llms", "opensearch", "manifest", "security")
_AT_ONCE = 1_000

_LINK = re.compile(r"""\s(?:href|hx-get|hx-replace-url)=(?:"([^"#]+)"|'([^'#]+)'|([^\s"'>#]+))""")
_PART = re.compile(r"<loc>[^<]*(/sitemap-\d+\.xml)</loc>")
_CODE = re.compile(r"/(?:posts|pages)/[^/?]+/code/\d+/[^/?]+")
_PAGE = re.compile(r"(?:page|through)=\d+")
_BATCH = re.compile(r"page=(\d+)&after=[^&]+&fragment=posts")
_OF_TAGS = re.compile(r"(?:sort=used|letter=[^&]+)(?:&page=\d+)?")

# Given an address, does with it what the walk is for, and returns its text; None if it has none.
Visit = Callable[[str], str | None]


def walk(app: Flask, visit: Visit, *, last_batch: int = LAST_BATCH) -> None:
    """Call ``visit`` with the address of every public page, file and feed, each once.

    Addresses are as in links, without the base path. Nothing is open in between. Batches are
    followed up to page ``last_batch``.
    """
    # Deep pages are many, and read seldom: they come last.
    later, seen = deque[str](), set[str]()

    def go(address: str) -> None:
        near = [address]
        while near:
            address = near.pop()
            text = visit(address) or ""
            for following in leads_to(address, text, app.config["BASE_PATH"], last_batch):
                if following not in seen:
                    seen.add(following)
                    is_deep = "page=" in following and "fragment=" not in following
                    (later if is_deep else near).append(following)

    for address in list_addresses(app):
        go(address)
    while later:
        go(later.popleft())


def fetch(app: Flask, address: str) -> TestResponse:
    """Return the answer to any address, kept or not, as a reader gets it."""
    config = app.config
    origin = config["PUBLIC_URL"].removesuffix(config["BASE_PATH"])
    return Client(app).get(f"{config['BASE_PATH']}{address}", base_url=origin)


def count_addresses(app: Flask) -> int:
    """Return about how many addresses `walk` begins with; pages lead to more."""
    with app.app_context():
        return 2 * count_public(now()) + len(list_indexed_places(now())) + 10


def list_addresses(app: Flask) -> Iterator[str]:
    """Yield the addresses that the database knows of, the most read first."""
    adapter = app.url_map.bind("localhost")

    def address(name: str, **values: object) -> str:
        return adapter.build(f"public.{name}", values)

    for name in ("index", *_OVERVIEWS, *_FEEDS):
        yield address(name)
    with app.app_context():
        places = list_indexed_places(now())
    years = set()
    for place in places:
        if place.key == "month":
            year, month = divmod(int(place.slug), 100)
            years.add(year)
            yield address("month", year=year, month=month)
        else:
            yield address(place.key, slug=place.slug)
    for year in sorted(years, reverse=True):
        yield address("year", year=year)
    for is_page, is_about, slug in _posts(app):
        kind = "page" if is_page else "post"
        # First, since the code of a post is made of that.
        yield address(f"{kind}_markdown", slug=slug)
        yield address("about") if is_about else address(kind, slug=slug)
    for name in _MACHINES:
        yield address(name)


def leads_to(address: str, text: str, base: str, last_batch: int = LAST_BATCH) -> Iterator[str]:
    """Yield the addresses that are known from this one's text alone."""
    path = address.partition("?")[0]
    if path == "/sitemap.xml":
        yield from (match[1] for match in _PART.finditer(text))
    if path.endswith((".xml", ".json", ".txt", ".md")) and path.count("/") == 1:
        return
    for match in _LINK.finditer(text):
        link = unescape(match[1] or match[2] or match[3])
        if link.startswith(f"{base}/"):
            link = link[len(base) :]
            place, _, query = link.partition("?")
            if (place == path and _is_part(path, query, last_batch)) or _CODE.fullmatch(link):
                yield link


def _is_part(path: str, query: str, last_batch: int) -> bool:
    """Whether this is a further page of the same, or a batch that scrolling asks for."""
    if batch := _BATCH.fullmatch(query):
        return int(batch[1]) <= last_batch
    is_of_tags = path == "/tags" and _OF_TAGS.fullmatch(query)
    return bool(_PAGE.fullmatch(query) or is_of_tags)


def _posts(app: Flask) -> Iterator[tuple[bool, bool, str]]:
    last = None
    while True:
        with app.app_context():
            posts = list_public(now(), after=last, limit=_AT_ONCE)
            found = [(post.is_page, post.path == "/about", post.slug) for post in posts]
            last = posts[-1] if posts else None
            if last:
                db.session.expunge(last)
        yield from found
        if len(found) < _AT_ONCE:
            return
