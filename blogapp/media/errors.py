"""Everything that can go wrong with a file that somebody wants to store, by name."""


class MediaError(Exception):
    """Base class: catch this to catch them all."""


class TooLarge(MediaError):
    """The file has more bytes than the store takes."""


class TooManyPixels(MediaError):
    """Decoding the image would take more memory than is reasonable."""


class TooCostly(MediaError):
    """Reading the image took longer, or more memory, than any honest one does."""


class NotAnImage(MediaError):
    """The content is no image of a kind that browsers show and that cannot run anything."""


class UnwantedKind(MediaError):
    """Files of this kind are not kept."""


class BadAttachment(MediaError):
    """The content is not what the name's ending says, or unpacks to more than anybody wants."""


class TooManyUploads(MediaError):
    """Somebody has begun to send more files than anybody sends at once."""
