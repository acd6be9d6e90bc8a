"""A list of links in a form: rows that can be moved, taken out and added without scripts."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

from blogapp.site.models import Link
from blogapp.text.name_lists import one_line
from blogapp.text.origins import is_linkable

ROWS = "rows"  # the name of the buttons; their value says which row, and what to do
_LONGEST_LABEL = 60
_EMPTY: Link = {"label": "", "address": ""}


class LinksField(Field):
    """Labels and addresses, sent as ``NAME-label`` and ``NAME-address`` in the rows' order.

    `data` holds the rows that say something; `rows` those to show, an empty one last.
    """

    data: list[Link]

    def __init__(
        self, label: Any = None, *, most: int, needs_address: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.most = most
        self.needs_address = needs_address
        self.wrong: dict[tuple[int, str], str] = {}
        # What is worth knowing about a row, though it is kept: it leads nowhere.
        self.odd: dict[int, str] = {}
        # What can be chosen instead of typed, by what it is.
        self.offered: Mapping[Any, Sequence[Link]] = {}
        self.focus: tuple[int, str] | None = None
        self.spare = 1

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the rows from the form that was sent, else from what is stored."""
        super().process(None, data, extra_filters)
        sent = formdata and f"{self.name}-label" in formdata
        if not sent:
            self.data = self.shown = [*(self.data or [])]
            return
        labels = formdata.getlist(f"{self.name}-label")
        addresses = formdata.getlist(f"{self.name}-address")
        self.shown = [
            {"label": one_line(label), "address": one_line(address)}
            for label, address in zip(labels, addresses, strict=False)
        ]
        sent_rows = len(self.shown)
        while self.shown and self.shown[-1] == _EMPTY:
            self.shown.pop()
        self.spare = max(1, sent_rows - len(self.shown))
        self.data = [row for row in self.shown if row != _EMPTY]

    @property
    def rows(self) -> Sequence[Link]:
        """The rows to show: those that say something, and empty ones while there is room."""
        room = max(0, self.most - len(self.shown))
        return [*self.shown, *([_EMPTY] * min(self.spare, room))]

    def add(self, address: str) -> None:
        """Add a row with what is offered at an address, if anything is and there is room."""
        links = [link for some in self.offered.values() for link in some]
        found = next((link for link in links if link["address"] == address), None)
        if found and len(self.shown) < self.most:
            self.shown = [*self.shown, found]
            self.data = [row for row in self.shown if row != _EMPTY]
            self.focus = (len(self.shown) - 1, "label")

    def change(self, at: int, act: str) -> None:
        """Move the row ``up`` or ``down``, ``remove`` it, or ``add`` an empty one."""
        if act == "add":
            self.spare += 1
            self.focus = (len(self.rows) - 1, "label")
        rows = [*self.shown]
        if not 0 <= at < len(rows):
            return
        row = rows.pop(at)
        to = {"up": max(at - 1, 0), "down": min(at + 1, len(rows))}.get(act, at)
        if act != "remove":
            rows.insert(to, row)
        self.shown = rows
        self.data = [row for row in rows if row != _EMPTY]
        self.focus = self._next_focus(to, act)

    def _next_focus(self, at: int, act: str) -> tuple[int, str]:
        """The row and the part of it where the keyboard goes on: the same button while it works."""
        last = len(self.rows) - 1
        if act == "up":
            return (at, "up" if at else "down")
        if act == "down":
            return (at, "down" if at < last else "up")
        return (min(at, last), "label")

    def pre_validate(self, form: Any) -> None:
        """Say beside each row what is wrong with it."""
        for at, row in enumerate(self.shown):
            if row != _EMPTY:
                self._check(at, row)
        if len(self.data) > self.most:
            raise ValidationError(_("At most %(most)s rows have room here.", most=self.most))
        if self.wrong:
            raise ValidationError(_("A row needs another look."))

    def _check(self, at: int, row: Mapping[str, Any]) -> None:
        if not row["label"]:
            self.wrong[at, "label"] = _("Write what the link says.")
        elif len(row["label"]) > _LONGEST_LABEL:
            self.wrong[at, "label"] = _("At most %(most)s characters.", most=_LONGEST_LABEL)
        if not row["address"]:
            if self.needs_address:
                self.wrong[at, "address"] = _("Write where the link leads.")
        elif not is_linkable(row["address"]):
            self.wrong[at, "address"] = _(
                "Write a path of this blog, such as /tags, or a whole address: https://…"
            )


def asked_change(value: str) -> tuple[str, int, str] | None:
    """Return field, row and act that a button's value names; None for anything else.

    >>> asked_change("navigation:2:up"), asked_change("x")
    (('navigation', 2, 'up'), None)
    """
    name, _first, rest = value.partition(":")
    at, _second, act = rest.partition(":")
    if not (name and at.isascii() and at.isdigit() and len(at) < 4 and act):
        return None
    return name, int(at), act
