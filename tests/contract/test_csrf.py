"""No other site changes anything in the name of who is signed in here; reading changes nothing."""

import re

import pytest
from sqlalchemy import event

from blogapp.extensions import db
from blogapp.web.cross_site import OPEN
from tests.conftest import JANUARY

# What reads (RFC 9110, 9.2.1).
SAFE = {"GET", "HEAD", "OPTIONS"}
ELSEWHERE = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
]
NEARLY_HERE = [
    {"Origin": "http://127.0.0.1.elsewhere.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none", "Origin": "https://elsewhere.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
]
HERE = [
    {},
    {"Origin": "http://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin"},
]
CHANGES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|REPLACE)\b", re.IGNORECASE)


@pytest.fixture
def settings():
    return {"WTF_CSRF_ENABLED": True}


def changing(app):
    """Every rule of the blog with every method by which it changes something."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - SAFE):
            yield rule, method


def address(rule):
    values = {
        name: "x" if name in {"token", "key", "name", "slug", "path", "filename"} else 1
        for name in rule.arguments
    }
    return rule.build(values)[1]


# What may be written: who was here and took what along, what was asked for in vain, and work for
# later; a step of signing in that is begun. The editor lays its working copy out, with nothing in
# it that is not in the post; a lock is taken by changing no row.
NOTED = re.compile(
    r"UPDATE author_sessions|UPDATE authors SET last_seen_at=[^,]+ WHERE|INSERT INTO drafts|"
    r"(?:INSERT INTO|UPDATE) missing_paths|INSERT INTO (?:audit_events|jobs)|.* WHERE 0$|"
    r"(?:INSERT INTO|DELETE FROM) sign_in_steps"
)


def written(statements):
    changes = (statement for statement in statements if CHANGES.match(statement))
    return [statement for statement in changes if not NOTED.match(statement)]


@pytest.fixture
def statements(app, unkept):
    seen = []

    def record(conn, cursor, statement, *args):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", record)
    yield seen
    event.remove(db.engine, "before_cursor_execute", record)


def test_no_change_is_made_for_another_site(app, owner, make_post, statements):
    make_post("Shards")
    token = owner.get("/write/session").json["csrf"]
    tried = 0

    for rule, method in changing(app):
        if rule.endpoint in OPEN:
            continue
        for headers in ELSEWHERE:
            statements.clear()
            data = {"csrf_token": token}
            response = owner.open(
                address(rule), method=method, data=data, headers=headers | {"X-CSRFToken": token}
            )
            assert response.status_code == 403, (rule, method, headers)
            assert written(statements) == [], (rule, method, headers)
            tried += 1

    assert tried > 150


def test_no_change_is_made_without_a_token(app, owner, make_post, statements):
    make_post("Shards")
    tried = 0

    for rule, method in changing(app):
        if rule.endpoint in OPEN:
            continue
        statements.clear()
        response = owner.open(address(rule), method=method, data={"title": "x"})
        # A button leads back to its page, which says so.
        assert response.status_code in {303, 400, 404, 405, 409, 413, 415, 422}, (rule, method)
        assert written(statements) == [], (rule, method)
        tried += 1

    assert tried > 50


@pytest.mark.parametrize("headers", NEARLY_HERE)
def test_what_only_looks_like_our_own_page_is_not(owner, headers):
    token = owner.get("/write/session").json["csrf"]

    response = owner.post("/logout", data={"csrf_token": token}, headers=headers)

    assert response.status_code == 403
    assert owner.get("/write").status_code == 200


@pytest.mark.parametrize("headers", HERE)
def test_our_own_pages_may_ask_for_a_change(owner, headers):
    token = owner.get("/write/session").json["csrf"]

    response = owner.post("/logout", data={"csrf_token": token}, headers=headers)

    assert response.status_code == 303


def test_over_https_a_form_is_taken_that_names_no_page(settings, request):
    settings["PUBLIC_URL"] = "https://blog.example.com"
    browser = request.getfixturevalue("browser")
    here = {"base_url": "https://blog.example.com"}
    page = browser.get("/login", **here)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    typed = {"csrf_token": token, "email": "ada@example.com", "password": "wrong"}

    own = browser.post("/login", data=typed, headers={"Origin": "https://blog.example.com"}, **here)
    plain = browser.post(
        "/login", data=typed, headers={"Origin": "http://blog.example.com"}, **here
    )

    assert page.headers["Referrer-Policy"] == "same-origin"
    assert (own.status_code, plain.status_code) == (422, 403)


def test_who_comes_from_elsewhere_is_told(owner):
    answer = owner.post("/logout", headers={"Origin": "https://elsewhere.example"})

    assert "This came from another site" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_reading_changes_nothing(app, owner, make_post, statements):
    post = make_post("Shards", tags=["db"], domain="Storage", series="Disks")
    make_post("Draft", published_at=None)
    app.extensions["tally"].flush()
    tried = 0

    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods:
            continue
        for given in ({}, {"post": post.id, "confirm": "1", "delete": "1", "keep": "1"}):
            statements.clear()
            answer = owner.get(address(rule), query_string=given, buffered=True)
            assert written(statements) == [], (rule, given)
            if "Set-Cookie" in answer.headers:
                assert answer.headers["Cache-Control"] == "no-store", rule
            tried += 1

    assert tried > 100
    assert post.published_at == JANUARY


def test_signing_out_is_no_link(owner):
    owner.get("/logout")

    assert owner.get("/write").status_code == 200
