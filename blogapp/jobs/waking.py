"""Telling runners that there is something to do, as soon as it is committed.

A word that is lost costs time and nothing else: each runner looks at the table by itself, too.
"""

from sqlalchemy import func, select

from blogapp.extensions import db

# In the database's own numbering of names, and in Redis'.
CHANNEL = "blog_jobs"
# Under this name a session knows that it asked for work.
ASKED = "work was asked for"


def wake_at_commit() -> None:
    """Have runners look when this transaction is committed, and not before."""
    db.session().info[ASKED] = True
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_notify(CHANNEL, "")))
