from base64 import urlsafe_b64decode
from datetime import timedelta
from hashlib import sha256

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from blogapp.accounts.models import AuthorSession, Role
from blogapp.accounts.registering import add_author, disable
from blogapp.accounts.sessions import end_all_sessions
from blogapp.extensions import db
from blogapp.web.clock import now

PASSWORD = "correct horse battery staple"
OPEN_REDIRECTS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/%0d%0aLocation:evil",
    "/\tevil",
    "/ /evil.example",
    "javascript:alert(1)",
    "///evil.example",
    "write",
]


@pytest.fixture
def ada(app):
    author = add_author(
        name="Ada", email="Ada@Example.com", role=Role.AUTHOR, password=PASSWORD, now=now()
    )
    db.session.commit()
    return author


def sign_in(browser, email="ada@example.com", password=PASSWORD, **query):
    return browser.post("/login", data={"email": email, "password": password}, query_string=query)


def count_sessions():
    return db.session.scalar(select(func.count(AuthorSession.id)))


def test_an_author_signs_in_and_lands_on_the_dashboard(browser, ada):
    response = sign_in(browser)

    assert response.status_code == 303
    assert response.location == "/write"
    assert browser.get("/write").status_code == 200


def test_an_author_lands_where_they_were_going(browser, ada):
    assert browser.get("/write/posts?q=x").location == "/login?next=/write/posts?q%3Dx"

    assert sign_in(browser, next="/write/posts?q=x").location == "/write/posts?q=x"


@pytest.mark.parametrize("target", OPEN_REDIRECTS)
def test_nobody_is_sent_to_another_host(browser, ada, target):
    location = sign_in(browser, next=target).location

    assert location == "/write" or (location.startswith("/%") and "evil" in location)


def test_every_known_open_redirect_stays_here(browser, ada, shared):
    targets = (shared / "kits/http/open_redirect.txt").read_text(errors="replace").splitlines()
    assert targets

    sign_in(browser)
    for target in targets:
        location = browser.get("/login", query_string={"next": target}).location
        assert location.startswith("/"), target
        assert not location.startswith(("//", "/\\")), target


def test_wrong_password_and_unknown_address_look_the_same(browser, ada):
    wrong = sign_in(browser, password="not the password at all")
    unknown = sign_in(browser, email="eve@example.com")

    assert wrong.status_code == unknown.status_code == 422
    assert "That email and password do not match." in wrong.text
    assert wrong.text.replace("ada@example.com", "") == unknown.text.replace("eve@example.com", "")


def test_guessing_is_slowed_down(browser, ada, clock):
    for _ in range(3):
        assert sign_in(browser, password="a wrong password").status_code == 422

    response = sign_in(browser)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "2"
    assert "You can try again in 2 seconds." in response.text
    clock.advance(seconds=2)
    assert sign_in(browser).status_code == 303


def test_a_disabled_author_cannot_sign_in(browser, ada):
    disable(ada, now=now())
    db.session.commit()

    assert sign_in(browser).status_code == 422


def test_disabling_ends_the_sessions(browser, ada):
    sign_in(browser)

    disable(ada, now=now())
    db.session.commit()

    assert browser.get("/write").location.startswith("/login")


def test_signing_out_ends_the_session_on_the_server(app, browser, ada):
    sign_in(browser)
    thief = app.test_client()
    name = app.config["SESSION_COOKIE_NAME"]
    thief.set_cookie(name, browser.get_cookie(name).value)
    assert thief.get("/write").status_code == 200

    browser.post("/logout")

    assert thief.get("/write").location.startswith("/login")
    assert count_sessions() == 0


def test_signing_out_leaves_no_cookie_behind(app, browser, ada):
    sign_in(browser)

    browser.get("/logout")
    response = browser.post("/logout")

    assert browser.get_cookie(app.config["SESSION_COOKIE_NAME"]) is None
    assert len(response.headers.getlist("Set-Cookie")) == 1


def test_signing_out_clears_the_browser_where_it_is_another_s(browser, ada):
    sign_in(browser)
    assert browser.post("/logout").headers["Clear-Site-Data"] == '"cache"'

    sign_in(browser)
    response = browser.post("/logout", data={"forget": "on"})

    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_cookies_and_forms_are_signed_by_a_hash_that_is_approved(app, browser, ada):
    sign_in(browser)

    value = browser.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    assert len(urlsafe_b64decode(value.rpartition(".")[2] + "=")) == sha256().digest_size
    signer = URLSafeTimedSerializer("k").make_signer()
    assert signer.digest_method is sha256


