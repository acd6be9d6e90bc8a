from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pyotp
import pytest
from sqlalchemy import select

from blogapp.accounts import recovery, totp
from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.factor_models import CodeApp
from blogapp.accounts.models import AuthorSession
from blogapp.accounts.passwords import hashed
from blogapp.accounts.registering import set_password
from blogapp.accounts.sealing import seal
from blogapp.extensions import db
from blogapp.mailing.delivering import MailServer
from blogapp.mailing.models import Message
from blogapp.web.mailing import unsealed
from tests.conftest import JANUARY

PASSWORD = "a password of good length"
HASH = hashed(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def ada(make_author, config):
    """Signs in with a password and an app."""
    ada = make_author(password_hash=HASH)
    sealed = seal(SECRET, config.SECRET_KEY, totp.PURPOSE)
    db.session.add(CodeApp(author_id=ada.id, secret=sealed, last_step=0, created_at=JANUARY))
    db.session.commit()
    return ada


@pytest.fixture
def code(clock):
    """What the app shows: `code()` now, `code(-30)` half a minute ago."""
    return lambda seconds=0: pyotp.TOTP(SECRET).at(clock.moment + timedelta(seconds=seconds))


def give_password(browser, author, goal="/write/posts"):
    data = {"email": author.email, "password": PASSWORD}
    return browser.post(f"/login?next={goal}", data=data)


def give_code(browser, code, goal="/write/posts"):
    return browser.post(f"/login/step?next={goal}", data={"code": code})


def is_in(browser):
    return browser.get("/write/posts").status_code == 200


def test_a_password_alone_does_not_let_in_and_the_code_does(browser, ada, code):
    step = give_password(browser, ada)
    page = browser.page(step.location)
    was_in = is_in(browser)
    answer = give_code(browser, code())

    assert step.status_code == 303
    assert page.select_one("input[autocomplete=one-time-code][inputmode=numeric]")
    assert not was_in
    assert answer.location == "/write/posts"
    assert is_in(browser)
    assert db.session.scalar(select(AuthorSession.method)) == "password+totp"


@pytest.mark.parametrize("seconds", [-30, 30])
def test_clocks_may_differ_by_a_step_and_people_type_as_it_is_shown(browser, ada, code, seconds):
    give_password(browser, ada)
    shown = code(seconds)

    assert give_code(browser, f" {shown[:3]} {shown[3:]}").status_code == 303
    assert is_in(browser)


def test_what_is_no_code_lets_nobody_in(browser, ada, code):
    give_password(browser, ada)
    wrong = [
        "000000",
        "",
        "12345",
        "1234567",
        "abcdef",
        "１２３４５６",
        "0" * 10_000,
        "\0",
        "é" * 10,
    ]
    for typed in [*wrong, code(-61), code(61)]:
        answer = give_code(browser, typed)

        assert answer.status_code in (422, 429), typed[:20]
        assert 'role="alert"' in answer.text or "field__errors" in answer.text
    assert not is_in(browser)


@pytest.mark.parametrize("seconds", [-61, 61])
def test_a_code_of_two_steps_away_is_wrong(browser, ada, code, seconds):
    give_password(browser, ada)

    assert give_code(browser, code(seconds)).status_code == 422


def test_a_code_works_once_and_none_before_it_afterwards(app, browser, ada, code):
    give_password(browser, ada)
    give_code(browser, code())
    other = app.test_client()
    give_password(other, ada)

    again, earlier = give_code(other, code()), give_code(other, code(-30))

    assert again.status_code == earlier.status_code == 422
    assert not is_in(other)


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_requests_with_one_code_at_once_one_gets_in(app, ada, clock, code, kind):
    spare = recovery.make_codes(ada, now=clock.moment)[0]
    db.session.commit()
    id, shown, key = ada.id, code(), app.config["SECRET_KEY"]
    ready = Barrier(2)

    def try_it(_number):
        with app.app_context():
            author = db.session.get(type(ada), id)
            kept = db.session.get(CodeApp, id)
            ready.wait()
            if kind == "app":
                taken = totp.take_code(kept, shown, key=key, now=clock.moment)
            else:
                taken = recovery.spend_code(author, spare, now=clock.moment)
            db.session.commit()
            return taken

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(try_it, range(2)))

    assert sorted(taken) == [False, True]


def test_guessing_codes_is_slowed_down_and_ends_by_itself(browser, ada, code, clock):
    give_password(browser, ada)
    answers = [give_code(browser, "000000") for _ in range(4)]
    slowed = give_code(browser, code())
    clock.advance(seconds=61)

    late = give_code(browser, code())

    assert 429 in [answer.status_code for answer in answers]
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert late.status_code == 303


def test_the_step_is_over_after_minutes_and_then_begins_anew(browser, ada, code, clock):
    give_password(browser, ada)
    clock.advance(minutes=11)

    answer = give_code(browser, code())

    assert answer.location == "/login?next=/write/posts"
    assert not is_in(browser)


def test_nobody_comes_to_the_step_without_the_password(browser, ada, code):
    assert browser.get("/login/step").location == "/login"
    assert give_code(browser, code()).location == "/login?next=/write/posts"


def test_who_is_disabled_between_the_steps_stays_outside(browser, ada, code, clock):
    give_password(browser, ada)
    ada.disabled_at = clock.moment
    db.session.commit()

    give_code(browser, code())

    assert not is_in(browser)


