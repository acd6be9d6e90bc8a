"""What every public address promises, whatever it shows: any cache may keep it."""

import io
import re
from urllib.parse import urlsplit

import pytest
from flask.sessions import SecureCookieSessionInterface
from PIL import Image

from blogapp.extensions import db
from blogapp.media.storing import store_image
from blogapp.posts.models import Redirect
from blogapp.posts.reading import find_for_card
from blogapp.site.models import Site
from blogapp.web.cards import card_of, card_of_site
from blogapp.web.icons import present_digest
from tests.conftest import JANUARY

# What it holds is the same whichever database stands behind it.

KEPT = "public, no-cache"
# What is not a page says itself how long it may be kept.
OWN_CACHE_CONTROL = {
    "public.healthz": "no-store",
    "public.readyz": "no-store",
    "public.favicon": "public, max-age=86400",
    "public.touch_icon": "public, max-age=86400",
    "public.media": "public, max-age=31536000, immutable",
    "public.post_card": "public, max-age=31536000, immutable",
    "public.site_card": "public, max-age=31536000, immutable",
    "public.icon": "public, max-age=31536000, immutable",
}
# Addresses of another spelling, which only ever lead on.
SPELLINGS = {"public.post_with_slash"}
# Kept by nobody: for those alone who hold the link, or the token.
PRIVATE = {"public.preview", "public.metrics"}
MISSING = ["/nowhere", "/posts/nowhere", "/tags/nowhere", "/?page=99", "/archive/1999"]
MALFORMED = ["/?page=0", "/?page=x", "/?after=x", "/?match=x", "/?year=99999", "/feed.xml?limit=x"]
NOT_CANONICAL = {
    "/?match=all": "/",
    "/?sort=newest": "/",
    "/?page=1": "/",
    "/?through=1": "/",
    "/?view=cards": "/",
    "/?unknown=1": "/",
    "/?tag=": "/",
    "/?q=lease&tag=postgres": "/?tag=postgres&q=lease",
    "/?tag=postgres&tag=cpp": "/?tag=cpp&tag=postgres",
    "/?tag=POSTGRES&tag=postgres": "/?tag=postgres",
    "/tags/": "/tags",
    "/tags?page=1": "/tags",
    "/tags/Postgres": "/tags/postgres",
    "/tags/postgres/": "/tags/postgres",
    "/tags/postgres?page=1": "/tags/postgres",
    "/domains/databases/": "/domains/databases",
    "/archive/": "/archive",
    "/archive/2026/": "/archive/2026",
    "/archive/2026/1/?match=all": "/archive/2026/1",
    "/posts/A-Lease": "/posts/a-lease",
    "/posts/a-lease/": "/posts/a-lease",
    "/posts/old-lease": "/posts/a-lease",
    "/feed.xml/": "/feed.xml",
    "/feed.xml?unknown=1": "/feed.xml",
    "/feed.json?limit=20": "/feed.json",
    "/rss.xml?limit=3&tag=postgres": "/rss.xml?tag=postgres&limit=3",
    "/sitemap.xml/": "/sitemap.xml",
}


@pytest.fixture
def under_a_path(settings):
    settings["PUBLIC_URL"] = "http://localhost/eng/blog"
    return "/eng/blog"


