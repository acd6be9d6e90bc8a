"""What a page says of itself to programs that show links and to search engines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from flask import url_for
from flask_babel import gettext as _

from blogapp.posts.models import Post
from blogapp.posts.reading import Surroundings
from blogapp.public import linked_data
from blogapp.public.listing_page import Listing
from blogapp.text.excerpts import cut
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.cards import Picture, picture_of, picture_of_site
from blogapp.web.filters import current_site

# Search engines show about so much, and chat programs cut sooner.
LONGEST_TEXT = 200
ALL_BUT_INDEXING = "noindex, follow"


@dataclass(frozen=True)
class Description:
    """The head of a page; `ui/head.html` writes it.

    ``address`` is the canonical one; ``own`` is this page's where that is another.
    """

    title: str
    text: str
    address: str
    picture: Picture
    locale: str
    own: str = ""
    kind: str = "website"
    robots: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    authors: Sequence[str] = ()
    section: str = ""
    tags: Sequence[str] = ()
    markdown: str = ""
    linked_data: dict[str, Any] = field(default_factory=dict)


def describe_post(post: Post, around: Surroundings) -> Description:
    """Return the head of a post's page."""
    own = absolute_url_for("public.post", slug=post.slug)
    picture = picture_of(post)
    return Description(
        title=post.title or _("Untitled"),
        text=cut(post.summary_or_excerpt or post.title, LONGEST_TEXT),
        address=post.canonical_url or own,
        own=own,
        picture=picture,
        locale=_locale(post.language or current_site().language),
        kind="article",
        robots="noindex" if post.unlisted else "",
        published=post.published_at,
        modified=post.updated_at,
        authors=[absolute_url_for("public.author", slug=author.slug) for author in post.authors],
        section=post.domain.name if post.domain else "",
        tags=[tag.name for tag in post.tags],
        markdown=absolute_url_for("public.post_markdown", slug=post.slug),
        linked_data=linked_data.of_post(post, around, address=own, picture=picture),
    )


def describe_page(page: Post) -> Description:
    """Return the head of a static page."""
    own = absolute_url_for("public.about")
    if page.path != "/about":
        own = absolute_url_for("public.page", slug=page.slug)
    picture = picture_of(page)
    return Description(
        title=page.title or _("Untitled"),
        text=cut(page.summary_or_excerpt or page.title, LONGEST_TEXT),
        address=page.canonical_url or own,
        own=own,
        picture=picture,
        locale=_locale(page.language or current_site().language),
        robots="noindex" if page.unlisted else "",
        markdown=absolute_url_for("public.page_markdown", slug=page.slug),
        linked_data=linked_data.of_page(page, address=own, picture=picture),
    )


def describe_listing(listing: Listing) -> Description:
    """Return the head of a listing: the whole blog, one choice, or a filter."""
    is_kept = listing.is_for_indexing
    picture = picture_of_site()
    return Description(
        title=listing.title,
        text=cut(listing.description or f"{listing.count} · {listing.title}", LONGEST_TEXT),
        address=listing.canonical,
        picture=picture,
        locale=_locale(current_site().language),
        kind="profile" if listing.place.key == "author" else "website",
        robots="" if is_kept else ALL_BUT_INDEXING,
        linked_data=linked_data.of_listing(listing, picture=picture) if is_kept else {},
    )


def describe_overview(title: str, text: str, endpoint: str, robots: str = "") -> Description:
    """Return the head of an overview of choices: all tags, all years; or of the search."""
    site, address = current_site(), absolute(url_for(endpoint))
    return Description(
        title=f"{title} · {site.title}",
        text=cut(text, LONGEST_TEXT),
        address=address,
        picture=picture_of_site(),
        locale=_locale(site.language),
        robots=robots,
        linked_data={} if robots else linked_data.of_overview(title, address=address),
    )


def _locale(language: str) -> str:
    """Return a BCP 47 language as language and territory (Open Graph, ``og:locale``).

    >>> _locale("de"), _locale("zh-Hant-HK"), _locale("tlh")
    ('de_DE', 'zh_HK', 'tlh')
    """
    try:
        known = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return language.replace("-", "_")
    likely = get_global("likely_subtags")
    full = likely.get(str(known)) or likely.get(known.language) or ""
    territory = known.territory or full.rpartition("_")[2]
    return f"{known.language}_{territory}" if territory else known.language
