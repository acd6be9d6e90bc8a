"""Bringing back what a post said once; what it says now is kept first.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Collection
from datetime import datetime

from blogapp.posts import drafting
from blogapp.posts.models import Post
from blogapp.posts.revising import content_in, keep_revision
from blogapp.posts.revision_models import Revision, RevisionKind


def restore(
    post: Post,
    revision: Revision,
    *,
    author_id: int,
    now: datetime,
    except_for: Collection[str] = (),
) -> Revision:
    """Put what ``revision`` says into the working copy, and return the one that was kept of it.

    The fields named in ``except_for`` stay as they are. Restoring the one that was kept takes
    this back. Readers see nothing of either.
    """
    kept = _keep_working_copy(post, author_id=author_id, now=now)
    stands = content_in(kept)
    content = content_in(revision).changed({name: stands[name] for name in except_for})
    drafting.write_content(post, content, author_id=author_id, now=now)
    keep_revision(
        post,
        content,
        kind=RevisionKind.RESTORED,
        author_id=author_id,
        now=now,
        restored_number=revision.number,
    )
    return kept


def discard(post: Post, *, author_id: int, now: datetime) -> Revision:
    """Make the working copy what the post says, and return the revision that was kept of it."""
    kept = _keep_working_copy(post, author_id=author_id, now=now)
    drafting.discard(post, author_id=author_id, now=now)
    return kept


def _keep_working_copy(post: Post, *, author_id: int, now: datetime) -> Revision:
    content = drafting.working_copy(post)
    return keep_revision(post, content, kind=RevisionKind.KEPT, author_id=author_id, now=now)
