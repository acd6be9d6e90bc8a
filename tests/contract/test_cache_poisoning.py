"""What one reader sends changes nothing that another is shown; nothing private is kept."""

import re

import pytest

MARK = "poison-7f3a"
# What no cache looks at when it decides whether it has an answer already.
UNKEYED = {
    "X-Forwarded-Host": f"{MARK}.example",
    "X-Host": f"{MARK}.example",
    "X-Forwarded-Server": f"{MARK}.example",
    "X-Forwarded-Scheme": "http",
    "X-Forwarded-Proto": MARK,
    "X-Forwarded-Prefix": f"/{MARK}",
    "X-Original-URL": f"/{MARK}",
    "X-Rewrite-URL": f"/{MARK}",
    "X-HTTP-Method-Override": "POST",
    "X-Method-Override": "HEAD",
    "X-Forwarded-For": MARK,
    "X-Real-IP": MARK,
    "True-Client-IP": MARK,
    "Forwarded": f"host={MARK}.example",
    "Via": MARK,
    "Referer": f"https://{MARK}.example/",
    "Origin": f"https://{MARK}.example",
    "User-Agent": MARK,
    "Accept-Language": f"de, {MARK}",
    "Accept-Charset": MARK,
    "Cookie": f"theme={MARK}; lang=de; other={MARK}",
    "HX-Request": "true",
    "HX-Target": MARK,
    "HX-Current-URL": f"https://{MARK}.example/",
    "HX-Boosted": "true",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "image",
    "Save-Data": "on",
    "DNT": "1",
    "Prefer": MARK,
    "X-Requested-With": "XMLHttpRequest",
    "Upgrade-Insecure-Requests": "1",
    "Authorization": f"Basic {MARK}",
    "Content-Type": "application/x-www-form-urlencoded",
}
ADDRESSES = [
    "/",
    "/?tag=a",
    "/posts/leases",
    "/feed.xml",
    "/sitemap.xml",
    "/nowhere",
    "/robots.txt",
]
# Rubbish that says nothing, which either leads to the one address or is no part of the answer.
RUBBISH = [
    "utm_source={}",
    "fbclid={}",
    "callback={}",
    "_={}",
    "{}",
    "cb={}&x[]={}",
    "%00{}",
    ";{}",
]
# A path of somebody's own that pretends to be a file, for a cache that goes by endings.
CONFUSED = [
    *(
        "/write/x.css",
        "/write.css",
        "/write/posts.js",
        "/write/posts/1/x.css",
        "/write/posts/1.css",
    ),
    *(
        "/write;x.css",
        "/write/posts;x.js",
        "/write%2fx.css",
        "/write/posts%2fx.png",
        "/write%3fx.css",
    ),
    *(
        "/write/%2e%2e/static/x.css",
        "/static/..%2fwrite",
        "/static/%2e%2e/write/posts",
        "/write//x.css",
    ),
    *(
        "/write/session.css",
        "/write/session/x.js",
        "/write/session%0ax.css",
        "/write/session%00.js",
    ),
    *("/account/x.css", "/account.js", "/login/x.css", "/logout/x.js", "//write", "/./write"),
    *("/WRITE", "/Write/session", "/write/settings/x.woff2", "/write/posts/1/previews/x.gif"),
]


@pytest.fixture
def blog(browser, make_post):
    make_post("Leases", tags=["a"], body="```python\nx = 1\n```")
    make_post("Secret plan", published_at=None)
    return browser


def told(response):
    ours = {"Date", "Server-Timing"}
    return response.status_code, response.data, [h for h in response.headers if h[0] not in ours]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_no_cache_looks_at_changes_nothing(blog, address):
    before = told(blog.get(address))

    for name, value in UNKEYED.items():
        if (name, address) == ("Content-Type", "/"):
            continue
        answer = blog.get(address, headers={name: value})
        assert told(answer) == before, name
    everything = blog.get(address, headers=UNKEYED)
    assert told(everything) == before
    assert told(blog.get(address)) == before


@pytest.mark.parametrize("address", ["/", "/posts/leases", "/tags/a", "/feed.xml"])
def test_rubbish_in_a_query_says_nothing(blog, address):
    before = blog.get(address).data

    for rubbish in RUBBISH:
        answer = blog.get(f"{address}?{rubbish.format(MARK, MARK)}")
        assert MARK not in re.sub(r"<link[^>]*>", "", answer.text)
        assert answer.status_code in {200, 301, 400}
        if answer.status_code == 301:
            assert answer.location.removeprefix(blog.origin) == address
    assert blog.get(address).data == before


def test_a_body_of_a_reading_says_nothing(blog):
    before = told(blog.get("/"))

    for data in ({"tag": MARK, "q": MARK}, {"fragment": "posts"}, {"_method": "DELETE"}):
        assert told(blog.get("/", data=data)) == before


def test_what_is_chosen_by_a_header_is_told_to_caches(blog):
    page = blog.get("/posts/leases")
    text = blog.get("/posts/leases", headers={"Accept": "text/markdown"})

    assert page.mimetype != text.mimetype
    varies = {each.strip().lower() for each in text.headers["Vary"].split(",")}
    assert "accept" in varies or "no-store" in text.headers["Cache-Control"]


def test_no_spelling_of_a_private_page_is_kept(blog, owner):
    for address in CONFUSED:
        for browser in (owner, blog):
            answer = browser.get(address, buffered=True)
            is_kept = "no-store" not in answer.headers["Cache-Control"]
            is_private = "Secret plan" in answer.text or "csrf" in answer.text.lower()
            assert not (is_kept and is_private), address
            assert not (is_kept and "Set-Cookie" in answer.headers), address
            if is_kept:
                # It is nobody's: who is signed in gets what everybody gets.
                assert answer.data == blog.get(address, buffered=True).data, address


def test_a_redirect_and_an_error_of_private_pages_are_kept_by_nobody(blog, owner):
    asked = [(blog, each) for each in ("/write", "/write/posts/1", "/account", "/login/x")]
    asked += [
        (owner, each) for each in ("/write/posts/99", "/write/nowhere", "/login", "/invite/x")
    ]
    for browser, address in asked:
        answer = browser.get(address)

        assert answer.headers["Cache-Control"] == "no-store", address
    assert blog.post("/write/posts/1").headers["Cache-Control"] == "no-store"
