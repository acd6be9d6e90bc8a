import json

import pytest
from sqlalchemy import select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.models import AuthorSession
from blogapp.accounts.passwords import hashed
from blogapp.extensions import db
from tests.accounts.device import ATTESTED, BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, Device, encoded
from tests.conftest import JANUARY

PASSWORD = "a password of good length"
HASH = hashed(PASSWORD)


@pytest.fixture
def settings():
    return {"PUBLIC_URL": "http://localhost:8000"}


@pytest.fixture
def device(owner):
    """A device that has a passkey of the owner."""
    return registered(owner)


def registered(browser, **about):
    device = Device(origin=browser.origin, **about)
    begun = browser.post("/account/passkeys/challenge").json
    sent = {"step": begun["step"], "response": device.create(begun["options"]), "name": "Laptop"}
    answer = browser.post("/account/passkeys/new", data=sent)
    assert answer.status_code in (200, 303), answer.text
    return device


def prove(browser, device, path="/login/passkey", query="", **bent):
    begun = browser.post(f"{path}/challenge").json
    return send(browser, begun["step"], device.get(begun["options"], **bent), path, query)


def send(browser, step, response, path="/login/passkey", query=""):
    return browser.post(f"{path}{query}", data={"step": step, "response": response})


def is_in(browser):
    return browser.get("/write/posts").status_code == 200


def test_a_passkey_alone_signs_in_and_leads_on(browser, owner, device, clock):
    page = browser.page("/login?next=/write/tags")
    challenge = browser.post("/login/passkey/challenge")
    answer = prove(browser, device, query="?next=/write/tags")

    form = page.select_one("passkey-form[data-autofill] form")
    assert form["action"] == "/login/passkey?next=/write/tags"
    assert page.select_one("input[name=email]")["autocomplete"] == "username webauthn"
    assert challenge.json["options"]["userVerification"] == "required"
    assert "allowCredentials" not in challenge.json["options"]
    assert challenge.headers["Cache-Control"] == "no-store"
    assert answer.location == "/write/tags"
    assert is_in(browser)
    methods = db.session.scalars(select(AuthorSession.method)).all()
    assert "passkey" in methods
    assert db.session.scalars(select(Passkey)).one().last_used_at == clock.moment


def test_a_passkey_is_the_second_step_after_a_password(browser, owner, device):
    owner.author.password_hash = HASH
    db.session.commit()
    sent = {"email": owner.author.email, "password": PASSWORD}
    browser.post("/login", data=sent)

    page = browser.page("/login/step")
    was_in = is_in(browser)
    answer = prove(browser, device, "/login/step/passkey")

    assert page.select_one("passkey-form form")["action"] == "/login/step/passkey"
    assert not was_in
    assert answer.status_code == 303
    assert is_in(browser)


def test_the_passkey_of_somebody_else_is_no_second_step(browser, owner, author, device):
    registered(author)
    author.author.password_hash = HASH
    db.session.commit()
    sent = {"email": author.author.email, "password": PASSWORD}
    browser.post("/login", data=sent)

    answer = prove(browser, device, "/login/step/passkey")

    assert answer.status_code == 422
    assert not is_in(browser)


def test_without_a_password_there_is_no_second_step_to_take(browser, device):
    assert browser.post("/login/step/passkey/challenge").location == "/login"
    assert browser.post("/login/step/passkey").location == "/login"
    assert browser.post("/login/again/passkey").location.startswith("/login?next=")


def test_a_passkey_confirms_what_is_dangerous(owner, device):
    db.session.scalars(select(AuthorSession)).one().confirmed_at = JANUARY
    db.session.commit()
    asked = owner.get("/account/passkeys/new")
    page = owner.page(asked.location)
    action = page.select_one("passkey-form form")["action"]

    answer = prove(owner, device, "/login/again/passkey", action.partition("passkey")[2])

    assert owner.get(answer.location).location == "/account/passkeys/new"
    assert owner.get("/account/passkeys/new").status_code == 200


def test_a_passkey_that_was_removed_does_not_enter(browser, owner, device):
    id = db.session.scalars(select(Passkey.id)).one()
    owner.post(f"/account/passkeys/{id}/removal")

    answer = prove(browser, device)

    assert answer.status_code == 422
    assert not is_in(browser)


def test_who_is_disabled_does_not_enter(browser, owner, device, clock):
    owner.author.disabled_at = clock.moment
    db.session.commit()

    prove(browser, device)

    assert not is_in(browser)


