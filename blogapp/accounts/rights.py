"""Who may do what to the people of a blog: the one place that decides.

An owner may do everything. An editor looks after authors and contributors. Everybody may
change what is their own, and step down.
"""

from collections.abc import Sequence

from blogapp.accounts.models import Author, Role

# From most to least.
RANKS = tuple(Role)
_LOOKED_AFTER = (Role.AUTHOR, Role.CONTRIBUTOR)


def is_at_least(author: Author, role: Role) -> bool:
    """Whether the author's role is ``role``, or one that may do more."""
    return RANKS.index(Role(author.role)) <= RANKS.index(role)


def may_manage_people(author: Author) -> bool:
    """Whether ``author`` sees addresses and when people were here, and looks after some of them."""
    return is_at_least(author, Role.EDITOR)


def may_manage(author: Author, other: Author) -> bool:
    """Whether ``author`` looks after ``other``: disables them, changes their role, hands over."""
    if _is_owner(author):
        return True
    return may_manage_people(author) and other.role in _LOOKED_AFTER


def roles_to_give(author: Author) -> Sequence[Role]:
    """Return the roles that ``author`` may give to others, from most to least."""
    if _is_owner(author):
        return RANKS
    return _LOOKED_AFTER if may_manage_people(author) else ()


def may_invite(author: Author, role: Role) -> bool:
    """Whether ``author`` may let somebody come as ``role``: nobody invites above themselves."""
    return role in roles_to_give(author)


def may_change_role(author: Author, other: Author, role: Role) -> bool:
    """Whether ``author`` may make ``other`` a ``role``. Everybody may step down."""
    if author.id == other.id:
        return RANKS.index(role) >= RANKS.index(Role(author.role))
    return may_manage(author, other) and role in roles_to_give(author)


def may_disable(author: Author, other: Author) -> bool:
    """Whether ``author`` may keep ``other`` from signing in, and let them in again."""
    return author.id != other.id and may_manage(author, other)


def may_erase(author: Author, other: Author) -> bool:
    """Whether ``author`` may take ``other`` out for good, name and all."""
    return author.id != other.id and _is_owner(author)


def may_hand_over(author: Author, other: Author) -> bool:
    """Whether ``author`` may give the posts of ``other`` to somebody else."""
    return may_manage(author, other) or (author.id == other.id and may_manage_people(author))


def may_edit_profile(author: Author, other: Author) -> bool:
    """Whether ``author`` may say what readers see of ``other``."""
    return author.id == other.id or may_manage(author, other)


def may_end_sessions(author: Author, other: Author) -> bool:
    """Whether ``author`` may sign ``other`` out everywhere."""
    return author.id == other.id or may_manage(author, other)


def may_demand_factors(author: Author) -> bool:
    """Whether ``author`` says from which role on people must have a second factor."""
    return _is_owner(author)


def may_tell_outside(author: Author) -> bool:
    """Whether ``author`` decides which room elsewhere is told what happens, and what of it."""
    return _is_owner(author)


def may_read_audit(author: Author) -> bool:
    """Whether ``author`` reads who did what, and from where."""
    return _is_owner(author)


def _is_owner(author: Author) -> bool:
    return author.role == Role.OWNER