class TestRecoveryCodes:
    @pytest.fixture
    def settings(self):
        return {"MAIL": MailServer.parse("smtp://127.0.0.1:1?from=blog@example.com")}

    @pytest.fixture
    def codes(self, ada, clock):
        codes = recovery.make_codes(ada, now=clock.moment)
        db.session.commit()
        return codes

    def test_one_lets_in_once_and_says_so_by_mail(self, app, browser, ada, codes):
        give_password(browser, ada)
        answer = give_code(browser, f" {codes[3].upper().replace('-', ' ')} ")
        told = browser.page("/write/posts").get_text(" ", strip=True)
        other = app.test_client()
        give_password(other, ada)
        again = give_code(other, codes[3])

        assert answer.status_code == 303
        assert "9 are left" in told
        assert again.status_code == 422
        assert db.session.scalar(select(AuthorSession.method)) == "recovery"
        assert "recovery.used" in db.session.scalars(select(AuditEvent.act)).all()
        mails = [unsealed(row.content) for row in db.session.scalars(select(Message))]
        assert any("recovery code was used" in mail for mail in mails)

    def test_nobody_can_read_them_in_the_database(self, codes):
        kept = db.session.execute(select(recovery.RecoveryCode.code_hash)).scalars().all()

        assert len(set(kept)) == len(codes) == 10
        assert not any(code.replace("-", "") in "".join(kept) for code in codes)

    def test_codes_of_somebody_else_are_of_no_use(self, browser, ada, make_author, clock):
        others = recovery.make_codes(make_author("Other"), now=clock.moment)
        db.session.commit()
        give_password(browser, ada)

        assert give_code(browser, others[0]).status_code == 422

    def test_they_help_where_the_secret_key_is_another_one(self, browser, ada, codes, code):
        db.session.get(CodeApp, ada.id).secret = seal(SECRET, "k" * 40, totp.PURPOSE)
        db.session.commit()
        give_password(browser, ada)

        answer = give_code(browser, code())
        way_out = give_code(browser, codes[0])

        assert answer.status_code == 422
        assert f"blogapp author forget-factors {ada.email}" in answer.text
        assert way_out.status_code == 303
        assert "Set it up anew" in browser.page("/account/factors").text


def test_a_code_confirms_what_is_dangerous(ada, as_author, code):
    browser = as_author(ada)
    db.session.scalars(select(AuthorSession)).one().confirmed_at = JANUARY
    db.session.commit()

    asked = browser.get("/account/factors/app")
    page = browser.page(asked.location)
    wrong = browser.post(page.select_one("details form")["action"], data={"code": "000000"})
    right = browser.post(page.select_one("details form")["action"], data={"code": code()})

    assert asked.location.startswith("/login/again")
    assert wrong.status_code == 422
    assert browser.get(right.location).location == "/account/factors/app"
    assert browser.get("/account/factors/app").status_code == 200


class TestDemanded:
    @pytest.fixture
    def demand(self, owner):
        def demand(role):
            answer = owner.post("/write/settings/sign-in", data={"second_factor_for": role})
            assert answer.status_code == 303

        return demand

    def test_who_has_none_gets_no_further_than_to_where_it_is_set_up(
        self, browser, make_author, demand, clock
    ):
        ada = make_author(password_hash=HASH)
        demand("author")
        answer = browser.get(give_password(browser, ada).location)
        places = [browser.get(path) for path in ("/write", "/write/posts/new", "/account")]
        script = browser.post("/write/posts", headers={"Accept": "application/json"})
        page = browser.page("/account/factors")
        secret = browser.page("/account/factors/app").select_one(".factors__secret").text
        shown = pyotp.TOTP(secret.replace(" ", "")).at(clock.moment)
        browser.post("/account/factors/app", data={"code": shown})

        assert answer.location == "/write/posts"
        assert [place.location for place in places] == ["/account/factors"] * 3
        assert script.status_code in (403, 405)
        assert "asks everybody in your role" in page.text
        assert is_in(browser)

    def test_roles_below_are_not_asked(self, author, demand):
        demand("editor")

        assert is_in(author)

    def test_owners_alone_decide(self, owner, make_author, as_author, demand):
        editor = as_author(make_author("Editor", role="editor"))
        demand("owner")

        assert editor.get("/write/settings/sign-in").status_code == 403
        assert owner.get("/write").location == "/account/factors"

    def test_a_role_that_is_none_is_refused(self, owner):
        sent = {"second_factor_for": "everyone"}

        assert owner.post("/write/settings/sign-in", data=sent).status_code == 422
        assert is_in(owner)


def test_a_password_that_is_changed_ends_what_was_begun_by_it(app, browser, ada, code):
    give_password(browser, ada)

    set_password(ada, "seven tall grey lighthouses")
    db.session.commit()

    assert give_code(browser, code()).location.startswith("/login?")
    assert not is_in(browser)


def test_strangers_at_the_first_step_make_nobody_wait_at_the_second(app, browser, ada, code):
    for number in range(12):
        guess = {"email": f"second factor of {ada.id}", "password": "a wrong password"}
        network = {"REMOTE_ADDR": f"203.0.113.{number}"}
        app.test_client().post("/login", data=guess, environ_overrides=network)

    give_password(browser, ada)

    assert give_code(browser, code()).location == "/write/posts"
