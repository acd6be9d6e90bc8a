"""A listing ready to be laid out: everything its template asks."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from blogapp.posts.cards import Card
from blogapp.posts.counting import Choices, TagChoice, TagChoices, WayOut
from blogapp.posts.finding import SINGLE, Finding
from blogapp.posts.listing import MOST_PAGES, Batch
from blogapp.posts.overviewing import Newest
from blogapp.posts.pinning import Pinned
from blogapp.posts.selection import EVERYTHING, Match, Selection, Sort
from blogapp.posts.series import Part
from blogapp.public.archive import SECTIONS
from blogapp.public.layout import NAMES, STYLES, Stretch, ViewLink, stretches
from blogapp.public.menus import LABELS, Select, selects
from blogapp.public.place import Place
from blogapp.public.search_answer import NOTHING_ASKED, SearchAnswer
from blogapp.public.styling import traits_of_listing
from blogapp.public.timeline import Timeline
from blogapp.public.tokens import Token, tokens
from blogapp.public.wording import Wording
from blogapp.site.models import Link, Site
from blogapp.web.addresses import absolute
from blogapp.web.formatting import month_name
from blogapp.web.language import ngettext
from blogapp.web.remembering import Made

CHIPS = 12
AUTOMATIC_PAGES = 4  # the first, and three that come by scrolling
FEEDS = {
    "application/atom+xml": "public.feed",
    "application/rss+xml": "public.rss",
    "application/feed+json": "public.json_feed",
}


@dataclass(frozen=True)
class Listing:
    """What is shown, what can be chosen, and where every link leads."""

    site: Site
    place: Place
    selection: Selection
    choices: Choices
    batch: Batch
    shown: int
    ways_out: Sequence[WayOut] = field(default=())
    # Slugs of tags that have a chip here whatever is chosen.
    beside: tuple[str, ...] = ()
    pinned: Sequence[Pinned] = ()
    newest: Sequence[Newest] = field(default=())
    finding: Finding | None = None
    parts: Sequence[Part] = ()
    answer: SearchAnswer = NOTHING_ASKED

    # Addresses.

    def address(self, selection: Selection | None = None) -> str:
        """Return where this selection, or another, is shown in this place."""
        return self.place.address(selection) if selection else self.here

    @cached_property
    def here(self) -> str:
        """The address of this page."""
        return self.place.address(self.selection)

    @property
    def page(self) -> tuple[Hashable, ...]:
        """All that the posts of this page depend on besides the content."""
        return self.here, self.choices.listed

    def page_address(self, number: int) -> str:
        """Return the address of one page by itself."""
        return self.place.address(replace(self.selection.from_the_top(), page=number))

    def searching(self, q: str) -> str:
        """Return where the same is searched for other words."""
        return self.place.address(replace(self.selection.from_the_top(), q=q))

    @property
    def path(self) -> str:
        return self.place.address()

    @property
    def results(self) -> str:
        """Where the filter asks for its fragment; the form adds what is chosen."""
        return self.place.address(None, fragment="results")

    @property
    def choosing(self) -> str:
        """Where all tags are chosen from, without scripts."""
        return self.place.address(self.selection.from_the_top(), find="")

    @property
    def more(self) -> str:
        """Where the next batch is."""
        following = replace(
            self.selection.from_the_top(), page=self.batch.last + 1, after=self.batch.next
        )
        return self.place.address(following, fragment="posts")

    @property
    def with_more(self) -> str:
        """Where the pages so far and the next batch stand in one document."""
        return self.place.address(
            replace(self.selection.from_the_top(), through=self.batch.last + 1)
        )

    @property
    def most_in_one(self) -> int:
        """How many pages one document holds at most."""
        return MOST_PAGES

    @property
    def has_feed_as_file(self) -> bool:
        """Whether a place for files has a feed of this list: lists by time have none."""
        return self.place.key in {"tag", "domain", "series", "author"}

    @cached_property
    def canonical(self) -> str:
        """The address that search engines should keep, whole."""
        page = self.selection.page
        within = replace(
            self.selection,
            after=None,
            through=1,
            page=page,
            sort=self.selection.usual_sort,
            view="",
        )
        if len(within.tags) < 2:
            within = replace(within, match=Match.ALL)  # which shows the same
        # A place without posts is not there.
        place = _place_of(within) if self.shown and not self.place.key else None
        if place:
            return absolute(place.address(Selection(page=page)))
        return absolute(self.place.address(within))

    @cached_property
    def feeds(self) -> dict[str, str]:
        """Where this filter can be subscribed to, by the feed's type; empty where nothing is
        chosen, which has the site's feeds, and where a name is nobody's, which has none.
        """
        merged = _merged(self.place.within, self.selection)
        if not merged or not merged.narrows:
            return {}
        if any((key, slug.casefold()) not in self.choices.names for key, slug in merged.named):
            return {}
        query = urlencode(merged.pairs())
        return {kind: f"{url_for(endpoint)}?{query}" for kind, endpoint in FEEDS.items()}

    @property
    def feed_name(self) -> str:
        return ", ".join(filter(None, [self.place.name, self.words.chosen()]))

    @property
    def is_for_indexing(self) -> bool:
        return self.may_be_kept(self.selection) and self.shown > 0 and not self.words.unknown()

    def may_be_kept(self, selection: Selection) -> bool:
        """Whether search engines may keep what ``selection`` shows here; else no link invites them.

        Two choices make more addresses than anybody could read.
        """
        s = selection
        plain = s.sort is s.usual_sort and s.through == 1 and not (s.after or s.q or s.view)
        return plain and s.choices + bool(self.place.key) < 2

    @cached_property
    def state(self) -> str:
        """A short name of what is chosen here; a batch of another state is not added."""
        return sha256(self.top.encode()).hexdigest()[:12]

    @cached_property
    def top(self) -> str:
        """The address of the first page of what is chosen here."""
        return self.place.address(self.selection.from_the_top())

    @cached_property
    def told(self) -> tuple[Hashable, ...]:
        """All that the numbers and choices around the list depend on besides the content."""
        invites = self.may_be_kept(self.selection)  # its links, search engines
        return self.top, invites, self.choices.listed, self.beside

    @property
    def counted(self) -> Made:
        """What the numbers are made of, as `remembering` tells it: words find what texts say."""
        return "content" if self.selection.q else "found"

    # Words.

    @cached_property
    def words(self) -> Wording:
        answered = replace(self.selection, q=self.answer.answered or self.selection.q)
        return Wording(answered, self.choices.names)

    @property
    def heading(self) -> str:
        return self.place.name or self.site.heading or self.site.title

    @property
    def breadcrumb(self) -> Sequence[Link]:
        """Where the blog itself stands; on its front page alone."""
        return () if self.place.key else self.site.breadcrumb

    @property
    def hero(self) -> Sequence[str]:
        """The lines that stand in place of the front page's heading; may be empty."""
        return () if self.place.key else self.site.hero.splitlines()

    @property
    def eyebrow(self) -> str:
        """Small words over the heading: what kind of place this is."""
        if not self.place.key:
            return self.site.eyebrow
        return str(LABELS[self.place.key]) if self.place.key in LABELS else _("Tag")

    @property
    def overview(self) -> str:
        """Where all places of this kind are; empty for the whole blog, which is one."""
        key = self.place.key
        if key == "tag":
            return url_for("public.tags")
        if key in SECTIONS:
            return url_for("public.archive", _anchor=SECTIONS[key])
        return url_for("public.archive") if key else ""

    @property
    def lede(self) -> str:
        if self.place.profile:
            return ""  # said there, in paragraphs
        return self.place.description if self.place.key else self.site.intro

    @cached_property
    def title(self) -> str:
        """What the browser's tab says."""
        number = self.selection.page
        page = _("Page %(number)s", number=number) if number > 1 else ""
        chosen = self.words.chosen()
        parts = [page, chosen[:1].upper() + chosen[1:], self.place.name, self.site.title]
        return " · ".join(dict.fromkeys(filter(None, parts)))

    @property
    def count(self) -> str:
        return ngettext("%(num)s post", "%(num)s posts", self.shown)

    @property
    def pictured(self) -> str:
        """What the timeline shows, in words."""
        months = self.choices.months
        words = ngettext(
            "%(num)s post from %(first)s to %(last)s",
            "%(num)s posts from %(first)s to %(last)s",
            self.choices.posts,
            first=months[0].year,
            last=months[-1].year,
        )
        if not self.selection.narrows:
            return words
        return ngettext(
            "%(posts)s; %(num)s matches", "%(posts)s; %(num)s match", self.shown, posts=words
        )

    @property
    def description(self) -> str:
        return self.place.description or self.site.description or self.site.intro

    # The filter.

    @property
    def chips(self) -> list[TagChoice]:
        """The most used tags, and those chosen beyond; the order depends on neither click."""
        return self.first_chips + self.more_chips

    @property
    def first_chips(self) -> list[TagChoice]:
        return self.tags[:CHIPS]

    @cached_property
    def more_chips(self) -> list[TagChoice]:
        """Tags beyond the first that are chosen, or were: a chip stays when it is let go."""
        return self.tags.beyond(CHIPS, {slug.casefold() for slug in self.beside})

    @cached_property
    def tags(self) -> TagChoices:
        """The tags that posts in this place have, and those chosen."""
        return self.choices.tags.here({slug.casefold() for slug in self.place.within.tags})

    @property
    def unknown_tags(self) -> list[str]:
        """Chosen tags that no post has: they stay in the form until they are taken out."""
        return self._unknown(self.selection.tags)

    def _unknown(self, slugs: Sequence[str]) -> list[str]:
        return [slug for slug in slugs if ("tag", slug.casefold()) not in self.choices.names]

    @cached_property
    def selects(self) -> list[Select]:
        """The choices of one that are worth showing."""
        return selects(self.place, self.selection, self.choices)

    @cached_property
    def more_selects(self) -> list[Select]:
        """Those that stand behind "More"."""
        return [select for select in self.selects if select.name != "domain"]

    @property
    def more_chosen(self) -> int:
        return sum(bool(select.value) for select in self.more_selects)

    @property
    def digits(self) -> int:
        """How wide a number can get: chips leave room for it, so that none moves."""
        return len(str(self.choices.posts))

    @property
    def sorts(self) -> dict[Sort, str]:
        """The orders to choose from, and what they are called."""
        names = {
            Sort.NEWEST: _("Newest"),
            Sort.OLDEST: _("Oldest"),
            Sort.RELEVANCE: _("Relevance"),
        }
        if not self.selection.q:
            del names[Sort.RELEVANCE]
        return names

    @property
    def reading_order(self) -> Sequence[Part]:
        """The parts of the series, over the first page of its own place."""
        is_top = self.selection.page == 1 and not self.selection.after
        is_whole = is_top and not self.selection.narrows and self.place.key == "series"
        return self.parts if is_whole and len(self.parts) > 1 else ()

    def part(self, post: Card) -> str:
        """Return which part of its series a post is, where that is what the list is about."""
        number = self._numbers.get(post.id)
        if not number or len(self.parts) < 2:
            return ""
        return _("Part %(number)s of %(all)s", number=number, all=len(self.parts))

    @cached_property
    def _numbers(self) -> Mapping[int, int]:
        return {part.id: number for number, part in enumerate(self.parts, start=1)}

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """What is chosen, one by one."""
        return tokens(self.selection, self.words, self.finding)

    @property
    def cleared(self) -> str:
        """The address with nothing chosen."""
        return self.address(Selection(view=self.selection.view))

    @property
    def is_any(self) -> bool:
        return self.selection.match is Match.ANY

    @property
    def timeline(self) -> Timeline | None:
        months = self.choices.months
        if not months or self.place.key == "month":
            return None
        return Timeline(months, self.selection, self.place)

    # The layout.

    @property
    def view(self) -> str:
        """Which of the layouts this is."""
        return self.selection.view or self.site.layout

    def shows(self, part: str) -> bool:
        """Whether something of `LIST_PARTS` stands here.

        A plain list is plain, and what is chosen can be taken back in any.
        """
        if part == "filters" and self.selection.narrows:
            return True
        return part in self.site.list_parts and (
            self.view != "minimal" or part not in {"timeline", "filters"}
        )

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing here but posts, one under the other."""
        return self.view == "minimal" and not self.shows("filters")

    @property
    def styles(self) -> Sequence[str]:
        """The components of what stands here; what a filter can bring comes after the page."""
        parts = [*(("timeline",) if self.shows("timeline") else ())]
        parts += ["filter-bar"] if self.shows("filters") else []
        parts += ["chosen"] if self.selection.narrows else []
        parts += ["reading-order"] if self.place.key == "series" else []
        parts += ["portrait", "profile"] if self.place.profile else []
        parts += ["pinned"] if self.pinned else []
        parts += [] if self.batch.next else ["banner"]
        parts += ["search-notes", "search-hit", "search-help"] if self.selection.q else []
        parts += ["drawing"] if "drawing" in self.site.card_fields else []
        parts += ["domain-overview"] if self.newest else []
        return [*parts, *STYLES[self.view], *traits_of_listing(self)]

    @property
    def views(self) -> Sequence[ViewLink]:
        """The layouts to choose from, with what is chosen."""
        top = self.selection.from_the_top()
        return [
            ViewLink(
                name,
                str(label),
                self.address(replace(top, view="" if name == self.site.layout else name)),
                name == self.view,
            )
            for name, label in NAMES.items()
        ]

    @cached_property
    def stretches(self) -> Mapping[int, Sequence[Stretch]]:
        """What each page of the log consists of: the years in it, where they are shown."""
        by_time = self.place.key not in {"year", "month"} and not self.selection.year
        return stretches(
            self.batch, self.selection, with_years=by_time and "years" in self.site.list_parts
        )

    def posts_of(self, domain: str) -> int:
        """Return how many posts of this domain there are to show."""
        choices = self.choices.single.get("domain", ())
        return next((choice.after for choice in choices if choice.slug == domain), 0)

    def domain_address(self, slug: str) -> str:
        """Return where the same is shown of one domain alone."""
        top = self.selection.from_the_top()
        return self._at_its_place(top if self.place.key == "domain" else replace(top, domain=slug))

    def _at_its_place(self, selection: Selection) -> str:
        """The address of what is chosen; of a choice alone it is the one that is indexed."""
        place = _place_of(selection) if not self.place.key and not selection.view else None
        return place.path if place else self.address(selection)

    # The pages.

    @property
    def continues(self) -> bool:
        """Whether more is added below as one reads; a page by itself ends where it ends."""
        return self.selection.page == 1 or self.selection.after is not None

    @property
    def loads_by_itself(self) -> bool:
        return self.continues and self.batch.last < AUTOMATIC_PAGES

    @property
    def last_page(self) -> int:
        return max(1, -(-self.shown // self.site.page_size))

    @property
    def so_far(self) -> int:
        """How many posts stand above the end of this page, in all."""
        if not self.batch.next:
            return self.shown
        return min(self.batch.last * self.site.page_size, self.shown)

    @property
    def page_numbers(self) -> list[int]:
        """Pages to link to: the ends and the neighbours; 0 stands for a gap."""
        near = range(self.batch.last - 2, self.batch.last + 3)
        numbers = sorted({1, self.last_page, *near} & set(range(1, self.last_page + 1)))
        found: list[int] = []
        for number in numbers:
            if found and number - found[-1] == 2:
                found.append(number - 1)
            elif found and number - found[-1] > 2:
                found.append(0)
            found.append(number)
        return found

    @property
    def newer_address(self) -> str | None:
        """Where the pages above are, when they are not in this document."""
        first = self.batch.pages[0].number
        if first == 1 or self.selection.after:
            return None
        if self.selection.page > 1:
            return self.page_address(first - 1)
        return self.address(replace(self.selection, through=first - 1))

    @property
    def last_post(self) -> Card:
        return self.batch.pages[-1].posts[-1]

    @property
    def end(self) -> str:
        """Say which end of the timeline the last post stands at; empty when sorted otherwise."""
        if self.shown < 2 or self.selection.sort is Sort.RELEVANCE:
            return ""
        month = month_name(self.last_post.published_at)
        if self.selection.sort is Sort.OLDEST:
            return _("The newest is from %(month)s.", month=month)
        return _("The oldest is from %(month)s.", month=month)


def _merged(fixed: Selection, chosen: Selection) -> Selection | None:
    """Both as one selection, where one can say it."""
    if any(getattr(fixed, key) and getattr(chosen, key) for key in SINGLE):
        return None
    if fixed.tags and chosen.tags and chosen.match is Match.ANY:
        return None
    both = {key: getattr(fixed, key) or getattr(chosen, key) for key in SINGLE}
    tags = tuple(dict.fromkeys([*fixed.tags, *chosen.tags]))
    top = replace(chosen.from_the_top(), sort=chosen.usual_sort, view="")
    return replace(top, tags=tags, **both)


def _place_of(selection: Selection) -> Place | None:
    """The path of its own that a single choice has."""
    s = selection
    if s.choices != 1 or s.q or s.excluded or s.kind:
        return None
    if s.tags:
        return Place("public.tag", Selection(tags=s.tags), "tag", s.tags[0])
    for key in ("domain", "series", "author"):
        if slug := getattr(s, key):
            return Place(f"public.{key}", EVERYTHING, key, slug)
    if s.year:
        key = "month" if s.month else "year"
        return Place(f"public.{key}", Selection(year=s.year, month=s.month), key)
    return None
