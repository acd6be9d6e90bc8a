import json
from datetime import UTC, datetime
from html import escape, unescape
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.blogger import open_blogger
from blogapp.importing.errors import NoSite, NotAPost

UTC_ZONE = ZoneInfo("UTC")
BLOG = "tag:blogger.com,1999:blog-55"
TAKEOUT = (
    "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom'"
    " xmlns:blogger='http://schemas.google.com/blogger/2018'>"
    f"<id>{BLOG}</id><title>Old</title>"
    "<link rel='alternate' href='https://old.blogspot.com/'/>{}</feed>"
)
BACKUP = (
    "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom'"
    " xmlns:app='http://purl.org/atom/app#' xmlns:thr='http://purl.org/syndication/thread/1.0'>"
    f"<id>{BLOG}.archive</id>{{}}</feed>"
)
KIND = "<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#{}'/>"


def new_entry(id, kind="POST", status="LIVE", title="Queues", html="<p>Words.</p>", more=""):
    return (
        f"<entry><id>{BLOG}.{'page' if kind == 'PAGE' else 'post'}-{id}</id>"
        f"<blogger:type>{kind}</blogger:type><blogger:status>{status}</blogger:status>"
        f"<author><name>Ada</name><uri>https://ada.example</uri></author><title>{title}</title>"
        f"<content type='html'>{escape(html)}</content>"
        "<published>2024-03-05T09:00:00.000-07:00</published>"
        f"<updated>2024-04-01T00:00:00Z</updated>{more}</entry>"
    )


def old_entry(id, kind="post", more=""):
    return (
        f"<entry><id>{BLOG}.post-{id}</id>{KIND.format(kind)}<title>Old {id}</title>"
        "<content type='html'>&lt;p&gt;Words.&lt;/p&gt;</content><author><name>Ada</name></author>"
        f"<published>2010-01-01T00:00:00Z</published><updated>2010-01-01T00:00:00Z</updated>{more}"
        "</entry>"
    )


