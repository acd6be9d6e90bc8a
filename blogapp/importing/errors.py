"""Everything that can go wrong with a source file, by name."""


class ImportingError(Exception):
    """Base class. ``line`` is where in the file, counted from 1, when that is known."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


class Unreadable(ImportingError):
    """The file is no text: not UTF-8, or it cannot be opened."""


class BrokenFrontMatter(ImportingError):
    """The block above the body does not parse."""


class NotAPost(ImportingError):
    """A page, a section, a readme: sound, but nothing for the listing."""


class NoSite(ImportingError):
    """Nothing under this path looks like posts."""


class BrokenXml(Unreadable):
    """The file is no XML, ends in the middle, or declares what an honest export has no use for."""


class BrokenArchive(NoSite):
    """A ZIP that is damaged, locked, or made to do harm when it is unpacked."""
