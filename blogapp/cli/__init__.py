"""`blogapp …`: the operator's whole tool."""

import click
from sqlalchemy.exc import OperationalError

from blogapp.cli import accounts, demonstration, inspecting, running, synthesis
from blogapp.cli.importing import importing
from blogapp.config import BadSetting


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="blogapp")
def group() -> None:
    """Run an engineering blog: start it, fill it, look after it."""


for command in (
    running.init,
    running.serve,
    demonstration.demo,
    accounts.author,
    importing,
    inspecting.render,
    inspecting.doctor,
    synthesis.synth,
):
    group.add_command(command)


def main() -> None:
    """Run the command line; errors are one line that says what to do."""
    try:
        group(prog_name="blogapp")
    except BadSetting as error:
        raise SystemExit(f"blogapp: {error}") from None
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SystemExit(f"blogapp: the database does not answer: {reason}") from None
