"""From an invitation to the first sentence, as two people do it."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.writing import text_of, wait_for_editor


def test_somebody_is_invited_and_writes(new_page, owner, check_accessibility):
    mine = new_page(as_author=owner)
    mine.goto("./write/people")
    expect(mine.get_by_text("You write here alone.")).to_be_visible()
    mine.get_by_role("link", name="Invite somebody").click()
    mine.get_by_label("Name").fill("Ada Lovelace")
    mine.get_by_label("Contributor").check()
    check_accessibility(mine)
    mine.get_by_role("button", name="Invite", exact=True).click()
    link = mine.get_by_role("textbox", name="The link of the invitation").input_value()
    expect(mine.get_by_text("Invited", exact=True).first).to_be_visible()
    check_accessibility(mine)

    theirs = new_page(viewport=PHONE)
    theirs.goto(link)
    check_accessibility(theirs)
    theirs.get_by_label("Email").fill("ada@example.com")
    theirs.get_by_label("Password", exact=True).fill("three ordinary words about lemons")
    theirs.get_by_role("button", name="Take up the invitation").click()
    expect(theirs.get_by_role("heading", level=1)).to_be_visible()
    theirs.goto("./write/posts/new")
    wait_for_editor(theirs)
    theirs.get_by_label("Title").fill("The first one")

    mine.goto("./write/people")
    mine.get_by_role("link", name="Ada Lovelace").click()
    expect(mine.get_by_label("Contributor")).to_be_checked()
    check_accessibility(mine)
    assert text_of(theirs) == ""
