"""Pages as linked data: schema.org's words, written as JSON-LD 1.1."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from blogapp.accounts.models import Author
from blogapp.accounts.profiles import Profile
from blogapp.posts.cards import Card
from blogapp.posts.models import Post
from blogapp.posts.reading import Surroundings
from blogapp.posts.revision_models import ChangeType
from blogapp.public.listing_page import Listing
from blogapp.public.place import Place
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.cards import Picture
from blogapp.web.filters import current_site, iso
from blogapp.web.icons import icon_address
from blogapp.web.portraits import portrait_address

Thing = dict[str, Any]


def of_post(post: Post, around: Surroundings, *, address: str, picture: Picture) -> Thing:
    """Return a post as a BlogPosting, and the way to it."""
    posting = {
        "@type": "BlogPosting",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": post.title or _("Untitled"),
        "description": post.summary_or_excerpt,
        "inLanguage": post.language or current_site().language,
        "datePublished": iso(post.published_at) if post.published_at else "",
        "dateModified": iso(moment) if (moment := post.changed_at) else "",
        "correction": _corrections(around),
        "author": [_person(author) for author in post.authors],
        "publisher": _publisher(),
        "image": _image(picture),
        "wordCount": post.words,
        "timeRequired": f"PT{post.minutes}M",
        "keywords": [tag.name for tag in post.tags],
        "articleSection": post.domain.name if post.domain else "",
        "isPartOf": [{"@id": _blog_id()}, *_series(around)],
        "position": around.series.number if around.series else None,
    }
    way = [(_("Posts"), absolute_url_for("public.index"))]
    if post.domain:
        domain = absolute_url_for("public.domain", slug=post.domain.slug)
        way.append((post.domain.name, domain))
    way.append((post.title or _("Untitled"), address))
    return _graph(posting, _breadcrumbs(way), _blog())


def of_page(page: Post, *, address: str, picture: Picture) -> Thing:
    """Return a static page as a WebPage, and the way to it."""
    name = page.title or _("Untitled")
    shown = {
        "@type": "AboutPage" if page.path == "/about" else "WebPage",
        "@id": address,
        "url": address,
        "name": name,
        "description": page.summary_or_excerpt,
        "inLanguage": page.language or current_site().language,
        "dateModified": iso(moment) if (moment := page.changed_at) else "",
        "primaryImageOfPage": _image(picture),
        "isPartOf": {"@id": _site_id()},
    }
    way = [(_("Posts"), absolute_url_for("public.index")), (name, address)]
    return _graph(shown, _breadcrumbs(way), _web_site())


def of_listing(listing: Listing, *, picture: Picture) -> Thing:
    """Return the blog itself, or a collection of its posts, or an author's profile."""
    place, address = listing.place, listing.canonical
    posts = [post for page in listing.batch.pages for post in page.posts]
    if not place.key and not listing.selection.narrows:
        return _graph(_web_site(), {**_blog(), "image": _image(picture)}, _items(posts))
    shown = {
        "@type": "ProfilePage" if place.key == "author" else "CollectionPage",
        "@id": address,
        "url": address,
        "name": listing.heading,
        "description": place.description,
        "isPartOf": {"@id": _site_id()},
        "mainEntity": _items(posts),
    }
    if place.key == "author":
        shown["mainEntity"] = _profiled(place, address)
    return _graph(shown, _breadcrumbs(_way_to(place, address)), _web_site())


def _profiled(place: Place, address: str) -> Thing:
    """Who wrote: the same person as the author of each of their posts."""
    profile = place.profile or Profile(place.name)
    person = {
        "@type": "Person",
        "@id": f"{absolute(place.path)}#person",
        "name": profile.name,
        "url": absolute(place.path),
        "description": place.description,
        "image": absolute(portrait_address(profile.picture)) if profile.picture else "",
        "sameAs": [link.address for link in profile.links],
    }
    return {name: value for name, value in person.items() if value}


