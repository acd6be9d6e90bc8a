"""Front matter that came into a text by hand: what it says, in the fields of a post."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path, PurePosixPath

from blogapp.importing import front_matter
from blogapp.importing.errors import BrokenFrontMatter
from blogapp.importing.fields import Fields, fold
from blogapp.importing.reading import Reader
from blogapp.importing.surveying import Kind, SourceSite
from blogapp.text.name_lists import join_names

# Which keys fill which field, folded; the field's own name is always one.
_KEYS = {
    "title": {"title"},
    "slug": {"slug"},
    "summary": {"summary", "description", "excerpt", "subtitle", "abstract"},
    "tags": {"tags", "tag", "keywords", "categories", "category"},
    "domain": {"domain", "categories", "category"},
    "kind": {"kind", "type"},
    "series": {"series"},
    "series_position": {"part", "seriespart", "seriesorder", "seriesindex", "weight"},
    "authors": {"authors", "author"},
    "language": {"lang", "language", "locale"},
    "canonical_url": {"canonicalurl", "canonical", "originalurl"},
    "pinned": {"pinned", "pin", "sticky"},
    "unlisted": {"unlisted", "hidden"},
}  # fmt: skip


@dataclass(frozen=True)
class Pasted:
    """What stood above a body, by the names of the editor's fields, and the body without it.

    ``left`` are the keys from which nothing was taken, in their own spelling.
    """

    form: str
    fields: Mapping[str, str]
    body: str
    keys: tuple[str, ...]

    def left(self, taken: Mapping[str, str]) -> list[str]:
        """Return the keys that none of the fields in ``taken`` stands for."""
        read = {key for name in taken for key in (_KEYS.get(name) or set())}
        return [key for key in self.keys if fold(key) not in read]


def read_pasted(body: str, *, zone: tzinfo) -> Pasted | None:
    """Return what front matter at the beginning of ``body`` says, or None where there is none.

    ``body`` has LF line ends. A block that does not parse is none.
    """
    try:
        found, rest, line = front_matter.split(body)
    except BrokenFrontMatter:
        return None
    if found.form == "none" or not found.texts:
        return None
    given = Fields(found)
    site = SourceSite(name="", root=Path("/"), kind=Kind.FRONTED, files=())
    said = Reader(site, PurePosixPath("pasted.md"), given, rest, line, zone).post(None)
    fields = {
        "title": given.text("title"),
        "slug": said.slug if given.text("slug") else "",
        "summary": said.summary,
        "tags": join_names(said.tags),
        "domain": said.domain,
        "kind": said.kind,
        "series": said.series,
        "series_position": "" if said.series_position is None else str(said.series_position),
        "authors": join_names(said.authors),
        "language": said.language,
        "canonical_url": said.canonical_url,
        "pinned": "y" if said.pinned else "",
        "unlisted": "y" if said.unlisted else "",
    }
    filled = {name: value for name, value in fields.items() if value}
    if not filled:
        return None
    return Pasted(found.form, filled, rest.lstrip("\n"), tuple(found.texts))
