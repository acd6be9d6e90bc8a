import html
import json
from datetime import timedelta

import feedparser
import pytest
from jsonschema import Draft4Validator
from lxml import etree
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.conftest import JANUARY

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "{http://www.w3.org/XML/1998/namespace}base"


@pytest.fixture
def feed(browser):
    """Read the feed the way a strict program does: parsed as XML."""

    def read(address="/feed.xml", **kwargs):
        response = browser.get(address, **kwargs)
        assert response.status_code == 200
        return etree.fromstring(response.data)

    return read


def find_all(feed, path):
    return [found.text for found in feed.findall(path.replace("/", f"/{ATOM}"))]


def test_the_feed_holds_the_newest_posts_whole(browser, make_post, make_author):
    db.session.add(Site(id=1, title="Plumbline", description="Measured write-ups"))
    make_post(
        "Leases & <locks>",
        body="A *guess* about time.",
        tags=["CI/CD", "locks"],
        authors=[make_author("Ada"), make_author("Grace")],
        updated_at=JANUARY + timedelta(days=2),
    )

    feed = feedparser.parse(browser.get("/feed.xml").data)

    assert not feed.bozo
    assert (feed.feed.title, feed.feed.subtitle) == ("Plumbline", "Measured write-ups")
    [entry] = feed.entries
    assert entry.title_detail.type == "text/plain"
    assert entry.title == "Leases & <locks>"
    assert entry.link == "http://127.0.0.1:8000/posts/leases-locks"
    assert "<em>guess</em>" in entry.content[0].value
    assert [tag.term for tag in entry.tags] == ["CI/CD", "locks"]
    assert [author.name for author in entry.authors] == ["Ada", "Grace"]
    assert entry.published == "2026-01-01T12:00:00+00:00"
    assert entry.updated == "2026-01-03T12:00:00+00:00"


def test_every_address_in_the_content_is_whole(feed, make_post):
    make_post("Linked", body="[a](/archive) ![b](/media/b.png) [c](https://example.org/) [d](#e)")

    content = feed().find(f"{ATOM}entry/{ATOM}content")

    assert 'href="http://127.0.0.1:8000/archive"' in content.text
    assert 'src="http://127.0.0.1:8000/media/b.png"' in content.text
    assert 'href="https://example.org/"' in content.text
    assert content.get(BASE) == "http://127.0.0.1:8000/posts/linked"


def test_an_entry_keeps_its_id_when_its_address_changes(feed, make_post):
    post = make_post("Leases")
    before = find_all(feed(), "./entry/id")
    post.slug = "locks"
    db.session.commit()

    assert find_all(feed(), "./entry/id") == before
    assert before[0].startswith("urn:uuid:")


def test_only_listed_posts_are_in_it_newest_first(feed, make_posts, make_post):
    make_posts(2)
    make_post("Draft", published_at=None)
    make_post("By hand only", unlisted=True)
    make_post("Taken down", withdrawn_at=JANUARY)

    assert find_all(feed(), "./entry/title") == ["Post 2", "Post 1"]


def test_it_holds_twenty_entries_unless_asked(feed, make_posts):
    make_posts(25)

    assert len(find_all(feed(), "./entry/id")) == 20
    assert len(find_all(feed("/feed.xml?limit=3"), "./entry/id")) == 3
    assert len(find_all(feed("/feed.xml?limit=1000"), "./entry/id")) == 25


def test_it_names_itself(feed):
    def itself(address):
        return feed(address).find(f"{ATOM}link[@rel='self']").get("href")

    assert itself("/feed.xml") == "http://127.0.0.1:8000/feed.xml"
    assert itself("/feed.xml?limit=3") == "http://127.0.0.1:8000/feed.xml?limit=3"