@pytest.mark.parametrize("address", ["/", "/feed.xml", "/tags", "/robots.txt", "/nowhere"])
def test_public_pages_set_no_cookie_for_an_author_either(browser, ada, address):
    sign_in(browser)

    response = browser.get(address)

    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_cookie_is_prolonged_with_its_session(browser, ada, clock):
    sign_in(browser)
    browser.get("/write")  # its forms get their token, which is kept in the cookie too

    answers = [browser.get("/write")]
    clock.advance(hours=2)
    answers += [browser.get("/write"), browser.get("/write")]

    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, True, False]


def test_ending_a_session_ends_it_whatever_cookie_is_kept(browser, ada):
    sign_in(browser)

    end_all_sessions(ada)
    db.session.commit()

    assert browser.get("/write").location.startswith("/login")


def test_signing_in_again_replaces_the_session(browser, ada):
    sign_in(browser)
    sign_in(browser)

    assert count_sessions() == 1


def test_a_session_ends_after_two_weeks_without_use(browser, ada, clock):
    sign_in(browser)

    clock.advance(days=14)

    assert browser.get("/write").location.startswith("/login")


def test_a_session_in_use_goes_on(browser, ada, clock):
    sign_in(browser)

    for _ in range(6):
        clock.advance(days=13)
        assert browser.get("/write").status_code == 200


def test_a_session_in_use_ends_all_the_same_after_three_months(browser, ada, clock):
    sign_in(browser)
    for _ in range(6):
        clock.advance(days=13)
        browser.get("/write")

    clock.advance(days=12)

    assert browser.get("/write").location.startswith("/login")


def test_passwords_are_hidden_and_filled_in_by_managers(browser, ada):
    field = browser.page("/login").select_one("input[name=password]")

    assert field.get("type") == "password"
    assert field.get("autocomplete") == "current-password"
    assert {"onpaste", "maxlength", "pattern"}.isdisjoint(field.attrs)


def test_missing_fields_are_named_beside_them(browser):
    response = browser.post("/login", data={})

    assert response.status_code == 422
    assert 'aria-describedby="email-errors"' in response.text


def test_no_answer_here_is_kept_by_anyone(browser):
    assert browser.get("/login").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("value", ["\0", "\ud800", "x" * 5000, "a@b\r\nSet-Cookie: x"])
def test_odd_input_is_only_wrong(browser, ada, value):
    email = value.encode("utf-8", "surrogatepass")

    response = browser.post("/login", data={"email": email, "password": email})

    assert response.status_code in {400, 422}


class TestWithCSRF:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def test_a_form_from_elsewhere_is_refused(self, browser, ada):
        assert sign_in(browser).status_code in {400, 422}
        assert count_sessions() == 0

    def test_the_page_s_own_form_works(self, browser, ada):
        form = browser.page("/login").select_one("main form")
        token = form.select_one("[name=csrf_token]")["value"]

        response = browser.post(
            "/login",
            data={"email": "ada@example.com", "password": PASSWORD, "csrf_token": token},
        )

        assert response.status_code == 303


class TestOverHttps:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog"}

    def test_the_cookie_is_bound_to_the_host(self, browser, ada):
        response = browser.post(
            "/eng/blog/login",
            data={"email": "ada@example.com", "password": PASSWORD},
            base_url="https://example.com",
        )

        cookies = sorted(response.headers.getlist("Set-Cookie"))
        assert [cookie.partition("=")[0] for cookie in cookies] == [
            "__Host-device",
            "__Host-session",
        ]
        for cookie in cookies:
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert response.location == "/eng/blog/write"

    def test_another_host_name_is_refused(self, browser):
        response = browser.get("/eng/blog/login", base_url="https://evil.example")

        assert response.status_code == 400


class TestOverHttpsWithCSRF:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog", "WTF_CSRF_ENABLED": True}

    def test_the_page_s_own_form_works_where_browsers_send_no_referer(self, browser, ada):
        page = browser.page("/eng/blog/login", base_url="https://example.com")
        token = page.select_one("form:has([name=password]) [name=csrf_token]")["value"]

        response = browser.post(
            "/eng/blog/login",
            data={"email": "ada@example.com", "password": PASSWORD, "csrf_token": token},
            base_url="https://example.com",
        )

        assert response.location == "/eng/blog/write"


def test_sessions_last_as_long_as_they_say(browser, ada, clock):
    sign_in(browser)

    session = db.session.scalar(select(AuthorSession))

    assert session.expires_at - session.created_at == timedelta(days=14)
    assert session.ends_at - session.created_at == timedelta(days=90)


def test_a_question_for_the_head_alone_signs_nobody_out(author):
    assert author.head("/logout").status_code == 200

    assert author.get("/write").status_code == 200


def test_a_question_for_the_head_alone_counts_no_try(browser, author):
    assert browser.head("/login").status_code == 200
    assert author.head("/login").status_code == 303
