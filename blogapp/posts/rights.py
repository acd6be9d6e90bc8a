"""Who may do what to a post, and to the blog: the one place that decides.

Posts must have their bylines loaded.
"""

from collections.abc import Collection, Iterable

from blogapp.accounts.models import Author, Role
from blogapp.media.models import Media
from blogapp.posts.media_uses import Use
from blogapp.posts.models import Post


def may_see_all(author: Author) -> bool:
    """Whether other people's drafts are among the posts this author finds under /write."""
    return author.edits_everything


def may_edit(author: Author, post: Post) -> bool:
    """Whether ``author`` may open and save ``post``.

    Owners and editors: every post. Authors: those they sign. Contributors: those
    they sign, until somebody else publishes, schedules or withdraws them. Static pages
    are the blog's own.
    """
    if post.is_page:
        return may_manage_site(author)
    if author.edits_everything:
        return True
    if not _signs(author, post):
        return False
    return author.role != Role.CONTRIBUTOR or not (post.published_at or post.withdrawn_at)


def may_publish(author: Author, post: Post) -> bool:
    """Whether ``author`` may publish, schedule or withdraw ``post``."""
    return author.role != Role.CONTRIBUTOR and may_edit(author, post)


def may_show(author: Author, post: Post) -> bool:
    """Whether links that ``author`` made let strangers see ``post``: they sign it, or edit all.

    A contributor's go on when somebody else publishes the post, or schedules it. Those of a
    disabled account show nothing.
    """
    if author.disabled_at:
        return False
    if post.is_page:
        return may_manage_site(author)
    return author.edits_everything or _signs(author, post)


def may_delete(author: Author, post: Post) -> bool:
    """Whether ``author`` may delete ``post`` for good, once it is in the trash.

    Owners and editors: every post. Authors: those that nobody else signs. Contributors: none;
    what they put into the trash goes by itself.
    """
    if author.edits_everything:
        return True
    signs_alone = len(post.bylines) == 1 and _signs(author, post)
    return signs_alone and author.role != Role.CONTRIBUTOR and may_edit(author, post)


def may_empty(author: Author) -> bool:
    """Whether there may be posts that ``author`` may delete for good."""
    return author.role != Role.CONTRIBUTOR


def may_review(author: Author, post: Post, *, asked: Collection[int] = ()) -> bool:
    """Whether ``author`` may read what is to be reviewed of ``post``, and speak about it.

    Whoever may edit or signs it; and those who are ``asked``, as long as they are.
    """
    if post.is_page:
        return False
    may_read = may_edit(author, post) or _signs(author, post)
    return may_read or (author.id in asked and not author.disabled_at)


def may_approve(author: Author, *, named: Collection[int] = (), owners_too: bool = False) -> bool:
    """Whether the approval of ``author`` counts where a rule names these people, or nobody.

    No contributor's does, and nobody's who is disabled.
    """
    if author.disabled_at or author.role == Role.CONTRIBUTOR:
        return False
    if not named:
        return author.edits_everything
    return author.id in named or (owners_too and author.role == Role.OWNER)


def may_rule_reviews(author: Author) -> bool:
    """Whether ``author`` decides who must approve what: editors are bound by it themselves."""
    return author.role == Role.OWNER


def may_override(author: Author) -> bool:
    """Whether ``author`` may let a text out that nobody approved, on purpose."""
    return author.role == Role.OWNER


def may_make_tags(author: Author, least: str) -> bool:
    """Whether the posts of ``author`` may bring new tags; ``least`` is the role that may."""
    roles = [*Role]
    return roles.index(Role(author.role)) <= roles.index(Role(least))


def may_publish_own(author: Author) -> bool:
    """Whether ``author`` may publish a post that is not saved yet."""
    return author.role != Role.CONTRIBUTOR


def may_name_authors(author: Author) -> bool:
    """Whether ``author`` decides whose names stand over posts."""
    return author.edits_everything


def may_pin(author: Author) -> bool:
    """Whether ``author`` decides which posts stand pinned over the front page's list."""
    return author.edits_everything


def may_manage_site(author: Author) -> bool:
    """Whether ``author`` may change what belongs to the blog: its settings and its pages."""
    return author.edits_everything


def may_manage_tags(author: Author) -> bool:
    """Whether ``author`` may rename, merge and delete tags, which changes everybody's posts."""
    return author.edits_everything


def may_describe(author: Author, media: Media) -> bool:
    """Whether ``author`` may say what a file shows: whoever uploaded it, and all who edit."""
    return author.edits_everything or media.uploaded_by_id == author.id


def may_replace(author: Author, media: Media, uses: Iterable[Use]) -> bool:
    """Whether ``author`` may put another file in its place, or delete it.

    That changes whatever uses it, so all of it must be theirs to change.
    """
    return may_describe(author, media) and all(
        may_edit(author, use.post) if use.post else may_manage_site(author) for use in uses
    )


def may_open_outside(author: Author) -> bool:
    """Whether ``author`` decides what public pages load from elsewhere, scripts included.

    Such a script acts with the rights of whoever is signed in and reads the blog.
    """
    return author.role == Role.OWNER


def may_move_blog(author: Author) -> bool:
    """Whether ``author`` may take a whole blog in, or this one out.

    Both go past all other rights: in everybody's name, with everybody's drafts, and with lists
    of people.
    """
    return author.role == Role.OWNER


def _signs(author: Author, post: Post) -> bool:
    return any(byline.author_id == author.id for byline in post.bylines)