@pytest.fixture
def addresses(app, make_author, make_post):
    """Every public address by the name of its endpoint, on a blog that has something at each."""
    ada = make_author("Ada Lovelace")
    post = make_post(
        "A lease",
        body="![A square](square.png)\n\n## A heading\n\nAbout a lease.\n\n```python\nx = 1\n```",
        tags=["Postgres", "C++"],
        domain="Databases",
        series="Leases",
        authors=[ada],
    )
    db.session.add(Redirect(path="/posts/old-lease", post_id=post.id, created_at=JANUARY))
    make_post("Another", tags=["Postgres"], domain="Networking", series="Leases", authors=[ada])
    make_post("Taken down", withdrawn_at=JANUARY)
    make_post("About", is_page=True)
    make_post("Licence", body="```\nFree.\n```", is_page=True)
    picture = store_image(png(), "square.png", store=app.extensions["media"], now=JANUARY)
    db.session.add(Site(id=1, title="Plumbline", logo=picture))
    db.session.commit()
    (app.config["INSTANCE"] / "security.txt").write_text("Contact: mailto:a@example.com\n")

    values = {
        "public.post": {"slug": "a-lease"},
        "public.post_markdown": {"slug": "a-lease"},
        "public.post_code": {"slug": "a-lease", "number": 1, "name": "code-1.py"},
        "public.page": {"slug": "licence"},
        "public.page_markdown": {"slug": "licence"},
        "public.page_code": {"slug": "licence", "number": 1, "name": "code-1.txt"},
        "public.tag": {"slug": "postgres"},
        "public.domain": {"slug": "databases"},
        "public.series": {"slug": "leases"},
        "public.author": {"slug": "ada-lovelace"},
        "public.year": {"year": 2026},
        "public.month": {"year": 2026, "month": 1},
        "public.media": {"key": picture.key},
        "public.sitemap_part": {"number": 1},
        "static": {"filename": "css/fonts.css"},
    }
    with app.test_request_context():
        card = card_of(find_for_card(post.id))
        values["public.post_card"] = {"id": post.id, "digest": card.digest}
        values["public.site_card"] = {"digest": card_of_site().digest}
        values["public.icon"] = {"digest": present_digest(), "name": "icon-192.png"}
        return {
            rule.endpoint: app.url_for(rule.endpoint, **values.get(rule.endpoint, {}))
            for rule in app.url_map.iter_rules()
            if rule.endpoint.partition(".")[0] in {"public", "static"}
            and rule.endpoint not in SPELLINGS | PRIVATE
            and "GET" in rule.methods
        }


def png():
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "navy").save(file, "PNG")
    return file.getvalue()


def pages(browser, addresses):
    """The addresses that answer with a page for people."""
    return {
        endpoint: address
        for endpoint, address in addresses.items()
        if ask(browser, address).mimetype == "text/html"
    }


def sources(response):
    """The Content-Security-Policy of an answer, by directive."""
    policy = response.headers["Content-Security-Policy"]
    directives = (directive.split() for directive in policy.split(";") if directive.strip())
    return {name: values for name, *values in directives}


def test_every_public_address_answers(browser, addresses):
    for address in addresses.values():
        assert ask(browser, address).status_code == 200, address


def test_no_public_answer_sets_a_cookie_or_depends_on_one(browser, addresses):
    for address in [*addresses.values(), *NOT_CANONICAL, *MISSING, *MALFORMED]:
        response = ask(browser, address)

        assert "Set-Cookie" not in response.headers, address
        varies = {name.lower() for name in response.vary}
        assert varies <= {"accept", "accept-encoding"}, address


def test_public_answers_are_the_same_bytes_for_everyone(browser, owner, addresses):
    for address in [*addresses.values(), *MISSING, *MALFORMED]:
        for_strangers, for_the_owner = ask(browser, address), ask(owner, address)

        assert for_strangers.data == for_the_owner.data, address
        assert same_but_clock(for_strangers, for_the_owner), address


def test_public_answers_never_look_at_the_session(app, owner, addresses):
    looked = []

    class Watched(SecureCookieSessionInterface):
        def save_session(self, app, session, response):
            looked.append(session.accessed)

    app.session_interface = Watched()
    for address in [*addresses.values(), *NOT_CANONICAL, *MISSING, *MALFORMED]:
        looked.clear()
        ask(owner, address)
        assert looked == [False], address

    owner.get("/logout")
    assert looked[-1] is True


def test_public_answers_say_what_may_run_in_them(browser, addresses):
    for address in [*addresses.values(), *NOT_CANONICAL, *MISSING, *MALFORMED]:
        response = ask(browser, address)
        policy = sources(response)

        assert policy["default-src"] == ["'none'"], address
        allowed = {source for values in policy.values() for source in values}
        assert not allowed & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}, address
        assert not any("nonce" in source for source in allowed), address
        assert response.headers["X-Content-Type-Options"] == "nosniff", address


def test_pages_admit_nothing_but_their_own_files_and_hashes(browser, addresses):
    for address in pages(browser, addresses).values():
        policy = sources(ask(browser, address))

        for source in policy["script-src"] + policy["style-src"]:
            assert re.fullmatch(r"'self'|'sha256-[\w+/]+={0,2}'", source), address
        assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"], address
        assert policy["form-action"] == policy["connect-src"] == ["'self'"], address


def test_every_cache_may_keep_a_public_answer_and_asks_again(browser, addresses):
    for endpoint, address in addresses.items():
        response = ask(browser, address)

        expected = OWN_CACHE_CONTROL.get(endpoint, KEPT)
        if endpoint == "static":
            expected = "no-cache"
        assert directives(response) == set(expected.split(", ")), address


