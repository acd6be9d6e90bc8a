"""The page store: the present pages as files, whole, and no others."""

import gzip
import os
import re
import time
from datetime import timedelta

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.caching import store as stores
from blogapp.caching.filing import store_name, with_policy
from blogapp.extensions import db
from tests.caching.stored import change, names
from tests.conftest import JANUARY


@pytest.fixture
def settings(tmp_path):
    return {"PAGE_STORE": tmp_path / "pages"}


# What is in it.


def test_a_walk_makes_a_file_of_every_public_address(make_post, clock, storekeeper, folder):
    code = "```python title=loop.py\nwhile True: ...\n```"
    make_post("Shards", slug="shards", tags=["C++"], domain="Storage", body=code)
    make_post("Quiet", slug="quiet", unlisted=True)
    make_post("About", slug="about", is_page=True)
    make_post("Draft", slug="draft", published_at=None)
    make_post("Later", slug="later", published_at=clock.now() + timedelta(days=1))
    make_post("Gone", slug="gone", withdrawn_at=JANUARY)

    assert storekeeper.walk()

    found = names(folder / "complete")
    assert found >= {"@.html", "tags@.html", "archive@.html", "archive/2026/1@.html", "about@.html"}
    assert found >= {"posts/shards@.html", "posts/shards.md@.md", "posts/quiet@.html"}
    assert found >= {
        "feed.xml@.atom",
        "sitemap.xml@.xml",
        "robots.txt@.txt",
        "domains/storage@.html",
    }
    assert "posts/shards/code/1/loop.py@.code" in found
    assert not [name for name in found if re.search("draft|later|gone|write|login", name)]
    assert folder.joinpath("current").resolve() == folder.joinpath("complete").resolve()


def test_lists_have_their_pages_and_the_batches_that_scrolling_asks_for(
    make_posts, storekeeper, folder
):
    make_posts(26)

    storekeeper.walk()

    found = names(folder / "complete")
    assert {"@page=2.html", "@page=3.html"} <= found
    batches = [
        name for name in found if re.fullmatch(r"@page=[23]&after=\w+&fragment=posts\.html", name)
    ]
    assert len(batches) == 2


def test_a_file_is_the_page_with_its_policy_in_it(make_post, storekeeper, browser, folder):
    make_post("Shards", slug="shards")

    storekeeper.walk()

    answer = browser.get("/posts/shards")
    text = (folder / "current/posts/shards@.html").read_bytes()
    meta = re.search(
        rb'<meta charset="utf-8">(<meta http-equiv="Content-Security-Policy" [^>]*>)', text
    )
    assert text.replace(meta[1], b"") == answer.data
    policy = re.search('content="([^"]*)"', meta[1].decode())[1]
    said = answer.headers["Content-Security-Policy"]
    kept = [d for d in said.split("; ") if not d.startswith(("frame-ancestors", "report-"))]
    assert policy == "; ".join(kept)


def test_a_page_without_a_place_for_its_policy_is_no_file():
    assert with_policy(b"<!doctype html><title>Hi</title>", "default-src 'none'") is None


def test_each_file_has_its_compressed_forms_beside_it(make_post, storekeeper, folder):
    make_post("Shards", slug="shards")

    storekeeper.walk()

    for name in names(folder / "complete"):
        path = folder / "complete" / name
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
        assert (
            brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == path.read_bytes()
        )


def test_the_web_server_may_read_everything_whatever_the_umask(make_post, app, folder):
    make_post("Shards", slug="shards")
    mask = os.umask(0o077)

    try:
        app.extensions["storekeeper"].tick()
        app.extensions["storekeeper"].walk()
    finally:
        os.umask(mask)

    for place, folders, files in os.walk(folder / "complete/"):
        assert all(os.stat(f"{place}/{name}").st_mode & 0o005 == 0o005 for name in folders)
        served = [name for name in files if "@" in name]
        assert all(os.stat(f"{place}/{name}").st_mode & 0o004 for name in served)
    assert folder.stat().st_mode & 0o005 == 0o005


def test_files_of_the_software_stand_beside_the_pages(make_post, storekeeper, folder):
    make_post("Shards")
    storekeeper.with_assets = True

    storekeeper.walk()

    page = (folder / "complete/@.html").read_text()
    for address in re.findall(r'"(/static/[^"]+)"', page):
        assert (folder / address.lstrip("/")).is_file()


# What readers ask for.


