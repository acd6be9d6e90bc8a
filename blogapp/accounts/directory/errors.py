"""What can go wrong between the blog and the directory, by name."""

from blogapp.accounts.errors import AccountError


class DirectoryError(AccountError):
    """Base class: catch this to catch them all. Messages hold no secrets and no tokens."""


class BadDirectory(DirectoryError):
    """A setting of the directory cannot be used."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(problem)
        self.setting = setting


class DirectoryAway(DirectoryError):
    """The directory does not answer, or what it answers is no answer."""


class NotConfirmed(DirectoryError):
    """The directory said no: it was told to, or the person did not go through with it."""


class BadToken(DirectoryError):
    """What came as the word of the directory is not, or is not meant for this blog."""


class Gone(DirectoryError):
    """The directory no longer knows this session, or the person in it."""


class NoRole(DirectoryError):
    """The directory knows the person, and gives them no part in this blog."""


class NoEmail(DirectoryError):
    """The directory names no e-mail address that an account could have."""


class NotJoined(DirectoryError):
    """Another account has the address, and may not become this person's."""


class Closed(DirectoryError):
    """The account is disabled here, whatever the directory says."""
