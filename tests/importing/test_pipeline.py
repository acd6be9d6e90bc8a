from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.importing.errors import Unreadable
from blogapp.importing.models import KeptList
from blogapp.importing.reading import Problem
from blogapp.importing.reporting import Result
from blogapp.importing.sources import AsideList, NameKind, SourceAuthor, SourceName
from blogapp.posts.models import Domain, Post, Redirect, Tag
from tests.importing.speaking import MARCH, NOW, a_post, a_source, results, whats

ATOM = "{http://www.w3.org/2005/Atom}"


def read(browser, feed):
    return ElementTree.fromstring(browser.get(feed).text)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_what_a_source_says_of_people_and_names_comes_along(take, browser):
    ada = SourceAuthor(
        name="Ada Lovelace",
        slug="ada",
        email="ada@old.example",
        bio="Counts.",
        addresses=("/by/ada/",),
    )
    nobody = SourceAuthor(name="No One", slug="noone")
    storage = SourceName(
        kind=NameKind.DOMAIN,
        name="Storage",
        slug="store",
        description="Disks.",
        addresses=("/cat/store/", "/cat/store/feed/"),
    )
    unused = SourceName(kind=NameKind.TAG, name="Unused", slug="unused")
    source = a_source(
        a_post(authors=("Ada Lovelace",), domain="Storage", tags=("SQL",)),
        people=(ada, nobody),
        tags=(storage, unused),
        ways={"/feed/": "/rss.xml"},
    )

    foreseen = take(source, dry_run=True)
    report = take(source)

    assert whats(foreseen) == whats(report)
    author = db.session.scalars(select(Author)).one()
    assert (author.slug, author.bio, author.email) == ("ada", "Counts.", None)
    domain = db.session.scalars(select(Domain)).one()
    assert (domain.slug, domain.description) == ("store", "Disks.")
    for old, new in [
        ("/by/ada", "/authors/ada"),
        ("/cat/store/", "/domains/store"),
        ("/cat/store/feed", "/feed.xml?domain=store"),
        ("/feed/", "/rss.xml"),
    ]:
        assert browser.get(old).location == new
    assert whats(report) == [
        "the tag “Unused” was left out: no post has it",
        "the author “No One” was left out: no post names them",
    ]
    rows = count(Redirect)
    assert results(take(source)) == {"caches": "unchanged", "old": "noted"}
    assert count(Redirect) == rows


@pytest.mark.parametrize(
    "here",
    [
        {"name": "A. King", "slug": "king", "email": "ADA@old.example"},
        {"name": "Ada Lovelace", "slug": "al"},
        {"name": "Ada L.", "slug": "Ada"},
    ],
)
def test_who_is_here_already_is_known_by_address_name_or_slug(take, get_post, here):
    db.session.add(Author(created_at=NOW, bio="Mine.", **here))
    db.session.commit()
    ada = SourceAuthor(name="Ada Lovelace", slug="ada", email="ada@old.example", bio="Theirs.")

    take(a_source(a_post(authors=("Ada Lovelace", "Grace Hopper")), people=(ada,)))

    signed = get_post("caches").authors
    assert [author.name for author in signed] == [here["name"], "Grace Hopper"]
    assert signed[0].bio == "Mine."


def test_feeds_call_a_post_what_the_old_feed_called_it(take, browser, get_post):
    source = a_source(
        a_post("a", entry_id="https://old.example/?p=7"),
        a_post("b", entry_id="post 8"),
        a_post("c", entry_id="post 8"),
        a_post("d", entry_id="x" * 600),
    )

    report = take(source)

    assert "another post has its feed's id post 8; feeds will give a new one" in whats(report)
    assert "its feed's id is longer than 500 characters: feeds will give a new one" in whats(report)
    guids = [guid.text for guid in read(browser, "/rss.xml").iter("guid")]
    ids = [id.text for id in read(browser, "/feed.xml").iterfind(f"{ATOM}entry/{ATOM}id")]
    assert {"https://old.example/?p=7", "post 8"} < set(guids)
    assert "https://old.example/?p=7" in ids
    assert all(id.startswith(("https:", "urn:uuid:")) for id in ids)
    assert len(set(ids)) == len(set(guids)) == 4


def test_pages_live_among_pages(take, browser):
    source = a_source(
        a_post("about", is_page=True, addresses=("/about-us/",)),
        a_post("caches", is_page=True),
        a_post("caches", tags=("SQL",)),
    )
    source.posts[2] = replace(source.posts[2], path=PurePosixPath("post"))

    report = take(source)

    assert whats(report) == []
    assert browser.get("/about-us").location == "/about"
    assert "Caches lie" in browser.page("/pages/caches").h1.get_text()
    assert len(browser.page("/").select("article")) == 1


