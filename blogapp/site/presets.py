"""Ways to list posts that many blogs have: settings that go together, under a name.

A preset changes how posts are listed, never what the owner says over the list or below it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from blogapp.site.models import Site

AMERICAN = "%b %-d, %Y"  # Mar 8, 2025
# Instead of a preset's name: what the last one replaced.
BEFORE = "before"

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "cards-with-tags": {
            "layout": "cards",
            "list_parts": ["filters"],
            "card_fields": ["domain", "minutes", "title", "summary", "tags"],
            "page_size": 9,
        },
        "knowledge-log": {
            "layout": "log",
            "list_parts": ["filters", "overview"],
            "card_fields": ["domain", "date", "title", "summary"],
            "page_size": 20,
            "date_format": AMERICAN,
        },
        "summaries-only": {
            "layout": "minimal",
            "list_parts": [],
            "card_fields": ["summary"],
            "page_size": 20,
        },
        "plain-dated-list": {
            "layout": "minimal",
            "list_parts": [],
            "card_fields": ["date", "title", "summary"],
            "page_size": 20,
            "date_format": AMERICAN,
        },
        "hero-and-excerpts": {
            "layout": "minimal",
            "list_parts": [],
            "card_fields": ["title", "summary"],
            "page_size": 12,
        },
    }
)


def apply_preset(name: str, site: Site) -> None:
    """Give ``site`` the settings of a preset, and keep those that they replace.

    `BEFORE` puts back what the last preset replaced, and keeps what stood there in turn.
    A preset that changes nothing leaves that alone. Raises `KeyError` for a name that is none.
    """
    if not changes(name, site):
        return
    values = values_of(name, site)
    replaced = {column: getattr(site, column) for column in values}
    for column, value in values.items():
        setattr(site, column, value)
    site.before_preset = {"preset": name, "values": replaced}


def values_of(name: str, site: Site) -> Mapping[str, Any]:
    """Return the settings that a preset stands for, by column. Raises `KeyError`."""
    if name == BEFORE:
        kept: Mapping[str, Any] = site.before_preset["values"]
        return kept
    return PRESETS[name]


def changes(name: str, site: Site) -> dict[str, tuple[Any, Any]]:
    """Return what a preset would change, by column: what is set now, and what would be.

    Raises `KeyError`.
    """
    found = {}
    for column, value in values_of(name, site).items():
        now = getattr(site, column)
        same = set(now) == set(value) if isinstance(value, list) else now == value
        if not same:
            found[column] = (now, value)
    return found
