"""What was typed on its way into the journal: whose it is to say, and whether it says anything."""

from collections.abc import Mapping

from blogapp.accounts.models import Author
from blogapp.posts.content import Content
from blogapp.posts.models import Post
from blogapp.posts.rights import may_name_authors, may_pin, may_publish, may_publish_own
from blogapp.web.filters import current_site


def permitted(fields: Mapping[str, str], author: Author, post: Post | None) -> dict[str, str]:
    """Return those fields that ``author`` decides about; None is a post of their own."""
    left_to_others = decided_by_others(author, post)
    return {name: value for name, value in fields.items() if name not in left_to_others}


def decided_by_others(author: Author, post: Post | None) -> set[str]:
    """Return the fields that ``author`` must leave as they are; None is a post of their own."""
    publishes = may_publish(author, post) if post else may_publish_own(author)
    decides = {
        "authors": may_name_authors(author),
        "pinned": may_pin(author),
        "unlisted": publishes,
    }
    return {name for name, may in decides.items() if not may}


def says_nothing(fields: Mapping[str, str], body: str, author: Author) -> bool:
    """Whether the editor of a new post is still as it was opened."""
    given = Content({"authors": author.name, "language": current_site().language}, "")
    return not body.strip() and given.changed(fields) == given
