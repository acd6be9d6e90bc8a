"""Whether a title, an address or a tag is one that the blog has already, or nearly."""

from collections.abc import Iterator

from rapidfuzz.distance import OSA
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.posts.content import Content
from blogapp.posts.findings import CheckKind, Finding, Fix
from blogapp.posts.models import Post, Tag, TagAlias
from blogapp.text.folding import caseless, fold
from blogapp.text.likeness import find_likely_twins, squash
from blogapp.text.name_lists import join_names, split_names
from blogapp.text.slugs import slugify

SHORTEST_TYPO = 8


def find_same_title(content: Content, post: Post | None) -> Iterator[Finding]:
    """Yield another post of the same title that is not in the trash."""
    title = content["title"].strip()
    if not title:
        return
    query = select(Post.title).where(
        func.lower(Post.title) == title.lower(),
        Post.deleted_at.is_(None),
        Post.id != (post.id if post else 0),
    )
    if other := db.session.scalar(query.limit(1)):
        yield Finding(CheckKind.SAME_TITLE, "title", value=other)


def find_alike_slug(content: Content, post: Post | None) -> Iterator[Finding]:
    """Yield an address of another post from which this one's is hard to tell apart.

    One that readers know already is left as it is.
    """
    if post and post.published_at and content["slug"] in ("", post.slug):
        return
    slug = (content["slug"].strip() or slugify(content["title"], "")).casefold()
    if not slug:
        return
    is_page = bool(post and post.is_page)
    query = select(Post.slug_key).where(
        Post.is_page == is_page,
        Post.deleted_at.is_(None),
        Post.id != (post.id if post else 0),
        Post.slug_key.startswith(slug[0], autoescape=True),
    )
    for other in db.session.scalars(query):
        if other == slug or _are_alike(slug, other):
            yield Finding(CheckKind.ALIKE_SLUG, "slug", value=slug, other=other)
            return


def _are_alike(slug: str, other: str) -> bool:
    digits = [[c for c in text if c.isdigit()] for text in (slug, other)]
    if digits[0] != digits[1]:
        return False
    one, two = squash(slug), squash(other)
    return one == two or (
        min(len(one), len(two)) >= SHORTEST_TYPO and OSA.distance(one, two, score_cutoff=1) == 1
    )


def find_alike_tags(content: Content) -> Iterator[Finding]:
    """Yield each new tag that is likely to be one the blog has under another spelling."""
    names = split_names(content["tags"])
    if not names:
        return
    rows = db.session.execute(select(Tag.id, Tag.name, Tag.name_key)).all()
    known = {key for _, _, key in rows}
    new = [name for name in names if caseless(name) not in known]
    if new:
        aliases = select(TagAlias.name_key).where(TagAlias.name_key.in_(map(caseless, new)))
        named = set(db.session.scalars(aliases))
        new = [name for name in new if caseless(name) not in named]
    for name in new:
        first = fold(name)[:1]
        near = {id: other for id, other, _ in rows if fold(other)[:1] == first}
        twins = (near[other] for one, other in find_likely_twins({0: name, **near}) if one == 0)
        if twin := next(twins, None):
            kept = dict.fromkeys(twin if each == name else each for each in names)
            fix = Fix("tags", join_names(kept))
            yield Finding(CheckKind.ALIKE_TAG, "tags", value=name, other=twin, fix=fix)
