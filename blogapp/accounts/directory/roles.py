"""What the directory's groups make of somebody here."""

from collections.abc import Iterable, Mapping, Sequence

from blogapp.accounts.models import Role

# More than this no directory puts into a token; what comes after is not looked at.
_MOST = 5_000


def role_of(
    claims: Mapping[str, object], way: Sequence[str], roles: Mapping[str, Role]
) -> Role | None:
    """Return the role that may do most of those that a claim gives, None where it gives none.

    ``way`` leads to the claim, ``roles`` says what its values make of somebody; ``*`` is
    everybody. The claim is a text, a list of texts, or texts with spaces between as in scopes.

    >>> role_of({"a": {"b": ["eng", "ops"]}}, ("a", "b"), {"eng": Role.AUTHOR})
    <Role.AUTHOR: 'author'>
    """
    given = {roles[value] for value in (*values_of(claims, way), "*") if value in roles}
    return next((role for role in Role if role in given), None)


def values_of(claims: Mapping[str, object], way: Sequence[str]) -> tuple[str, ...]:
    """Return the texts at the end of ``way``; a flat claim with dots in its name is found, too."""
    flat = ".".join(way)
    found: object = claims
    if flat in claims:
        found = claims[flat]
    else:
        for key in way:
            found = found.get(key) if isinstance(found, Mapping) else None
    return tuple(_texts(found))


def _texts(found: object) -> Iterable[str]:
    if isinstance(found, str):
        return dict.fromkeys((found, *found.split()))
    if isinstance(found, list):
        return [each for each in found[:_MOST] if isinstance(each, str)]
    return ()
