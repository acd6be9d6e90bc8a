"""Requests that no browser makes change nothing, reveal nothing and cost nothing."""

import json
import re
import runpy
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.parse import quote, unquote, urlsplit

import pytest
from gunicorn.config import Config as GunicornConfig
from gunicorn.http.errors import InvalidChunkSize, ParseException
from gunicorn.http.parser import RequestParser
from werkzeug.test import create_environ

from blogapp import create_app
from blogapp.telemetry.lines import Scrubber
from blogapp.telemetry.work import WORK, Work, new_id
from blogapp.web.addresses import local_path
from blogapp.web.limiting import MOST_FIELDS
from tests.conftest import ROOT

ELSEWHERE = "evil.example"
# Where a redirect takes its aim from something that was asked.
LEADING = [
    *("/login?next={}", "/login/again?next={}", "/logout?next={}", "/login?next=/write&next={}"),
    *("/{}", "/posts/{}", "/tags/{}", "/write/{}", "/static/{}", "/?after={}", "/search?q={}"),
    *("/?p={}", "/?tag={}", "/?next={}", "/?url={}", "/?return={}", "/posts/leases?{}"),
]
# As the kit has them, for a checkout that stands alone.
REDIRECTS = [
    *("//evil.example", "///evil.example", "////evil.example/%2f..", "https://evil.example"),
    *("https:evil.example", "http:///evil.example", "/\\evil.example", "\\\\evil.example"),
    *("/%09/evil.example", "/%5cevil.example", "//evil.example/%2e%2e", "/.evil.example"),
    *("https://127.0.0.1:8000@evil.example", "javascript:alert(1)", "data:text/html,x"),
    *("/%0d%0aLocation:%20https://evil.example", "%2f%2fevil.example", "/\t/evil.example"),
    *(
        "//127.0.0.1:8000.evil.example",
        "/write/../..//evil.example",
        "〱evil.example",
        "//%E3%80%B1",
    ),
]
BREAKS = [
    *("/%0d%0aSet-Cookie:crlf=injection", "/%0aSet-Cookie:crlf=injection", "%0d%0a%0d%0a<b>"),
    *("/%25%30aSet-Cookie:crlf=injection", "/%e5%98%8a%e5%98%8dSet-Cookie:crlf=injection"),
    *("/%u000aSet-Cookie:crlf=injection", "/%23%0dSet-Cookie:crlf=injection"),
]


@pytest.fixture
def blog(browser, make_post):
    make_post("Leases", tags=["a"], body="```python\nx = 1\n```")
    return browser


def stays(location, origin):
    """Whether a browser that follows this is still here (WHATWG URL, 4.4)."""
    seen = re.sub(r"[\t\r\n]", "", unquote(location)).strip().replace("\\", "/")
    whole = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    for spelled in (whole, seen):
        if re.match(r"[a-z][a-z0-9+.-]*:", spelled, re.IGNORECASE):
            if f"{urlsplit(spelled).scheme}://{urlsplit(spelled).netloc}" != origin:
                return False
        elif spelled is whole and spelled.startswith("//"):
            return False
    return True


def follow_everywhere(browser, values):
    """Ask with each value in each place; return what led away and what broke a header."""
    wrong, asked = [], 0
    for value in values:
        for place in LEADING:
            for spelled in dict.fromkeys((value, quote(value, safe=""))):
                if "\n" in spelled or "\r" in spelled:
                    continue
                response = browser.get(place.format(spelled), buffered=True)
                asked += 1
                location = response.headers.get("Location", "/")
                is_clean = "crlf" not in response.headers.get("Set-Cookie", "")
                if (
                    not is_clean
                    or response.status_code >= 500
                    or not stays(location, browser.origin)
                ):
                    wrong.append((place, spelled, response.status_code, location))
    return wrong, asked


