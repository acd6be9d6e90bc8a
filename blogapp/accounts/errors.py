"""Everything that can go wrong with an account, by name."""


class AccountError(Exception):
    """Base class: catch this to catch them all."""


class EmailTaken(AccountError):
    """Another author already has this address."""


class BadEmail(AccountError):
    """The text is not an e-mail address."""


class WeakPassword(AccountError):
    """The password is too short or too long."""


class NoSuchAuthor(AccountError):
    """Nobody has this e-mail address."""


class LinkExpired(AccountError):
    """The link was used, is over its time, or was never made."""


class SealBroken(AccountError):
    """A sealed text cannot be opened: another secret key sealed it, or it was changed."""


class StepExpired(AccountError):
    """What was begun is over its time, is done already, or was never begun."""
