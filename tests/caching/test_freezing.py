"""A frozen blog: files for any place that serves files, replaced as a whole or not at all."""

import fcntl
import gzip
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from blogapp.caching import freezing
from blogapp.caching.freezing import Busy, NotEmpty, demand_own, with_paths
from blogapp.cli import group
from blogapp.extensions import db
from blogapp.media.storing import store_file
from blogapp.posts.models import Post, Redirect, Tag, TagAlias
from blogapp.site.reading import get_site
from tests.conftest import parse

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PUBLIC = "https://frozen.example.com"


@pytest.fixture
def settings():
    return {"PUBLIC_URL": PUBLIC, "FROZEN": True}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "site"


@pytest.fixture
def small_pages(app):
    """Two posts on a page."""
    site = get_site()
    site.page_size = 2
    db.session.add(site)
    db.session.commit()


@pytest.fixture(autouse=True)
def few_assets(app, monkeypatch):
    """Of the files of the software a few: what is asked here is not how many there are."""
    statics = app.extensions["statics"]
    chosen = ["css/fonts.css", "js/theme.js", "icons/mark.svg", "icons/mark-192.png"]
    monkeypatch.setattr(statics, "all", lambda: [statics.asset(name) for name in chosen])


@pytest.fixture
def freeze(app, folder):
    """Freeze the blog into the folder; returns what came of it."""

    def run(**options):
        return freezing.freeze(app, folder, done=lambda: None, **options)

    return run


