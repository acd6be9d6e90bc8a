"""The readers there are, by the word that asks for each; imported only then."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from blogapp.importing.sources import Source
from blogapp.outgoing.fetching import Fetcher


@dataclass(frozen=True)
class Reader:
    """Reads one kind of export.

    ``opener`` names, as "module:function", what takes a path and the keywords ``name``,
    ``base_url`` and ``zone`` and returns the `Source`. ``about`` is the help of its command.
    """

    opener: str
    about: str
    # Likewise what takes an address of the web and the keyword ``fetcher`` too; empty for none.
    web: str = ""

    def open(self, path: Path, *, zone: ZoneInfo, name: str = "", base_url: str = "") -> Source:
        """Return the source at ``path``, a context. Raises `NoSite` with what is wrong with it.

        Dates without an offset are read in ``zone``; ``name`` and ``base_url`` count before
        what the export says of itself.
        """
        source: Source = _named(self.opener)(path, zone=zone, name=name, base_url=base_url)
        return source

    def open_web(
        self, address: str, *, fetcher: Fetcher, zone: ZoneInfo, name: str = "", base_url: str = ""
    ) -> Source:
        """Return the source at an address of the web, likewise."""
        source: Source = _named(self.web)(
            address, fetcher=fetcher, zone=zone, name=name, base_url=base_url
        )
        return source


def _named(place: str) -> Callable[..., Source]:
    module, _, function = place.partition(":")
    found: Callable[..., Source] = getattr(importlib.import_module(module), function)
    return found


READERS: dict[str, Reader] = {
    "feed": Reader(
        "blogapp.importing.feeds:open_feed",
        "Take in a feed at PATH: RSS, Atom or JSON Feed, a folder with its pages, or an address.",
        web="blogapp.importing.feeds.paging:open_web_feed",
    ),
    "ghost": Reader(
        "blogapp.importing.ghost:open_ghost",
        "Take in a Ghost export at PATH: JSON, or a ZIP or folder with the content beside it.",
    ),
    "medium": Reader(
        "blogapp.importing.medium:open_medium", "Take in the export of Medium at PATH, a ZIP."
    ),
    "substack": Reader(
        "blogapp.importing.substack:open_substack", "Take in the export of Substack at PATH, a ZIP."
    ),
    "blogger": Reader(
        "blogapp.importing.blogger:open_blogger",
        "Take in a Blogger blog at PATH: Google Takeout, a backup, or its API's JSON.",
    ),
    "beehiiv": Reader(
        "blogapp.importing.beehiiv:open_beehiiv", "Take in the posts of beehiiv at PATH, a CSV."
    ),
    "buttondown": Reader(
        "blogapp.importing.buttondown:open_buttondown",
        "Take in the export of Buttondown at PATH, a ZIP.",
    ),
    "wordpress": Reader(
        "blogapp.importing.wordpress:open_wordpress",
        "Take in a WordPress export at PATH: WXR (.xml), or a ZIP or folder with the uploads.",
    ),
}