def test_no_redirect_leads_away(blog, owner):
    values = REDIRECTS + BREAKS

    # Each value goes to half of the people, which is all of the places.
    assert follow_everywhere(blog, values[::3])[0] == []
    assert follow_everywhere(owner, values[1::3])[0] == []


def test_a_way_back_is_a_path_of_ours(app):
    for value in REDIRECTS:
        with app.test_request_context():
            way = local_path(value)
        assert way is None or stays(way, "http://127.0.0.1:8000"), value


@pytest.mark.prove
def test_no_redirect_of_the_kits_leads_away(blog, owner, shared, figure):
    lines = [
        line
        for name in ("open_redirect.txt", "crlf.txt")
        for line in (shared / "kits/http" / name).read_text(encoding="utf-8").splitlines()
        if line
    ]

    found = [follow_everywhere(browser, lines) for browser in (blog, owner)]

    figure("Redirects stay here", "addresses asked", sum(asked for _, asked in found))
    figure("Redirects stay here", "led away", sum(len(wrong) for wrong, _ in found))
    assert [wrong for wrong, _ in found] == [[], []]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.1:8000@evil.example",
            "evil.example:80",
        ),
        *("127.0.0.1:8000, evil.example", "[::1", "localhost/evil", "a b", "127.0.0.1:80a"),
    ],
)
def test_a_host_that_is_not_ours_is_refused(blog, host):
    for address in (
        "/",
        "/posts/leases",
        "/feed.xml",
        "/sitemap.xml",
        "/login",
        "/write",
        "/robots.txt",
    ):
        response = blog.get(address, headers={"Host": host})

        assert response.status_code == 400, address
        assert ELSEWHERE not in response.text
        assert ELSEWHERE not in str(response.headers)


def test_what_a_client_forwards_is_believed_by_nobody(blog):
    forwarded = {
        "X-Forwarded-Host": ELSEWHERE,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": f"/{ELSEWHERE}",
        "X-Forwarded-Port": "444",
        "Forwarded": f"host={ELSEWHERE};proto=https",
        "X-Original-URL": "/write",
        "X-Rewrite-URL": "/write",
        "X-HTTP-Method-Override": "DELETE",
        "X-Script-Name": f"/{ELSEWHERE}",
    }
    for address in (
        "/",
        "/posts/leases",
        "/feed.xml",
        "/sitemap.xml",
        "/login",
        "/write",
        "/tags/",
    ):
        with_them, without = blog.get(address, headers=forwarded), blog.get(address)

        assert (with_them.status_code, with_them.location) == (
            without.status_code,
            without.location,
        )
        assert ELSEWHERE not in with_them.text, address


@pytest.mark.parametrize(
    "method", ["TRACE", "CONNECT", "DEBUG", "PROPFIND", "TRACK", "FOO", "PATCH"]
)
def test_methods_that_nothing_here_has_are_refused(blog, owner, method):
    for browser in (blog, owner):
        for address in ("/", "/posts/leases", "/login", "/write", "/static/js/page.js", "/nowhere"):
            response = browser.open(address, method=method, headers={"X-Secret": "mirrored"})

            assert response.status_code in {303, 404, 405}, address
            assert "mirrored" not in response.text


def test_head_is_get_without_a_body(blog, owner):
    for browser, address in (
        *((blog, each) for each in ("/", "/posts/leases", "/feed.xml", "/nowhere", "/login")),
        *((owner, each) for each in ("/write", "/write/posts", "/write/nowhere")),
    ):
        head, get = browser.head(address), browser.get(address)

        own = {"ETag", "Date", "Set-Cookie", "Content-Security-Policy", "Content-Length"}
        own |= {"X-Request-ID", "Server-Timing"}
        assert head.data == b""
        assert head.status_code == get.status_code
        assert [each for each in head.headers if each[0] not in own] == [
            each for each in get.headers if each[0] not in own
        ], address


