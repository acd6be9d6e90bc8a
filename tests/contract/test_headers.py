"""Every answer says what may run in it, who may keep it, and nothing about the reader."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site

# What it holds is the same whichever database stands behind it.

PAGES = ["/posts/leases", "/nowhere", "/posts/leases.md", "/feed.xml", "/robots.txt"]
MACHINES = ["/robots.txt", "/site.webmanifest", "/favicon.ico", "/apple-touch-icon.png"]


@pytest.fixture
def blog(browser, make_post):
    make_post("Leases", body="```python\nx = 1\n```", tags=["a"])
    return browser


def policy(response):
    parts = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {part[0]: set(part[1:]) for part in parts}


def digest(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Frame-Options": "DENY",
}
# A page of each kind, with what is none, for readers and for authors.
KINDS = [
    *("/", "/?q=lease", "/?fragment=results", "/tags", "/archive", "/search", "/authors/nobody"),
    *("/posts/leases", "/posts/leases.md", "/posts/leases/code/1/code-1.py", "/posts/Leases"),
    *("/nowhere", "/?page=0", "/?page=x", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml"),
    *("/robots.txt", "/llms.txt", "/opensearch.xml", "/site.webmanifest", "/favicon.ico"),
    *("/healthz", "/media/nothing", "/static/nothing.js", "/static/js/page.js", "/preview/nothing"),
    *("/login", "/logout", "/login/nothing", "/invite/nothing"),
    *("/write", "/write/posts", "/write/posts/1", "/write/settings", "/write/nowhere"),
    *("/write/posts/1/previews", "/write/session", "/write/media"),
]


def answers(*browsers):
    for browser in browsers:
        for address in KINDS:
            yield address, browser.get(address, buffered=True)


def test_every_kind_of_answer_says_what_may_be_done_with_it(blog, owner):
    for address, response in answers(blog, owner):
        headers = response.headers
        said = {name: headers.get(name) for name in EVERYWHERE}

        assert said == EVERYWHERE, address
        assert headers["Permissions-Policy"].startswith("camera=()"), address
        assert headers["Referrer-Policy"] not in {"unsafe-url", "no-referrer-when-downgrade"}
        assert headers["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}, address
        # Over http it says nothing (RFC 6797, 7.2).
        assert "Strict-Transport-Security" not in headers, address
        assert not {"X-Powered-By", "Server", "X-AspNet-Version"} & set(headers.keys()), address
        assert len(headers.getlist("Content-Security-Policy")) == 1, address


def test_every_body_says_what_it_is(blog, owner):
    for address, response in answers(blog, owner):
        kind, _, rest = response.headers.get("Content-Type", "").partition(";")
        assert kind or not response.data, address
        if kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
            assert rest.strip().lower() == "charset=utf-8", address
        if response.data.lstrip()[:9].lower() == b"<!doctype":
            assert kind == "text/html", address


def test_every_page_has_a_policy_that_names_what_it_forbids(blog, owner):
    for address, response in answers(blog, owner):
        rules = policy(response)

        assert rules["default-src"] == {"'none'"}, address
        if "sandbox" in rules:
            continue
        assert rules["object-src"] == rules["base-uri"] == {"'none'"}, address
        assert rules["form-action"] == {"'self'"}, address
        assert rules["frame-ancestors"] == {"'none'"}, address
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set().union(
            *rules.values()
        )
        if "report-uri" in rules:
            assert rules["report-uri"] == {"/csp-report"}
            # Over http browsers would send nothing there, nor to the other address.
            assert "Reporting-Endpoints" not in response.headers


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("host", "max-age=31536000"),
        ("subdomains", "max-age=31536000; includeSubDomains"),
        ("preload", "max-age=31536000; includeSubDomains; preload"),
        ("off", None),
    ],
)
def test_over_https_every_answer_says_so(settings, request, setting, said):
    settings |= {"PUBLIC_URL": "https://blog.example.com", "HSTS_FOR": setting}
    browser = request.getfixturevalue("browser")

    for address in KINDS:
        response = browser.get(address, buffered=True, base_url="https://blog.example.com")
        assert response.headers.get("Strict-Transport-Security") == said, address
    page = browser.get("/", base_url="https://blog.example.com")
    assert "upgrade-insecure-requests" in policy(page)
    assert (policy(page)["report-uri"], policy(page)["report-to"]) == ({"/csp-report"}, {"csp"})
    assert page.headers["Reporting-Endpoints"] == 'csp="/csp-report"'


def test_pictures_and_icons_stand_on_other_sites_and_nothing_else_does(blog):
    shared = {
        address
        for address, response in answers(blog)
        if response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    }

    assert shared == {"/favicon.ico", "/media/nothing"}


def test_nothing_of_authors_is_kept_by_anyone(blog, owner):
    private = ("/write", "/login", "/logout", "/invite", "/preview", "/account", "/reset")
    for address, response in answers(blog, owner):
        if address.startswith(private):
            assert response.headers["Cache-Control"] == "no-store", address


@pytest.mark.parametrize("address", PAGES)
def test_public_answers_may_be_kept_and_set_no_cookie(blog, address):
    response = blog.get(address)

    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", ["/posts/leases", "/nowhere"])
def test_the_policy_admits_exactly_what_the_page_inlines(blog, address):
    response = blog.get(address)

    admitted = policy(response)
    for kind, element in (("script-src", "script"), ("style-src", "style")):
        rules = r"(?: type=\"speculationrules\")?"
        inlined = re.findall(rf"<{element}{rules}>(.*?)</{element}>", response.text, re.DOTALL)
        assert admitted[kind] == {"'self'", *map(digest, inlined)}
    assert admitted["default-src"] == {"'none'"}
    assert admitted["base-uri"] == admitted["frame-ancestors"] == {"'none'"}
    assert not any("unsafe" in source for sources in admitted.values() for source in sources)


def test_a_page_is_the_same_bytes_for_everyone(app, blog):
    first = blog.get("/posts/leases")
    second = app.test_client().get("/posts/leases", headers={"User-Agent": "another"})

    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]


def test_a_page_that_has_not_changed_is_not_sent_again(blog):
    etag = blog.get("/posts/leases").headers["ETag"]

    again = blog.get("/posts/leases", headers={"If-None-Match": etag})
    db.session.add(Site(id=1, title="A new name"))
    db.session.commit()
    changed = blog.get("/posts/leases", headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200


def test_an_address_that_names_its_content_is_kept_for_good(blog):
    page = blog.page("/posts/leases")
    addresses = [found["src"] for found in page.find_all("script", src=True)]
    addresses += [link["href"] for link in page.find_all("link", href=True)]
    addresses = [address for address in addresses if address.startswith("/static/")]

    answers = [blog.get(address, buffered=True).headers["Cache-Control"] for address in addresses]

    assert len(answers) >= 4
    assert set(answers) == {"public, max-age=31536000, immutable"}


@pytest.mark.parametrize("address", ["js/page.js", "js/page.js?v=old", "js/page.0123456789ab.js"])
def test_an_address_that_does_not_is_asked_for_again(blog, address):
    response = blog.get(f"/static/{address}", buffered=True)

    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("address", MACHINES)
def test_machines_find_what_they_ask_for(blog, address):
    assert blog.get(address, buffered=True).status_code == 200


def test_the_manifest_names_icons_that_exist(blog):
    icons = blog.get("/site.webmanifest").json["icons"]

    found = [blog.get(icon["src"], buffered=True).mimetype for icon in icons]
    assert found == [icon["type"] for icon in icons]


def test_crawlers_are_kept_from_what_is_private(blog):
    lines = blog.get("/robots.txt").text.splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /write", "Disallow: /login"} <= set(lines)
    assert not any(line.strip() == "Disallow: /" for line in lines)
