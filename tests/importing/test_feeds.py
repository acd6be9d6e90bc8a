import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.errors import ImportingError, NoSite, NotAPost
from blogapp.importing.feeds import open_feed
from blogapp.importing.feeds.paging import open_web_feed
from blogapp.outgoing.errors import RequestRefused
from blogapp.outgoing.fetching import Fetched

ZONE = ZoneInfo("Europe/Berlin")

RSS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>Old blog</title>
<atom:link href="https://www.old.example/feed/" rel="self" type="application/rss+xml"/>
<link>https://www.old.example/blog/</link>
<language>en-GB</language>
<item>
  <title>Caches &amp;amp; List&lt;String&gt; &lt;em&gt;lie&lt;/em&gt;</title>
  <link>https://old.example/2019/05/caches-lie/?utm_source=rss</link>
  <guid isPermaLink="false">https://old.example/?p=12</guid>
  <dc:creator><![CDATA[Ada Lovelace]]></dc:creator>
  <pubDate>Sat, 04 May 2019 10:00:00 EST</pubDate>
  <category><![CDATA[CI/CD]]></category><category>Caches</category><category>Caches</category>
  <description><![CDATA[What they say. [&#8230;]]]></description>
  <content:encoded><![CDATA[<p>They <b>lie</b>, <a href="/about">always</a>.</p>
<img src="../img/a.png" alt="A">]]></content:encoded>
  <enclosure url="https://old.example/a%20talk.mp3" length="9" type="audio/mpeg"/>
</item>
<item>
  <link>https://elsewhere.example/found</link>
  <guid>https://old.example/links/found.html</guid>
  <author>grace@old.example (Grace Hopper)</author>
  <pubDate>2019-05-05 12:00</pubDate>
  <description>A fine text. Read it.</description>
</item>
</channel></rss>
"""

ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/blog/" xml:lang="de">
<title>A</title><link href="./"/><link rel="self" href="/blog/atom.xml"/>
<author><name>Ada</name></author>
<entry xml:base="2020/"><id>tag:a.example,2020:1</id>
  <title type="html">&lt;b&gt;One&lt;/b&gt; &amp;lt;x&amp;gt;</title>
  <link href="one.html"/><link rel="related" href="https://b.example/x"/>
  <published>2020-01-02T03:04:05.678+01:00</published><updated>2020-02-02T00:00:00Z</updated>
  <category term="t" label="Tag"/>
  <summary>Said briefly</summary>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
    <p>See <a href="two">two</a> &lt; three.<br/>End</p></div></content>
</entry>
<entry><id>tag:a.example,2020:2</id><title>1 &lt; 2</title><updated>2020-03-01T00:00:00</updated>
  <content>plain &lt;b&gt; text

second</content></entry>
<entry><id>tag:a.example,2020:3</id><title>Re</title>
  <thr:in-reply-to ref="tag:a.example,2020:1"/></entry>
<entry><id>tag:a.example,2020:1</id><title>Again</title><link href="2020/one.html"/></entry>
<entry><id>tag:a.example,2020:1</id><title>Another</title><link href="other.html"/></entry>
</feed>
"""

JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "J",
    "home_page_url": "https://j.example/",
    "feed_url": "https://j.example/feed.json",
    "authors": [{"name": "Jo"}],
    "items": [
        {
            "id": 7,
            "url": "https://j.example/a",
            "title": "A",
            "content_html": "<p>Hi</p>",
            "date_published": "2021-01-01T00:00:00Z",
            "tags": ["x", 3],
            "attachments": [{"url": "a.pdf", "mime_type": "application/pdf", "title": "Slides"}],
        },
        {"id": "https://j.example/b", "content_text": "One. Two.\nThree", "image": "/i.png"},
    ],
}


@pytest.fixture
def read(tmp_path):
    """Read a feed; returns its source and what its items say."""

    def go(content, name="feed.xml", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open_feed(path, zone=ZONE, **options) as source:
            posts = []
            for item in source.items():
                try:
                    posts.append(item.read())
                except NotAPost as error:
                    source.lose(item.path, str(error))
            return source, posts

    return go


def notes(post):
    return [what for _, what in post.problems]


def test_rss_with_all_that_weblogs_put_into_it(read):
    source, [post, link] = read(RSS)

    assert (source.name, source.base_url) == ("old.example", "https://www.old.example")
    assert source.count() == 2
    assert source.moved() == {"/feed/": "/rss.xml"}
    assert post.title == "Caches & List<String> lie"
    assert post.slug == "caches-lie"
    assert post.date == datetime(2019, 5, 4, 15, tzinfo=UTC)
    assert post.tags == ("CI/CD", "Caches")
    assert post.authors == ("Ada Lovelace",)
    assert post.entry_id == "https://old.example/?p=12"
    assert post.language == "en-GB"
    assert post.summary == "What they say. […]"
    assert {"/2019/05/caches-lie", "/?p=12"} <= set(post.addresses)
    assert "They **lie**, [always](https://www.old.example/about)." in post.body
    assert "https://www.old.example/img/a.png" in post.body
    assert "https://old.example/a%20talk.mp3" in post.body
    assert post.converted
    assert link.title == "A fine text"
    assert link.addresses == ("/links/found.html",)
    assert link.authors == ("Grace Hopper",)
    assert link.date == datetime(2019, 5, 5, 10, tzinfo=UTC)
    assert "https://elsewhere.example/found" in link.body
    assert "has no title; named by its first words" in notes(link)


def test_atom_with_bases_kinds_of_text_and_ids_that_come_again(read):
    source, [one, two, another] = read(ATOM)

    assert source.base_url == "https://a.example"
    assert source.moved() == {"/blog/atom.xml": "/feed.xml"}
    assert (one.title, two.title) == ("One <x>", "1 < 2")
    assert one.date == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert one.updated == datetime(2020, 2, 2, tzinfo=UTC)
    assert two.date == datetime(2020, 2, 29, 23, tzinfo=UTC)
    assert one.addresses == ("/blog/2020/one.html",)
    assert (one.tags, one.authors, one.language) == (("Tag",), ("Ada",), "de")
    assert one.summary == "Said briefly"
    assert "[two](https://a.example/blog/2020/two)" in one.body
    assert "https://b.example/x" in one.body
    assert "second" in two.body
    assert (another.title, another.entry_id) == ("Another", "")
    said = [problem.what for problem in source.problems]
    assert any("is an answer to" in what for what in said)
    assert any("again; the first counts" in what for what in said)


def test_json_feed(read):
    source, [first, second] = read(json.dumps(JSON), "feed.json")

    assert source.base_url == "https://j.example"
    assert (first.entry_id, first.tags, first.authors) == ("7", ("x",), ("Jo",))
    assert "[Slides](https://j.example/a.pdf)" in first.body
    assert second.title == "One"
    assert second.covers == ("https://j.example/i.png",)
    assert second.addresses == ("/b",)


@pytest.mark.parametrize(
    "content",
    [
        # RSS 1.0
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>T</title><link>https://a.example/</link></channel>'
        '<item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link>'
        "<description>&lt;p&gt;Text&lt;/p&gt;</description><dc:date>2004-05-06</dc:date>"
        "</item></rdf:RDF>",
        # RSS 0.91 with a document type
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
        '<rss version="0.91"><channel><link>https://a.example</link><item><title>One</title>'
        "<link>https://a.example/1</link><description>Text</description>"
        "<pubDate>6 May 04</pubDate></item></channel></rss>",
        # Atom 0.3
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>One</title>'
        '<link rel="alternate" href="https://a.example/1"/><issued>2004-05-06</issued>'
        '<content type="text/html" mode="escaped">&lt;p&gt;Text&lt;/p&gt;</content></entry></feed>',
    ],
)
def test_older_kinds_of_feeds(read, content):
    _, [post] = read(content)

    assert post.title == "One"
    assert post.body.strip() == "Text"
    assert post.addresses == ("/1",)
    assert post.date == datetime(2004, 5, 5, 22, tzinfo=UTC)


def test_a_folder_of_pages_is_one_feed(read, tmp_path):
    (tmp_path / "page2.xml").write_text(RSS.replace("?p=12", "?p=13").replace("lie/", "tell/"))
    (tmp_path / "page1.xml").write_text(RSS)
    (tmp_path / "notes.json").write_text('{"a": 1}')

    with open_feed(tmp_path, zone=ZONE) as source:
        slugs = [item.read().slug for item in source.items()]

    assert slugs == ["caches-lie", "found", "caches-tell"]
    assert any("notes.json is JSON, but no JSON Feed" in str(each) for each in source.problems)


def test_a_later_copy_of_a_feed_names_the_same_items(read):
    first, _ = read(RSS)
    later, _ = read(RSS.replace("<item>", "<item><guid>new</guid></item><item>", 1), "later.xml")

    paths = [item.path for item in first.items()]

    assert paths == [item.path for item in later.items()][1:]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<opml/>", "a list of feeds"),
        ("<html><body/></html>", "a web page"),
        ("<sitemap/>", "no feed"),
        ("<rss><channel><title>T</title></channel></rss>", "without entries"),
        ('{"posts": []}', "no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "ends in the middle"),
        ("<rss><channel><item><title>", "feed.xml:1: ends in the middle"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "declares entities"),
        ("<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><item/><wp:wxr_version>1.2"
         "</wp:wxr_version></channel></rss>", "blogapp import wordpress"),
        ("words", "no XML"),
    ],
)  # fmt: skip
def test_what_is_no_feed_says_why(read, content, said):
    with pytest.raises(NoSite, match=said) as caught:
        read(content)

    assert "\n" not in str(caught.value)


def test_what_is_whole_of_a_damaged_feed_comes_in(read):
    source, posts = read(RSS[: RSS.rindex("<guid>")])

    assert [post.slug for post in posts] == ["caches-lie"]
    assert [str(problem) for problem in source.problems] == [
        "feed.xml:23: ends in the middle; the file is not complete; entries read before that: 1"
    ]


def test_no_odd_feed_does_harm(shared):
    kit = sorted((shared / "kits/feeds/in").rglob("*.xml"))
    read, refused = 0, []

    for path in kit:
        try:
            with open_feed(path, zone=ZONE) as source:
                for item in source.items():
                    try:
                        assert item.read().title
                        read += 1
                    except NotAPost as error:
                        refused.append(str(error))
        except ImportingError as error:
            refused.append(str(error))

    assert len(kit) == 462
    assert read > 350
    assert all(reason and "\n" not in reason for reason in refused)


class Web:
    """Stands for the fetcher: answers by address."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def fetch(self, address, *, takes):
        self.asked.append(address)
        path = address.removeprefix("https://a.example/")
        if path not in self.answers:
            raise RequestRefused("a.example answers 404")
        return Fetched(self.answers[path].encode(), "feed", "", address)


def page(number, inside=""):
    return (
        f"<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel>{inside}<item>"
        f"<title>Post {number}</title><link>https://a.example/{number}</link></item></channel></rss>"
    )


def titles(web, address="https://a.example/feed"):
    with open_web_feed(address, fetcher=web, zone=ZONE) as source:
        found = [item.read().title for item in source.items()]
        return source, found


def test_pages_that_a_feed_names_are_fetched_to_the_last():
    web = Web(
        **{
            "feed": page(1, "<atom:link rel='next' href='/feed?2'/>"),
            "feed?2": page(2, "<atom:link rel='next' href='/feed?3'/>"),
            "feed?3": page(3, "<atom:link rel='next' href='/feed'/>"),
        }
    )

    source, found = titles(web)

    assert found == ["Post 1", "Post 2", "Post 3"]
    assert source.name == "a.example"
    assert web.asked[-1] == "https://a.example/feed"


def test_pages_of_wordpress_are_counted_until_there_is_none():
    made = "<generator>https://wordpress.org/?v=6.4</generator>"
    web = Web(**{"feed": page(1, made), "feed?paged=2": page(2, made)})

    source, found = titles(web)

    assert found == ["Post 1", "Post 2"]
    assert web.asked[-1] == "https://a.example/feed?paged=3"
    assert source.problems == []


def test_a_web_page_leads_to_its_feed():
    html = "<!doctype html><link rel='alternate' type='application/rss+xml' href='/feed'>"
    web = Web(**{"": html, "feed": page(1)})

    assert titles(web, "https://a.example/")[1] == ["Post 1"]


def test_a_page_that_cannot_be_fetched_is_told_and_the_first_is_needed():
    web = Web(feed=page(1, "<atom:link rel='next' href='/gone'/>"))

    source, found = titles(web)

    assert found == ["Post 1"]
    assert "https://a.example/gone:1: a further page was not fetched" in str(source.problems[0])
    with pytest.raises(NoSite, match="answers 404"):
        titles(web, "https://a.example/nothing")
    with pytest.raises(NoSite, match=r"^https://a\.example/x is a web page"):
        titles(Web(x="<html></html>"), "https://a.example/x")