# What hostile browsers and devices send. Each is a change to what is right.
BENT = {
    "from another site": {"origin": "https://evil.example"},
    "from a name below": {"origin": "http://blog.localhost:8000"},
    "from another port": {"origin": "http://localhost:8001"},
    "by another scheme": {"origin": "https://localhost:8000"},
    "for another site": {"party": "evil.example"},
    "without the finger": {"flags": PRESENT},
    "without anybody": {"flags": VERIFIED},
    "backed up though it may not be": {"flags": PRESENT | VERIFIED | BACKED_UP},
    "in a frame": {"client": {"crossOrigin": True}},
    "in a frame of": {"client": {"topOrigin": "https://evil.example"}},
    "to another question": {"client": {"challenge": encoded(bytes(32))}},
    "to no question": {"client": {"challenge": None}},
    "as if to register": {"client": {"type": "webauthn.create"}},
    "as another one": {"id": b"another one"},
    "with an id too long": {"id": bytes(5000)},
    "of somebody else": {"handle": encoded(bytes(64))},
    "of nobody": {"handle": None},
    "of no text": {"handle": 7},
}


def test_an_answer_that_is_bent_lets_nobody_in(browser, device):
    straight = dict(vars(device))
    for how, change in BENT.items():
        vars(device).update(straight | {"count": device.count} | change)

        answer = prove(browser, device)

        assert answer.status_code == 422, how
        assert not is_in(browser), how
    vars(device).update(straight | {"count": device.count})
    assert prove(browser, device).status_code == 303


def test_an_answer_in_pieces_lets_nobody_in(browser, device):
    for part in (
        *({name: value} for name in ("signature", "authenticatorData", "clientDataJSON")
          for value in ("", "AAAA", "ä", None, 7, [], encoded(b"\xff" * 200))),
        {"clientDataJSON": encoded(b"[" * 20_000)},
        {"clientDataJSON": encoded(b'{"type":"webauthn.get"}')},
        {"clientDataJSON": encoded(b"7")},
    ):  # fmt: skip
        answer = prove(browser, device, **part)

        assert answer.status_code == 422, part
        assert not is_in(browser), part


NO_ANSWERS = (
    *("", "{", "null", "7", "[]", '{"response": {}}', '{"response": []}', "[" * 30_000, "\0"),
    *('{"id": 7, "rawId": 7, "response": {}}', "x" * 500_000, '{"id": "AA", "rawId": "AB"}'),
)


@pytest.mark.parametrize(
    ("path", "challenge"),
    [
        ("/login/passkey", "/login/passkey/challenge"),
        ("/login/again/passkey", "/login/again/passkey/challenge"),
        ("/account/passkeys/new", "/account/passkeys/challenge"),
    ],
)
def test_what_is_no_answer_at_all_is_refused(browser, owner, device, path, challenge):
    client = browser if path == "/login/passkey" else owner
    for response in NO_ANSWERS:
        begun = client.post(challenge).json

        assert send(client, begun["step"], response, path).status_code == 422, response[:40]
        assert send(client, "no step", response, path).status_code == 422
    assert client.post(path).status_code == 422


def test_an_answer_works_once_whether_it_was_right_or_wrong(app, browser, device):
    begun = browser.post("/login/passkey/challenge").json
    right = device.get(begun["options"])
    wrong = device.get(begun["options"], signature=encoded(b"x"))
    other = browser.post("/login/passkey/challenge").json
    right_for_other = device.get(other["options"])

    assert send(browser, begun["step"], wrong).status_code == 422
    assert send(browser, begun["step"], right).status_code == 422
    assert not is_in(browser)
    assert send(browser, other["step"], right_for_other).status_code == 303
    stranger = app.test_client()
    assert send(stranger, other["step"], right_for_other).status_code == 422
    assert not is_in(stranger)


def test_an_answer_belongs_to_the_browser_that_asked_and_to_its_minutes(
    app, browser, device, clock
):
    stranger = app.test_client()
    begun = browser.post("/login/passkey/challenge").json
    taken_along = send(stranger, begun["step"], device.get(begun["options"]))
    begun = browser.post("/login/passkey/challenge").json
    clock.advance(minutes=11)
    late = send(browser, begun["step"], device.get(begun["options"]))

    assert taken_along.status_code == late.status_code == 422
    assert not is_in(stranger)
    assert not is_in(browser)


def test_a_challenge_for_one_purpose_is_none_for_another(browser, owner, device):
    begun = browser.post("/login/passkey/challenge").json
    answer = send(owner, begun["step"], device.get(begun["options"]), "/login/again/passkey")
    begun = owner.post("/account/passkeys/challenge").json
    other = send(owner, begun["step"], device.get(begun["options"]), "/login/again/passkey")

    assert answer.status_code == other.status_code == 422


def test_a_passkey_that_counts_backwards_is_refused_and_told(browser, owner, device):
    prove(browser, device)
    device.count = 0

    copy = browser.application.test_client()
    answer = prove(copy, device)

    assert answer.status_code == 422
    assert "counts backwards" in answer.text
    assert not is_in(copy)
    assert "passkey.refused" in db.session.scalars(select(AuditEvent.act)).all()


def test_devices_that_do_not_count_sign_in_again_and_again(app, owner):
    device = registered(owner, counts=False)

    for _ in range(2):
        browser = app.test_client()
        assert prove(browser, device).status_code == 303