def test_options_tells_the_methods_and_nothing_else(blog):
    answer = blog.options("/posts/leases")

    assert answer.data == b""
    assert {each.strip() for each in answer.headers["Allow"].split(",")} == {
        "GET",
        "HEAD",
        "OPTIONS",
    }
    assert not any(name.startswith("Access-Control") for name, _ in answer.headers)


def test_a_body_that_no_form_has_is_refused(blog, owner):
    many = "&".join(["a"] * (MOST_FIELDS + 1))
    urlencoded = "application/x-www-form-urlencoded"

    for browser, address in (
        (blog, "/login"),
        (owner, "/write/posts/new"),
        (owner, "/write/settings"),
    ):
        assert browser.post(address, data=many, content_type=urlencoded).status_code == 413
    assert blog.post("/login", data={"email": "a" * 1_100_000}).status_code == 413
    parts = {f"field{number}": "x" for number in range(1100)} | {"file": (BytesIO(b"x"), "a")}
    assert blog.post("/login", data=parts).status_code == 413


def test_nothing_of_how_it_is_made_is_told(blog, owner, app, monkeypatch):
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    told = re.compile(
        r"Traceback|File \"|\.py\b|werkzeug|sqlalchemy|flask|gunicorn|sqlite|SELECT |"
        rf"/site-packages|{re.escape(str(ROOT))}|Python/",
        re.IGNORECASE,
    )
    monkeypatch.setattr("blogapp.public.tags.render_page", lambda *a, **k: 1 / 0, raising=False)
    for browser in (blog, owner):
        for address in (
            *("/nowhere", "/?page=99999999999999999999", "/?after=%00", "/posts/%ff", "/tags/%00"),
            *("/?fragment=x", "/media/../../etc/passwd", "/static/../wsgi.py", "/write/posts/0"),
            *("/login/x", "/invite/x", "/preview/x", "/feed.xml?limit=x", "/archive/0", "/tags"),
        ):
            response = browser.get(address, buffered=True)
            text = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", response.text, flags=re.DOTALL)
            assert not told.search(text), (address, told.search(text))
            assert not told.search(str(response.headers)), address


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/static/",
            "/static",
            "/media/",
            "/media",
            "/static/js/",
            "/static/css",
            "/.env",
            "/.git/HEAD",
        ),
        *(
            "/static/.htaccess",
            "/static/vendor/.git",
            "/wsgi.py",
            "/pyproject.toml",
            "/static/js/page.js.map",
        ),
        *("/static/vendor/htmx-4.0.1.min.js.map", "/static/..%2fwsgi.py", "/static/%2e%2e/wsgi.py"),
        *(
            "/static/..%5cwsgi.py",
            "/media/..%2f..%2fblog.sqlite",
            "/instance/blog.sqlite",
            "/console",
        ),
    ],
)
def test_no_folder_and_no_inner_file_is_shown(blog, address):
    response = blog.get(address, buffered=True)

    assert response.status_code == 404
    assert "sourceMappingURL" not in blog.get("/static/js/page.js", buffered=True).text


# What gunicorn refuses by itself, with our limits.


def gunicorn_config():
    config = GunicornConfig()
    for name, value in runpy.run_path(str(ROOT / "gunicorn.conf.py")).items():
        if name.startswith("limit_") or name == "forwarder_headers":
            config.set(name, value)
    return config


def parsed(request):
    return next(RequestParser(gunicorn_config(), iter([request]), ("127.0.0.1", 1)))


