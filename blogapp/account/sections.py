"""The pages of an account, in the order of their navigation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Section:
    """A page of the account: ``name`` is what its template calls itself (``chosen``)."""

    name: str
    label: LazyString
    endpoint: str
    # Where it says no, the page is not offered.
    is_offered: Callable[[], bool] = lambda: True

    @property
    def address(self) -> str:
        return url_for(f"account.{self.endpoint}")


@dataclass(frozen=True)
class Group:
    """Pages that stand together."""

    label: LazyString
    sections: Sequence[Section]


GROUPS = (
    Group(_l("What readers see"), (Section("profile", _l("Profile"), "edit_profile"),)),
    Group(
        _l("Signing in"),
        (
            Section("password", _l("Password and e-mail"), "edit_password"),
            Section("factors", _l("Second factor and passkeys"), "edit_factors"),
            Section("sessions", _l("Sessions"), "list_sessions"),
        ),
    ),
    Group(
        _l("What you are told"),
        (Section("notifications", _l("Notifications"), "edit_notifications"),),
    ),
)


def open_groups() -> Sequence[Group]:
    """Return the groups of pages that this account has."""
    offered = [
        Group(group.label, [section for section in group.sections if section.is_offered()])
        for group in GROUPS
    ]
    return [group for group in offered if group.sections]


def find_section(name: str) -> Section:
    """Return the page of this name. Raises `LookupError`."""
    for group in GROUPS:
        for section in group.sections:
            if section.name == name:
                return section
    raise LookupError(name)


def offer_to_templates() -> dict[str, Any]:
    """What the account's pages may ask: where one is, and which others there are."""
    return {"account_groups": open_groups, "account_section": find_section}
