"""A blog that keeps its answers gives the same as one that keeps none, whatever is asked."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder

PATHS = [
    *("/", "/", "/", "/tags", "/tags/postgres", "/tags/POSTGRES", "/tags/nothing", "/archive"),
    *("/domains/data", "/series/waiting", "/authors/ada-lovelace", "/archive/2026", "/search"),
    *("/archive/2026/1", "/archive/2026/13", "/posts/a-lease", "/posts/A-lease", "/posts/a-lease/"),
    *("/posts/a-lease.md", "/posts/nothing", "/about", "/pages/about", "/pages/licence"),
    *("/pages/licence.md", "/posts/a-lease/code/1/code-1.py", "/feed.xml", "/rss.xml"),
    *("/feed.json", "/sitemap.xml", "/sitemap-1.xml", "/robots.txt", "/llms.txt"),
    *("/opensearch.xml", "/site.webmanifest", "/favicon.ico", "/.well-known/security.txt"),
    *("/healthz", "/login", "/write", "/nowhere", "/?page=2", "//evil.example/", "/posts/a?b"),
    *("/tags/\xff", "/posts/\u20ac", "/apple-touch-icon.png", "/preview/x", "/media/x"),
]
VALUES = ["postgres", "POSTGRES", "locks", "nothing", "", " ", "1", "2", "9", "01", "x", "all"]
VALUES += ["any", "oldest", "newest", "relevance", "cards", "log", "data", "essay", "2026", "a b"]
VALUES += ["lease", "é", "%", "&", "\0", "MTc2NzI2ODgwMDAwMDAwMC4xLjA", "results", "posts", "tags"]
VALUES += ["found", "suggestions", "completions", "ada-lovelace", "waiting", "é" * 90]
KEYS = ["tag", "tag", "not", "match", "domain", "kind", "series", "author", "year", "month", "q"]
KEYS += ["sort", "view", "page", "after", "through", "fragment", "fragment", "beside", "find"]
KEYS += ["letter", "limit", "show", "utm_source", "_", "TAG", "fragment[]"]
HEADERS = {
    "Accept": ["text/html", "text/markdown", "text/*;q=0.9, text/html;q=0.1", "*/*", "TEXT/HTML"],
    "Accept-Encoding": ["gzip", "br", "gzip, br", "gzip;q=0", "*", "identity;q=0", "deflate", ","],
    "Accept-Language": ["de", "x" * 500],
    "Authorization": ["Basic eDp4"],
    "Cache-Control": ["no-cache"],
    "Cookie": ["_ga=1", "my_session=1", "session=x", " session =x; a=b", "session"],
    "Forwarded": ["host=evil.example;proto=https"],
    "HX-Request": ["true"],
    "HX-Request-Type": ["partial", "full"],
    "Host": ["localhost", "127.0.0.1:9", "evil.example", "", "[::1]:8000", "localhost:99999"],
    "If-Match": ["*", '"x"'],
    "If-Modified-Since": ["Fri, 01 Jan 2100 00:00:00 GMT"],
    "If-None-Match": ["*", '"x", W/"y"', "rubbish"],
    "Range": ["bytes=0-9"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Forwarded-Prefix": ["/evil"],
    "X-Forwarded-Proto": ["https"],
    "X-HTTP-Method-Override": ["POST"],
    "X-Original-URL": ["/write"],
    "X-Rubbish": ["\xff", "y" * 2000],
}
METHODS = ["GET"] * 8 + ["HEAD"] * 3 + ["POST", "OPTIONS", "get", "BREW"]

escaped = st.sampled_from(["", "tag=%70ostgres", "t%61g=postgres", "tag=a&&", "&", "%ff=1", "?"])
pairs = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=4)
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.integers(0, 9), max_size=3)
requests = st.tuples(
    st.sampled_from(METHODS), st.sampled_from(PATHS), pairs, escaped, headers, st.booleans()
)


@pytest.fixture
def blog(app, prepare, make_author, make_post):
    prepare(fill, make_author, make_post)
    return app


def fill(make_author, make_post):
    ada = make_author("Ada Lovelace")
    around = {"domain": "Data", "series": "Waiting", "authors": [ada]}
    make_post("A lease", body="```python\nx = 1\n```\n", tags=["Postgres", "Locks"], **around)
    for number in range(14):
        make_post(f"Post {number}", tags=["Postgres", f"tag {number}"], kind="essay", **around)
    make_post("About", is_page=True)
    make_post("Licence", is_page=True)


@pytest.fixture
def forgetful(blog, config):
    """The same blog, which keeps nothing."""
    from blogapp import create_app

    return create_app(replace(config, KEEP_MB=0))


def answer(app, asked, etag=None):
    method, path, pairs, rest, chosen, _ = asked
    sent = {name: HEADERS[name][at % len(HEADERS[name])] for name, at in chosen.items()}
    if etag:
        sent["If-None-Match"] = etag
    builder = EnvironBuilder(method=method, query_string=pairs, headers=sent)
    environ = builder.get_environ()
    # As a server hands it over: what cannot be typed into a builder, too.
    environ["REQUEST_METHOD"] = method
    environ["PATH_INFO"] = path.encode("utf-8", "surrogateescape").decode("latin-1")
    environ["QUERY_STRING"] = "&".join(filter(None, [environ["QUERY_STRING"], rest]))
    if "Host" in sent:
        environ["HTTP_HOST"] = sent["Host"]
    said = []

    def start(status, headers, exc_info=None):
        own = {"Date", "Expires", "X-Request-ID"}
        said[:] = [status, sorted(pair for pair in headers if pair[0] not in own)]

    # A context of its own, as in production: nothing in `g` outlives the request.
    with app.app_context():
        body = app(environ, start)
        whole = b"".join(body)
        getattr(body, "close", lambda: None)()
    return (*said, whole)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(requests, min_size=1, max_size=6))
def test_kept_answers_are_those_of_a_blog_that_keeps_none(blog, forgetful, asked):
    for one in asked:
        expected = answer(forgetful, one)
        for _ in range(3 if one[-1] else 1):
            assert comparable(answer(blog, one)) == comparable(expected), one

        etag = dict(expected[1]).get("ETag")
        if etag and expected[0] == "200 OK":
            assert answer(blog, one, etag) == answer(forgetful, one, etag), one


def comparable(said):
    """An answer but for what is another one each time: the token of a form, and its cookie."""
    status, headers, _body = said
    cookies = [name for name, _ in headers if name == "Set-Cookie"]
    if not cookies:
        return said
    return status, [name for name, _ in headers], None


def test_the_test_keeps_what_it_asks_for(blog, keeper):
    for path in PATHS:
        answer(blog, ("GET", path, [], "", {}, True))

    assert len(keeper.shelf) >= 25
    assert isinstance(Client(blog).get("/").data, bytes)
