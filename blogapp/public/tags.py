"""The index of tags: by letter, by use, and as one types; pages stay small among thousands."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from urllib.parse import urlencode

from flask import Response, abort, request, url_for

from blogapp.caching.keeping import keep
from blogapp.posts.cataloguing import find_in_tags, list_alias_names
from blogapp.posts.counting import TagChoice, count_choices
from blogapp.posts.finding import look
from blogapp.posts.selection import LARGEST, Selection
from blogapp.public.addressing import moved_to
from blogapp.web.clock import now
from blogapp.web.pages import render_page
from blogapp.web.remembering import versions

KEYS = ("find", "sort", "letter", "page")
USED = "used"
# As many stand on one page; with more tags than that, each letter has its own.
MOST = 500
MOST_USED = 60
LONGEST_WORDS = 100
# Letters of these scripts are too many to stand alone.
_SCRIPTS = {"CJK": "漢", "HIRAGANA": "あ", "KATAKANA": "ア"}
_FIRST_SYLLABLE, _SYLLABLES = 0xAC00, 588  # to each of Unicode's leading consonants (3.12)
_CONSONANTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
SIGNS = "#"


@dataclass(frozen=True)
class TagIndex:
    """Tags that listed posts have, as one page of the index shows them."""

    tags: Sequence[TagChoice]
    aliases: Mapping[str, Sequence[str]]
    find: str = ""
    sort: str = ""
    letter: str = ""
    page: int = 1

    @cached_property
    def letters(self) -> list[tuple[str, list[TagChoice]]]:
        """All tags in groups by what their names begin with."""
        ordered = sorted(self.tags, key=lambda tag: (initial(tag.name), tag.name.casefold()))
        return [(key, list(tags)) for key, tags in groupby(ordered, lambda t: initial(t.name))]

    @property
    def is_large(self) -> bool:
        """Whether each letter has a page of its own."""
        return len(self.tags) > MOST

    @property
    def most_used(self) -> Sequence[TagChoice]:
        """Those that open the index by letter."""
        few = MOST_USED if self.is_large else 12
        return self.tags[:few] if len(self.tags) > few else ()

    @cached_property
    def found(self) -> Sequence[TagChoice]:
        """What this page is one part of: the tags found, those of a letter, or all by use."""
        if self.find:
            return find_in_tags(self.find, self.tags, self.aliases)
        if self.letter:
            return next((tags for key, tags in self.letters if key == self.letter), [])
        return self.tags

    @property
    def shown(self) -> Sequence[TagChoice]:
        return self.found[(self.page - 1) * MOST : self.page * MOST]

    @property
    def pages(self) -> int:
        """How many pages what is found takes; at least one."""
        return max(1, -(-len(self.found) // MOST))

    @property
    def is_list(self) -> bool:
        """Whether this is one list, and not letter after letter."""
        return bool(self.find or self.letter or self.sort)

    def also(self, tag: TagChoice) -> Sequence[str]:
        """Return the tag's other names."""
        return self.aliases.get(tag.slug.casefold(), ())

    def address(self, **choice: str | int) -> str:
        """Return where ``choice`` is shown: in the order of `KEYS`, what is usual left out."""
        pairs = [(key, choice[key]) for key in KEYS if choice.get(key)]
        pairs = [pair for pair in pairs if pair != ("page", 1)]
        path = url_for("public.tags")
        return f"{path}?{urlencode(pairs)}" if pairs else path

    @property
    def own(self) -> str:
        """The canonical address of this page."""
        return self.turned(self.page)

    def turned(self, page: int) -> str:
        """Return the address of another page of the same."""
        return self.address(find=self.find, sort=self.sort, letter=self.letter, page=page)


def index() -> Response:
    """Every tag, with how many posts it has: by letter, or the most used first."""
    shown = _read()
    if "fragment" not in request.args and (moved := moved_to(shown.own)):
        return moved
    if shown.page > shown.pages or (shown.letter and not shown.found):
        abort(404)
    keep(shown.own, fragment=request.args.getlist("fragment")[:1])
    return render_page("public/tags.html", index=shown, section="tags")


def initial(name: str) -> str:
    """Return the heading that a name stands under.

    Letters without their accents; whole scripts where they have thousands; the consonant that
    opens a syllable of Korean; ``#`` for figures and signs.

    >>> initial("élan"), initial("Системы"), initial("3D"), initial(".NET")
    ('E', 'С', '#', '#')
    >>> initial("数据库"), initial("データ"), initial("검색")
    ('漢', 'ア', 'ㄱ')
    """
    composed = unicodedata.normalize("NFKC", name[:4]).upper()[:1]
    if not composed.isalpha():
        return SIGNS
    syllable = ord(composed) - _FIRST_SYLLABLE
    if 0 <= syllable < len(_CONSONANTS) * _SYLLABLES:
        return _CONSONANTS[syllable // _SYLLABLES]
    script = unicodedata.name(composed, "").split()[0]
    # Й is a letter of its own, É is an E: see `slugify`.
    bare = unicodedata.normalize("NFD", composed)[0] if script == "LATIN" else composed
    return _SCRIPTS.get(script, bare)


def _read() -> TagIndex:
    """What the address asks for; words are looked for in all, whatever else is chosen."""
    given = {key: request.args.get(key, "").strip() for key in KEYS}
    if given["sort"] not in {"", "letter", USED}:
        abort(400)
    page = given["page"] or "1"
    if not (page.isascii() and page.isdigit()) or len(page) > 18 or not 1 <= int(page) <= LARGEST:
        abort(400)
    find = " ".join(given["find"].split())[:LONGEST_WORDS].strip()
    sort = USED if given["sort"] == USED and not find else ""
    tags = count_choices(Selection(), look(now(), known=versions())).tags
    shown = TagIndex(tags, list_alias_names(), find, sort, page=int(page))
    letter = "" if find or sort or not shown.is_large else given["letter"]
    return TagIndex(tags, shown.aliases, find, sort, letter, int(page))
