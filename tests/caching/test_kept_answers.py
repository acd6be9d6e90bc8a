"""Readers get answers out of memory: the right one, in the right coding, as long as it is right."""

import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.public import feeds
from blogapp.site.models import Site

# What it holds is the same whichever database stands behind it.

MACHINES = [
    *("/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/sitemap-1.xml", "/robots.txt"),
    *("/llms.txt", "/opensearch.xml", "/site.webmanifest", "/favicon.ico"),
]
PAGES = [
    *("/", "/?tag=locks", "/?page=2", "/?q=lease", "/?tag=locks&tag=waits", "/tags", "/tags/locks"),
    *("/tags/locks?q=lease", "/domains/data", "/series/waiting", "/authors/ada-lovelace"),
    *("/archive", "/archive/2026", "/archive/2026/1", "/search", "/posts/a-lease", "/about"),
    *("/posts/a-lease.md", "/pages/licence", "/pages/licence.md", "/feed.xml?tag=locks"),
    *("/posts/a-lease/code/1/code-1.py", "/?find=lo", "/?page=2&fragment=posts"),
]
FRAGMENTS = {
    "/?fragment=results": "/?tag=&q=&domain=&fragment=results",
    "/?tag=locks&tag=waits&fragment=results": "/?q=&tag=waits&match=all&tag=locks&fragment=results",
    "/?tag=locks&q=a&fragment=results": "/?fragment=results&q=+a&utm_source=x&tag=locks",
    "/?tag=locks&fragment=tags&find=wa": "/?find=wa&tag=locks&fragment=tags&page=2",
    "/search?q=lea&fragment=suggestions": "/search?fragment=suggestions&q=lea+&x=1",
    "/tags?find=lo&fragment=found": "/tags?fragment=found&find=lo&page=1",
}
NEVER = [
    *("/nowhere", "/posts/nothing", "/tags/nothing", "/?page=99", "/?page=x", "/posts/A-Lease"),
    *("/?unknown=1", "/tags/", "/healthz", "/readyz", "/login", "/write", "/preview/x"),
    *("/?fragment=nothing", "/.well-known/security.txt", "/posts/gone", "/csp-report"),
]
BOTH = "gzip, deflate, br"


@pytest.fixture(autouse=True)
def blog(app, prepare, make_author, make_post):
    prepare(fill, make_author, make_post)
    (app.config["INSTANCE"] / "security.txt").write_text("Contact: mailto:a@example.com\n")


def fill(make_author, make_post):
    ada = make_author("Ada Lovelace")
    around = {"domain": "Data", "series": "Waiting", "authors": [ada]}
    body = f"```python\nx = 1\n```\n\n{'Two wait for one. ' * 60}"
    make_post("A lease", body=body, tags=["Locks", "Waits"], **around)
    for number in range(14):
        make_post(f"Post {number}", tags=["Locks", "Waits"], **around)
    make_post("About", is_page=True)
    make_post("Licence", is_page=True)
    make_post("Gone", withdrawn_at=datetime(2026, 1, 2, tzinfo=UTC))


def shown(browser, address="/posts/a-lease", **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.get(address, headers=sent)


def title(text):
    """Give the post another title, as another process would."""
    db.session.get(Post, 1).title = text
    db.session.commit()


# What is kept.


@pytest.mark.parametrize("address", [*PAGES, *MACHINES])
def test_what_readers_open_is_made_once(browser, asked, address):
    first = browser.get(address)
    again = [browser.get(address), browser.get(address, headers={"Accept-Encoding": BOTH})]

    assert first.status_code == 200
    assert (again[0].data, again[0].headers) == (first.data, first.headers)
    assert again[1].status_code == 200
    assert len(asked) == 1


@pytest.mark.parametrize(("address", "typed"), FRAGMENTS.items())
def test_a_form_finds_what_is_kept_in_whatever_order_it_asks(browser, asked, address, typed):
    first = browser.get(address)

    second = browser.get(typed)

    assert first.status_code == 200
    assert (second.data, second.headers) == (first.data, first.headers)
    assert len(asked) == 1


@pytest.mark.parametrize("address", NEVER)
def test_what_is_no_page_of_everybody_is_not_kept(browser, keeper, asked, address):
    for _ in range(3):
        browser.get(address)

    assert len(asked) == 3
    assert len(keeper.shelf) == 0


def test_a_feed_too_long_for_memory_is_made_once_and_sent_as_it_is(
    browser, keeper, asked, monkeypatch
):
    short = browser.get("/feed.xml?limit=2").data
    keeper.shelf.clear()
    asked.clear()
    monkeypatch.setattr(feeds, "MOST_IN_MEMORY", 100)

    whole = browser.get("/feed.xml?limit=2", headers={"Accept-Encoding": BOTH})

    assert (whole.data, whole.headers.get("Content-Encoding")) == (short, None)
    assert (len(asked), len(keeper.shelf)) == (1, 0)
    known = {"If-None-Match": whole.headers["ETag"]}
    assert browser.get("/feed.xml?limit=2", headers=known).status_code == 304
    # A page store, which is written by one at a time, has it all the same.
    assert keeper.ask("/feed.xml?limit=2").body == short


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "PROPFIND"])
def test_other_methods_are_flasks_business(browser, asked, method):
    browser.get("/")
    asked.clear()

    answer = browser.open("/", method=method)

    assert answer.status_code != 200 or method == "OPTIONS"
    assert len(asked) == 1


