"""Guesses wait, owners do not, and no answer tells who has an account."""

import json
import logging

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from blogapp.accounts import passwords
from blogapp.accounts.models import Author, Role
from blogapp.accounts.registering import add_author, disable
from blogapp.extensions import db
from blogapp.jobs.running import run_due_jobs
from blogapp.mailing.delivering import MailServer
from blogapp.mailing.models import Message
from blogapp.web.auditing import LOGGER
from blogapp.web.clock import now
from blogapp.web.jobs import handlers
from blogapp.web.letting_in import LINKS
from blogapp.web.mailing import unsealed

PASSWORD = "correct horse battery staple"
WRONG = "a wrong password"


@pytest.fixture
def settings():
    return {"MAIL": MailServer.parse("smtp://127.0.0.1:1?from=blog@example.com")}


@pytest.fixture
def ada(app, clock):
    author = add_author(
        name="Ada", email="ada@example.com", role=Role.OWNER, password=PASSWORD, now=now()
    )
    db.session.commit()
    clock.advance(days=2)
    return author


def sign_in(browser, password=PASSWORD, *, email="ada@example.com", network="192.0.2.1", **headers):
    return browser.post(
        "/login",
        data={"email": email, "password": password},
        headers=headers,
        environ_overrides={"REMOTE_ADDR": network},
    )


def mails():
    rows = db.session.scalars(select(Message).order_by(Message.id))
    return [(row.recipient, row.name, json.loads(unsealed(row.content))) for row in rows]


