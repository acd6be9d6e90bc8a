from base64 import b64decode

import pyotp
import pytest
from sqlalchemy import select

from blogapp.accounts import recovery, totp
from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.factor_models import CodeApp, Passkey, RecoveryCode
from blogapp.accounts.models import AuthorSession
from blogapp.extensions import db
from blogapp.mailing.delivering import MailServer
from blogapp.mailing.models import Message
from blogapp.site.models import Site
from blogapp.web.mailing import unsealed
from tests.accounts.device import Device
from tests.conftest import JANUARY

APP, PASSKEYS = "/account/factors/app", "/account/passkeys"


@pytest.fixture
def settings():
    return {
        "PUBLIC_URL": "http://localhost",
        "MAIL": MailServer.parse("smtp://127.0.0.1:1?from=blog@example.com"),
    }


@pytest.fixture
def shown(clock):
    """What an app shows that was told the secret of a page."""

    def shown(page):
        secret = page.select_one(".factors__secret").text.replace(" ", "")
        return pyotp.TOTP(secret).at(clock.moment)

    return shown


def add_passkey(browser, name="Laptop"):
    device = Device(origin=browser.origin)
    begun = browser.post(f"{PASSKEYS}/challenge").json
    sent = {"step": begun["step"], "response": device.create(begun["options"]), "name": name}
    return browser.post(f"{PASSKEYS}/new", data=sent)


def demand(role):
    db.session.add(Site(id=1, second_factor_for=role))
    db.session.commit()


def mails():
    return [
        unsealed(row.content) for row in db.session.scalars(select(Message).order_by(Message.id))
    ]


def test_an_app_counts_once_it_shows_the_right_code(author, shown, config):
    page = author.page(APP)
    wrong = author.post(APP, data={"code": "000000"})
    same = author.page(APP)
    token = author.get_cookie("session").value
    answer = author.post(APP, data={"code": shown(page)})

    picture = page.select_one("img.factors__picture")["src"]
    address = page.select_one("a[href^=otpauth]")["href"]
    kept = db.session.scalars(select(CodeApp)).one()
    assert b64decode(picture.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    assert "issuer=Untitled%20blog" in address
    assert wrong.status_code == 422
    assert "not the code" in wrong.text
    assert same.select_one(".factors__secret").text == page.select_one(".factors__secret").text
    assert answer.status_code == 200
    assert answer.text.count("<code>") == recovery.HOW_MANY
    assert pyotp.parse_uri(address).secret not in kept.secret
    assert author.get_cookie("session").value != token
    assert db.session.scalars(select(AuditEvent.act)).all() == ["factor.added"]
    assert "An app shows codes for your account now." in mails()[0]


def test_a_form_sent_twice_sets_up_one_app(author, shown, monkeypatch):
    code = shown(author.page(APP))
    found = totp.find_step

    def slow(secret, code, *, now):
        # Between looking at the code and keeping the app, the same form arrives again.
        monkeypatch.setattr(totp, "find_step", found)
        assert author.post(APP, data={"code": code}).status_code == 200
        return found(secret, code, now=now)

    monkeypatch.setattr(totp, "find_step", slow)
    answer = author.post(APP, data={"code": code})

    assert answer.status_code == 303
    assert len(db.session.scalars(select(RecoveryCode)).all()) == recovery.HOW_MANY


def test_recovery_codes_are_shown_this_once_and_can_be_taken_along(author, shown):
    answer = author.post(APP, data={"code": shown(author.page(APP))})

    link = answer.text.partition('download="recovery-codes.txt" href="')[2].partition('"')[0]
    code = answer.text.partition("<code>")[2].partition("<")[0]
    assert link.startswith("data:text/plain")
    assert code in link
    assert code not in author.get("/account/factors").text


def test_new_recovery_codes_make_the_old_ones_void(author, shown, clock):
    first = author.post(APP, data={"code": shown(author.page(APP))})
    old = first.text.partition("<code>")[2].partition("<")[0]

    answer = author.post("/account/factors/recovery")

    new = answer.text.partition("<code>")[2].partition("<")[0]
    assert not recovery.spend_code(author.author, old, now=clock.moment)
    assert recovery.spend_code(author.author, new, now=clock.moment)


def test_a_low_number_of_codes_is_told(author, shown, clock):
    author.post(APP, data={"code": shown(author.page(APP))})
    codes = recovery.make_codes(author.author, now=clock.moment)
    for code in codes[2:]:
        recovery.spend_code(author.author, code, now=clock.moment)
    db.session.commit()

    low = author.page("/account/factors").select_one(".factors__state--low").get_text(" ")

    assert "2 codes are left" in low
    assert "Make new ones" in low


def test_without_a_factor_there_are_no_recovery_codes(author):
    assert author.post("/account/factors/recovery").status_code == 303
    assert not db.session.scalars(select(RecoveryCode)).all()


def test_a_second_app_takes_the_place_of_the_first(author, shown):
    author.post(APP, data={"code": shown(author.page(APP))})
    before = db.session.scalars(select(CodeApp.secret)).one()

    answer = author.post(APP, data={"code": shown(author.page(APP))})

    assert answer.status_code == 303
    assert db.session.scalars(select(CodeApp.secret)).one() != before


def test_passkeys_are_listed_renamed_and_removed(author):
    answer = add_passkey(author, "Laptop")
    id = db.session.scalars(select(Passkey.id)).one()
    renamed = author.post(f"{PASSKEYS}/{id}", data={"name": "  Blue   key "})
    nameless = author.post(f"{PASSKEYS}/{id}", data={"name": ""})
    names = [each.text for each in author.page("/account/factors").select(".factors__name")]
    removed = author.post(f"{PASSKEYS}/{id}/removal")

    assert answer.status_code == 200
    assert answer.text.count("<code>") == recovery.HOW_MANY
    assert renamed.status_code == removed.status_code == 303
    assert nameless.status_code == 422
    assert names == ["Blue key"]
    assert not db.session.scalars(select(Passkey)).all()
    assert not db.session.scalars(select(RecoveryCode)).all()
    acts = ["passkey.added", "passkey.renamed", "passkey.removed"]
    assert db.session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)).all() == acts
    assert len(mails()) == 2


