"""Second factors: who has one, who must have one, and taking them all away.

These functions change objects; the caller decides when to commit.
"""

from sqlalchemy import delete, or_, select

from blogapp.accounts.factor_models import CodeApp, Passkey, PasskeyUser, RecoveryCode
from blogapp.accounts.models import Author, Role
from blogapp.extensions import db


def has_second_factor(author: Author) -> bool:
    """Return whether a password alone does not let ``author`` in: an app's code, or a passkey."""
    has_app = select(CodeApp.author_id).where(CodeApp.author_id == author.id).exists()
    has_passkey = select(Passkey.id).where(Passkey.author_id == author.id).exists()
    return bool(db.session.scalar(select(or_(has_app, has_passkey))))


def must_have_second_factor(author: Author, least: str) -> bool:
    """Return whether the blog demands one of ``author``, where it does from the role ``least`` up.

    An empty ``least`` demands it of nobody.
    """
    ranks = [*Role]
    return least in ranks and ranks.index(Role(author.role)) <= ranks.index(Role(least))


def forget_factors(author: Author) -> None:
    """Take away every second factor of ``author``, as after the loss of all devices."""
    for table in (CodeApp, RecoveryCode, Passkey, PasskeyUser):
        db.session.execute(delete(table).where(table.author_id == author.id))
