import logging

import pytest
from flask import abort
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.site.models import Site
from blogapp.web.filters import current_site
from tests.conftest import JANUARY, parse

# What it holds is the same whichever database stands behind it.

EXPLAINED = (400, 403, 404, 405, 410, 413, 429, 500, 503)


@pytest.fixture
def app(app):
    """The blog with pages that fail in every way; a bug is answered, not raised."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/fail/<int:status>", "fail", lambda status: abort(status))
    app.add_url_rule("/bug", "bug", bug)
    app.add_url_rule("/lost", "lost", lose_the_database)
    return app


@pytest.fixture
def broken_database(app, monkeypatch):
    """From now on every statement fails."""
    monkeypatch.setattr(db.session, "get", lose_the_database)
    monkeypatch.setattr(db.session, "scalar", lose_the_database)
    monkeypatch.setattr(db.session, "scalars", lose_the_database)
    monkeypatch.setattr(db.session, "execute", lose_the_database)


def bug():
    raise RuntimeError("the secret is swordfish")


def lose_the_database(*args, **kwargs):
    raise OperationalError("SELECT secret FROM vault", {}, Exception("host db.internal is down"))


@pytest.mark.parametrize("status", EXPLAINED)
def test_every_error_is_a_page_that_leads_on(browser, status):
    db.session.add(Site(id=1, title="Plumbline"))
    db.session.commit()

    page = browser.page(f"/fail/{status}", status=status)

    assert page.title.get_text().endswith("· Plumbline")
    assert page.select_one(".error__status").get_text() == f"Error {status}"
    assert len(page.select_one(".error__text").get_text()) > 20
    assert page.select_one('main a[href="/"]')


def test_an_error_page_shows_the_logo_that_was_read_before_the_database_was_lost(
    app, browser, monkeypatch
):
    logo = Media(
        sha256="0" * 64,
        key="0123456789abcdef/logo.png",
        name="logo.png",
        content_type="image/png",
        size=9,
        width=40,
        height=40,
        created_at=JANUARY,
    )
    db.session.add(Site(id=1, title="Plumbline", logo=logo))
    db.session.commit()

    @app.get("/lost-on-the-way")
    def lose():
        current_site()
        monkeypatch.setattr(Connection, "execute", lose_the_database)
        lose_the_database()

    page = browser.page("/lost-on-the-way", status=503)

    assert page.select_one('link[rel="apple-touch-icon"]')["href"].startswith("/media/icons/")


def test_an_unexplained_error_has_its_own_name(browser):
    page = browser.page("/fail/418", status=418)

    assert page.h1.get_text() == "I'm a teapot"


def test_a_bug_is_written_down_once_and_not_told(browser, caplog):
    with caplog.at_level(logging.ERROR):
        response = browser.get("/bug")

    assert response.status_code == 500
    assert "swordfish" not in response.text
    assert [bool(record.exc_info) for record in caplog.records] == [True]
    assert "swordfish" in caplog.text


@pytest.mark.usefixtures("broken_database")
@pytest.mark.parametrize("address", ["/lost", "/posts/any", "/feed.xml", "/bug"])
def test_the_error_page_needs_no_database(browser, address, caplog):
    response = browser.get(address)

    is_bug = address == "/bug"
    assert response.status_code == (500 if is_bug else 503)
    said = "Something broke here" if is_bug else "The blog cannot reach its database"
    assert said in response.text
    assert "vault" not in response.text
    assert "db.internal" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("broken_database")
def test_an_unknown_address_is_unknown_without_a_database_too(browser):
    assert browser.get("/nowhere").status_code == 404


def test_what_a_failed_request_had_begun_is_undone(app, browser):
    def begin():
        db.session.add(Site(id=1, title="Half done"))
        db.session.flush()
        abort(403)

    app.add_url_rule("/begin", "begin", begin)

    browser.page("/begin", status=403)

    db.session.commit()
    assert db.session.get(Site, 1) is None


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/fail/404?fragment=posts&tag=a&tag=b"},
        {"path": "/fail/404?tag=a&tag=b", "headers": {"HX-Request-Type": "partial"}},
    ],
    ids=["by address", "by header"],
)
def test_a_fragment_gets_an_error_that_fits(browser, request_):
    response = browser.get(**request_)

    page = browser.page(status=404, url=request_["path"], headers=request_.get("headers"))
    assert response.status_code == 404
    assert "<html" not in response.text
    assert page.select_one("[role=alert]")
    assert page.a["href"] == "/fail/404?tag=a&tag=b"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_strange_host_gets_a_page_without_its_name(browser):
    response = browser.get("/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert "This address does not make sense" in response.text
    assert "evil.example" not in response.text


class TestWithTokensInForms:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def test_a_form_without_its_token_says_how_to_go_on(self, browser):
        page = parse(browser.post("/login", data={"email": "a@example.com"}).text)

        assert page.h1.get_text() == "This form has expired"


def test_a_wrong_method_names_the_right_ones(browser):
    response = browser.post("/feed.xml")

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    "address", ["/nowhere", "/posts/none", "/a/b/c", "/%ff", "/posts/%F0%9F%98%80"]
)
def test_an_unknown_address_is_not_found(browser, address):
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/posts/a%00b", "/%00", "/feed.xml?x=%00"])
def test_an_address_with_a_nul_is_malformed(browser, address):
    assert browser.get(address).status_code == 400


def test_an_address_cannot_write_the_error_page(browser):
    page = browser.page("/fail/500?x=<script>y</script>&<b>=1", status=500)

    assert page.select("main script, main b") == []
    assert page.select_one("main a")["href"].startswith("/fail/500?x=")
