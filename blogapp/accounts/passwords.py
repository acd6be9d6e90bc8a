"""Passwords: what is accepted, how it is kept, how it is compared."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from blogapp.accounts.errors import WeakPassword

LEAST, MOST = 15, 128  # characters

# OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


def hashed(password: str) -> str:
    """Return the argon2id hash to keep. Raises `WeakPassword` for a bad length."""
    if len(password) < LEAST:
        raise WeakPassword(f"A password has at least {LEAST} characters.")
    if len(password) > MOST:
        raise WeakPassword(f"A password has at most {MOST} characters.")
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Return whether ``password`` is the one that ``kept`` was made from.

    Costs the same when there is nothing to compare with, so that the time an
    answer takes does not tell who has an account.
    """
    try:
        return _hasher.verify(kept or _nobody(), password[: MOST + 1]) and bool(kept)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def is_outdated(kept: str) -> bool:
    """Return whether ``kept`` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody at all")
