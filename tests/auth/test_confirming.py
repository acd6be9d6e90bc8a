"""Dangerous acts ask again who it is, and lose nothing that was typed."""

import pytest
from sqlalchemy import select

from blogapp.accounts.models import AuthorSession
from blogapp.accounts.passwords import hashed
from blogapp.extensions import db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def owner(make_author, as_author, clock):
    """The owner, who proved who she is too long ago."""
    owner = as_author(make_author("Grace", role="owner", password_hash=hashed(PASSWORD)))
    forget_proof(clock)
    return owner


def forget_proof(clock):
    session = db.session.scalar(select(AuthorSession))
    session.confirmed_at = clock.moment
    db.session.commit()
    clock.advance(minutes=15)


def confirm(browser, address, password=PASSWORD):
    return browser.post(address, data={"password": password})


def test_a_page_is_shown_after_saying_again_who_one_is(owner):
    asked = owner.get("/write/settings/outside")
    assert asked.location == "/login/again?next=/write/settings/outside"
    assert owner.page(asked.location).select_one("[type=password]")

    answer = confirm(owner, asked.location)

    assert owner.get(answer.location).location == "/write/settings/outside"
    assert owner.get("/write/settings/outside").status_code == 200


def test_it_holds_for_fifteen_minutes(owner, clock):
    confirm(owner, "/login/again")

    clock.advance(minutes=14, seconds=59)
    assert owner.get("/write/settings/outside").status_code == 200
    clock.advance(seconds=1)
    assert owner.get("/write/settings/outside").location.startswith("/login/again")


def test_what_was_sent_is_offered_again(owner):
    sent = {"email": "grace@new.example", "note": "two\r\nlines <b>", "password": "a secret here"}

    asked = owner.post("/account/email", data=sent)
    answer = confirm(owner, asked.location)
    form = owner.page(answer.location).select_one("main form")

    kept = {box["name"]: box.text.removeprefix("\n") for box in form.select("textarea")}
    assert form["action"] == "/account/email"
    assert kept["email"] == "grace@new.example"
    assert kept["note"].split() == ["two", "lines", "<b>"]
    assert "password" not in kept
    assert "a secret here" not in str(form)


def test_nothing_is_done_before(owner):
    owner.post("/account/email", data={"email": "grace@new.example"})

    db.session.refresh(owner.author)
    assert owner.author.email == "grace@example.com"


def test_a_wrong_password_confirms_nothing_and_waits_in_the_end(owner):
    statuses = [confirm(owner, "/login/again", "a wrong password").status_code for _ in range(5)]

    assert statuses == [422] * 3 + [429] * 2
    assert owner.get("/write/settings/outside").location.startswith("/login/again")


def test_strangers_who_hammer_the_account_keep_nobody_from_confirming(app, owner):
    for number in range(12):
        guess = {"email": "grace@example.com", "password": "a wrong password"}
        network = {"REMOTE_ADDR": f"203.0.113.{number}"}
        app.test_client().post("/login", data=guess, environ_overrides=network)

    assert confirm(owner, "/login/again").status_code == 303


def test_the_session_gets_a_new_id_and_its_forms_stay_valid(app, owner):
    name = app.config["SESSION_COOKIE_NAME"]
    thief = app.test_client()
    thief.set_cookie(name, owner.get_cookie(name).value)
    assert thief.get("/write").status_code == 200

    confirm(owner, "/login/again")

    assert owner.get("/write").status_code == 200
    assert thief.get("/write").location.startswith("/login")


def test_somebody_else_is_offered_nothing_of_it(owner, make_author, as_author):
    asked = owner.post("/account/email", data={"email": "grace@new.example"})
    other = as_author(make_author("Eve"))

    assert other.get(asked.location).location == "/write"


def test_strangers_sign_in_first(browser):
    assert browser.get("/login/again").location.startswith("/login?next=")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere_afterwards(owner, target):
    answer = owner.post("/login/again", query_string={"next": target}, data={"password": PASSWORD})

    assert owner.get(answer.location).location == "/write"


def test_scripts_are_told_where_to_go(owner):
    answer = owner.post("/account/email", headers={"Accept": "application/json"})

    assert answer.status_code == 403
    assert answer.json["confirm"].startswith("/login/again?next=")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/write/export.zip"),
        ("POST", "/account/email"),
        ("POST", "/account/password"),
        ("POST", "/account/sessions/others/end"),
        ("GET", "/write/settings/outside"),
    ],
)
def test_dangerous_acts_ask(owner, method, path):
    assert owner.open(path, method=method).location.startswith("/login/again?next=")


class TestWithCSRF:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def test_a_form_of_another_site_is_not_kept(self, owner):
        answer = owner.post("/account/email", data={"email": "evil@example.com"})

        assert "kept" not in (answer.location or "")


class TestWithoutPasswords:
    @pytest.fixture
    def settings(self):
        return {"LOCAL_PASSWORDS": False}

    def test_one_that_is_left_proves_nothing(self, owner):
        page = owner.page("/login/again")

        assert page.select_one("[type=password]") is None
        assert confirm(owner, "/login/again").status_code == 422
        assert owner.get("/write/settings/outside").location.startswith("/login/again")
