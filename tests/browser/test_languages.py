"""How pages fit when their words are longer than the English ones."""

import pytest
from playwright.sync_api import expect

from blogapp.demo.loading import name_the_site
from blogapp.extensions import db
from blogapp.site.reading import get_site
from tests.browser.conftest import PHONE
from tests.browser.measures import CUT_OFF, STICKING_OUT
from tests.browser.pages import PRIVATE, PUBLIC, fill, visit

WIDTHS = (320, 360, 768, 1280)


@pytest.fixture
def german_blog(prepare, make_author, make_post):
    prepare(fill, make_author, make_post)
    name_the_site()
    site = get_site()
    site.language, site.date_format = "de", "%-d. %B %Y"
    db.session.commit()


@pytest.mark.parametrize("kinds", [PUBLIC, PRIVATE], ids=["public", "private"])
def test_german_words_fit_every_width(german_blog, new_page, request, kinds):
    author = request.getfixturevalue("owner") if kinds is PRIVATE else None
    page = new_page(as_author=author)

    found = {}
    for kind in kinds:
        visit(page, kind)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            found[f"{kind} at {width}"] = page.evaluate(STICKING_OUT) + page.evaluate(CUT_OFF)

    assert {where: what for where, what in found.items() if what} == {}


def test_scripts_speak_german(german_blog, new_page):
    page = new_page(viewport=PHONE)
    page.goto("./")
    switch = page.get_by_role("button", name="Farbschema: wie das System")

    switch.click()

    expect(
        page.get_by_role("button", name="Farbschema: hell").locator("svg:visible")
    ).to_have_count(1)
