"""Recovery codes: for the day when the phone is gone. Each works once.

These functions change objects; the caller decides when to commit.
"""

import secrets
from datetime import datetime
from functools import partial

from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import delete, func, select, update

from blogapp.accounts.factor_models import RecoveryCode
from blogapp.accounts.models import Author
from blogapp.extensions import db

HOW_MANY = 10
FEW = 3
# No letter that is taken for a digit, and none that makes words: 5 bits each (Crockford's).
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 10
_SALT_BYTES = 16
# The house's parameters for passwords: 50 random bits alone would not stand a stolen database.
_derive = partial(
    hash_secret_raw, time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, type=Type.ID
)


def make_codes(author: Author, *, now: datetime) -> list[str]:
    """Return new recovery codes of ``author``, to be seen this once; those before are void."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.author_id == author.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    salt = secrets.token_bytes(_SALT_BYTES)
    for code in codes:
        db.session.add(
            RecoveryCode(
                author_id=author.id, salt=salt.hex(), code_hash=_hashed(code, salt), created_at=now
            )
        )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def spend_code(author: Author, typed: str, *, now: datetime) -> bool:
    """Return whether ``typed`` is an unused recovery code of ``author``; it is used from now on."""
    code = _cleaned(typed)
    own = select(RecoveryCode.salt).where(RecoveryCode.author_id == author.id).limit(1)
    salt = db.session.scalar(own)
    if salt is None or len(code) != _LENGTH:
        return False
    # Asked and noted in one statement: of two requests with one code, one gets in.
    spent = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.author_id == author.id,
            RecoveryCode.code_hash == _hashed(code, bytes.fromhex(salt)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return bool(getattr(spent, "rowcount", 0))


def count_codes(author: Author) -> int:
    """Return how many recovery codes ``author`` has left."""
    query = select(func.count()).where(
        RecoveryCode.author_id == author.id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(query) or 0


def looks_like_recovery(typed: str) -> bool:
    """Return whether ``typed`` can be a recovery code: codes of an app are shorter.

    >>> looks_like_recovery("7KQFM-2XD9V"), looks_like_recovery("123 456")
    (True, False)
    """
    return len(_cleaned(typed)) == _LENGTH


def _cleaned(typed: str) -> str:
    """As it was made: case, spaces and dashes do not matter, nor do letters like digits."""
    plain = "".join(typed.split()).replace("-", "").lower()
    return plain.translate(str.maketrans("oil", "011"))


def _hashed(code: str, salt: bytes) -> str:
    return _derive(code.encode("utf-8", "surrogatepass"), salt).hex()