def test_the_eleventh_guess_waits_whatever_a_client_says_of_proxies(browser, ada):
    answers = [
        sign_in(browser, WRONG, **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.{n}"})
        for n in range(11)
    ]

    assert [a.status_code for a in answers] == [422] * 3 + [429] * 8
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_eleventh_guess_at_an_account_waits_whatever_network_it_comes_from(
    browser, ada, figure
):
    statuses = [sign_in(browser, WRONG, network=f"203.0.113.{n}").status_code for n in range(11)]

    assert statuses == [422] * 10 + [429]
    figure("Sign-in slows guesses", "guesses from eleven networks that were looked at", 10)


def test_the_eleventh_guess_from_a_network_waits_whatever_the_account(browser, ada):
    statuses = [
        sign_in(browser, WRONG, email=f"somebody{n}@example.com").status_code for n in range(11)
    ]

    assert statuses == [422] * 10 + [429]


class TestBehindAProxy:
    @pytest.fixture
    def settings(self):
        return {"TRUSTED_PROXIES": 1}

    def test_a_trusted_proxy_tells_networks_apart(self, browser, ada):
        for _ in range(4):
            answer = sign_in(browser, WRONG, **{"X-Forwarded-For": "198.51.100.1"})
        assert answer.status_code == 429

        other = sign_in(browser, WRONG, **{"X-Forwarded-For": "1.2.3.4, 198.51.100.2"})

        assert other.status_code == 422


def test_a_browser_used_before_gets_in_while_strangers_hammer_the_account(
    app, browser, ada, figure
):
    sign_in(browser)
    browser.post("/logout")
    for n in range(30):
        sign_in(app.test_client(), WRONG, network=f"203.0.113.{n}")
        sign_in(app.test_client(), WRONG)
    assert sign_in(app.test_client()).status_code == 429

    assert sign_in(browser).status_code == 303
    figure("Sign-in slows guesses", "guesses that kept no owner out", 60)


def test_the_device_s_cookie_alone_opens_nothing_and_helps_nobody_else(app, browser, ada):
    sign_in(browser)
    device = browser.get_cookie("device").value
    thief = app.test_client()
    thief.set_cookie("device", device)
    assert thief.get("/write").location.startswith("/login")

    statuses = [sign_in(thief, WRONG).status_code for _ in range(5)]
    others = [sign_in(thief, WRONG, email="eve@example.com").status_code for _ in range(5)]

    assert statuses == others == [422] * 3 + [429] * 2
    assert device not in repr(db.session.execute(select(Author.__table__)).all())


@pytest.mark.parametrize("cookie", ["", "x", "\0", "ä" * 43, "x" * 5000])
def test_odd_device_cookies_are_no_device(browser, ada, cookie):
    answer = sign_in(browser, Cookie=f"device={cookie}".encode().decode("latin-1"))

    assert answer.status_code in {303, 400}


def test_a_link_by_mail_gets_in_while_strangers_hammer_the_account(app, browser, ada):
    for n in range(12):
        sign_in(browser, WRONG, network=f"203.0.113.{n}")
    assert sign_in(browser).status_code == 429

    app.test_client().post("/reset", data={"email": "ada@example.com", "wish": "sign-in"})
    run_due_jobs({LINKS: handlers(app)[LINKS]}, now())
    [(to, _name, content)] = [mail for mail in mails() if mail[1] == "sign_in_link"]
    [link] = [line for line in content["text"].splitlines() if "/login/" in line]

    assert to == "ada@example.com"
    assert browser.post(link.removeprefix(app.config["PUBLIC_URL"])).location == "/write"


def people():
    """Make everybody who could answer differently; return their addresses."""
    for name in ("known", "disabled", "passwordless"):
        password = None if name == "passwordless" else PASSWORD
        made = add_author(
            name=name.title(),
            email=f"{name}@example.com",
            role=Role.AUTHOR,
            password=password,
            now=now(),
        )
        if name == "disabled":
            disable(made, now=now())
    db.session.commit()
    return [f"{name}@example.com" for name in ("known", "disabled", "passwordless", "unknown")]


@pytest.fixture
def work(monkeypatch, queries):
    """What a request costs: argon2's calls, and the statements sent."""
    calls = []
    verify = passwords._hasher.verify

    class Counting:
        def __getattr__(self, name):
            return getattr(verify.__self__, name)

        def verify(self, *given):
            calls.append("argon2")
            return verify(*given)

    monkeypatch.setattr(passwords, "_hasher", Counting())

    def measure(ask):
        calls.clear()
        queries.clear()
        answer = ask()
        return answer, [*calls, *queries]

    return measure


@pytest.mark.parametrize("path", ["/login", "/reset"])
def test_known_unknown_disabled_and_passwordless_are_answered_alike(app, work, path, clock, figure):
    emails = people()
    app.test_client().post(path, data={"email": "first@example.com", "password": WRONG})
    clock.advance(hours=2)

    seen = {}
    for number, email in enumerate(emails):
        clock.advance(hours=2)
        asked = {
            "data": {"email": email, "password": WRONG, "wish": "reset"},
            "environ_overrides": {"REMOTE_ADDR": f"203.0.113.{number}"},
        }
        answer, cost = work(lambda asked=asked: app.test_client().post(path, **asked))
        text = answer.text.replace(email, "SOMEBODY")
        seen[email] = (answer.status_code, text, sorted(answer.headers.keys()), cost)

    first = seen.pop(emails[0])
    for email, other in seen.items():
        assert other[:3] == first[:3], email
        assert other[3] == first[3], email
    assert first[3].count("argon2") == (1 if path == "/login" else 0)
    figure(
        "No answer tells who has an account",
        f"steps of work at {path}, for all alike",
        len(first[3]),
    )


def test_owners_get_one_mail_when_a_network_goes_on_guessing(browser, ada, caplog):
    with caplog.at_level(logging.INFO, logger=LOGGER):
        for n in range(9):
            sign_in(browser, WRONG, email=f"somebody{n}@example.com", network="203.0.113.9")

    [(to, name, content)] = mails()
    assert (to, name) == ("ada@example.com", "failed_sign_ins")
    assert "5 tries" in content["text"]
    assert "203.0.113.9" in content["text"]
    assert caplog.text.count('"sign-in.failed"') >= 9
    assert "somebody" not in caplog.text


def test_a_new_device_is_told_by_mail_once(app, browser, ada):
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    for _ in range(2):
        sign_in(browser, network="198.51.100.7", **{"User-Agent": firefox})

    [(to, name, content)] = mails()
    assert (to, name) == ("ada@example.com", "new_device")
    assert "Firefox, Linux" in content["text"]
    assert "198.51.100.7" in content["text"]


def test_whoever_was_made_a_moment_ago_is_told_of_no_device(browser, ada, clock):
    add_author(name="New", email="new@example.com", role=Role.AUTHOR, password=PASSWORD, now=now())
    db.session.commit()

    sign_in(browser, email="new@example.com")

    assert mails() == []


def test_a_weaker_hash_is_made_anew_at_sign_in(browser, ada):
    ada.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    db.session.commit()

    assert sign_in(browser).status_code == 303

    db.session.refresh(ada)
    assert ada.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_too_many_at_once_are_asked_to_come_back_and_known_browsers_wait(
    app, browser, ada, monkeypatch
):
    known = app.test_client()
    sign_in(known)
    monkeypatch.setattr(passwords._places, "acquire", lambda **_how: False, raising=False)

    answer = sign_in(browser)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert sign_in(known).status_code == 303
