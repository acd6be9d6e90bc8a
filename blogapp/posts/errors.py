"""Everything that can go wrong with a post, by name."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogapp.posts.approving import Clearance
    from blogapp.posts.models import Named


class PostError(Exception):
    """Base class: catch this to catch them all."""


class SlugTaken(PostError):
    """Another post already lives at this address."""


class BadSlug(PostError):
    """The text cannot be part of an address."""


class BadName(PostError):
    """A tag, a domain or a series needs a name that somebody can read."""


class NameTaken(PostError):
    """Another one of its kind has the name, or has it as an alias."""

    def __init__(self, message: str, holder: "Named") -> None:
        super().__init__(message)
        self.holder = holder


class BodyTooLong(PostError):
    """The body is over a megabyte."""


class OutOfStep(PostError):
    """A change of a text that nobody knows any more; the whole text can be sent instead."""


class NothingToPublish(PostError):
    """The post has no title or no body yet."""


class NotApproved(PostError):
    """The text needs approvals that it does not have."""

    def __init__(self, clearance: "Clearance") -> None:
        super().__init__(f"Approvals are missing: {clearance.missing}.")
        self.clearance = clearance


class NotInReview(PostError):
    """Somebody ended the review, or never asked for it."""


class AnotherText(PostError):
    """What was decided about is not what the post says by now."""


class OwnText(PostError):
    """Nobody approves a text that they wrote, signed, or asked others to approve."""


class SkippedTime(PostError):
    """The clock never shows this time: it is put forward over it."""

    def __init__(self, next_valid: datetime) -> None:
        super().__init__(f"The clock skips that time; the next one is {next_valid:%H:%M}.")
        self.next_valid = next_valid  # naive, in the same zone
