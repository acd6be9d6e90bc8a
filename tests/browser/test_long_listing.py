"""A listing read further than one document holds."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.site.models import Site

NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)
WHERE = "(link) => Math.round(link.getBoundingClientRect().top)"


@pytest.fixture
def blog(make_post):
    for number in range(1, 46):
        make_post(f"Post {number}", published_at=NEWEST - timedelta(days=number))
    db.session.add(Site(id=1, title="Blog", page_size=3))
    db.session.commit()


@pytest.mark.parametrize("leave", ["reload", "post"])
def test_past_ten_pages_one_comes_back_to_the_same_post(blog, page, leave):
    page.goto("./?through=10")
    for number in (11, 12, 13):
        page.get_by_role("link", name=f"Load page {number}").click()
        expect(page.locator(f"#page-{number}")).to_be_attached()
    link = page.get_by_role("link", name="Post 38")
    link.scroll_into_view_if_needed()
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(500)
    where = link.evaluate(WHERE)

    if leave == "reload":
        page.reload()
    else:
        link.click()
        expect(page.locator(".post__title")).to_be_visible()
        page.go_back()
    expect(page.get_by_role("link", name="Newer posts")).to_be_attached()
    page.wait_for_timeout(500)

    assert abs(link.evaluate(WHERE) - where) <= 2