def test_a_small_page_by_the_name_of_a_large_one_is_not_taken_for_it(browser):
    second = browser.get("/?page=2")

    answer = browser.get("/%3Fpage=2")

    assert second.status_code == 200
    assert answer.status_code == 404


# By whom it is asked for.


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "_ga=1; my_session=2"},
        {"User-Agent": "another", "X-Forwarded-For": "203.0.113.9", "X-Rubbish": "1" * 3000},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "Forwarded": "x"},
        {"Host": "localhost:1234"},
        {"Accept-Language": "de", "Authorization": "Basic eDp4", "Cache-Control": "no-cache"},
        {"Range": "bytes=0-9"},
        {"HX-Request": "true", "HX-Request-Type": "partial"},
    ],
)
def test_what_a_reader_sends_along_changes_nothing(browser, asked, headers):
    first = browser.get("/", headers=headers)
    second = browser.get("/")

    assert first.status_code == 200
    assert (second.data, second.headers) == (first.data, first.headers)
    assert "evil" not in second.text
    assert len(asked) == 1


@pytest.mark.parametrize("cookies", ["session=x", "a=1; session=", " session =x", "session"])
def test_a_session_passes_by_whatever_is_kept(app, asked, cookies):
    browser = app.test_client(use_cookies=False)
    browser.get("/")
    asked.clear()

    browser.get("/", headers={"Cookie": cookies})
    browser.get("/", headers={"Cookie": cookies})

    assert len(asked) == 2


def test_a_name_that_is_not_ours_gets_nothing(browser):
    browser.get("/")

    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_client_that_prefers_markdown_gets_it_beside_the_kept_page(browser, keeper):
    page = shown(browser)
    kept = len(keeper.shelf)

    markdown = shown(browser, Accept="text/markdown, text/html;q=0.5")
    again = shown(browser)

    assert markdown.mimetype == "text/markdown"
    assert markdown.headers["Cache-Control"] == "no-store"
    assert markdown.headers["Vary"] == "Accept, Accept-Encoding"
    assert page.headers["Vary"] == "Accept-Encoding"
    assert again.data == page.data
    assert len(keeper.shelf) == kept


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "http://localhost/eng/blog"}

    def test_a_page_is_kept_with_the_path_and_without(self, browser, asked):
        first = browser.get("/eng/blog/tags/locks")

        assert browser.get("/tags/locks").data == first.data
        assert 'href="/eng/blog/tags/locks' in first.text
        assert len(asked) == 1


class TestSwitchedOff:
    @pytest.fixture
    def settings(self):
        return {"KEEP_MB": 0}

    def test_every_answer_is_made_anew_and_compared_all_the_same(self, browser, keeper, asked):
        first = shown(browser, Accept_Encoding="br")
        again = shown(browser, Accept_Encoding="br", If_None_Match=first.headers["ETag"])

        assert first.headers["Content-Encoding"] == "br"
        assert again.status_code == 304
        assert len(asked) == 2
        assert len(keeper.shelf) == 0


# Codings and validators.


