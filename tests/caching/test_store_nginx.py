"""`deploy/nginx-pages.conf`: which requests get a file, and what is told of it."""

import http.client
import os
import re
import socket
import subprocess
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from blogapp.caching.filing import Writer, store_name
from tests.browser import serving
from tests.browser.programs import find_nginx, how_to_install

# Where checks run for all, nothing is left out for want of it.
pytestmark = pytest.mark.skipif(
    not (find_nginx() or os.environ.get("CI")), reason=how_to_install("nginx")
)
PUBLIC = "https://blog.example.org"
SECRET = b"nobody's to read"
PAGES = ["/", "/?page=2", "/posts/shards", "/posts/node.js", "/posts/shards.md", "/feed.xml"]


class Behind(BaseHTTPRequestHandler):
    """Stands in for the blog: says what it was asked."""

    def answer(self):
        length = int(self.headers["Content-Length"] or 0)
        body = f"blog: {self.command} {self.path} {self.rfile.read(length).decode()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def log_message(self, *args):
        pass


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page store with a present generation and a complete one, and things around it."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "store.json").write_bytes(SECRET)
    (folder / "scratch").mkdir()
    (folder / "static").mkdir()
    (folder / "static/a.css").write_text("a { color: red }")
    for name in ("b.0123456789ab.css", "c.0123456789ab.woff2"):
        (folder / "static" / name).write_text("as it is")
    (folder / "static/b.0123456789ab.css.br").write_text("as br")
    for name, pages in (("current", PAGES), ("complete", [*PAGES, "/about"])):
        place = folder / "generations" / name
        place.mkdir(parents=True)
        (folder / name).symlink_to(place)
        writer = Writer(place, folder / "scratch", is_stamped=True)
        for page in pages:
            writer.write(store_name(page), f"{name}: {page}. ".encode() * 100)
    return folder


