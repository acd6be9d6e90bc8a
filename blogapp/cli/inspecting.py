"""Looking after the blog: `doctor`."""

import json
import os
from collections.abc import Iterator

import click

from blogapp import create_app
from blogapp.cli.examining import Finding, examine
from blogapp.cli.examining.settings import misspelt
from blogapp.config import BadSetting, Config


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each finding.")
def doctor(as_json: bool) -> None:
    """Look at everything the blog needs, and say what to do about each problem.

    Nothing is changed. The status is 1 where there is a problem; warnings leave it 0.
    """
    problems = 0
    for finding in _findings():
        problems += finding.level == "problem"
        click.echo(_line(finding) if as_json else f"{finding.level:8} {finding.message}")
    if problems:
        raise SystemExit(1)


def _findings() -> Iterator[Finding]:
    try:
        app = create_app(Config.from_env())
    except BadSetting as error:
        yield Finding("settings", "problem", str(error))
        for sentence in misspelt(os.environ):
            yield Finding("settings", "warning", sentence)
        return
    with app.app_context():
        yield from examine(app)


def _line(finding: Finding) -> str:
    return json.dumps(finding.__dict__, ensure_ascii=False)