def names(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_every_public_page_is_a_file(freeze, folder, make_posts, make_post, small_pages):
    make_posts(3, tags=["C++"])
    make_post("About", slug="about", is_page=True)
    make_post("Draft", slug="draft", published_at=None)

    frozen = freeze()

    found = names(folder)
    assert found >= {"index.html", "about/index.html", "pages/about.md", "404.html", "robots.txt"}
    assert found >= {"posts/post-1/index.html", "posts/post-1.md", "page/2/index.html"}
    assert found >= {"tags/c-plus-plus/index.html", "tags/c-plus-plus/page/2/index.html"}
    assert found >= {
        "fragments/page/2/index.html",
        "through/2/index.html",
        "feed.xml",
        "rss.xml",
        "feed.json",
        "sitemap.xml",
    }
    assert found >= {"favicon.ico", "apple-touch-icon.png", "static/icons/mark.svg"}
    assert not [name for name in found if "draft" in name or "write" in name]
    assert frozen.left_out == []
    assert not frozen.has_changed
    assert not [path for path in folder.parent.iterdir() if "freezing" in path.name]


def test_every_link_leads_to_a_file(
    freeze, folder, make_posts, make_post, small_pages, statics_are_whole
):
    make_posts(5, tags=["go"])
    make_post(
        "Code", slug="code", body="```html title=page.html\n<p>Hi\n```\n\n[One](/posts/post-1)"
    )

    freeze()

    missing = set()
    for page in folder.rglob("*.html"):
        for element in parse(page.read_text()).select("[href], [hx-get], [src]"):
            link = element.get("hx-get") or element.get("href") or element["src"]
            parts = urlsplit(link.removeprefix(PUBLIC))
            if parts.netloc or parts.scheme or not parts.path:
                continue
            path = folder / parts.path.lstrip("/")
            is_there = path.is_file() or (path / "index.html").is_file()
            if parts.query or not is_there:
                missing.add(link)
    assert missing == set()


@pytest.fixture
def statics_are_whole(app, monkeypatch):
    """All of the software's files, after all."""
    monkeypatch.undo()


def test_a_frozen_page_is_the_page_with_its_policy_in_it(freeze, folder, make_post, browser):
    make_post("Shards", slug="shards")

    freeze()

    answer = browser.get("/posts/shards")
    text = (folder / "posts/shards/index.html").read_text()
    meta = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert text.replace(meta[0], "") == answer.text
    assert meta[1] in answer.headers["Content-Security-Policy"]
    assert (folder / "posts/shards.md").read_bytes() == browser.get("/posts/shards.md").data


LINKS = [
    ("/b/?page=2", "/b/page/2/"),
    ("/b/tags/a?page=2&amp;after=x&amp;fragment=posts", "/b/fragments/tags/a/page/2/"),
    ("/b/tags?letter=%C3%89&amp;page=2", "/b/tags/letter/%C3%89/page/2/"),
    ("/b/tags?sort=used", "/b/tags/by/used/"),
    ("/b/?tag=a%2Fb", "/b/tags/a%2Fb"),
    ("/b/archive/2026?month=3", "/b/archive/2026/3"),
    ("https://x.org/b/?page=3", "https://x.org/b/page/3/"),
]


@pytest.mark.parametrize(("link", "frozen"), LINKS)
def test_links_say_by_paths_what_they_said_by_queries(link, frozen):
    page = '<a rel=next {}><a hx-get="{}">'

    text = with_paths(page.format(f'href="{link}"', link), "https://x.org/b", "/b")

    assert text == page.format(f'href="{frozen}"', frozen)


@pytest.mark.parametrize(
    "link",
    ["/c?page=2", "https://y.org/?page=2", "/b/?q=a", "/b/?tag=a&amp;tag=b", "/b/?view=log"],
)
def test_links_that_no_path_says_stay(link):
    assert with_paths(f'<a href="{link}">', "https://x.org/b", "/b") == f'<a href="{link}">'


def test_code_that_browsers_would_run_is_text(freeze, folder, make_post):
    make_post("Code", slug="code", body="```html title=page.html\n<script>alert(1)</script>\n```")

    freeze()

    assert "posts/code/code/1/page.html.txt" in names(folder)
    assert (
        'href="/posts/code/code/1/page.html.txt"' in (folder / "posts/code/index.html").read_text()
    )


def test_a_slug_may_end_as_a_file_does(freeze, folder, make_post):
    make_post("Old", slug="old.html", body="```python\nx = 1\n```\n")

    freeze()

    assert {"posts/old.html/index.html", "posts/old.html/code/1/code-1.py"} <= names(folder)


def test_a_blog_under_a_path_is_frozen_without_it(config, make_posts, small_pages, tmp_path):
    from dataclasses import replace

    from blogapp import create_app

    make_posts(3)
    under = create_app(replace(config, PUBLIC_URL=f"{PUBLIC}/eng"))

    freezing.freeze(under, tmp_path / "site", done=lambda: None)

    text = (tmp_path / "site/index.html").read_text()
    assert 'href="/eng/page/2/"' in text
    assert (tmp_path / "site/page/2/index.html").is_file()


def test_what_did_not_change_stays_the_same_file_and_what_is_gone_goes(freeze, folder, make_post):
    make_post("Shards", slug="shards")
    make_post("Leases", slug="leases")
    freeze()
    before = (folder / "posts/shards.md").stat().st_ino

    db.session.execute(db.delete(Post).where(Post.slug == "leases"))
    db.session.commit()
    frozen = freeze()

    assert (folder / "posts/shards.md").stat().st_ino == before
    assert "posts/leases/index.html" not in names(folder)
    assert 0 < frozen.written < frozen.pages + frozen.files
    assert freeze().written == 0


def test_compressed_files_stand_beside_what_gets_smaller(freeze, folder, make_post):
    make_post("Shards", slug="shards")

    freeze(is_compressed=True)
    first = names(folder)
    freeze()

    page = folder / "posts/shards/index.html"
    assert {"posts/shards/index.html.gz", "posts/shards/index.html.br"} <= first
    assert {"static/js/theme.js.gz", "static/js/theme.js.br"} <= first
    assert "static/icons/mark-192.png.gz" not in first
    assert not [name for name in names(folder) if name.endswith((".gz", ".br"))]
    freeze(is_compressed=True)
    assert gzip.decompress(page.with_name("index.html.gz").read_bytes()) == page.read_bytes()


def test_a_folder_with_somebody_elses_file_is_left_as_it_is(freeze, folder, make_post):
    make_post("Shards")
    folder.mkdir()
    (folder / "thesis.txt").write_text("Years of work.")

    with pytest.raises(NotEmpty, match=r"site/thesis\.txt was written by no freeze"):
        freeze()

    assert names(folder) == {"thesis.txt"}
    (folder / "thesis.txt").unlink()
    freeze()
    (folder / "CNAME").write_text("frozen.example.com")
    before = names(folder)
    with pytest.raises(NotEmpty, match="CNAME"):
        freeze()
    assert names(folder) == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "site").write_text("")

    with pytest.raises(NotEmpty, match="site is a file"):
        demand_own(tmp_path / "site")


def test_a_freeze_that_fails_changes_nothing(freeze, folder, make_post, monkeypatch):
    make_post("Shards", slug="shards")
    freeze()
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    make_post("Leases", slug="leases")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fchmod", full)
        with pytest.raises(OSError, match="No space"):
            freeze()

    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert [path.name for path in folder.parent.iterdir() if "freezing" in path.name] == []


def test_what_a_killed_freeze_left_is_cleared_away(freeze, folder, make_post):
    make_post("Shards")
    left = folder.parent / ".site.freezing-abc" / "new"
    left.mkdir(parents=True)
    (left / "index.html").write_text("Half a pa")

    freeze()

    assert not left.parent.exists()


