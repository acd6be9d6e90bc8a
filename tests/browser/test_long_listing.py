"""A listing read further than one document holds."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.site.models import Site

NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)
# The policy forbids what Playwright's own waiting for a condition does.
IS_KEPT = """(link) => new Promise((resolve) => {
  const card = link.closest(".post-card")
  const look = () => {
    const [id, top] = history.state?.place ?? []
    const found = document.getElementById(id)
    const kept = found && Math.abs(found.getBoundingClientRect().top - top) < 1
    if (kept) resolve(card.getBoundingClientRect().top)
    else requestAnimationFrame(look)
  }
  look()
})"""
IS_BACK = """(link, where) => new Promise((resolve) => {
  const until = performance.now() + 5000
  const look = () => {
    const off = Math.abs(link.closest(".post-card").getBoundingClientRect().top - where)
    if (off <= 2 || performance.now() > until) resolve(off)
    else requestAnimationFrame(look)
  }
  look()
})"""


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
    where = link.evaluate(IS_KEPT)

    if leave == "reload":
        page.reload()
    else:
        link.click()
        expect(page.locator(".post__title")).to_be_visible()
        page.go_back()
    expect(page.get_by_role("link", name="Newer posts")).to_be_attached()

    assert link.evaluate(IS_BACK, where) <= 2
