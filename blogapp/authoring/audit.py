"""Who did what: for owners to read, to search and to carry away."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, abort, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from blogapp.accounts.audit_models import ActorKind, AuditEvent
from blogapp.accounts.auditing import (
    LONGEST,
    SHORTEST,
    Place,
    Sought,
    list_actors,
    list_acts,
    list_events,
)
from blogapp.authoring.downloads import download, table
from blogapp.authoring.notices import say
from blogapp.authoring.sections import SECTIONS, demand_section, show_section
from blogapp.extensions import db
from blogapp.site.models import Site
from blogapp.site.reading import get_site
from blogapp.web.audit_wording import act_in_words
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.filters import current_site
from blogapp.web.forms import Form, row_id

KINDS = {
    ActorKind.PERSON: "",
    ActorKind.OPERATOR: _l("operator"),
    ActorKind.VISITOR: _l("somebody who was not signed in"),
    ActorKind.BLOG: _l("the blog itself"),
}
COLUMNS = (
    *("at", "by", "who", "who_id", "network", "act", "about", "about_id", "name", "details"),
)
_BATCH = 1000


class AuditForm(Form):
    """How long it is remembered."""

    audit_days = IntegerField(
        _l("Days until an event is forgotten"),
        [
            InputRequired(_l("Say how many days.")),
            NumberRange(SHORTEST, LONGEST, _l("From 30 to 3,650 days.")),
        ],
    )


@dataclass(frozen=True)
class _Filter:
    """What the page was asked for, as it stands in its address."""

    who: str
    act: str
    since: str
    until: str

    @classmethod
    def of_request(cls) -> "_Filter":
        return cls(*(request.args.get(name, "").strip() for name in ("who", "act", "from", "to")))

    @property
    def sought(self) -> Sought:
        """Return what is looked for. Raises `ValueError` for what is no person or no day."""
        return Sought(
            actor_id=row_id(self.who) if self.who else None,
            act=self.act,
            since=_begin_of(self.since),
            until=_begin_of(self.until, later=timedelta(days=1)),
        )

    @property
    def query(self) -> dict[str, str]:
        said = {"who": self.who, "act": self.act, "from": self.since, "to": self.until}
        return {name: value for name, value in said.items() if value}


def edit() -> AnyResponse:
    """Show what was done, newest first; on POST keep how long it is remembered."""
    demand_section("audit")
    demand_confirmed()
    site = get_site()
    form = AuditForm(obj=site)
    if form.validate_on_submit():
        _keep(form, site)
        say(_("Settings saved."))
        return redirect(url_for("authoring.edit_audit"), code=303)
    asked = _Filter.of_request()
    after = request.args.get("after", "")
    try:
        sought, place = asked.sought, Place.parse(after)
    except ValueError:
        abort(400)
    if (after and place is None) or "\0" in asked.act:
        abort(400)
    events, following = list_events(sought, after=place)
    return show_section(
        "audit",
        "authoring/audit.html",
        422 if form.errors else 200,
        form=form,
        events=events,
        following=following,
        is_first=place is None,
        asked=asked,
        actors=list_actors(),
        acts={act: act_in_words(act) for act in list_acts()},
        kinds=KINDS,
        in_words=act_in_words,
        section_names={name: section.label for name, section in SECTIONS.items()},
    )


def download_events(form: str) -> Response:
    """All that was done, or what was asked for: JSON Lines, or a table."""
    demand_section("audit")
    demand_confirmed()
    asked = _Filter.of_request()
    try:
        sought = asked.sought
    except ValueError:
        abort(400)
    if "\0" in asked.act:
        abort(400)
    note("audit.downloaded", form=form, only=[f"{k}: {v}" for k, v in asked.query.items()])
    db.session.commit()
    name = f"audit-{now():%Y-%m-%d}.{form}"
    events = map(as_record, _all(sought))
    if form == "jsonl":
        lines = (json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in events)
        return download(stream_with_context(lines), name, "application/jsonl")
    rows = ([_cell(each[column]) for column in COLUMNS] for each in events)
    return download(stream_with_context(table(COLUMNS, rows)), name, "text/csv; charset=utf-8")


def as_record(event: AuditEvent) -> dict[str, Any]:
    """Return an event as machines read it, times in UTC (RFC 3339)."""
    return {
        "at": event.at.isoformat(timespec="seconds"),
        "by": str(event.actor_kind),
        "who": event.actor_label,
        "who_id": event.actor_id,
        "network": event.network,
        "act": event.act,
        "about": event.about_type,
        "about_id": event.about_id,
        "name": event.about_label,
        "details": event.details,
    }


def _all(sought: Sought) -> Iterator[AuditEvent]:
    place = None
    while True:
        events, place = list_events(sought, after=place, limit=_BATCH)
        yield from events
        if place is None:
            return
        # What was handed over is not needed any more.
        db.session.expunge_all()


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


def _begin_of(text: str, later: timedelta = timedelta(0)) -> datetime | None:
    """Return when a day begins in the blog's zone. Raises `ValueError` for what is no day."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text) + later, time(), current_site().zone)
    except OverflowError as error:
        raise ValueError(text) from error


def _keep(form: AuditForm, site: Site) -> None:
    was = site.audit_days
    site.audit_days = form.audit_days.data or was
    db.session.add(site)
    note("settings.saved", "audit", days=f"{was} to {site.audit_days}")
    db.session.commit()
