"""Everything that can go wrong with an export, by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath


class ExportError(Exception):
    """Base class: catch this to catch them all."""


class NotEmpty(ExportError):
    """Something lies where an export would be written that no export has put there."""


class Busy(ExportError):
    """Another export is writing the same folder."""


class BadExport(ExportError):
    """What is read is no export, or one that somebody damaged; says which file and line."""

    def __init__(self, path: str | PurePosixPath, what: str, line: int = 1) -> None:
        super().__init__(" ".join(f"{path}:{line}: {what}".splitlines()))
        self.path, self.what, self.line = str(path), what, line


class BadValue(ExportError):
    """A value is none that its field can hold; says which field and why."""


@contextmanager
def within(path: str, line: int = 1) -> Iterator[None]:
    """Let a bad value be one of this file and line."""
    try:
        yield
    except BadValue as error:
        raise BadExport(path, str(error), line) from error