def test_any_filter_can_be_subscribed_to(feed, make_post):
    make_post("Both", tags=["CI/CD", "locks"])
    make_post("One", tags=["locks"])
    make_post("None")

    whole = feed("/feed.xml?tag=locks&not=ci-cd")

    assert find_all(whole, "./entry/title") == ["One"]
    address = "http://127.0.0.1:8000/feed.xml?tag=locks&not=ci-cd"
    assert find_all(whole, "./id") == [address]
    assert whole.find(f"{ATOM}link[@rel='self']").get("href") == address
    assert "tagged locks, not tagged CI/CD" in find_all(whole, "./title")[0]


@pytest.mark.parametrize(
    ("query", "status"),
    [("tag=none", 404), ("kind=none", 404), ("author=none", 404), ("year=x", 400), ("q=none", 200)],
)
def test_a_feed_of_nothing_that_exists_is_refused(browser, query, status):
    assert browser.get(f"/feed.xml?{query}").status_code == status


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "", "1.5", "²", "9" * 30])
def test_a_malformed_limit_is_refused(browser, limit):
    assert browser.get("/feed.xml", query_string={"limit": limit}).status_code == 400


def test_a_reader_that_has_it_is_told_so(browser, make_post):
    make_post("One")
    first = browser.get("/feed.xml")

    again = browser.get("/feed.xml", headers={"If-None-Match": first.headers["ETag"]})
    make_post("Two")
    changed = browser.get("/feed.xml", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200


def test_an_empty_blog_has_a_feed(feed):
    assert find_all(feed(), "./updated") == ["1970-01-01T00:00:00+00:00"]


def test_characters_that_xml_forbids_are_left_out(feed, make_post):
    make_post("Bell\x07 and \ufffe", body="Vertical\x0b tab, \x1b[0m, fine: \U0001f600 é")

    found = feed()

    assert find_all(found, "./entry/title") == ["Bell and "]
    assert "fine: \U0001f600 é" in find_all(found, "./entry/content")[0]


def test_a_feed_costs_the_same_statements_for_any_number_of_posts(
    browser, make_posts, make_author, queries
):
    make_posts(1, tags=["a"], authors=[make_author()])
    browser.get("/feed.xml")
    queries.clear()
    browser.get("/feed.xml")
    few = len(queries)

    for n in range(9):
        make_posts(1, tags=[f"t{n}"], authors=[make_author(f"Author {n}")])
    browser.get("/feed.xml")
    queries.clear()
    browser.get("/feed.xml")

    assert len(queries) == few <= 7


def test_the_feed_is_valid_atom(browser, shared, make_post, make_author):
    schema = etree.RelaxNG(etree.parse(shared / "kits" / "feeds" / "atom-own.rng"))
    db.session.add(Site(id=1, title="Plumbline & co", description="<b>", language="en-GB"))
    make_post("Whole", tags=["a b"], authors=[make_author()], language="de", updated_at=JANUARY)
    make_post("Bare", body="!")

    whole = etree.fromstring(browser.get("/feed.xml").data)

    schema.assertValid(whole)


NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@pytest.fixture
def three(browser, make_post, make_author):
    """A blog with a whole post and a bare one, and its three feeds by address."""
    db.session.add(Site(id=1, title="Plumbline & co", description="<b>", language="en-GB"))
    make_post("Bare", body="!", canonical_url="https://example.org/first")
    make_post(
        "Leases & <locks>",
        body="A *guess* ![b](/media/b.png)\n\n```python\nx = 1\n```\n",
        tags=["CI/CD", "locks"],
        authors=[make_author("Ada"), make_author("Grace")],
        updated_at=JANUARY + timedelta(days=2),
        language="de",
    )
    return browser


def test_rss_says_the_same_as_atom(three):
    rss = feedparser.parse(three.get("/rss.xml").data)
    atom = feedparser.parse(three.get("/feed.xml").data)

    assert not rss.bozo
    assert rss.version == "rss20"
    assert (rss.feed.title, rss.feed.subtitle) == ("Plumbline & co", "<b>")
    assert rss.feed.language == "en-GB"
    assert [entry.id for entry in rss.entries] == [entry.id for entry in atom.entries]
    for one, other in zip(rss.entries, atom.entries, strict=True):
        assert (one.title, one.link) == (other.title, other.link)
        assert one.content[0].value == other.content[0].value
        assert one.published_parsed == other.published_parsed
        assert [tag.term for tag in one.get("tags", [])] == [
            tag.term for tag in other.get("tags", [])
        ]


def test_rss_names_itself_and_everybody_who_wrote(three):
    channel = etree.fromstring(three.get("/rss.xml?tag=locks").data).find("channel")

    itself = channel.find("atom:link", NAMES)
    assert (itself.get("rel"), itself.get("href")) == (
        *("self", "http://127.0.0.1:8000/rss.xml?tag=locks"),
    )
    assert channel.findtext("link") == "http://127.0.0.1:8000/?tag=locks"
    [item] = channel.findall("item")
    assert [found.text for found in item.findall("dc:creator", NAMES)] == ["Ada", "Grace"]
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("pubDate") == "Thu, 01 Jan 2026 12:00:00 +0000"


def test_the_json_feed_says_the_same(three):
    feed = three.get("/feed.json").json
    atom = etree.fromstring(three.get("/feed.xml").data)

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["language"]) == ("Plumbline & co", "en-GB")
    assert feed["home_page_url"] == "http://127.0.0.1:8000/"
    assert feed["feed_url"] == "http://127.0.0.1:8000/feed.json"
    assert [item["id"] for item in feed["items"]] == find_all(atom, "./entry/id")
    whole, bare = feed["items"]
    assert whole["content_html"] == find_all(atom, "./entry/content")[0]
    assert (whole["date_published"], whole["date_modified"]) == (
        *("2026-01-01T12:00:00+00:00", "2026-01-03T12:00:00+00:00"),
    )
    assert [author["name"] for author in whole["authors"]] == ["Ada", "Grace"]
    assert (whole["tags"], whole["language"]) == (["CI/CD", "locks"], "de")
    assert bare["external_url"] == "https://example.org/first"
    assert not {"tags", "authors", "language"} & bare.keys()