def test_what_a_reader_gets_is_written(make_post, storekeeper, browser, folder):
    make_post("Shards", slug="shards")
    storekeeper.tick()

    browser.get("/posts/shards")
    storekeeper.drain()

    assert names(folder / "current") == {"posts/shards@.html"}


def test_choices_and_rubbish_are_not_written(make_posts, storekeeper, browser, author, folder):
    make_posts(13, tags=["go"])
    storekeeper.tick()

    for query in (
        "tag=go&tag=x",
        "q=post",
        "page=2&x=1",
        "utm=1",
        "tag=go",
        "page=99",
        "through=2",
    ):
        browser.get(f"/?{query}")
    browser.get("/?page=2")
    browser.get("/posts/post-1", headers={"Accept": "text/markdown"})
    author.get("/posts/post-2")
    author.get("/write/")
    storekeeper.drain()

    assert names(folder / "current") <= {"@page=2.html", "tags/go@.html", "@.html"}


def test_so_much_may_wait_and_no_reader_waits_for_it(make_post, storekeeper, browser):
    make_post("Shards", slug="shards")
    storekeeper._waiting.maxsize = 1

    answers = [
        browser.get(path).status_code for path in ("/", "/tags", "/archive", "/posts/shards")
    ]

    assert answers == [200] * 4
    assert storekeeper._waiting.qsize() == 1


# What changes.


def test_a_change_leads_to_an_empty_generation(make_post, storekeeper, folder):
    post = make_post("Shards", slug="shards")
    storekeeper.tick()
    storekeeper.walk()

    change(post, "Splinters")

    assert storekeeper.tick()
    assert names(folder / "current") == set()
    assert "posts/shards@.html" in names(folder / "complete")


def test_a_scheduled_post_is_there_from_its_second_on(make_post, clock, storekeeper, folder):
    make_post("Later", slug="later", published_at=clock.now() + timedelta(seconds=10))
    storekeeper.tick()
    storekeeper.walk()

    clock.advance(seconds=9.99)
    assert not storekeeper.tick()
    clock.advance(seconds=0.01)

    assert storekeeper.tick()
    assert storekeeper.walk()
    assert "posts/later@.html" in names(folder / "complete")


def test_pages_that_did_not_change_stay_the_same_files(make_post, storekeeper, folder):
    make_post("Shards", slug="shards")
    other = make_post(
        "Leases", slug="leases", tags=["raft"], published_at=JANUARY - timedelta(days=800)
    )
    storekeeper.tick()
    storekeeper.walk()
    before = {n: (folder / "complete" / n).stat() for n in names(folder / "complete")}

    change(other, "Leases, again")
    storekeeper.tick()
    storekeeper.walk()

    after = {n: (folder / "complete" / n).stat() for n in names(folder / "complete")}
    kept = {name for name in before if before[name].st_ino == after[name].st_ino}
    assert kept >= {"robots.txt@.txt", "posts/shards.md@.md", "opensearch.xml@.opensearch"}
    assert not kept & {"@.html", "posts/leases@.html", "tags/raft@.html"}


def test_code_of_posts_that_did_not_change_is_not_looked_for_again(
    make_post, storekeeper, folder, monkeypatch
):
    from blogapp.public import code as view

    code = "```python title=loop.py\nwhile True: ...\n```"
    make_post("Shards", slug="shards", body=code)
    post = make_post("Leases", slug="leases", body=code)
    storekeeper.tick()
    storekeeper.walk()
    looked, find = [], view.find_source
    monkeypatch.setattr(view, "find_source", lambda slug: looked.append(slug) or find(slug))

    change(post, "Leases, again")
    storekeeper.tick()
    storekeeper.walk()

    assert looked == ["leases"]
    for slug in ("shards", "leases"):
        name = f"posts/{slug}/code/1/loop.py@.code"
        assert (folder / "complete" / name).read_text() == "while True: ...\n"
        assert (folder / "complete" / f"{name}.gz").is_file()


def test_two_changes_within_a_second_have_two_etags(make_post, storekeeper, folder):
    # What nginx makes an ETag of: the seconds of the time, and the size.
    def seen():
        stat = (folder / "current/posts/a@.html").stat()
        return int(stat.st_mtime), stat.st_size

    post = make_post("Aaaa", slug="a")
    storekeeper.tick()
    storekeeper.walk()
    first = seen()

    change(post, "Bbbb")
    storekeeper.tick()
    storekeeper.walk()

    assert seen()[1] == first[1]
    assert seen()[0] != first[0]