@pytest.fixture(scope="module")
def site(folder):
    """nginx before a blog that runs: ``site.get(path)``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield from started(folder, f"127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def down(folder):
    """nginx before a blog that is down."""
    yield from started(folder, f"127.0.0.1:{free_port()}")


def started(folder, behind):
    port = free_port()
    place = folder / f"nginx-{port}"
    place.mkdir()

    def get(path, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest(method, path, skip_accept_encoding=True)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        answer = connection.getresponse()
        found = SimpleNamespace(status=answer.status, headers=answer.headers, body=answer.read())
        connection.close()
        return found

    with serving.nginx_before(behind, port, place, "nginx-pages.conf", public=PUBLIC, store=folder):
        yield SimpleNamespace(get=get, behind=behind)


def is_file(answer, path, of="current"):
    return answer.status == 200 and answer.body.startswith(f"{of}: {path}. ".encode())


def is_blog(answer, asked):
    return (answer.status, answer.body) == (200, f"blog: {asked}".encode())


@pytest.mark.parametrize("path", PAGES)
def test_a_reader_gets_the_file(path, site):
    answer = site.get(path)

    assert is_file(answer, path)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Last-Modified" not in answer.headers


def test_what_has_no_file_the_blog_is_asked_for_as_it_was_asked(site):
    for path in ("/about", "/write/", "/?q=a%2Fb&x=%20", "/posts/%C3%A9t%C3%A9", "/media/a/b.png"):
        assert is_blog(site.get(path), f"GET {path} ")


def test_a_post_goes_to_the_blog_with_what_it_holds(site):
    assert is_blog(site.get("/", "POST", b"title=Shards"), "POST / title=Shards")
    assert is_blog(site.get("/posts/shards", "DELETE"), "DELETE /posts/shards ")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("deflate;q=1,gzip ;q=0.001", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.000, gzip; q=0.0", None),
        ("BR ; q=0.5", "br"),
        ("brotli, xgzip, gzipped", None),
        ("identity, *;q=0", None),
    ],
)
def test_a_file_comes_in_a_coding_that_is_accepted(accepted, coding, site):
    answer = site.get("/", Accept_Encoding=accepted)

    assert (answer.status, answer.headers["Content-Encoding"]) == (200, coding)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    etag = answer.headers["ETag"]
    again = site.get("/", Accept_Encoding=accepted, If_None_Match=f'"other", {etag}')
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    head = site.get("/", "HEAD", Accept_Encoding=accepted)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]


def test_each_coding_has_an_etag_of_its_own(site):
    codings = ["", "gzip", "br"]

    etags = {site.get("/", Accept_Encoding=coding).headers["ETag"] for coding in codings}

    assert len(etags) == 3


@pytest.mark.parametrize(
    "cookie", ["session=1", "a=b; session=", "__Host-session=x", "a=b;session"]
)
def test_who_is_signed_in_is_answered_by_the_blog(cookie, site):
    assert is_blog(site.get("/", Cookie=cookie), "GET / ")


@pytest.mark.parametrize("cookie", ["theme=dark", "mysession=1", "a=session; sessions=2"])
def test_other_cookies_are_nobodys_session(cookie, site):
    assert is_file(site.get("/", Cookie=cookie), "/")


@pytest.mark.parametrize(
    "accept", ["text/markdown", "text/html;q=0.1, */*", "text/*", "TEXT/MARKDOWN, text/html"]
)
def test_who_would_rather_have_markdown_is_answered_by_the_blog(accept, site):
    assert is_blog(site.get("/posts/shards", Accept=accept), "GET /posts/shards ")


@pytest.mark.parametrize("accept", ["*/*", "text/html,application/xhtml+xml,*/*;q=0.8", ""])
def test_browsers_get_files(accept, site):
    assert is_file(site.get("/posts/shards", Accept=accept), "/posts/shards")


# What shall lead nowhere outside of the pages, nor make a file be told as another one.
ATTACKS = [
    "/../store.json",
    "/%2e%2e/store.json",
    "/..%2fstore.json",
    "/%2e%2e%2f%2e%2e%2fstore.json",
    "/..%5cstore.json",
    "/%252e%252e%252fstore.json",
    "/posts/..%2f..%2f..%2fstore.json",
    "/posts/shards@.html",
    "/posts/shards@.html.br",
    "/?page=../../../store.json",
    "/?page=2&x=..%2f..%2f..%2fstore.json",
    "/?page=2/",
    "/?page=2%00",
    "/?page=2%0A",
    "/?/../../store.json",
    "/..;/store.json",
    "/store.json",
    "/store.json%3f",
    "/@.html",
    "/.blog-is-down",
    "/current/@.html",
    "/complete/@.html",
    "/generations/",
    "/static/../store.json",
    "/static/..%2fstore.json",
    "/static/%2e%2e/generations/current/@.html",
    "/static/css/../../store.json",
    "/static/",
]


@pytest.mark.parametrize("path", ATTACKS)
def test_no_address_leads_out_of_the_pages(path, site):
    answer = site.get(path)

    assert SECRET not in answer.body
    assert answer.status in {400, 503} or is_blog(answer, f"GET {path} ")


def test_a_long_name_is_found_under_no_other_address(folder, site):
    long, pieces = f"/posts/{'a' * 310}", f"/posts/{'a' * 150}@/{'a' * 150}@/{'a' * 10}"
    page = f"current: {long}. ".encode()
    Writer(folder / "current", folder / "scratch").write(store_name(long), page)

    assert is_file(site.get(long), long)
    assert is_blog(site.get(pieces), f"GET {pieces} ")


def test_two_spellings_of_a_path_are_one(site):
    assert is_file(site.get("/posts/../posts/%73hards"), "/posts/shards")


def test_a_blog_that_is_down_is_read_from_its_last_complete_generation(down):
    assert is_file(down.get("/posts/shards"), "/posts/shards")
    for headers in ({}, {"Cookie": "session=1"}, {"Accept": "text/markdown"}):
        answer = down.get("/about", **headers)
        assert is_file(answer, "/about", of="complete")
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert down.get("/about", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/write/", "/nothing", "/?q=a", "/?page=../x", "/media/a/b.png"])
def test_what_only_the_blog_knows_is_asked_for_later(path, down):
    answer = down.get(path)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"Back in a minute" in answer.body


def test_nothing_that_is_sent_is_answered_with_a_page(down):
    assert down.get("/", "POST", b"title=Shards").status == 503


# Under a path.


def test_a_blog_under_a_path_has_its_files_too(folder, site, monkeypatch):
    # As the guide says to change the file.
    guide = (serving.ROOT / "docs/guide/pages.md").read_text()
    change = re.search(r"```sh\n(sed -i -e .*?) /etc/nginx/sites-available/blog\n```", guide, re.S)[
        1
    ]
    changed = folder / "nginx-pages.conf"
    changed.write_bytes((serving.ROOT / "deploy/nginx-pages.conf").read_bytes())
    subprocess.run(f"{change} {changed}", shell=True, check=True)
    monkeypatch.setattr(serving, "ROOT", folder.parent)
    (folder.parent / "deploy").symlink_to(folder)

    for under in started(folder, site.behind):
        assert is_file(under.get("/eng/blog/"), "/")
        assert is_file(under.get("/eng/blog/?page=2"), "/?page=2")
        assert is_file(under.get("/eng/blog/posts/shards.md"), "/posts/shards.md")
        link = under.get("/eng/blog/posts/shards.md").headers["Link"]
        assert link == f'<{PUBLIC}/eng/blog/posts/shards>; rel="canonical"'
        assert under.get("/eng/blog/static/a.css").body == b"a { color: red }"
        for path in ("/eng/blog/write/", "/eng/blog/media/a/b.png", "/eng/blog/posts/x"):
            assert is_blog(under.get(path), f"GET {path} ")
        assert under.get("/eng/blog").headers["Location"].endswith("/eng/blog/")
        for path in ("/posts/shards", "/store.json", "/current/@.html", "/static/a.css"):
            assert under.get(path).status == 404
        assert SECRET not in under.get("/eng/blog/%2e%2e/store.json").body


def test_files_of_the_software_are_told_for_what_they_are(site):
    kept = "public, max-age=31536000, immutable"

    sheet = site.get("/static/b.0123456789ab.css", Accept_Encoding="br")
    assert (sheet.body, sheet.headers["Content-Encoding"]) == (b"as br", "br")
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert sheet.headers["Cache-Control"] == kept
    plain = site.get("/static/a.css", Accept_Encoding="br")
    assert (plain.body, plain.headers["Content-Encoding"]) == (b"a { color: red }", None)
    assert plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert plain.headers["Cache-Control"] == "public, no-cache"
    font = site.get("/static/c.0123456789ab.woff2", Accept_Encoding="gzip")
    assert (font.headers["Content-Type"], font.headers["Cache-Control"]) == ("font/woff2", kept)
    assert is_blog(site.get("/static/other.js"), "GET /static/other.js ")


# Beside the blog itself.


@pytest.fixture
def settings(tmp_path):
    return {"PAGE_STORE": tmp_path / "pages", "PUBLIC_URL": PUBLIC}


# What differs: the policy, half of which is in the page, where it cannot be reported; and what
# each server says of itself. The blog of the test is behind https, nginx is not.
OWN = {
    *("Content-Security-Policy", "Reporting-Endpoints", "Strict-Transport-Security"),
    *("ETag", "Accept-Ranges", "Server", "Date", "Connection", "Vary"),
}


def test_a_file_is_told_as_the_blog_tells_it(make_posts, make_post, app, browser):
    block = "```html title=page.html\n<p>Hi\n```"
    make_posts(13)
    make_post("Shards", slug="shards", tags=["C++"], body=block)
    make_post("수확", slug="수확" * 60)
    storekeeper = app.extensions["storekeeper"]
    storekeeper.tick()
    assert storekeeper.walk()
    folder = storekeeper.store.folder
    addresses = [
        *("/", "/?page=2", "/posts/shards", f"/posts/{'%EC%88%98%ED%99%95' * 60}"),
        *("/posts/shards.md", "/posts/shards/code/1/page.html", "/tags/c-plus-plus", "/tags"),
        *("/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/robots.txt", "/llms.txt"),
        *("/opensearch.xml", "/site.webmanifest", "/archive/2026/1"),
        *(
            f"/?{name[1:-5]}"
            for name in sorted(path.name for path in folder.glob("current/@*posts.html"))
        ),
    ]

    differing = {}
    for site in started(folder, f"127.0.0.1:{free_port()}"):
        for address in addresses:
            answer, said = site.get(address), browser.get(address)
            assert (answer.status, said.status_code) == (200, 200), address
            there = {name: value for name, value in answer.headers.items() if name not in OWN}
            here = {name: value for name, value in said.headers.items() if name not in OWN}
            here.pop("Content-Length"), there.pop("Content-Length")
            if there != here:
                differing[address] = (there, here)

    assert len(addresses) == 18
    assert differing.pop("/posts/shards/code/1/page.html", None)  # is "attachment" without a name
    assert differing == {}
