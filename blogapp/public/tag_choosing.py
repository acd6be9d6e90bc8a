"""Choosing among all tags of a listing: found while one types, each with its number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flask import Response, request

from blogapp.caching.keeping import keep
from blogapp.posts.cataloguing import find_in_tags, list_alias_names
from blogapp.posts.counting import Choices, TagChoice, count_choices
from blogapp.posts.finding import Finding
from blogapp.posts.selection import Match, Selection
from blogapp.public.addressing import moved_to
from blogapp.public.place import Place
from blogapp.public.tokens import Token, tokens
from blogapp.public.wording import Wording
from blogapp.web.language import ngettext
from blogapp.web.pages import render_page

MOST_ROWS = 60
LONGEST_WORDS = 100


@dataclass(frozen=True)
class Row:
    """A tag to choose or to leave out, and its other names."""

    tag: TagChoice
    aliases: Sequence[str]


@dataclass(frozen=True)
class TagChoosing:
    """The tags of a place that ``words`` find, most used first, and those chosen."""

    place: Place
    selection: Selection
    choices: Choices
    words: str
    aliases: Mapping[str, Sequence[str]]

    @cached_property
    def rows(self) -> list[Row]:
        """The first of those found."""
        return [
            Row(tag, self.aliases.get(tag.slug.casefold(), ())) for tag in self.found[:MOST_ROWS]
        ]

    @cached_property
    def found(self) -> list[TagChoice]:
        fixed = {slug.casefold() for slug in self.place.within.tags}
        here = [tag for tag in self.choices.tags if tag.used and tag.slug.casefold() not in fixed]
        return find_in_tags(self.words, here, self.aliases)

    @property
    def chosen(self) -> list[Token]:
        """The tags that are chosen or left out, each with the state without it."""
        only = Selection(
            tags=self.selection.tags, match=self.selection.match, excluded=self.selection.excluded
        )
        spoken = Wording(only, self.choices.names)
        return [
            replace(token, without=self._without(token.without)) for token in tokens(only, spoken)
        ]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form carries along, because no row of it holds it."""
        shown = {row.tag.slug.casefold() for row in self.rows}
        return [
            (key, value)
            for key, value in self.selection.pairs()
            if key not in {"tag", "not", "match"}
            or (key != "match" and value.casefold() not in shown)
        ]

    @property
    def said(self) -> str:
        """How many tags there are, and how many more than stand here."""
        left = len(self.found) - len(self.rows)
        if left > 0:
            return ngettext(
                "%(num)s more tag: type to narrow.", "%(num)s more tags: type to narrow.", left
            )
        return ngettext("%(num)s tag.", "%(num)s tags.", len(self.found)) if self.rows else ""

    @property
    def sentence(self) -> str:
        """What is chosen, in words; may be empty."""
        return Wording(self.selection, self.choices.names).chosen()

    @property
    def is_any(self) -> bool:
        return self.selection.match is Match.ANY

    @property
    def digits(self) -> int:
        """How wide a number can get."""
        return len(str(self.choices.posts))

    def address(self, selection: Selection | None = None) -> str:
        """Return where tags are found for this selection, or another."""
        return self.place.address(selection or self.selection, find=self.words)

    @property
    def listing(self) -> str:
        """Where the posts are."""
        return self.place.address(self.selection)

    def _without(self, tags: Selection) -> Selection:
        return replace(self.selection, tags=tags.tags, match=tags.match, excluded=tags.excluded)


def is_asked() -> bool:
    """Whether this request wants tags to choose from, in place of the posts."""
    if "fragment" in request.args:
        return request.args["fragment"] == "tags"
    # The button that leads to the posts sends the same form.
    return "find" in request.args and "show" not in request.args


def show(place: Place, selection: Selection, finding: Finding) -> Response:
    """The tags that ``find`` finds, as a page or as the list within the dialog."""
    words = " ".join(request.args.get("find", "").split())[:LONGEST_WORDS].strip()
    choosing = TagChoosing(
        place=place,
        selection=selection.from_the_top(),
        choices=count_choices(selection, finding),
        words=words,
        aliases=list_alias_names(),
    )
    if "fragment" not in request.args and (moved := moved_to(choosing.address())):
        return moved
    if "fragment" in request.args:
        keep(choosing.listing, fragment="tags", find=words)
    else:
        keep(choosing.address())
    return render_page("public/choose_tags.html", choosing=choosing, section="posts")
