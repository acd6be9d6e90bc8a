"""The life of a post: drafted, published, scheduled, withdrawn, trashed, brought back.

These functions change objects; the caller decides when to commit.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from blogapp.jobs.queueing import enqueue
from blogapp.posts.errors import NothingToPublish
from blogapp.posts.models import Post

# How long the trash keeps what is in it, and the work that ends that.
KEPT_FOR = timedelta(days=30)
EMPTY = "empty-trash"


def publish(post: Post, *, now: datetime, zone: ZoneInfo) -> None:
    """Make ``post`` public at once; one that was public before keeps its date.

    Raises `NothingToPublish` for a post without title or body.
    """
    _demand_text(post)
    post.withdrawn_at = None
    if post.published_at is None or post.published_at > now:
        post.publish_at(now, zone)


def schedule(post: Post, *, at: datetime, zone: ZoneInfo) -> None:
    """Make ``post`` public from ``at`` on, which may also be a date in the past.

    Raises `NothingToPublish` for a post without title or body.
    """
    _demand_text(post)
    post.withdrawn_at = None
    post.publish_at(at, zone)


def withdraw(post: Post, *, now: datetime) -> None:
    """Take ``post`` from readers; its address answers 410 Gone, its text stays here."""
    post.withdrawn_at = now


def unschedule(post: Post, *, zone: ZoneInfo) -> None:
    """Turn a scheduled ``post`` back into a draft."""
    post.publish_at(None, zone)


def trash(post: Post, *, now: datetime) -> None:
    """Put ``post`` aside; `restore` brings it back as it was, for thirty days."""
    post.deleted_at = now
    plan_emptying(now)


def restore(post: Post) -> None:
    """Bring ``post`` back from the trash."""
    post.deleted_at = None


def plan_emptying(now: datetime) -> None:
    """Have what is put into the trash at ``now`` deleted for good when its days are over."""
    day = (now + KEPT_FOR).date() + timedelta(days=1)
    due = datetime.combine(day, time(), UTC)
    # One piece of work for all that goes on the same day.
    enqueue(EMPTY, day.isoformat(), now=now, due=due)


def _demand_text(post: Post) -> None:
    if not post.title.strip() or not post.body.strip():
        raise NothingToPublish("A post needs a title and a text before it can be published.")
