"""Passkeys with a device that Chromium plays itself."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.accounts.passwords import hashed
from blogapp.extensions import db

PASSWORD = "a password of good length"


@pytest.fixture
def settings(settings):
    # A passkey belongs to a name.
    return settings | {"PUBLIC_URL": settings["PUBLIC_URL"].replace("127.0.0.1", "localhost")}


@pytest.fixture
def device(author_page):
    """Plug a device into the page: it answers whatever it is asked, and knows its person."""
    session = author_page.context.new_cdp_session(author_page)
    session.send("WebAuthn.enable")
    about = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    id = session.send("WebAuthn.addVirtualAuthenticator", {"options": about})["authenticatorId"]

    def send(command, **values):
        return session.send(f"WebAuthn.{command}", {"authenticatorId": id, **values})

    return send


def is_ready(page):
    form = page.locator("passkey-form[data-ready]:not([hidden])")
    expect(form).to_have_count(1)
    return form


@pytest.mark.under_path
def test_a_passkey_is_made_signs_in_and_is_of_no_use_once_removed(
    author_page, device, server, watch
):
    page = author_page
    page.goto("./account/factors")
    page.get_by_role("link", name="Add a passkey").click()
    is_ready(page)
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download as text").click()
    assert page.locator(".factors__codes code").first.inner_text() in taken.value.path().read_text()
    [kept] = device("getCredentials")["credentials"]
    assert kept["isResidentCredential"]
    assert kept["rpId"] == "localhost"

    # As one of the things that the browser fills in: this device picks it by itself.
    page.context.clear_cookies()
    page.goto(f"./login?next={urlsplit(server).path}/write/posts")
    expect(page.get_by_role("heading", name="Posts")).to_be_visible()

    # As the second step after a password.
    author = db.session.scalars(select(Author)).one()
    author.password_hash = hashed(PASSWORD)
    db.session.commit()
    device("setAutomaticPresenceSimulation", enabled=False)
    page.context.clear_cookies()
    page.goto("./login")
    is_ready(page)
    page.get_by_label("Email").fill(author.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="One more step").wait_for()
    form = is_ready(page)
    device("setAutomaticPresenceSimulation", enabled=True)
    form.get_by_role("button").click()
    expect(page).to_have_url(f"{server}/write")

    page.goto("./account/factors")
    page.get_by_text("Change Work laptop").click()
    page.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()

    # Browsers are told to forget it; this device remembers.
    device("setAutomaticPresenceSimulation", enabled=False)
    page.context.clear_cookies()
    page.goto("./login")
    form = is_ready(page)
    # What waits for the finger there is given up by the button.
    expect(page.locator("passkey-form[data-offered]")).to_have_count(1)
    device("clearCredentials")
    device("addCredential", credential=kept)
    device("setAutomaticPresenceSimulation", enabled=True)
    form.get_by_role("button").click()
    expect(page.get_by_role("alert").filter(has_text="not registered here")).to_be_visible()
    expect(page.locator("passkey-form[data-unknown]")).to_have_count(1)
    page.goto("./write")
    expect(page).to_have_url(re.compile("/login"))

    # By another name of the same machine.
    watch.allow("request to another host: http://127.0.0.1")
    page.goto(page.url.replace("localhost", "127.0.0.1"))
    expect(page.locator("passkey-form")).to_have_count(0)
    expect(page.get_by_text("they work at")).to_be_visible()
