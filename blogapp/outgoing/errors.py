"""What can go wrong with a request to another machine, by name."""


class RequestRefused(Exception):
    """The address is not asked, or what it answers is not taken; the message says why."""


class Silent(RequestRefused):
    """A host that cannot be found, does not answer, takes too long to, or asks for rest."""