def test_passkeys_of_somebody_else_are_not_there(author, owner):
    add_passkey(author)
    id = db.session.scalars(select(Passkey.id)).one()

    assert owner.post(f"{PASSKEYS}/{id}", data={"name": "Mine"}).status_code == 404
    assert owner.post(f"{PASSKEYS}/{id}/removal").status_code == 404


def test_a_passkey_has_a_name_of_hostile_letters_only_as_text(author):
    add_passkey(author, "\0<img src=x onerror=alert(1)>" + "x" * 500)

    name = author.page("/account/factors").select_one(".factors__name")

    assert "<img" in name.text
    assert len(name.text) == 100
    assert not name.select("img")


def test_the_last_factor_stays_where_the_blog_demands_it(author, shown):
    add_passkey(author)
    author.post(APP, data={"code": shown(author.page(APP))})
    demand("author")
    id = db.session.scalars(select(Passkey.id)).one()

    first = author.post(f"{APP}/removal")
    last = author.post(f"{PASSKEYS}/{id}/removal")

    assert first.status_code == 303
    assert last.status_code == 422
    assert "Set up another one first" in last.text
    assert db.session.scalars(select(Passkey.id)).all() == [id]


def test_nothing_changes_without_a_new_proof(author, shown):
    add_passkey(author)
    id = db.session.scalars(select(Passkey.id)).one()
    db.session.scalars(select(AuthorSession)).one().confirmed_at = JANUARY
    db.session.commit()

    for method, path in (
        ("GET", APP),
        ("POST", APP),
        ("POST", f"{APP}/removal"),
        ("POST", "/account/factors/recovery"),
        ("GET", f"{PASSKEYS}/new"),
        ("POST", f"{PASSKEYS}/new"),
        ("POST", f"{PASSKEYS}/challenge"),
        ("POST", f"{PASSKEYS}/{id}/removal"),
    ):
        answer = author.open(path, method=method)
        assert answer.location.startswith("/login/again"), (method, path)
    headers = {"Accept": "application/json"}
    assert author.post(f"{PASSKEYS}/challenge", headers=headers).status_code in (401, 403)
    assert author.get("/account/factors").status_code == 200


def test_an_account_has_a_bounded_number_of_passkeys(author, monkeypatch):
    monkeypatch.setattr("blogapp.accounts.passkeys.MOST_PASSKEYS", 1)
    add_passkey(author)

    assert author.post(f"{PASSKEYS}/challenge").status_code == 409


@pytest.mark.parametrize("address", ["/write", "/write/posts/new", "/account", "/login/again"])
def test_the_way_out_stands_on_each_page(author, address):
    page = author.page(address, follow_redirects=True)

    assert page.select_one("a[href='/logout']")


def test_all_other_browsers_can_be_signed_out_from_there(author):
    links = {link.get("href") for link in author.page("/account/factors").select("a")}

    assert {"/account/sessions", "/logout"} <= links