ODD = {
    "a long line": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 80 + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\nCookie: " + b"a" * 17_000 + b"\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a hidden coding": b"POST / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "an odd length": b"POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\nabcd",
    "a folded header": b"GET / HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n",
    "a bare line feed in a value": b"GET / HTTP/1.1\r\nA: b\nSet-Cookie: c\r\n\r\n",
    "a NUL in a value": b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
    "a name with an underscore and a space": b"GET / HTTP/1.1\r\nA B: c\r\n\r\n",
    "a method in small letters": b"get / HTTP/1.1\r\n\r\n",
    "another protocol": b"GET / HTTP/9.9\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\n\r\n",
    "bytes in a target": b"GET /\xff HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("name", ODD)
def test_the_server_refuses_what_is_no_request(name):
    with pytest.raises(ParseException):
        parsed(ODD[name])


def test_the_server_takes_what_browsers_send():
    cookies = (
        b"GET /?q=" + b"a" * 4000 + b" HTTP/1.1\r\nHost: a\r\nCookie: " + b"a" * 8000 + b"\r\n\r\n"
    )

    assert parsed(cookies).path == "/"
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["forwarder_headers"] == ""


SECRET = "a" * 43


@pytest.mark.parametrize("style", ["console", "json"])
@pytest.mark.parametrize(
    ("asked", "route", "kept"),
    [
        (f"/reset/{SECRET}", "/reset/<token>", "/reset/<token>"),
        (f"/reset/{SECRET}/and-more", "(none)", "/reset/…"),
        (f"/eng/blog//LOGIN/email/{SECRET}", "(none)", "/eng/blog//LOGIN/email/…"),
        (f"/login/{SECRET}?next=/write", "/login/<token>", "/login/<token>?…"),
        (f"/preview/{SECRET}", "/preview/<token>", "/preview/<token>"),
        (f"/login/directory/back?state=s&code={SECRET}", "/login", "/login/directory/back?…"),
        (f"/?tag=sql&q={SECRET}&page=2", "/", "/?tag=sql&…&page=2"),
        ("/posts/a-long-slug-of-some-post", "/posts/<slug>", "/posts/a-long-slug-of-some-post"),
    ],
)
def test_the_log_of_requests_holds_nothing_that_opens_something(config, asked, route, kept, style):
    app = create_app(replace(config, LOG=style, PUBLIC_URL="https://a.example/eng/blog"))
    requests, log = app.extensions["requests"], SimpleNamespace(put=Mock())
    requests.serve(SimpleNamespace(requests=log, scrubber=Scrubber()))
    path, _, query = asked.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_REFERER": f"https://blog.example/preview/{SECRET}",
        WORK: Work(new_id()),
    }
    environ[WORK].route = "" if route == "(none)" else route

    requests.tell(SimpleNamespace(status="200 OK", sent=0), environ, 0.1)

    line = log.put.call_args.args[0]
    assert kept in (json.loads(line)["path"] if style == "json" else line)
    assert SECRET not in line


def test_json_that_is_none_is_refused(owner):
    for body in ("{", "[" * 100_000, '"\\ud800"', "NaN", ""):
        response = owner.post(
            "/write/posts/new/journal", data=body, content_type="application/json"
        )

        assert 400 <= response.status_code < 500, body[:10]
    assert json.loads("[]") == []


class Broken:
    """A body that gunicorn cannot read on."""

    def read(self, *_):
        raise InvalidChunkSize(b"zz")

    readline = readlines = read


def test_a_body_of_broken_chunks_is_refused(app, blog):
    app.testing = False
    for address in ("/csp-report", "/login"):
        environ = {"wsgi.input": Broken(), "wsgi.input_terminated": True}
        kind = "application/csp-report" if "csp" in address else "application/x-www-form-urlencoded"
        answer = blog.post(
            address, environ_overrides=environ, content_type=kind, headers={"Content-Length": ""}
        )

        assert answer.status_code == 400, address


def test_a_request_without_a_host_is_refused(app):
    environ = create_environ("/", base_url="http://127.0.0.1:8000")
    said = []
    for protocol in ("HTTP/1.1", "HTTP/1.0"):
        asked = {**environ, "SERVER_PROTOCOL": protocol}
        del asked["HTTP_HOST"]
        body = app.wsgi_app(asked, lambda status, headers, *_: said.append(status))
        getattr(body, "close", lambda: None)()

    assert [status[:3] for status in said] == ["400", "200"]
