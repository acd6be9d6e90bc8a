"""Where a listing stands: the whole blog, or under one choice that its path names."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from flask import url_for

from blogapp.accounts.profiles import Profile
from blogapp.posts.selection import EVERYTHING, Selection


@dataclass(frozen=True)
class Place:
    """A path with a listing, and what its header says."""

    endpoint: str
    within: Selection = EVERYTHING
    key: str = ""
    slug: str = ""
    name: str = ""
    description: str = ""
    # Of whom the posts are, where they are one person's.
    profile: Profile | None = None

    def address(self, selection: Selection | None = None, **more: str) -> str:
        """Return where ``selection`` is shown here; ``more`` goes behind it."""
        pairs = [*(selection.pairs() if selection else ()), *more.items()]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @cached_property
    def path(self) -> str:
        """Where it is."""
        if self.key == "year":
            return url_for(self.endpoint, year=self.within.year)
        if self.key == "month":
            return url_for(self.endpoint, year=self.within.year, month=self.within.month)
        return url_for(self.endpoint, slug=self.slug) if self.key else url_for(self.endpoint)
