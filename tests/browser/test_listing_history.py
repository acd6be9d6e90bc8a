"""The listing as a reader leaves it and comes back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.listing import (
    Gate,
    chip,
    come_to_rest,
    load_pages,
    place,
    read,
    return_to,
    shown,
    status,
    stay,
    titles,
    write_posts,
)


@pytest.fixture
def blog(prepare, make_post):
    prepare(write_posts, make_post)


@pytest.mark.parametrize("loaded", [2, 3])
@pytest.mark.proxied
def test_back_from_a_post_is_the_same_place(blog, page, loaded):
    page.goto("./?match=any&tag=wal&tag=dns")
    load_pages(page, loaded)
    read(page, loaded)
    before, where = titles(page), place(page)

    page.locator(f"#page-{loaded} .post-card__title a").nth(4).click()
    expect(page.locator("h1")).to_have_text(re.compile("Post"))
    page.go_back(wait_until="commit")

    expect(page.locator(f"#page-{loaded}")).to_be_attached()
    card, top = return_to(page, where)
    assert titles(page)[: len(before)] == before
    assert card == where[0]
    assert abs(top - where[1]) <= 2
    assert shown(page) == 50
    expect(chip(page, "wal")).to_be_checked()


@pytest.mark.proxied
@pytest.mark.under_path
def test_back_and_forward_between_filters_keep_pages_and_place(blog, page):
    page.goto("./")
    load_pages(page, 3)
    read(page, 3)
    where = place(page)

    page.evaluate("document.querySelector('#chip-dns').click()")
    expect(status(page)).to_have_text("25 posts tagged dns")
    stay(page, 1)
    page.go_back(wait_until="commit")

    expect(status(page)).to_have_text("75 posts")
    expect(page.locator("#page-3")).to_be_attached()
    expect(chip(page, "dns")).not_to_be_checked()
    card, top = return_to(page, where)
    assert card == where[0]
    assert abs(top - where[1]) <= 2

    stay(page, 3)
    page.go_forward(wait_until="commit")
    expect(status(page)).to_have_text("25 posts tagged dns")
    expect(chip(page, "dns")).to_be_checked()


def test_back_at_once_with_a_slow_answer_keeps_the_place(blog, page):
    page.goto("./")
    load_pages(page, 3)
    read(page, 3)
    where = place(page)
    gate = Gate(page, "through=")

    page.evaluate(
        """async () => {
          const frame = () => new Promise(requestAnimationFrame)
          const says = (text) => document.querySelector("[role=status]").textContent.includes(text)
          document.querySelector("#chip-dns").click()
          while (!says("25 posts")) await frame()
          await frame()
          history.back()
          // Longer than it takes to write the page being read into the address.
          const start = performance.now()
          while (performance.now() - start < 300) await frame()
        }"""
    )
    gate.wait_for(1)
    gate.open()

    expect(status(page)).to_have_text("75 posts")
    card, top = return_to(page, where)
    assert card == where[0]
    assert abs(top - where[1]) <= 2
    expect(page).to_have_url(re.compile("#page-3$"))


@pytest.mark.proxied
def test_reloading_keeps_filter_pages_and_place(blog, page):
    page.goto("./?tag=wal")
    load_pages(page, 3)
    read(page, 3)
    before, where = titles(page), place(page)

    page.reload()

    card, top = return_to(page, where)
    assert titles(page)[: len(before)] == before
    assert card == where[0]
    assert abs(top - where[1]) <= 2
    expect(chip(page, "wal")).to_be_checked()


@pytest.mark.under_path
def test_a_shared_link_opens_at_the_senders_page(blog, page, new_page):
    page.goto("./?tag=wal")
    load_pages(page, 3)
    page.locator("#page-3").evaluate("(part) => part.scrollIntoView()")
    expect(page).to_have_url(re.compile(r"\?tag=wal&through=\d#page-3$"))

    other = new_page()
    other.goto(page.url)

    expect(other.locator("#page-3 .post-list__landmark")).to_be_in_viewport()
    expect(status(other)).to_have_text("37 posts tagged wal")
    assert titles(other)[:36] == titles(page)[:36]


def test_choosing_back_to_where_one_is_leaves_one_step_back(blog, page):
    page.goto("./tags")
    # An icon that is dropped on its way leaves its file open in the server.
    come_to_rest(page)
    page.goto("./")
    gate = Gate(page)

    for choose in (chip(page, "wal").check, chip(page, "wal").uncheck):
        with page.expect_request(re.compile("fragment=results")):
            choose()
    gate.answer(1)
    gate.open()
    come_to_rest(page)
    page.go_back(wait_until="commit")

    expect(page.locator("h1")).to_have_text("Tags")
