"""`blogapp …`: the operator's whole tool."""

import errno

import click
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, IntegrityError

from blogapp.cli import (
    accounts,
    auditing,
    backups,
    demonstration,
    exporting,
    freezing,
    inspecting,
    media,
    messages,
    presets,
    purging,
    redirects,
    rendering,
    running,
    searching,
    synthesis,
    theming,
    upgrading,
)
from blogapp.cli.importing import importing
from blogapp.cli.working import jobs, worker
from blogapp.config import BadSetting
from blogapp.migrations import TablesInUse

# What SQLite says, and what to do about it.
_ADVICE = {
    "database is locked": "another process is writing to the database; try again when it is done",
    "database or disk is full": "the disk is full; make room and run this again",
    "disk I/O error": "the disk is full or damaged; make room and run this again",
    "readonly database": "the instance folder cannot be written by this user",
    "unable to open database file": "its folder is missing or cannot be written by this user",
    "file is not a database": "the database file is damaged; restore a copy",
    "database disk image is malformed": "the database file is damaged; restore a copy",
}
# What the system says.
_ADVICE_OF_DISKS = {
    errno.ENOSPC: "the disk is full; make room and run this again",
    errno.EDQUOT: "this user's part of the disk is full; make room and run this again",
    errno.EROFS: "the disk takes nothing; name a place that can be written",
}


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
    rendering.render,
    inspecting.doctor,
    media.media,
    searching.search,
    theming.theme,
    presets.preset,
    redirects.redirects,
    synthesis.synth,
    freezing.freeze,
    exporting.export,
    exporting.verify,
    backups.backup,
    backups.restore,
    messages.mail,
    auditing.audit,
    purging.purge,
    worker,
    jobs,
    upgrading.upgrade,
):
    group.add_command(command)


def main() -> None:
    """Run the command line; errors are one line that says what to do."""
    try:
        group(prog_name="blogapp")
    except BadSetting as error:
        raise SystemExit(f"blogapp: {error}") from None
    except CommandError:
        problem = "the database was made by a newer version: install that, or restore a copy"
        raise SystemExit(f"blogapp: {problem}") from None
    except TablesInUse as error:
        raise SystemExit(f"blogapp: {error}") from None
    except DBAPIError as error:
        raise SystemExit(f"blogapp: {_advice(error)}") from None
    except OSError as error:
        raise SystemExit(f"blogapp: {_told_of_disk(error)}") from None


def in_one_line(error: DBAPIError | OSError) -> str:
    """Return what a database or a disk says, and what to do about it."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return _advice(error)


def _told_of_disk(error: OSError) -> str:
    advice = _ADVICE_OF_DISKS.get(error.errno or 0)
    return f"{advice} ({error})" if advice else str(error)


def _advice(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    reason = lines[0] if lines else type(error.orig).__name__
    for words, advice in _ADVICE.items():
        if words in reason:
            return f"{advice} ({reason})"
    if isinstance(error, IntegrityError):
        return f"another process wrote the same at the same moment; run this again ({reason})"
    return f"the database does not answer: {reason}"