def test_a_generation_is_removed_when_nobody_can_be_reading_it(make_post, storekeeper, folder):
    post = make_post("Shards")
    for title in ("one", "two", "three"):
        change(post, title)
        storekeeper.tick()
        storekeeper.walk()
    old = [
        path
        for path in (folder / "generations").iterdir()
        if path.name != storekeeper.store.current
    ]

    storekeeper.store.clear_up()
    assert all(path.exists() for path in old)
    for path in (folder / "generations").iterdir():
        os.utime(path, (time.time() - stores.GRACE - 1,) * 2)
    storekeeper.store.clear_up()

    assert [path.name for path in (folder / "generations").iterdir()] == [storekeeper.store.current]
    assert list((folder / "scratch").iterdir()) == []


# A walk that is overtaken.


def overtake(storekeeper, monkeypatch, post, at):
    """Have the title of ``post`` changed once, when the walk comes to the address ``at``."""
    from blogapp.caching import storing

    ask, changed = storing.ask, []

    def asking(app, address):
        if address == at and not changed:
            changed.append(address)
            with app.app_context():
                db.session.execute(db.update(type(post)).values(title="Changed"))
                db.session.commit()
        return ask(app, address)

    monkeypatch.setattr(storing, "ask", asking)


def test_a_walk_that_is_overtaken_begins_anew(make_post, storekeeper, monkeypatch, folder):
    post = make_post("Shards", slug="shards")
    storekeeper.tick()
    overtake(storekeeper, monkeypatch, post, "/posts/shards.md")

    assert not storekeeper.walk()
    assert storekeeper.store.complete is None
    assert storekeeper.walk()

    assert "Changed" in (folder / "complete/posts/shards@.html").read_text()
    assert "Changed" in (folder / "complete/@.html").read_text()


def test_a_walk_goes_on_to_its_end_on_a_blog_that_never_rests(
    make_post, storekeeper, monkeypatch, folder
):
    post = make_post("Shards", slug="shards")
    storekeeper.tick()
    overtake(storekeeper, monkeypatch, post, "/posts/shards.md")
    storekeeper.patience = 0

    assert storekeeper.walk()

    complete = names(folder / "complete")
    assert "Changed" in (folder / "complete/posts/shards.md@.md").read_text()
    assert "Shards" in (folder / "complete/@.html").read_text()
    # Newer pages are where they belong, too, and the mixture is no version's.
    assert "posts/shards.md@.md" in names(folder / "current")
    assert "@.html" not in names(folder / "current")
    assert storekeeper.store.complete != storekeeper.store.current
    assert storekeeper.walk()
    assert names(folder / "complete") == complete


def test_a_blog_that_fails_to_answer_is_not_taken_for_complete(make_post, storekeeper, monkeypatch):
    from blogapp.caching import storing

    make_post("Shards", slug="shards")
    storekeeper.tick()
    monkeypatch.setattr(storing, "ask", lambda app, address: None)
    monkeypatch.setitem(storekeeper.app.view_functions, "public.index", lambda: ("", 503))

    with pytest.raises(storing.Unwell):
        storekeeper.walk()

    assert storekeeper.store.complete is None


def test_one_process_walks(make_post, storekeeper):
    make_post("Shards")
    storekeeper.tick()

    with storekeeper.store.walking() as is_first:
        assert is_first
        assert not storekeeper.walk()

    assert storekeeper.walk()


# Names.

SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300)


@given(
    st.lists(SEGMENT, min_size=1, max_size=3), st.sampled_from(["", "?page=2", "?a=b&c=..", "?a=/"])
)
def test_no_name_leads_out_of_the_folder(segments, query):
    from urllib.parse import quote

    address = "".join(f"/{quote(segment, safe='')}" for segment in segments) + query

    name = store_name(address)

    if name is not None:
        parts = os.fsencode(name).split(b"/")
        assert not {b"", b".", b".."} & set(parts)
        assert all(len(part) + 3 <= 255 for part in parts)
        assert "@" in name.rpartition("/")[2]
        assert not any(b"@" in part[:-1] for part in parts[:-1] if len(part) < 150)


def test_a_slug_of_two_hundred_letters_in_any_script_has_a_file(make_post, storekeeper, folder):
    slug = "문서" * 100
    make_post("Long", slug=slug)

    storekeeper.tick()
    storekeeper.walk()

    [path] = folder.glob("current/posts/*@/*@/*@/*@.html")
    pieces = path.relative_to(folder / "current/posts").as_posix().removesuffix("@.html")
    assert os.fsencode(pieces).replace(b"@/", b"").decode() == slug
