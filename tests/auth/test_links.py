from datetime import timedelta

import pytest
from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.accounts.registering import make_link
from blogapp.extensions import db
from blogapp.web.clock import now

OWNER = {
    "name": "Grace Hopper",
    "email": "grace@example.com",
    "password": "correct horse battery staple",
}


@pytest.fixture
def link(app):
    def make(author=None):
        token = make_link(author, now=now(), valid=timedelta(hours=24))
        db.session.commit()
        return f"/login/{token}" if author else f"/invite/{token}"

    return make


def test_opening_a_link_signs_nobody_in(browser, make_author, link):
    page = browser.page(link(make_author()))

    assert "Ada Lovelace" in page.select_one("main").text
    assert len(page.select("main button")) == 1
    assert browser.get("/write").location.startswith("/login")


def test_pressing_the_button_signs_in_once(app, browser, make_author, link):
    address = link(make_author())

    assert browser.post(address).location == "/write"

    assert browser.get("/write").status_code == 200
    assert app.test_client().post(address).status_code == 410


def test_a_link_is_over_after_its_time(browser, make_author, link, clock):
    address = link(make_author())

    clock.advance(hours=24)

    assert browser.get(address).status_code == 410


def test_the_demo_author_is_kept_out_once_somebody_has_an_account(browser, make_author, link):
    demo_author = make_author()
    demo_author.origin = "demo"
    address = link(demo_author)
    assert browser.get(address).status_code == 200

    make_author(name="Grace Hopper")

    assert browser.get(address).status_code == 410
    assert browser.post(address).status_code == 410


def test_a_made_up_link_is_expired(browser):
    assert browser.get("/login/made-up").status_code == 410
    assert browser.get("/invite/made-up").status_code == 410


def test_an_invitation_that_is_over_says_where_a_new_one_comes_from(browser, make_author):
    unowned = browser.get("/invite/made-up").text
    make_author(role="owner")

    owned = browser.get("/invite/made-up").text

    assert "when it is started again" in unowned
    assert "ask whoever invited you" in owned
    assert "blogapp author link" not in unowned + owned


def test_a_new_blog_gets_its_owner(browser, link):
    response = browser.post(link(), data=OWNER)

    owner = db.session.scalar(select(Author))
    assert response.location == "/write"
    assert (owner.name, owner.role) == ("Grace Hopper", "owner")
    assert browser.get("/write").status_code == 200


def test_a_short_password_is_explained_beside_its_field(browser, link):
    response = browser.post(link(), data={**OWNER, "password": "short"})

    assert response.status_code == 422
    assert "at least 15 characters" in response.text
    assert 'value="grace@example.com"' in response.text


def test_a_bad_address_is_explained_beside_its_field(browser, link):
    response = browser.post(link(), data={**OWNER, "email": "grace"})

    assert response.status_code == 422
    assert "is not an e-mail address" in response.text


def test_nobody_becomes_owner_of_a_blog_that_has_one(browser, make_author, link):
    address = link()
    make_author(role="owner")

    assert browser.post(address, data=OWNER).status_code == 410


def test_an_invitation_is_no_way_to_sign_in(browser, make_author, link):
    invitation = link()
    sign_in = link(make_author())

    assert browser.get(invitation.replace("/invite/", "/login/")).status_code in {404, 410}
    assert browser.get(sign_in.replace("/login/", "/invite/")).status_code in {404, 410}
