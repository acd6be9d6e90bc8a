"""Everything that can go wrong with a post, by name."""


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
