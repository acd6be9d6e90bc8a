"""Categories and tags of a site: what they are called here, and where they stood there."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import unquote

from blogapp.importing.sources import NameKind, SourceName
from blogapp.importing.wordpress.entries import Term
from blogapp.importing.wordpress.indexing import Category, Index

_DEEPEST = 20


class Names:
    """Names of categories: where two bear the same, a parent's name tells them apart."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def name_of(self, term: Term) -> str:
        category = self.index.categories.get(term.slug)
        return self._own_name(category) if category else term.name

    def all(self) -> Iterator[SourceName]:
        """Yield what sorts posts: first categories as domains, the others and tags as tags."""
        for category in self.index.categories.values():
            if category.slug == "uncategorized" or not category.name:
                continue
            is_first = category.slug in self.index.first
            yield SourceName(
                kind=NameKind.DOMAIN if is_first else NameKind.TAG,
                name=self._own_name(category),
                slug=unquote(category.slug),
                description=category.description,
                addresses=tuple(self._addresses_of_category(category)),
            )
        for tag in self.index.tags.values():
            if tag.name:
                base = self.index.base_path
                yield SourceName(
                    kind=NameKind.TAG,
                    name=tag.name,
                    slug=unquote(tag.slug),
                    description=tag.description,
                    addresses=(
                        f"{base}/tag/{tag.slug}",
                        f"{base}/tag/{tag.slug}/feed",
                        f"{base}/tag/{tag.slug}/page/*",
                        f"{base}/?tag={tag.slug}",
                    ),
                )

    def _own_name(self, category: Category) -> str:
        parent = self.index.categories.get(category.parent)
        if self._uses[category.name.casefold()] > 1 and parent:
            return f"{category.name} ({parent.name})"
        return category.name

    @cached_property
    def _uses(self) -> Counter[str]:
        return Counter(found.name.casefold() for found in self.index.categories.values())

    def _addresses_of_category(self, category: Category) -> Iterator[str]:
        base = f"{self.index.base_path}/category"
        above = [category.slug]
        parent = self.index.categories.get(category.parent)
        while parent and parent.slug not in above and len(above) < _DEEPEST:
            above.insert(0, parent.slug)
            parent = self.index.categories.get(parent.parent)
        paths = dict.fromkeys(["/".join(above), category.slug])
        for path in paths:
            yield f"{base}/{path}"
            yield f"{base}/{path}/feed"
            yield f"{base}/{path}/page/*"
        if category.id:
            yield f"{self.index.base_path}/?cat={category.id}"