def of_overview(title: str, *, address: str) -> Thing:
    """Return an overview of choices as a CollectionPage, and the way to it."""
    shown = {
        "@type": "CollectionPage",
        "@id": address,
        "url": address,
        "name": title,
        "isPartOf": {"@id": _site_id()},
    }
    way = [(_("Posts"), absolute_url_for("public.index")), (title, address)]
    return _graph(shown, _breadcrumbs(way), _web_site())


def _graph(*things: Thing) -> Thing:
    said = [{name: value for name, value in thing.items() if value} for thing in things]
    return {"@context": "https://schema.org", "@graph": said}


def _blog() -> Thing:
    """The blog: what posts are part of, and who publishes them."""
    site = current_site()
    return {
        "@type": "Blog",
        "@id": _blog_id(),
        "name": site.title,
        "url": absolute_url_for("public.index"),
        "description": site.description or site.intro,
        "inLanguage": site.language,
    }


def _web_site() -> Thing:
    site, home = current_site(), absolute_url_for("public.index")
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{home}?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    return {
        "@type": "WebSite",
        "@id": _site_id(),
        "name": site.title,
        "url": home,
        "inLanguage": site.language,
        **({} if current_app.config["FROZEN"] else {"potentialAction": search}),
    }


def _publisher() -> Thing:
    """Who stands behind the blog; where else they are known is in its menu of links."""
    site = current_site()
    elsewhere = [link["address"] for link in site.social_links or ()]
    publisher = {
        "@type": "Organization",
        "name": site.title,
        "url": absolute_url_for("public.index"),
        "logo": {
            "@type": "ImageObject",
            "url": absolute(icon_address("icon-512.png")),
            "width": 512,
            "height": 512,
        },
        "sameAs": [address for address in elsewhere if address.startswith("http")],
    }
    return {name: value for name, value in publisher.items() if value}


def _blog_id() -> str:
    return f"{absolute_url_for('public.index')}#blog"


def _site_id() -> str:
    return f"{absolute_url_for('public.index')}#site"


def _person(author: Author) -> Thing:
    address = absolute_url_for("public.author", slug=author.slug)
    person = {"@type": "Person", "@id": f"{address}#person", "name": author.name, "url": address}
    if author.picture:
        person["image"] = absolute(portrait_address(author.picture))
    elsewhere = [link["address"] for link in author.links or ()]
    return {**person, "sameAs": elsewhere} if elsewhere else person


def _image(picture: Picture) -> Thing:
    return {
        "@type": "ImageObject",
        "url": picture.address,
        "width": picture.width,
        "height": picture.height,
    }


def _series(around: Surroundings) -> list[Thing]:
    if around.series is None:
        return []
    series = around.series.series
    address = absolute_url_for("public.series", slug=series.slug)
    return [{"@type": "CreativeWorkSeries", "@id": address, "name": series.name, "url": address}]


def _corrections(around: Surroundings) -> list[Thing]:
    return [
        {"@type": "CorrectionComment", "text": change.note, "datePublished": iso(change.at)}
        for change in around.changes
        if change.type is ChangeType.CORRECTION
    ]


def _items(posts: Sequence[Card]) -> Thing:
    return {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": post.title or _("Untitled"),
                "url": absolute_url_for("public.post", slug=post.slug),
            }
            for position, post in enumerate(posts, start=1)
        ],
    }


def _way_to(place: Place, address: str) -> list[tuple[str, str]]:
    """Return the pages that lead to a listing, with their names."""
    way = [(_("Posts"), absolute_url_for("public.index"))]
    if place.key == "tag":
        way.append((_("Tags"), absolute_url_for("public.tags")))
    if place.key in {"year", "month"}:
        way.append((_("Archive"), absolute_url_for("public.archive")))
    if place.key == "month":
        year = place.within.year
        way.append((str(year), absolute_url_for("public.year", year=year)))
    return [*way, (place.name, absolute(place.path) if place.key else address)]


def _breadcrumbs(way: Sequence[tuple[str, str]]) -> Thing:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(way, start=1)
        ],
    }