def test_the_json_feed_is_valid(three, shared):
    folder = shared / "kits" / "feeds"
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
    schema = {"$ref": "https://json.schemastore.org/feed-1.1"}
    validator = Draft4Validator(schema, registry=known)

    for address in ("/feed.json", "/feed.json?tag=locks", "/feed.json?q=nothing"):
        validator.validate(three.get(address).json)


@pytest.mark.parametrize("address", ["/feed.xml", "/rss.xml", "/feed.json"])
def test_no_feed_carries_what_only_a_page_can_run(three, address):
    text = html.unescape(three.get(address).text).replace("\\u003c", "<")

    assert "guess" in text
    for stranger in ("<script", "<copy-code", "<button", " style=", " onclick=", " hx-"):
        assert stranger not in text, stranger


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml", "feed.json"])
@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("unknown=1", ""),
        ("limit=20", ""),
        ("limit=5000", "?limit=1000"),
        ("not=ci-cd&tag=locks", "?tag=locks&not=ci-cd"),
        ("tag=locks&sort=oldest&through=7&view=cards&page=1", "?tag=locks"),
        ("limit=1&page=2&sort=oldest", "?page=2&limit=1"),
        ("tag=LOCKS", "?tag=locks"),
        ("limit=3&tag=locks", "?tag=locks&limit=3"),
    ],
)
def test_another_spelling_leads_to_the_one_address(three, name, asked, canonical):
    moved = three.get(f"/{name}?{asked}")

    assert (moved.status_code, moved.location) == (301, f"http://127.0.0.1:8000/{name}{canonical}")
    assert moved.headers["Cache-Control"] == "no-cache"
    assert three.get(moved.location).status_code == 200


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog"}

    def test_every_address_has_the_path_once(self, browser, make_post):
        make_post("Linked", body="[a](/archive) ![b](/media/b.png)", tags=["a"])

        text = browser.get("/eng/blog/feed.xml", base_url="https://example.com").text

        assert text.count("https://example.com") == text.count("https://example.com/eng/blog/")
        assert "/eng/blog/eng/blog" not in text
        assert "https://example.com/eng/blog/media/b.png" in text
