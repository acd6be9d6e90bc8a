"""The sign-in page: a password can be looked at, and a wait tells how long it is."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from blogapp.accounts.passwords import hashed

PASSWORD = "correct horse battery staple"


def test_a_wait_counts_down_and_says_when_it_is_over(page, make_author):
    make_author("Mara", email="mara@example.com", password_hash=hashed(PASSWORD))
    page.goto("./login")
    password = page.locator("#password")
    expect(page.locator("show-password[data-ready]")).to_be_visible()
    password.fill("a wrong one")
    page.get_by_role("button", name="Show the password").click()
    expect(password).to_have_attribute("type", "text")

    for number in range(4):
        expect(page.locator("show-password[data-ready]")).to_be_visible()
        page.locator("#email").fill("mara@example.com")
        password.fill("a wrong one")
        if number == 3:
            page.clock.install()
            page.clock.pause_at(datetime.now() + timedelta(minutes=1))
        with page.expect_navigation():
            password.press("Enter")
    button = page.locator("wait-out button")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_text("Sign in (2)")
    page.clock.run_for(1100)
    expect(button).to_have_text("Sign in (1)")
    expect(page.get_by_role("alert")).to_contain_text("You can try again in 2 seconds.")
    page.clock.run_for(1100)
    expect(page.get_by_role("alert")).to_have_text("You can try again now.")
    expect(button).not_to_have_attribute("aria-disabled", "true")