@pytest.fixture
def opened(tmp_path):
    """The source of one file."""

    def open_one(text, name="feed.atom"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return open_blogger(path, zone=UTC_ZONE)

    return open_one


def read_all(source):
    return {item.path: item.read() for item in source.items()}


def told(read):
    return [what for _line, what in read.problems]


def test_every_field_of_the_kit_comes_along(shared):
    folder = shared / "kits/importers/blogger"
    rows = json.loads((folder / "response.json").read_text("utf-8"))

    with open_blogger(folder, zone=UTC_ZONE) as source:
        read = read_all(source)
        labels = {name.name for name in source.names()}

        assert source.count() == len(read) == len(rows)
        assert source.base_url == "http://example.blogspot.com"
        assert source.name == "blogger-12345678"
    for row in rows:
        post = read[f"posts/{row['id']}"]
        assert post.title == unescape(row["title"])
        assert post.date == datetime.fromisoformat(row["published"])
        assert post.updated == datetime.fromisoformat(row["updated"])
        assert post.authors == (unescape(row["author"]["displayName"]),)
        assert post.tags == tuple(map(unescape, row["labels"]))
        assert post.addresses == (row["url"].removeprefix(source.base_url),)
        assert f"{post.slug}.html" in row["url"]
        assert post.entry_id == f"tag:blogger.com,1999:blog-12345678.post-{row['id']}"
        assert not post.draft
    assert labels == {unescape(label) for row in rows for label in row["labels"]}


def test_takeout_comes_along(opened):
    text = TAKEOUT.format(
        new_entry(
            1,
            title="Caf&#233; &amp; more",
            more="<category scheme='x' term='Big Data'/>"
            "<blogger:filename>/2024/03/cafe.html</blogger:filename>"
            "<blogger:metaDescription>About it</blogger:metaDescription>",
        )
        + new_entry(
            7, "PAGE", title="About", more="<blogger:filename>/p/about.html</blogger:filename>"
        )
        + new_entry(3, status="DRAFT")
        + new_entry(4, status="SOFT_TRASHED")
        + new_entry(
            10, "COMMENT", html="Nice", more=f"<blogger:parent>{BLOG}.post-1</blogger:parent>"
        )
        + new_entry(
            11,
            "COMMENT",
            html="Thanks",
            more=f"<blogger:parent>{BLOG}.post-1</blogger:parent>"
            f"<blogger:inReplyTo>{BLOG}.post-10</blogger:inReplyTo>",
        )
        + new_entry(
            12, "COMMENT", "SPAM_COMMENT", more=f"<blogger:parent>{BLOG}.post-1</blogger:parent>"
        )
    )

    with opened(text) as source:
        items = {item.path: item for item in source.items()}
        post, page = items["posts/1"].read(), items["pages/7"].read()
        with pytest.raises(NotAPost, match="lay in Blogger's trash"):
            items["posts/4"].read()
        assert items["posts/3"].read().draft
        moved = source.moved()
        (label,) = source.names()

        assert source.count() == 4
    assert (post.title, post.slug, post.summary) == ("Café & more", "cafe", "About it")
    assert post.date == datetime(2024, 3, 5, 16, tzinfo=UTC)
    assert post.addresses == ("/2024/03/cafe.html",)
    assert post.entry_id == f"{BLOG}.post-1"
    assert (page.is_page, page.addresses) == (True, ("/p/about.html",))
    assert [(one.id, one.parent, one.html, one.url) for one in post.comments] == [
        ("10", "", "Nice", "https://ada.example"),
        ("11", "10", "Thanks", "https://ada.example"),
    ]
    assert told(post) == ["1 of 3 comments were spam, hidden or waiting; they were left out"]
    assert label.addresses == ("/search/label/Big%20Data", "/search/label/Big Data")
    assert moved["/2024/03/"] == "/archive/2024/3"
    assert moved["/feeds/posts/default"] == "/feed.xml"


def test_an_older_backup_comes_along(opened):
    link = "<link rel='alternate' href='http://old.blogspot.com/2010/01/old.html'/>"
    reply = f"<thr:in-reply-to ref='{BLOG}.post-1' href='x'/>"
    answered = "<link rel='related' href='http://www.blogger.com/feeds/55/1/comments/default/10'/>"
    text = BACKUP.format(
        old_entry(0, "settings")
        + old_entry(1, more=link)
        + old_entry(2, more="<app:control><app:draft>yes</app:draft></app:control>")
        + old_entry(3, "page")
        + old_entry(10, "comment", reply)
        + old_entry(11, "comment", reply + answered)
    )

    with opened(text, "blog-05-01-2026.xml") as source:
        read = read_all(source)

    assert list(read) == ["posts/1", "posts/2", "pages/3"]
    assert [read[path].draft for path in read] == [False, True, False]
    assert read["posts/1"].addresses == ("/2010/01/old.html",)
    assert source.base_url == "http://old.blogspot.com"
    assert [(one.id, one.parent) for one in read["posts/1"].comments] == [("10", ""), ("11", "10")]


def test_pictures_of_takeouts_albums_are_found_by_name(tmp_path):
    (tmp_path / "Albums/Old").mkdir(parents=True)
    (tmp_path / "Albums/Old/photo.jpg").write_bytes(b"x")
    (tmp_path / "feed.atom").write_text(TAKEOUT.format(new_entry(1)))

    with open_blogger(tmp_path, zone=UTC_ZONE) as source:
        found = source.find_file("https://3.bp.blogspot.com/-a/AAA/s1600/photo.jpg")
        missing = source.find_file("https://3.bp.blogspot.com/-a/AAA/s1600/other.jpg")

    assert found.name == "photo.jpg"
    assert missing is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TAKEOUT.format(new_entry(1))[:-40], "ends in the middle"),
        ("<feed><entry>", "ends in the middle"),
        ("not xml", "feed.atom"),
        (
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><feed>&b;</feed>",
            "declares entities",
        ),
        (TAKEOUT.format(""), "holds no posts of Blogger's"),
    ],
)
def test_damage_is_told(opened, text, line):
    with pytest.raises(NoSite, match=line):
        opened(text)


def test_odd_json_stops_nothing(opened):
    odd = {"labels": "x", "author": 3, "blog": None, "published": "soon", "content": "b"}
    rows = [None, 1, {}, {"title": None, "content": 3, "id": []}, {"id": "1", "title": "A", **odd}]

    with opened(json.dumps(rows), "posts.json") as source:
        read = list(read_all(source).values())

    assert [post.title for post in read] == ["Post", "A"]
    assert "published: “soon” is no date" in told(read[1])
