"""What an author types of a post, as one value: working copies, revisions and merges hold it."""

from collections.abc import Mapping
from dataclasses import dataclass

from blogapp.posts.managing import list_authors
from blogapp.posts.models import Post
from blogapp.posts.naming import call_authors
from blogapp.text.name_lists import join_names, split_names

# By the names of the editor's fields, in the order of its form.
FIELDS = (
    "title",
    "slug",
    "summary",
    "domain",
    "tags",
    "kind",
    "series",
    "series_position",
    "authors",
    "language",
    "canonical_url",
    "pinned",
    "unlisted",
)
NAME_LISTS = ("tags", "authors")
# Lists of names whose order says nothing; that of the authors is their byline's.
NAME_SETS = ("tags",)
SWITCHES = ("pinned", "unlisted")
ON = "y"


@dataclass(frozen=True, eq=False)
class Content:
    """Fields as they are typed, valid or not, and the text with LF for line ends.

    Two are equal when they say the same, field by field; what is not given is empty.
    """

    fields: Mapping[str, str]
    body: str

    def __post_init__(self) -> None:
        given = {name: self.fields.get(name, "") for name in FIELDS}
        object.__setattr__(self, "fields", given)

    def changed(
        self, fields: Mapping[str, str] | None = None, body: str | None = None
    ) -> "Content":
        """Return this with other ``fields`` where given, and with another ``body`` if given."""
        return Content({**self.fields, **(fields or {})}, self.body if body is None else body)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and self._told() == other._told()

    __hash__ = None  # type: ignore[assignment]  # it holds a mapping

    def _told(self) -> tuple[dict[str, object], str]:
        sets = {name: sorted(split_names(self.fields[name])) for name in NAME_SETS}
        return {**self.fields, **sets}, self.body

    def __getitem__(self, name: str) -> str:
        return self.fields[name]


def content_of(post: Post) -> Content:
    """Return what the editor would show of ``post``: as readers see it, or as last saved.

    The address is empty where it is made from the title. The post must be loaded as
    `managing.find_for_writing` loads it.
    """
    return Content(
        {
            "title": post.title,
            "slug": "" if post.slug_follows_title else post.slug,
            "summary": post.summary,
            "domain": post.domain.name if post.domain else "",
            "tags": join_names(tag.name for tag in post.tags),
            "kind": post.kind,
            "series": post.series.name if post.series else "",
            "series_position": "" if post.series_position is None else str(post.series_position),
            "authors": join_names(call_authors(post.authors, among=list_authors())),
            "language": post.language,
            "canonical_url": post.canonical_url,
            "pinned": ON if post.pinned else "",
            "unlisted": ON if post.unlisted else "",
        },
        post.body,
    )
