"""What a check finds in a post: what it is, where it stands, and what would put it right."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from blogapp.posts.content import Content


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a check has to know that the text does not say.

    ``base`` is the blog's own address, ``is_fixed`` tells the paths that always answer,
    ``anchors`` the ids on the page that the text becomes; it is asked only if the text
    links to one. ``opens_with`` says what front matter stands above a body, if any.
    """

    now: datetime
    base: str
    is_fixed: Callable[[str], bool]
    anchors: Callable[[], Collection[str]]
    opens_with: Callable[[str], str] = lambda body: ""


class CheckKind(StrEnum):
    """What may be wrong with a text."""

    SECRET = "secret"
    NO_TITLE = "no-title"
    SAME_TITLE = "same-title"
    NO_SUMMARY = "no-summary"
    LONG_SUMMARY = "long-summary"
    ALIKE_SLUG = "alike-slug"
    ALIKE_TAG = "alike-tag"
    FRONT_MATTER = "front-matter"
    LEFTOVER = "leftover"
    HOME_FOLDER = "home-folder"
    LOST_LINK = "lost-link"
    UNPUBLISHED_LINK = "unpublished-link"
    GONE_LINK = "gone-link"
    LOST_ANCHOR = "lost-anchor"
    EMPTY_LINK = "empty-link"
    NO_TARGET = "no-target"
    NO_ALT = "no-alt"
    LOST_IMAGE = "lost-image"
    UNFINISHED_UPLOAD = "unfinished-upload"
    LARGE_IMAGE = "large-image"
    SKIPPED_LEVEL = "skipped-level"
    EMPTY_HEADING = "empty-heading"
    NO_LANGUAGE = "no-language"


@dataclass(frozen=True, slots=True)
class Fix:
    """What a machine can do about it: put ``text`` into a field, or into a place of the body."""

    field: str
    text: str
    start: int = 0
    end: int = 0

    def apply(self, content: Content) -> Content:
        """Return ``content`` put right."""
        if self.field != "body":
            return content.changed({self.field: self.text})
        return content.changed(
            body=content.body[: self.start] + self.text + content.body[self.end :]
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. ``start`` and ``end`` are characters of the body; lines begin at 1.

    ``value`` is what was found, ``other`` what it is held against; ``times`` counts the places
    where the same stands. ``detail`` refines the kind: which sort of secret.
    """

    kind: CheckKind
    field: str = "body"
    value: str = ""
    other: str = ""
    detail: str = ""
    start: int = 0
    end: int = 0
    line: int = 0
    column: int = 0
    excerpt: str = ""
    times: int = 1
    fix: Fix | None = None
    # Of a secret: what a confirmation is bound to.
    digest: str = ""

    @property
    def blocks(self) -> bool:
        """Whether it has to be confirmed before readers see it."""
        return self.kind is CheckKind.SECRET

    @property
    def key(self) -> str:
        """16 hexadecimal digits by which a form names this finding."""
        said = f"{self.kind} {self.field} {self.start} {self.value}".encode("utf-8", "replace")
        return sha256(said).hexdigest()[:16]
