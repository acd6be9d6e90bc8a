"""Everything that can go wrong with an account, by name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogapp.accounts.factor_models import Passkey


class AccountError(Exception):
    """Base class: catch this to catch them all."""


class EmailTaken(AccountError):
    """Another author already has this address."""


class BadEmail(AccountError):
    """The text is not an e-mail address."""


class WeakPassword(AccountError):
    """The password is shorter than ``least`` characters, or too long."""

    def __init__(self, message: str, *, least: int = 15) -> None:
        super().__init__(message)
        self.least = least


class CommonPassword(WeakPassword):
    """Others would try this password: it is common, a pattern, or says who its owner is."""


class TooBusy(AccountError):
    """More people prove who they are at this moment than the machine should look at."""


class NoSuchAuthor(AccountError):
    """Nobody has this e-mail address."""


class NotAllowed(AccountError):
    """Whoever asks may not do this to that person."""


class LastOwner(AccountError):
    """Without this person nobody who can sign in would own the blog."""


class TooManyInvited(AccountError):
    """More invitations than anybody makes by hand."""


class LinkExpired(AccountError):
    """The link was used, is over its time, or was never made."""


class SealBroken(AccountError):
    """A sealed text cannot be opened: another secret key sealed it, or it was changed."""


class StepExpired(AccountError):
    """What was begun is over its time, is done already, or was never begun."""


class PasskeyRefused(AccountError):
    """What a device made for a passkey is not what was asked for."""


class PasskeyUnknown(PasskeyRefused):
    """The passkey with this id, in base64url, was removed here, or never was here."""

    def __init__(self, id: str) -> None:
        super().__init__("This passkey is not registered here.")
        self.id = id


class PasskeyCopied(PasskeyRefused):
    """A passkey counts backwards: somebody may have copied it."""

    def __init__(self, passkey: "Passkey") -> None:
        super().__init__("The passkey counts backwards.")
        self.passkey = passkey


class TooManyPasskeys(AccountError):
    """The account has as many passkeys as it may have."""


class LastFactor(AccountError):
    """The blog demands a second factor of this person, and this one is the last."""
