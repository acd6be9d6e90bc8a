"""Lost access: links by mail, a new password, a new address."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from blogapp.accounts.errors import LinkExpired
from blogapp.accounts.models import AuthorSession, Role, SignInLink
from blogapp.accounts.registering import (
    RESET,
    add_author,
    get_link,
    make_link,
    spend_link,
)
from blogapp.extensions import db
from blogapp.jobs.running import run_due_jobs
from blogapp.mailing.delivering import MailServer
from blogapp.mailing.models import Message
from blogapp.web.clock import now
from blogapp.web.jobs import handlers
from blogapp.web.letting_in import LINKS
from blogapp.web.mailing import unsealed

PASSWORD = "correct horse battery staple"
NEW = "seven tall grey lighthouses"


@pytest.fixture
def settings():
    return {"MAIL": MailServer.parse("smtp://127.0.0.1:1?from=blog@example.com")}


@pytest.fixture
def ada(app, clock):
    author = add_author(
        name="Ada", email="ada@example.com", role=Role.AUTHOR, password=PASSWORD, now=now()
    )
    db.session.commit()
    return author


@pytest.fixture
def ask(app):
    """Ask for a link; return the path in the mail that came, or None."""

    def ask(email="ada@example.com", wish="reset"):
        answer = app.test_client().post("/reset", data={"email": email, "wish": wish})
        assert answer.status_code == 200
        assert "a link is on its way" in answer.text
        run_due_jobs({LINKS: handlers(app)[LINKS]}, now())
        mails = mails_to(email, "reset_link" if wish == "reset" else "sign_in_link")
        return path_in(app, mails[-1]) if mails else None

    return ask


def mails_to(address, name):
    query = select(Message).where(Message.recipient == address, Message.name == name)
    query = query.order_by(Message.id)
    return [json.loads(unsealed(row.content))["text"] for row in db.session.scalars(query)]


def path_in(app, text):
    origin = app.config["PUBLIC_URL"]
    [line] = [line for line in text.splitlines() if line.startswith(f"{origin}/")
              and len(line) > len(origin) + 40]  # fmt: skip
    return line.removeprefix(origin)


def sign_in(browser, password, email="ada@example.com"):
    return browser.post("/login", data={"email": email, "password": password})


def test_a_new_password_is_chosen_by_a_link(app, browser, ada, ask):
    elsewhere = app.test_client()
    sign_in(elsewhere, PASSWORD)
    address = ask()

    page = browser.page(address)
    assert page.select_one("[autocomplete=new-password]")
    answer = browser.post(address, data={"password": NEW})

    assert answer.location == "/write"
    assert elsewhere.get("/write").location.startswith("/login")
    assert sign_in(app.test_client(), PASSWORD).status_code == 422
    assert sign_in(app.test_client(), NEW).status_code == 303
    assert len(mails_to("ada@example.com", "password_changed")) == 1


def test_looking_at_it_uses_nothing_up_and_it_works_once(browser, ada, ask):
    address = ask()
    for _ in range(2):
        assert browser.get(address).status_code == 200

    assert browser.post(address, data={"password": NEW}).status_code == 303

    assert browser.get(address).status_code == 410
    assert browser.post(address, data={"password": PASSWORD}).status_code == 410


def test_a_refused_password_uses_nothing_up(browser, ada, ask):
    address = ask()

    assert browser.post(address, data={"password": "short"}).status_code == 422
    refused = browser.post(address, data={"password": "manchesterunited"})
    assert refused.status_code == 422
    assert "Others would try this password" in refused.text

    assert browser.post(address, data={"password": NEW}).status_code == 303


def test_it_is_over_after_half_an_hour_and_a_sign_in_link_after_a_quarter(browser, ada, ask, clock):
    reset = ask()
    clock.advance(minutes=2)
    link = ask(wish="sign-in")

    clock.advance(minutes=15)
    assert browser.get(link).status_code == 410
    assert browser.get(reset).status_code == 200
    clock.advance(minutes=13)
    assert browser.get(reset).status_code == 410


def test_the_next_link_takes_the_last_one_s_place(browser, ada, ask, clock):
    first = ask()
    clock.advance(minutes=1)
    second = ask()

    assert browser.get(first).status_code == 410
    assert browser.get(second).status_code == 200


def test_a_new_password_takes_all_other_links_away(browser, ada, ask, clock):
    other = ask(wish="sign-in")
    clock.advance(minutes=1)

    browser.post(ask(), data={"password": NEW})

    assert browser.get(other).status_code == 410


def test_nobody_is_written_to_who_has_no_account(ada, ask, clock):
    ada.disabled_at = clock.moment
    db.session.commit()

    assert ask("eve@example.com") is None
    clock.advance(minutes=1)
    assert ask() is None


def test_links_of_one_purpose_are_of_no_use_for_another(browser, ada, ask):
    address = ask()

    assert browser.get(address.replace("/reset/", "/login/")).status_code == 410
    assert browser.get(address.replace("/reset/", "/login/email/")).status_code == 410


def test_asking_again_at_once_has_to_wait(app, browser, ada, ask):
    ask()

    answer = browser.post("/reset", data={"email": "ada@example.com", "wish": "reset"})

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "You can ask again in 60 seconds." in answer.text


def test_these_pages_are_kept_by_nobody_and_their_address_leaves_with_no_link(browser, ada, ask):
    for address in ("/reset", ask()):
        headers = browser.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
        assert headers["X-Robots-Tag"] == "noindex"


def test_of_two_who_use_a_link_at_once_one_does(app, ada):
    token = make_link(ada, now=now(), valid=timedelta(hours=1), purpose=RESET)
    db.session.commit()
    ready = Barrier(2)

    def use(_number):
        with app.app_context():
            link = get_link(token, now=now(), purpose=RESET)
            db.session.commit()
            ready.wait(timeout=30)
            try:
                spend_link(link, now=now())
                db.session.commit()
            except LinkExpired:
                return False
            finally:
                db.session.remove()
            return True

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, range(2))) == [False, True]


class TestWithoutMail:
    @pytest.fixture
    def settings(self):
        return {}

    def test_the_page_says_what_whoever_runs_the_blog_can_do(self, browser, ada):
        text = browser.page("/reset").select_one("main").text

        assert "blogapp author link EMAIL" in text
        browser.post("/reset", data={"email": "ada@example.com"})
        assert db.session.scalar(select(func.count(SignInLink.id))) == 0

    def test_an_address_is_changed_at_once(self, browser, ada):
        sign_in(browser, PASSWORD)

        browser.post("/account/email", data={"email": "ada@new.example"})

        db.session.refresh(ada)
        assert ada.email == "ada@new.example"


class TestWithoutPasswords:
    @pytest.fixture
    def settings(self):
        return {"LOCAL_PASSWORDS": False}

    def test_there_is_no_form_and_no_reset(self, browser, ada):
        assert browser.page("/login").select_one("[type=password]") is None
        assert sign_in(browser, PASSWORD).status_code in {403, 422}
        assert browser.get("/reset").status_code == 404
        assert browser.post("/reset", data={"email": "ada@example.com"}).status_code == 404


# What people change themselves.


def test_a_password_is_changed_with_the_one_before(app, browser, ada):
    elsewhere = app.test_client()
    sign_in(elsewhere, PASSWORD)
    sign_in(browser, PASSWORD)
    before = browser.get_cookie("session").value

    wrong = browser.post("/account/password", data={"current": NEW, "password": NEW})
    assert wrong.status_code == 422
    right = browser.post("/account/password", data={"current": PASSWORD, "password": NEW})

    assert right.location == "/account/password"
    assert browser.get("/write").status_code == 200
    assert browser.get_cookie("session").value != before
    thief = app.test_client()
    thief.set_cookie("session", before)
    assert thief.get("/write").location.startswith("/login")
    assert elsewhere.get("/write").location.startswith("/login")
    assert sign_in(app.test_client(), NEW).status_code == 303


def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(app, browser, ada):
    sign_in(browser, PASSWORD)

    browser.post("/account/email", data={"email": "Ada@New.example"})
    db.session.refresh(ada)
    assert ada.email == "ada@example.com"
    [mail] = mails_to("Ada@New.example", "confirm_email")
    address = path_in(app, mail)
    stranger = app.test_client()
    assert stranger.get(address).status_code == 200
    assert stranger.post(address).status_code == 200

    db.session.refresh(ada)
    assert ada.email == "Ada@New.example"
    assert len(mails_to("ada@example.com", "email_changing")) == 1
    assert len(mails_to("ada@example.com", "email_changed")) == 1
    assert stranger.post(address).status_code == 410
    assert stranger.get("/write").location.startswith("/login")


def test_an_address_that_somebody_took_meanwhile_is_refused(app, browser, ada, make_author):
    sign_in(browser, PASSWORD)
    browser.post("/account/email", data={"email": "grace@example.com"})
    [mail] = mails_to("grace@example.com", "confirm_email")
    make_author("Grace")

    assert app.test_client().post(path_in(app, mail)).status_code == 410
    assert "has an account already" in browser.post(
        "/account/email", data={"email": "Grace@example.com"}
    ).text.replace("&#39;", "'")


def test_own_sessions_are_listed_and_ended(app, browser, ada):
    sign_in(browser, PASSWORD)
    others = [app.test_client() for _ in range(2)]
    for other in others:
        sign_in(other, PASSWORD)

    page = browser.page("/account/sessions")
    assert len(page.select(".session-list__one")) == 3
    assert page.select_one(".session-list__one").select_one(".session-list__this")
    [first, *_] = page.select("form[action$='/end']")
    browser.post(first["action"])
    assert sum(other.get("/write").status_code == 200 for other in others) == 1

    browser.post("/account/sessions/others/end")
    assert [other.get("/write").status_code for other in others] == [303, 303]
    assert browser.get("/write").status_code == 200


def test_nobody_ends_sessions_of_others(browser, ada, make_author, as_author):
    eve = as_author(make_author("Eve"))
    sign_in(browser, PASSWORD)
    hers = db.session.scalar(
        select(AuthorSession.id).where(AuthorSession.author_id == eve.author.id)
    )

    assert browser.post(f"/account/sessions/{hers}/end").status_code == 404
    assert eve.get("/write").status_code == 200


def test_a_changed_password_takes_all_links_away(app, browser, ada, ask, clock):
    sign_in(browser, PASSWORD)
    reset = ask()
    browser.post("/account/email", data={"email": "eve@example.com"})
    [mail] = mails_to("eve@example.com", "confirm_email")

    browser.post("/account/password", data={"current": PASSWORD, "password": NEW})

    stranger = app.test_client()
    assert stranger.get(reset).status_code == 410
    assert stranger.post(path_in(app, mail)).status_code == 410
    db.session.refresh(ada)
    assert ada.email == "ada@example.com"


def test_nobody_finds_out_by_trying_which_addresses_have_an_account(browser, ada, make_author):
    make_author("Grace")
    sign_in(browser, PASSWORD)

    tries = [browser.post("/account/email", data={"email": "grace@example.com"}) for _ in range(6)]

    assert [answer.status_code for answer in tries] == [422] * 3 + [429] * 3
    assert "has an account already" not in tries[-1].text
