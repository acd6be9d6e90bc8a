"""Which posts an action on many left out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SHOWN = 3
_LONGEST = 80


class Reason(StrEnum):
    """Why something was not done with a post."""

    RIGHTS = "rights"
    TRASHED = "trashed"
    SO_ALREADY = "so-already"
    LIVE = "live"
    EMPTY = "empty"
    UNSAVED = "unsaved"  # what was typed last is not in the post
    SECRETS = "secrets"
    UNAPPROVED = "unapproved"  # by those who must
    PAGE = "page"
    FULL = "full"  # of tags
    CHANGED = "changed"  # since then
    NOT_TRASHED = "not-trashed"


@dataclass
class LeftOut:
    """How many posts were left out for each reason, and a few titles."""

    count: dict[str, int] = field(default_factory=dict)
    titles: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: Reason, title: str) -> None:
        """Note one more."""
        self.count[reason] = self.count.get(reason, 0) + 1
        titles = self.titles.setdefault(reason, [])
        if len(titles) < SHOWN:
            titles.append(title[:_LONGEST])

    def to_json(self) -> dict[str, tuple[int, list[str]]]:
        """Return what `from_json` reads."""
        return {reason: (count, self.titles[reason]) for reason, count in self.count.items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, tuple[int, list[str]]]) -> "LeftOut":
        """Return what was kept."""
        return cls(
            {reason: count for reason, (count, _) in kept.items()},
            {reason: list(titles) for reason, (_, titles) in kept.items()},
        )
