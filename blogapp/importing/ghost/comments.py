"""Comments, which the whole exports of Ghost's servers hold and those of its menu do not."""

from blogapp.importing.ghost.database import Database, Fields, key
from blogapp.importing.reading import SourceComment
from blogapp.importing.values import Row


def read_comments(post: Fields, database: Database, notes: list[str]) -> tuple[SourceComment, ...]:
    """Return the published comments of a post, oldest first; others are counted in a note."""
    rows = database.comments.get(key(post, "id"), [])
    found: list[SourceComment] = []
    for row in rows:
        comment = Row(row)
        at = comment.moment("created_at")
        if comment.text("status") not in ("published", "") or at is None:
            continue
        member = Row(database.tables["members"].get(key(row, "member_id"), {}))
        found.append(
            SourceComment(
                id=key(row, "id"),
                at=at,
                parent=key(row, "in_reply_to_id") or key(row, "parent_id"),
                name=member.words("name"),
                html=comment.text("html"),
            )
        )
    if len(found) < len(rows):
        count = len(rows) - len(found)
        notes.append(f"{count} of {len(rows)} comments were hidden or deleted; they were left out")
    return tuple(sorted(found, key=lambda comment: (comment.at, comment.id)))
