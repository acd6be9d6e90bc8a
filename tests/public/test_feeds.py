from datetime import timedelta

import feedparser
import pytest
from lxml import etree

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
    queries.clear()
    browser.get("/feed.xml")
    few = len(queries)

    for n in range(9):
        make_posts(1, tags=[f"t{n}"], authors=[make_author(f"Author {n}")])
    queries.clear()
    browser.get("/feed.xml")

    assert len(queries) == few <= 4


def test_the_feed_is_valid_atom(browser, shared, make_post, make_author):
    schema = etree.RelaxNG(etree.parse(shared / "kits" / "feeds" / "atom-own.rng"))
    db.session.add(Site(id=1, title="Plumbline & co", description="<b>", language="en-GB"))
    make_post("Whole", tags=["a b"], authors=[make_author()], language="de", updated_at=JANUARY)
    make_post("Bare", body="!")

    whole = etree.fromstring(browser.get("/feed.xml").data)

    schema.assertValid(whole)


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
