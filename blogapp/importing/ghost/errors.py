"""What may be wrong with a document of Ghost's."""

from blogapp.importing.errors import ImportingError


class NotThatFormat(ImportingError):
    """A document that is not in the format it says; another of the same post may be."""
