"""An item of an export: its fields by the names that they have in WordPress."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

# Of WordPress's own bookkeeping, these say something about the post.
_TOLD_META = (
    "_thumbnail_id",
    "_wp_old_slug",
    "_wp_attachment_image_alt",
    "_yoast_wpseo_primary_category",
    "_yoast_wpseo_metadesc",
    "_yoast_wpseo_canonical",
    "rank_math_primary_category",
    "rank_math_description",
    "footnotes",
)


@dataclass(frozen=True)
class Term:
    """A category, tag or other term that an item is under."""

    taxonomy: str
    slug: str
    name: str


@dataclass(frozen=True)
class Entry:
    """An ``item`` of the file, with the line that it begins on."""

    element: Element
    line: int = 1
    cut: bool = False

    @cached_property
    def _fields(self) -> dict[str, str]:
        """Return the fields by local name; the two that are called "encoded" apart."""
        fields: dict[str, str] = {}
        for child in self.element:
            namespace, _, name = child.tag.rpartition("}")
            if name == "encoded":
                name = "excerpt" if "excerpt" in namespace else "content"
            if len(child) == 0:
                fields.setdefault(name, child.text or "")
        return fields

    def text(self, name: str) -> str:
        """Return a field without the space around it; empty where there is none."""
        return self._fields.get(name, "").strip()

    @property
    def content(self) -> str:
        return self._fields.get("content", "")

    @property
    def id(self) -> int:
        """Return WordPress's number; 0 where there is none."""
        return whole(self.text("post_id"))

    @property
    def kind(self) -> str:
        return self.text("post_type") or "post"

    @property
    def parent(self) -> int:
        return whole(self.text("post_parent"))

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """Return the custom fields that say something; those of plug-ins' workings do not."""
        found: dict[str, list[str]] = {}
        for part in children(self.element, "postmeta"):
            key, value = child_text(part, "meta_key"), child_text(part, "meta_value")
            if key and value and (key in _TOLD_META or not key.startswith("_")):
                found.setdefault(key, []).append(value)
        return found

    def meta_text(self, *keys: str) -> str:
        return next((self.meta[key][0] for key in keys if self.meta.get(key)), "")

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Return the terms, each once: WXR 1.0 names every one again without what it is."""
        found: dict[tuple[str, str], Term] = {}
        unsaid: list[str] = []
        for part in children(self.element, "category"):
            name = " ".join((part.text or "").split())
            taxonomy, slug = part.get("domain", ""), part.get("nicename", "")
            if name and not (taxonomy and slug):
                unsaid.append(name)
            elif name:
                taxonomy = "post_tag" if taxonomy == "tag" else taxonomy
                found.setdefault((taxonomy, slug), Term(taxonomy, slug, name))
        known = {term.name for term in found.values()}
        unsaid = [name for name in dict.fromkeys(unsaid) if name not in known]
        return (*found.values(), *(Term("category", "", name) for name in unsaid))


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of a local name, whatever version their namespace is of."""
    return (child for child in element if child.tag.rpartition("}")[2] == name)


def child_text(element: Element, name: str) -> str:
    return next(((child.text or "").strip() for child in children(element, name)), "")


def whole(text: str) -> int:
    """Return a number of WordPress; 0 for what is none.

    >>> whole("17"), whole(""), whole("x")
    (17, 0, 0)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