def test_each_coding_is_the_same_page_under_a_strong_etag_of_its_own(browser, asked):
    plain, zipped, small = (shown(browser, Accept_Encoding=c) for c in ("identity", "gzip", "br"))

    assert gzip.decompress(zipped.data) == brotli.decompress(small.data) == plain.data
    assert len(small.data) < len(zipped.data) < len(plain.data) / 2
    assert [answer.headers.get("Content-Encoding") for answer in (plain, zipped, small)] == [
        None,
        "gzip",
        "br",
    ]
    tags = [answer.headers["ETag"] for answer in (plain, zipped, small)]
    assert len(set(tags)) == 3
    assert not any(tag.startswith("W/") for tag in tags)
    for answer in (plain, zipped, small):
        assert answer.headers["Content-Length"] == str(len(answer.data))
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("sent", "is_known"),
    [
        ("{}", True),
        ("W/{}", True),
        ('"another", W/"third", {}', True),
        ('"a,b",{} , "c"', True),
        ("*", True),
        (" * ", True),
        ('"another"', False),
        ("", False),
        ("rubbish", False),
        ('{}"', True),
        ('"x{}', False),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_a_page_does_not_get_it_again(browser, method, sent, is_known):
    etag = shown(browser, Accept_Encoding="gzip").headers["ETag"]

    answer = browser.open(
        "/posts/a-lease",
        method=method,
        headers={"Accept-Encoding": "gzip", "If-None-Match": sent.replace("{}", etag)},
    )

    assert answer.status_code == (304 if is_known else 200)
    if is_known:
        assert answer.data == b""
        # RFC 9110, 15.4.5: these, and nothing that tells of a body.
        assert dict(answer.headers) == {
            "Cache-Control": "public, no-cache",
            "ETag": etag,
            "Vary": "Accept-Encoding",
        }


def test_a_page_in_another_coding_is_another_thing(browser):
    zipped = shown(browser, Accept_Encoding="gzip").headers["ETag"]

    assert shown(browser, Accept_Encoding="br", If_None_Match=zipped).status_code == 200


def test_what_somebody_else_means_is_not_sent(browser):
    etag = shown(browser).headers["ETag"]

    assert shown(browser, If_Match=etag).status_code == 200
    assert shown(browser, If_Match="*").status_code == 200
    assert shown(browser, If_Match='"another"').status_code == 412
    # The strong comparison: a weak tag never matches (RFC 9110, 13.1.1).
    assert shown(browser, If_Match=f"W/{etag}").status_code == 412
    # With a tag a cache could keep that, find it to be the present one, and show it to everybody.
    refused = dict(shown(browser, If_Match='"another"').headers)
    assert refused == {"Content-Length": "0", "Cache-Control": "no-store"}


def test_head_says_what_get_says(browser, asked):
    for coding in ("identity", "gzip", "br"):
        get = shown(browser, Accept_Encoding=coding)
        head = browser.head("/posts/a-lease", headers={"Accept-Encoding": coding})

        assert head.data == b""
        assert head.headers == get.headers
    assert len(asked) == 1


def test_an_answer_that_is_hardly_longer_than_its_headers_stays_as_it_is(browser):
    healthz = browser.get("/healthz", headers={"Accept-Encoding": BOTH})

    assert "Content-Encoding" not in healthz.headers


@pytest.mark.parametrize("address", ["/nowhere", "/login", "/?fragment=nothing&x=1"])
def test_what_is_not_kept_is_compressed_too(browser, address):
    plain, small = browser.get(address), browser.get(address, headers={"Accept-Encoding": "br"})

    if len(plain.data) < 500:
        assert "Content-Encoding" not in small.headers
    else:
        assert small.headers["Content-Encoding"] == "br"
        assert len(brotli.decompress(small.data)) == pytest.approx(len(plain.data), rel=0.05)
        assert "Accept-Encoding" in small.headers["Vary"]


def test_a_file_is_sent_in_parts_as_ever(browser, owner, app):
    from io import BytesIO

    from PIL import Image

    from blogapp.media.storing import store_image

    file = BytesIO()
    Image.new("RGB", (40, 40), "navy").save(file, "PNG")
    picture = store_image(
        file.getvalue(), "a.png", store=app.extensions["media"], now=datetime.now(UTC)
    )
    db.session.commit()

    part = browser.get(
        f"/media/{picture.key}", headers={"Range": "bytes=0-7", "Accept-Encoding": BOTH}
    )

    assert (part.status_code, part.data) == (206, file.getvalue()[:8])
    assert "Content-Encoding" not in part.headers


class TestSecrets:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://blog.example"}

    @pytest.mark.parametrize(
        ("site", "coding"),
        [("same-origin", "br"), ("none", "br"), ("cross-site", None), ("same-site", None)],
    )
    def test_a_page_with_secrets_is_compressed_for_who_asked_for_it_here(self, owner, site, coding):
        answer = owner.get("/write", headers={"Accept-Encoding": "br", "Sec-Fetch-Site": site})

        assert answer.headers.get("Content-Encoding") == coding

    def test_what_is_the_same_for_everybody_is_compressed_for_everybody(self, browser):
        answer = shown(browser, Accept_Encoding="br", Sec_Fetch_Site="cross-site")

        assert answer.headers["Content-Encoding"] == "br"


# Until when.


def test_a_change_is_shown_at_once_and_made_once(browser, asked):
    old = shown(browser)
    title("A longer lease")
    asked.clear()

    new = [shown(browser), shown(browser, If_None_Match=old.headers["ETag"])]

    assert all("A longer lease" in answer.text for answer in new)
    assert len(asked) == 1


def test_another_policy_is_another_page(browser, app):
    old = shown(browser)
    site = db.session.get(Site, 1) or Site(id=1, title="A blog")
    site.origins = {"img": ["https://img.example"]}
    db.session.add(site)
    db.session.commit()

    new = shown(browser, If_None_Match=old.headers["ETag"])

    assert new.status_code == (200 if "img.example" in str(new.headers) else 304)


def test_a_scheduled_post_shows_at_its_second(browser, clock, make_post):
    make_post("Tomorrow", published_at=clock.now() + timedelta(hours=20))

    before = browser.get("/")
    clock.advance(hours=20, seconds=-1)
    still = browser.get("/")
    clock.advance(seconds=1)
    after = browser.get("/")

    assert "Tomorrow" not in before.text + still.text
    assert "Tomorrow" in after.text
