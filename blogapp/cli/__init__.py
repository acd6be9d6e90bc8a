"""`blogapp …`: the operator's whole tool."""

import click

from blogapp.cli import running
from blogapp.config import BadSetting


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Run an engineering blog: start it, fill it, look after it."""


for command in (running.init, running.serve):
    group.add_command(command)


def main() -> None:
    """Run the command line; errors are one line that says what to do."""
    try:
        group(prog_name="blogapp")
    except BadSetting as error:
        raise SystemExit(f"blogapp: {error}") from None
