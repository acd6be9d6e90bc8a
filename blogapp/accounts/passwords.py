"""Passwords: what is accepted, how it is kept, how it is compared."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from blogapp.accounts.errors import CommonPassword, TooBusy, WeakPassword
from blogapp.accounts.predictable import is_predictable

# Characters as they were typed (NIST SP 800-63B-4, 3.1.1.2): as a second factor's companion a
# password may be shorter.
LEAST, LEAST_BESIDE_FACTOR, MOST = 15, 8, 128

# OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
# Each takes 19 MiB and a core: two at once in a process, and four more may wait. So a flood of
# sign-ins costs 38 MiB, and threads are left for readers.
_AT_ONCE, _WAITING = 2, 4
_turns = threading.BoundedSemaphore(_AT_ONCE)
_places = threading.BoundedSemaphore(_AT_ONCE + _WAITING)


def demand_strength(
    password: str, *, words: Iterable[str] = (), has_second_factor: bool = False
) -> None:
    """Raise `WeakPassword` for a bad length, `CommonPassword` for what others would guess.

    Any characters will do, in any mixture (NIST SP 800-63B-4, 3.1.1.2; ASVS 5, V6.2).
    ``words`` are what is known of the person and the blog.
    """
    _demand_length(password, LEAST_BESIDE_FACTOR if has_second_factor else LEAST)
    if is_predictable(password, words):
        raise CommonPassword("Others would guess this password.")


def hashed(password: str, *, least: int = LEAST) -> str:
    """Return the argon2id hash to keep. Raises `WeakPassword` for a bad length."""
    _demand_length(password, least)
    # Whoever gets as far has proved who they are.
    with turn(is_known=True):
        return _hasher.hash(_normal(password))


def matches(password: str, kept: str | None, *, is_known: bool = False) -> bool:
    """Return whether ``password`` is the one that ``kept`` was made from.

    Costs the same when there is nothing to compare with, so that the time an
    answer takes does not tell who has an account. Raises `TooBusy`, but not to whoever is
    known: signed in, or in a browser that they have used before.
    """
    # No password is so long, and what it begins with may be one.
    typed = password if len(password) <= MOST else ""
    with turn(is_known=is_known):
        if _verify(kept, _normal(typed)):
            return True
        # What was kept before passwords were brought into one form.
        return typed != _normal(typed) and _verify(kept, typed)


def is_outdated(kept: str, password: str = "") -> bool:
    """Return whether ``kept`` was made with other parameters than today's, or in another form."""
    return _hasher.check_needs_rehash(kept) or password != _normal(password)


@contextmanager
def turn(*, is_known: bool = False) -> Iterator[None]:
    """Wait for a turn at what takes 19 MiB and a core. Raises `TooBusy` where too many wait.

    Whoever is known waits in any case: a flood of strangers turns them away last.
    """
    if not is_known and not _places.acquire(blocking=False):
        raise TooBusy("Too many people sign in at this moment.")
    try:
        with _turns:
            yield
    finally:
        if not is_known:
            _places.release()


def _demand_length(password: str, least: int) -> None:
    if len(password) < least:
        raise WeakPassword(f"A password has at least {least} characters.", least=least)
    if len(password) > MOST:
        raise WeakPassword(f"A password has at most {MOST} characters.", least=least)
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise WeakPassword("This password holds half a character.", least=least)


def _normal(password: str) -> str:
    """One form for what different keyboards make of the same characters (NIST SP 800-63B-4)."""
    return normalize("NFKC", password)


def _verify(kept: str | None, password: str) -> bool:
    is_usable = bool(kept) and str(kept).startswith("$argon2")
    try:
        return _hasher.verify(kept if kept and is_usable else _nobody(), password) and is_usable
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody at all")