def test_files_whose_address_holds_their_content_are_kept_for_good(browser, addresses):
    page = browser.page("/")
    named = [link["href"] for link in page.find_all("link", href=True)]
    named += [script["src"] for script in page.find_all("script", src=True)]
    named = [address for address in named if address.startswith("/static/")]

    assert len(named) >= 3
    for address in named:
        response = ask(browser, address)
        assert directives(response) == {"public", "max-age=31536000", "immutable"}, address


def test_head_answers_like_get_without_a_body(browser, addresses):
    for address in [*addresses.values(), *NOT_CANONICAL, *MISSING, *MALFORMED]:
        head, get = browser.head(address, buffered=True), ask(browser, address)

        assert head.status == get.status, address
        assert head.data == b"", address
        assert same_but_clock(head, get), address


def test_unchanged_pages_are_not_sent_again(browser, addresses):
    for endpoint, address in addresses.items():
        if OWN_CACHE_CONTROL.get(endpoint) == "no-store":
            continue
        whole = ask(browser, address)
        again = ask(browser, address, headers={"If-None-Match": whole.headers["ETag"]})

        assert again.status_code == 304, address
        assert again.data == b"", address
        for name in ("ETag", "Cache-Control"):
            assert again.headers[name] == whole.headers[name], address
        stale = ask(browser, address, headers={"If-None-Match": '"another"'})
        assert stale.status_code == 200, address


def test_a_change_is_sent(browser, addresses, make_post):
    listing, feed = browser.get("/"), browser.get("/feed.xml")

    make_post("News")

    for address, old in {"/": listing, "/feed.xml": feed}.items():
        response = ask(browser, address, headers={"If-None-Match": old.headers["ETag"]})
        assert response.status_code == 200, address
        assert "News" in response.text, address


@pytest.mark.parametrize("address", NOT_CANONICAL)
def test_another_spelling_leads_to_the_one_address_at_once(browser, addresses, address):
    response = ask(browser, address)

    assert response.status_code == 301
    assert local(response.location) == NOT_CANONICAL[address]
    assert response.headers["Cache-Control"] == "no-cache"
    assert ask(browser, response.location).status_code == 200


def test_the_one_address_stands_under_the_base_path_too(under_a_path, browser, addresses):
    for address, canonical in NOT_CANONICAL.items():
        response = ask(browser, f"{under_a_path}{address}")

        assert response.status_code == 301, address
        assert local(response.location) == f"{under_a_path}{canonical}"


def test_addresses_hold_letters_of_any_language(browser, make_author, make_post):
    author = make_author("Фёдор", email="fyodor@example.com")
    around = {"tags": ["Système"], "domain": "Système", "series": "Système"}
    make_post("Кэш", slug="Кэш-é", authors=[author], **around)
    links = [link["href"] for link in browser.page("/").select(".post-card a[href]")]

    assert len(links) >= 3
    for address in [*links, "/posts/Кэш-é", "/posts/Кэш-é.md"]:
        assert ask(browser, address).status_code == 200, address
    moved = ask(browser, "/posts/кэш-É/")
    assert moved.status_code == 301
    assert ask(browser, moved.location).status_code == 200


@pytest.mark.parametrize("address", MISSING)
def test_what_is_not_there_answers_404(browser, addresses, address):
    assert ask(browser, address).status_code == 404


@pytest.mark.parametrize("address", MALFORMED)
def test_what_makes_no_sense_answers_400(browser, addresses, address):
    assert ask(browser, address).status_code == 400


def test_what_was_taken_down_answers_410(browser, addresses):
    assert browser.get("/posts/taken-down").status_code == 410


def test_a_fragment_that_is_none_answers_404(browser, addresses):
    for address in pages(browser, addresses).values():
        for name in ("nothing", "", "css", "main", "../base", "Results"):
            response = ask(browser, address, query_string={"fragment": name})
            assert response.status_code == 404, (address, name)


def test_public_addresses_take_no_posts(browser, addresses):
    for address in addresses.values():
        assert browser.post(address, buffered=True).status_code == 405, address


def ask(browser, address, **kwargs):
    # Read to its end, so that no file stays open.
    return browser.get(address, buffered=True, **kwargs)


def directives(response):
    return set(response.headers["Cache-Control"].split(", "))


def local(location):
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def same_but_clock(one, other):
    """Whether two answers have the same headers, but for those that tell when they were sent."""
    own = {"Date": "", "Expires": "", "X-Request-ID": ""}
    told = [{**response.headers, **own} for response in (one, other)]
    return told[0] == told[1]