def test_whether_it_is_backed_up_is_kept_and_whether_it_may_be_stays_as_it_was(app, owner):
    device = Device(origin=owner.origin)
    device.flags |= ELIGIBLE
    begun = owner.post("/account/passkeys/challenge").json
    made = {"step": begun["step"], "response": device.create(begun["options"]), "name": ""}
    owner.post("/account/passkeys/new", data=made)
    device.flags |= BACKED_UP
    synced = prove(app.test_client(), device)
    device.flags = PRESENT | VERIFIED
    changed = prove(app.test_client(), device)

    passkey = db.session.scalars(select(Passkey)).one()
    assert synced.status_code == 303
    assert changed.status_code == 422
    assert passkey.may_be_backed_up
    assert passkey.is_backed_up
    assert passkey.name == "Passkey 1"


class TestRegistering:
    def test_an_answer_that_is_bent_adds_nothing(self, owner):
        for how in BENT.keys() - {"of somebody else", "of nobody", "of no text"} - {
            "as if to register", "as another one",
        }:  # fmt: skip
            device = Device(origin=owner.origin)
            vars(device).update(BENT[how])
            begun = owner.post("/account/passkeys/challenge").json

            response = device.create(begun["options"])
            answer = send(owner, begun["step"], response, "/account/passkeys/new")

            assert answer.status_code == 422, how
        assert not db.session.scalars(select(Passkey)).all()

    def test_an_attestation_in_pieces_adds_nothing(self, owner):
        device = Device(origin=owner.origin)
        for object in ("", "AAAA", "ä", None, 7, encoded(b"\xa0"), encoded(b"\x9b" + b"\xff" * 8),
         encoded(b"\x81" * 20_000), encoded(b"\xbb" + b"\xff" * 100),
        ):  # fmt: skip
            begun = owner.post("/account/passkeys/challenge").json

            response = device.create(begun["options"], attestationObject=object)
            answer = send(owner, begun["step"], response, "/account/passkeys/new")

            assert answer.status_code == 422, object

    def test_a_key_of_a_kind_that_was_not_asked_for_adds_nothing(self, owner, monkeypatch):
        device = Device(origin=owner.origin)
        begun = owner.post("/account/passkeys/challenge").json
        key = {1: 2, 3: -65535, -1: b"n" * 256, -2: b"\1\0\1"}
        monkeypatch.setattr("tests.accounts.device.ES256.from_cryptography_key", lambda _key: key)

        response = device.create(begun["options"])
        answer = send(owner, begun["step"], response, "/account/passkeys/new")

        assert answer.status_code == 422

    def test_the_id_must_be_the_one_that_the_device_says(self, owner):
        device = Device(origin=owner.origin)
        begun = owner.post("/account/passkeys/challenge").json
        said = json.loads(device.create(begun["options"]))
        said["id"] = said["rawId"] = encoded(b"another one")

        answer = send(owner, begun["step"], json.dumps(said), "/account/passkeys/new")

        assert answer.status_code == 422

    def test_one_is_registered_once_and_browsers_are_told_which_are_there(
        self, owner, author, device
    ):
        begun = owner.post("/account/passkeys/challenge").json
        theirs = author.post("/account/passkeys/challenge").json

        again = send(
            author, theirs["step"], device.create(theirs["options"]), "/account/passkeys/new"
        )

        [known] = begun["options"]["excludeCredentials"]
        assert known["id"] == encoded(device.id)
        assert known["transports"] == ["hybrid", "internal"]
        assert theirs["options"]["excludeCredentials"] == []
        assert again.status_code == 422
        assert ATTESTED

    def test_the_name_by_which_passkeys_know_a_person_says_nothing_and_stays(self, owner, author):
        first = owner.post("/account/passkeys/challenge").json["options"]["user"]["id"]
        registered(owner)
        second = owner.post("/account/passkeys/challenge").json["options"]["user"]["id"]
        theirs = author.post("/account/passkeys/challenge").json["options"]["user"]["id"]

        assert first == second != theirs
        assert len(first) == 86


class TestAddresses:
    def test_where_browsers_give_none_the_pages_say_why(self, app, owner, browser):
        for address, words in (
            ("http://blog.example.com", "addresses with https"),
            ("http://127.0.0.1:8000", "http://localhost:8000"),
            ("https://192.0.2.7", "is a number"),
            ("https://[2001:db8::7]", "is a number"),
            ("https://blog.example.com", "they work at https://blog.example.com only"),
        ):
            app.config["PUBLIC_URL"] = address

            for client, path in ((browser, "/login"), (owner, "/account/factors")):
                page = client.page(path, base_url="http://localhost:8000")
                assert words in page.get_text(" ", strip=True), path
                assert not page.select("passkey-form form, a[href='/account/passkeys/new']")
            for path in ("/login/passkey/challenge", "/login/passkey"):
                assert browser.post(path, base_url="http://localhost:8000").status_code == 404

    def test_under_a_path_the_host_is_what_counts(self, app, browser, owner):
        app.config["PUBLIC_URL"] = "http://localhost:8000/eng/blog"

        device = registered(owner)

        assert prove(browser, device).status_code == 303