def test_two_freezes_do_not_write_one_folder(freeze, folder, make_post):
    make_post("Shards")
    other = folder.parent / ".site.freezing-abc"
    other.mkdir()
    handle = os.open(other, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)

    with pytest.raises(Busy):
        freeze()

    os.close(handle)
    assert not folder.exists()


def test_a_folder_is_replaced_where_the_kernel_cannot_do_it_at_once(
    freeze, folder, make_post, monkeypatch
):
    make_post("Shards", slug="shards")
    freeze()
    monkeypatch.setattr(freezing.ctypes, "CDLL", lambda *args, **kwargs: object())
    make_post("Leases", slug="leases")

    freeze()

    assert "posts/leases/index.html" in names(folder)


def test_the_web_server_may_read_everything_whatever_the_umask(freeze, folder, make_post):
    make_post("Shards")
    mask = os.umask(0o077)

    try:
        freeze()
    finally:
        os.umask(mask)

    assert all(path.stat().st_mode & 0o004 for path in [folder, *folder.rglob("*")])


def test_the_command_says_what_it_did_and_what_files_cannot_do(tmp_path):
    environment = {name: None for name in os.environ if name.startswith("BLOG_")}
    environment |= {"BLOG_INSTANCE": str(tmp_path / "instance"), "BLOG_PUBLIC_URL": PUBLIC}
    run = CliRunner(env=environment)
    site = tmp_path / "site"

    done = run.invoke(group, ["freeze", str(site)])

    assert done.exit_code == 0, done.output
    assert re.search(
        r"\d+ pages and \d+ other files in .*site, \d+ of them new or changed", done.output
    )
    assert f"They call the blog {PUBLIC} (BLOG_PUBLIC_URL)" in done.output
    assert "What a place for files cannot do: search" in done.output
    assert (site / "index.html").is_file()
    (site / "mine.txt").write_text("")
    refused = run.invoke(group, ["freeze", str(site)])
    assert refused.exit_code == 1
    assert "mine.txt was written by no freeze: nothing was changed" in refused.output
    assert Path(site / "mine.txt").exists()


def test_old_addresses_lead_on(app, freeze, folder, make_post, make_posts):
    picture = store_file(b"a,b\n", "b.csv", store=app.extensions["media"], now=NOW)
    leases = make_post("Leases", slug="leases")
    make_posts(1, tags=["Go"])
    draft = make_post("Draft", slug="draft", published_at=None)
    rules = {
        "/2019/über leases": {"post_id": leases.id},
        "/old.html": {"target": "/archive"},
        "/?p=7": {"post_id": leases.id},
        "/docs/*": {"target": "/tags/*"},
        "/category/go/page/*": {"target": "/tags/go"},
        "/category/go/feed": {"target": "/feed.xml?tag=go"},
        "/category/drafts": {"target": "/tags/drafts"},
        "/wp-content/a.png": {"target": "/media/a.png"},
        "/wp-content/b.csv": {"target": f"/media/{picture.key}"},
        "/archive": {"target": "/tags"},
        "/unfinished": {"post_id": draft.id},
        "/gone": {},
    }
    db.session.add_all([Redirect(path=path, created_at=NOW, **to) for path, to in rules.items()])
    db.session.add(TagAlias(tag_id=db.session.scalar(select(Tag.id)), slug="golang"))
    db.session.commit()

    frozen = freeze()

    found = names(folder)
    stub = parse((folder / "2019/über leases/index.html").read_text())
    assert stub.select_one("link[rel=canonical]")["href"] == f"{PUBLIC}/posts/leases"
    assert stub.select_one("[http-equiv=refresh]")["content"] == f"0; url={PUBLIC}/posts/leases"
    assert {"old.html", "tags/golang/index.html", "archive/index.html"} <= found
    assert "refresh" not in (folder / "archive/index.html").read_text()
    assert not {"gone/index.html", "unfinished/index.html", "wp-content/a.png"} & found
    lines = (folder / "_redirects").read_text().splitlines()
    assert f"/2019/%C3%BCber%20leases {PUBLIC}/posts/leases 301" in lines
    assert f"/docs/* {PUBLIC}/tags/:splat 301" in lines
    assert f"/category/go/page/* {PUBLIC}/tags/go 301" in lines
    assert f"/category/go/feed {PUBLIC}/tags/go/feed.xml 301" in lines
    assert f"/wp-content/b.csv {PUBLIC}/media/{picture.key} 301" in lines
    assert (folder / "media" / picture.key).is_file()
    assert not [path for path in found if "*" in path or path.startswith("category/drafts")]
    assert f"/?p=7 {PUBLIC}/posts/leases 301" in lines
    assert frozen.redirects == len(lines) == 9
    assert freeze().written == 0
