"""Every view is a feed: found from its page, valid in three formats, named in words."""

import json
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import feedparser
import pytest
from jsonschema import Draft4Validator
from lxml import etree
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from blogapp.extensions import db
from blogapp.posts.search.indexing import index_stored
from blogapp.site.models import Site

# Wording and markup, out of rows that other tests read on either database.

TYPES = {
    "application/atom+xml": "/feed.xml",
    "application/rss+xml": "/rss.xml",
    "application/feed+json": "/feed.json",
}
HOSTILE = (
    "<script>alert(1)</script>",
    "]]> & &amp; <![CDATA[",
    "\"quotes\" 'both' `kinds`",
    "Bell \x07, null-like \ufffe, \U0001f600, ‮right to left",
    "<b>bold</b> &#0; &nbsp;",
    "",
    "C++ \u2028 line \u2029 separators",
    "x" * 3000,
)
# Views that a reader can have open, and the query that their feed has.
VIEWS = {
    "/tags/locks": "tag=locks",
    "/?tag=locks": "tag=locks",
    "/?tag=ci-cd&tag=locks&match=any": "tag=ci-cd&tag=locks&match=any",
    "/?tag=locks&not=ci-cd": "tag=locks&not=ci-cd",
    "/domains/databases?tag=locks": "tag=locks&domain=databases",
    "/authors/ada": "author=ada",
    "/series/locks-in-depth": "series=locks-in-depth",
    "/archive/2026/1?kind=note": "kind=note&year=2026&month=1",
    "/?kind=note&sort=oldest": "kind=note",
    "/?q=lease+tag%3Alocks": "q=lease+tag%3Alocks",
    "/?tag=locks&q=in%3Atitle+lease&sort=newest": "tag=locks&q=in%3Atitle+lease",
    "/?tag=locks&view=log": "tag=locks",
}


@pytest.fixture
def blog(browser, make_post, make_author):
    """A blog with something of everything, and titles that break what is broken."""
    db.session.add(Site(id=1, title="Plumbline & <co>", description="<b> & more", language="en-GB"))
    common = {"domain": "Databases", "kind": "note", "authors": [make_author("Ada")]}
    posts = [make_post("A lease", tags=["locks"], series="Locks in depth", **common)]
    for number, title in enumerate(HOSTILE):
        summary = HOSTILE[-2 - number] if number < 3 else ""
        names = ["locks", "CI/CD", "<i>tag</i>"][: number % 4]
        posts.append(
            make_post(title, slug=f"hostile-{number}", tags=names, summary=summary, body=title)
        )
    index_stored([post.id for post in posts])
    db.session.commit()
    return browser


def alternates(page):
    found = page.select('link[rel="alternate"][type]')
    return [(link["type"], link["href"], link["title"]) for link in found]


def test_every_view_leads_to_its_feeds(blog):
    for view, query in VIEWS.items():
        found = alternates(blog.page(view))

        own = {kind: address for kind, address, _ in found if "?" in address}
        assert own == {kind: f"{path}?{query}" for kind, path in TYPES.items()}, view
        assert {kind: address for kind, address, _ in found if "?" not in address} == TYPES
        for address in own.values():
            assert blog.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "view", ["/?tag=locks&tag=nothing&match=any", "/?not=nothing", "/tags/locks?not=nothing"]
)
def test_no_feed_is_offered_where_a_name_is_nobodys(blog, view):
    page = blog.page(view)

    assert page.select("#pages article")
    assert [address for _, address, _ in alternates(page) if "?" in address] == []
    assert page.select_one(".post-list__feed") is None


def test_a_view_and_its_feed_hold_the_same_posts(blog):
    for view, query in VIEWS.items():
        page = blog.page(view)
        feed = feedparser.parse(blog.get(f"/feed.xml?{query}").data)

        shown = {link["href"] for link in page.select("#pages article h2 a, #pages article h3 a")}
        assert shown, view
        assert {urlsplit(entry.link).path for entry in feed.entries} == shown, view


def test_the_page_offers_its_feed_to_people_too(blog):
    link = blog.page("/tags/locks").select_one(".post-list__feed")

    assert (link["href"], link.text) == ("/feed.xml?tag=locks", "Feed of these posts")
    assert blog.page("/").select_one(".post-list__feed") is None
    assert blog.page("/").select_one('.header__icon[href="/feed.xml"]')


def test_the_whole_blog_has_three_feeds(blog):
    assert [(kind, address) for kind, address, _ in alternates(blog.page("/"))] == [*TYPES.items()]


def test_a_feed_says_in_words_what_it_holds(blog):
    atom = feedparser.parse(blog.get("/feed.xml?tag=locks&not=ci-cd").data).feed
    whole = feedparser.parse(blog.get("/feed.xml").data).feed

    assert atom.title == "Plumbline & <co>: tagged locks, not tagged CI/CD"
    assert atom.subtitle.endswith("posts tagged locks, not tagged CI/CD")
    assert (whole.title, whole.subtitle) == ("Plumbline & <co>", "<b> & more")
    assert blog.get("/feed.json?tag=locks&not=ci-cd").json["description"] == atom.subtitle


def test_it_says_so_in_the_blogs_language(blog):
    db.session.get(Site, 1).language = "de"
    db.session.commit()

    atom = feedparser.parse(blog.get("/feed.xml?domain=databases").data).feed

    assert atom.title == "Plumbline & <co>: im Bereich Databases"
    assert atom.subtitle == "1 Beitrag im Bereich Databases"
    assert atom.language == "de"


def test_every_format_parses_whatever_titles_hold(blog):
    titles = []
    for address in TYPES.values():
        response = blog.get(f"{address}?tag=locks&match=any")
        response = blog.get(response.location) if response.status_code == 301 else response
        assert response.status_code == 200
        if address == "/feed.json":
            titles.append([item.get("title") for item in response.json["items"]])
            continue
        feed = feedparser.parse(response.data)
        assert not feed.bozo, feed.get("bozo_exception")
        titles.append(len(feed.entries))
    assert titles[0] == titles[1] == len(titles[2])


def test_every_feed_is_valid(blog, shared):
    folder = shared / "kits" / "feeds"
    atom = etree.RelaxNG(etree.parse(folder / "atom-own.rng"))
    check_json = _json_validator(folder)

    for query in ("", *(f"?{query}" for query in VIEWS.values()), "?limit=2", "?page=2&limit=2"):
        atom.assertValid(etree.fromstring(blog.get(f"/feed.xml{query}").data))
        check_json.validate(blog.get(f"/feed.json{query}").json)
        _assert_rss(etree.fromstring(blog.get(f"/rss.xml{query}").data))


def _json_validator(folder):
    schemas = {
        f"https://json.schemastore.org/{name}": json.loads((folder / file).read_text())
        for name, file in {
            "feed-1": "jsonfeed-1.schema.json",
            "feed-1.1": "jsonfeed-1.1.schema.json",
        }.items()
    }
    known = Registry().with_resources(
        (address, Resource(schema, DRAFT4)) for address, schema in schemas.items()
    )
    return Draft4Validator({"$ref": "https://json.schemastore.org/feed-1.1"}, registry=known)


def _assert_rss(root):
    """What RSS 2.0 demands of a channel and its items."""
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    [channel] = root
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    for item in channel.findall("item"):
        assert item.findtext("title") or item.findtext("description")
        assert item.findtext("guid")
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo
