"""What the feeds of generators call a post, so that no subscriber sees it as new."""

from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from blogapp.importing.surveying import Kind

_SAFE = "/:@!$&'()*+,;=~.-_"


def feed_id(kind: Kind, base_url: str, path: str, *, slug: str, local: datetime | None) -> str:
    """Return the id in a generator's usual feed; empty where there is none.

    ``path`` is where the site published the post, as the site wrote it; ``local`` the date on
    the site's own clock.

    >>> feed_id(Kind.JEKYLL, "https://a.example", "/2024/03/05/x.html", slug="x", local=None)
    'https://a.example/2024/03/05/x'
    >>> feed_id(Kind.HUGO, "https://a.example/blog", "/posts/X/", slug="X", local=None)
    'https://a.example/blog/posts/x/'
    >>> feed_id(Kind.PELICAN, "https://a.example", "/x.html", slug="x", local=datetime(2024, 3, 5))
    'tag:a.example,2024-03-05:/x.html/'
    """
    if not (base_url and path):
        return ""
    if kind is Kind.JEKYLL:
        # jekyll-feed: the post's id, which is its folder and its slug, as a whole address.
        above = str(PurePosixPath(path).parent).rstrip("/")
        return f"{base_url}{quote(f'{above}/{slug}', safe=_SAFE)}"
    if kind is Kind.PELICAN:
        # feedgenerator: a tag URI (RFC 4151) of the link; its fragment, empty, comes last.
        parts = urlsplit(f"{base_url}{path}")
        day = f",{local:%Y-%m-%d}" if local else ""
        return f"tag:{parts.hostname}{day}:{parts.path}/"
    if kind is Kind.HUGO:
        path = path.lower()
    if kind in {Kind.HUGO, Kind.ASTRO, Kind.ELEVENTY}:
        return f"{base_url}{quote(path, safe=_SAFE)}"
    return ""
