"""Every answer says what may run in it, who may keep it, and nothing about the reader."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site

# What it holds is the same whichever database stands behind it.
pytestmark = pytest.mark.sqlite

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