def test_old_addresses_lead_to_posts_by_their_numbers_too(take, browser):
    posts = [a_post("a", addresses=("/2024/03/a/", "/?p=7")), a_post("b", addresses=("/?p=7",))]

    report = take(a_source(*posts))

    assert browser.get("/?p=7").location == "/posts/a"
    assert browser.get("/2024/03/a/").location == "/posts/a"
    assert whats(report) == ["the old address /?p=7 already leads to another post"]


def test_lists_of_people_are_kept_aside_once(take):
    def members(*rows):
        return (AsideList(name="ghost-members", columns=("email", "name"), rows=rows),)

    take(a_source(tables=members(("a@old.example", "A, B"))))
    report = take(a_source(tables=members(("a@old.example", "A, B"), ("c@old.example", ""))))

    kept = db.session.scalars(select(KeptList)).one()
    assert (kept.source, kept.columns, kept.count) == ("old", ["email", "name"], 2)
    assert kept.rows == 'a@old.example,"A, B"\nc@old.example,\n'
    assert report.outcomes[-1].line["kept_lists"] == {"ghost-members": 2}


def test_what_cannot_be_kept_is_said_and_nothing_else_is_lost(take, get_post):
    odd = a_post(
        title="T" * 400 + "\ud83d\ude00\x00\ud800",
        body="",
        date=datetime(2024, 3, 5, 9),
        updated=datetime(1, 1, 1, tzinfo=UTC),
        slug="no good",
        kind="k" * 50,
        language="deutsch, bitte",
        canonical_url="javascript:alert(1)",
        tags=("t" * 300,),
    )

    report = take(a_source(odd, a_post("menu", title="nothing")))

    post = get_post("no-good")
    assert post.title == "T" * 400 + "😀�"
    assert (post.published_at, post.language, post.canonical_url) == (MARCH, "", "")
    assert results(report) == {"no good": "made", "menu": "skipped"}
    for words in (
        "characters that no text has",
        "cannot be an address; took no-good",
        "its kind",
        "is no language",
        "is no address of a page",
        "names no zone; read in UTC",
        "the year 1 cannot be kept",
        "its title is 402 characters long",
        "has no text",
        "is cut to 200 characters",
    ):
        assert sum(words in what for what in whats(report)) == 1, words


def test_two_that_are_the_same_part_of_a_series_are_told(take, get_post):
    source = a_source(
        a_post("one", series="Locks", series_position=1),
        a_post("two", series="LOCKS", series_position=1),
        a_post("three", series="Locks", series_position=2),
    )

    foreseen, report = take(source, dry_run=True), take(source)

    said = ["part 1 of the series “LOCKS” is one already; both stand there, by date"]
    assert whats(foreseen) == whats(report) == said
    assert get_post("two").series_position == 1


def test_a_dry_run_of_any_source_keeps_nothing(take):
    told = AsideList(name="people", columns=("email",), rows=(("a@old.example",),))
    source = a_source(
        a_post("a", tags=("SQL", "sql"), addresses=("/?p=7", "/Old/A/")),
        a_post("b", addresses=("/?p=7", "/old/a")),
        tables=(told,),
        ways={"/feed": "/rss.xml"},
    )
    source.problems.append(Problem("old", 1, "the plug-in’s tables were left out"))

    report = take(source, dry_run=True)

    assert results(report) == {"a": "made", "b": "made", "old": "noted"}
    assert "the plug-in’s tables were left out" in whats(report)
    assert report.outcomes[-1].line["kept_lists"] == {"people": 1}
    assert report.outcomes[0].line["tags"] == ["SQL"]
    assert "the old address /?p=7 already leads to another post" in whats(report)
    assert "the old address /old/a already leads to another post" in whats(report)
    assert [count(model) for model in (Post, Tag, Redirect, KeptList)] == [0, 0, 0, 0]
    assert report.counts[Result.MADE] == 2


def test_a_source_that_breaks_off_gives_what_came_before(take, get_post):
    source = a_source(a_post("a"), tables=(AsideList(name="people", columns=("email",), rows=()),))
    whole = source.items

    def items():
        yield from whole()
        raise Unreadable("breaks off here", 7)

    source.items = items

    report = take(source)

    assert get_post("a") is not None
    assert results(report) == {"a": "made", "old": "noted"}
    assert [str(problem) for problem in report.problems] == ["old:7: breaks off here"]
    assert report.failed


def test_addresses_that_are_none_lose_no_post(take, get_post):
    odd = [
        "http://[",
        "x" * 5000 + ".png",
        "//",
        "http://a.example:99999/b.png",
        "%00.png",
        "a\x00.png",
    ]
    body = " ".join(f"![a](<{address}>) [b](<{address}>)" for address in odd)
    html = "".join(f'<img src="{address}"><a href="{address}">x</a>' for address in odd)

    report = take(a_source(a_post(body=f"{body}\n\n{html}", converted=True, covers=tuple(odd))))

    assert results(report) == {"caches": "made"}
    assert get_post("caches").cover is None
