"""Everything that can go wrong with a post, by name."""

from datetime import datetime


class PostError(Exception):
    """Base class: catch this to catch them all."""


class SlugTaken(PostError):
    """Another post already lives at this address."""


class BadSlug(PostError):
    """The text cannot be part of an address."""


class BodyTooLong(PostError):
    """The body is over a megabyte."""


class NothingToPublish(PostError):
    """The post has no title or no body yet."""


class StaleVersion(PostError):
    """Someone saved the post after this copy of it was read."""


class SkippedTime(PostError):
    """The clock never shows this time: it is put forward over it."""

    def __init__(self, next_valid: datetime) -> None:
        super().__init__(f"The clock skips that time; the next one is {next_valid:%H:%M}.")
        self.next_valid = next_valid  # naive, in the same zone
