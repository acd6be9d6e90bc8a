"""Telling from an address which network it leads to, for the icon of a link."""

from urllib.parse import urlsplit

_BY_HOST = {
    "github.com": "code",
    "gitlab.com": "code",
    "codeberg.org": "code",
    "sr.ht": "code",
    "linkedin.com": "linkedin",
    "x.com": "x",
    "twitter.com": "x",
    "youtube.com": "video",
    "vimeo.com": "video",
    "bsky.app": "bluesky",
    "stackoverflow.com": "stack",
}
_FEEDS = (".xml", ".rss", ".atom", "/feed", "/rss")


def network_of(address: str) -> str:
    """Return the network's name in `ui/networks.html`; ``web`` for any other place.

    >>> network_of("https://www.github.com/ada"), network_of("https://hachyderm.io/@ada")
    ('code', 'fediverse')
    >>> network_of("mailto:ada@example.com"), network_of("https://example.com")
    ('mail', 'web')
    """
    if address.startswith("mailto:"):
        return "mail"
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    for known, network in _BY_HOST.items():
        if host == known or host.endswith(f".{known}"):
            return network
    if parts.path.endswith(_FEEDS):
        return "feed"
    return "fediverse" if parts.path.startswith("/@") else "web"
