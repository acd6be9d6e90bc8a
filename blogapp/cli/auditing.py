"""Who did what: `audit`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from blogapp.accounts.auditing import Sought, list_events
from blogapp.authoring.audit import as_record
from blogapp.cli.opening import opened_blog


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@click.option("--act", default="", help="Only this act, as post.deleted.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines.")
def audit(since: datetime | None, act: str, as_json: bool) -> None:
    """Who did what that can do harm, newest first."""
    with opened_blog():
        sought = Sought(act=act, since=since and since.replace(tzinfo=UTC))
        place = None
        while True:
            events, place = list_events(sought, after=place, limit=500)
            for event in events:
                record = as_record(event)
                click.echo(json.dumps(record, ensure_ascii=False) if as_json else _line(record))
            if place is None:
                return


def _line(record: Mapping[str, Any]) -> str:
    details = ", ".join(f"{name}: {_said(value)}" for name, value in record["details"].items())
    who, network = record["who"] or record["by"], record["network"] or "-"
    return "\t".join([record["at"], who, network, record["act"], record["name"], details]).rstrip()


def _said(value: object) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)
