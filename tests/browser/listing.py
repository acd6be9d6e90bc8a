"""A listing to try in a browser, and where a reader is in it."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLACE = """() => [...document.querySelectorAll(".post-card")]
  .map((card) => [card.id, Math.round(card.getBoundingClientRect().top)])
  .find(([, top]) => top > 0)"""
# What is asked here is answered after all that was on its way; and three frames without a
# change are more than an observer needs to see what came into the window. The policy forbids
# what Playwright's own waiting for a condition does.
IS_AT_REST = """async () => {
  const look = () => [
    scrollY,
    document.documentElement.scrollHeight,
    document.querySelectorAll(".post-card").length,
    location.href,
  ].join(" ")
  const isBusy = () => document.querySelector("#listing[aria-busy], .htmx-request")
  const until = performance.now() + 30_000
  await fetch(location.href, { method: "HEAD", cache: "no-store" })
  for (let still = 0, before = look(); still < 3; ) {
    if (performance.now() > until) throw new Error("the listing does not come to rest")
    await new Promise(requestAnimationFrame)
    still = !isBusy() && look() === before ? still + 1 : 0
    before = look()
  }
}"""
IS_BACK = """async ([id, top]) => {
  const until = performance.now() + 30_000
  const off = () => {
    const card = document.getElementById(id)
    return card ? Math.abs(card.getBoundingClientRect().top - top) : Infinity
  }
  while (off() > 2 && performance.now() < until) await new Promise(requestAnimationFrame)
}"""


def write_posts(make_post):
    """75 posts, "Post 1" the newest; every second is about wal, every third about dns."""
    for number in range(1, 76):
        tags = ["wal"] * (number % 2 == 0) + ["dns"] * (number % 3 == 0)
        tags += ["rare"] * (number == 5)
        make_post(
            f"Post {number}",
            body="A sentence of some length, so that a card has its usual height. " * 6,
            tags=tags,
            domain="Data" if number % 5 else "Web",
            kind="note" if number % 7 else "guide",
            published_at=NEWEST - timedelta(days=number * 9),
        )


def titles(page):
    return page.locator(".post-card__title").all_inner_texts()


def status(page):
    return page.locator("[role=status]").first


def shown(page):
    return int(status(page).inner_text().split()[0])


def chip(page, name):
    return page.locator("#filter").get_by_role("checkbox", name=re.compile(f"^{name}"))


def scroll_to_end(page):
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


def load_pages(page, number):
    """Scroll until page ``number`` is there."""
    for wanted in range(2, number + 1):
        scroll_to_end(page)
        expect(page.locator(f"#page-{wanted}")).to_be_attached()


def load_fonts(page):
    """Wait for all fonts of the page; stand-ins for them are not on every machine."""
    page.evaluate("Promise.allSettled([...document.fonts].map((one) => one.load())).then(Boolean)")


def come_to_rest(page):
    """Wait until nothing is on its way and nothing moves any more."""
    page.evaluate(IS_AT_REST)


def read(page, number):
    """Bring the fifth post of page ``number`` into sight, and stay there."""
    page.locator(f"#page-{number} .post-card__title a").nth(4).scroll_into_view_if_needed()
    stay(page, number)


def stay(page, number):
    """Wait until page ``number`` is known as the one being read, and all is at rest."""
    expect(page.locator(f"#page-{number}")).to_have_attribute("data-reading", "")
    come_to_rest(page)


def place(page):
    """Which post is the first below the window's upper edge, and how far down."""
    return page.evaluate(PLACE)


def return_to(page, where):
    """Wait for the place ``where``, for a while; give the place once the page is at rest."""
    page.evaluate(IS_BACK, where)
    come_to_rest(page)
    return place(page)


class Gate:
    """Holds back the answers to requests whose address has ``part`` in it."""

    def __init__(self, page, part="fragment="):
        self.held = []
        self.is_open = False
        self.page = page
        page.route(re.compile(re.escape(part)), self._catch)

    def answer(self, number=0):
        """Let one of those that wait go on, once it has come; 0 is the oldest."""
        self.wait_for(number + 1)
        self._answer(self.held.pop(number))

    def wait_for(self, count):
        """Wait until so many answers are held back: a request is told of before it is caught."""
        for _ in range(1800):
            if len(self.held) >= count:
                return
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        raise AssertionError(f"{len(self.held)} requests are held back, not {count}")

    def open(self):
        """Let all go on, and from now on everything at once."""
        self.is_open = True
        while self.held:
            self.answer()

    def _catch(self, route):
        if self.is_open:
            self._answer(route)
        else:
            self.held.append(route)

    def _answer(self, route):
        route.fulfill(response=route.fetch())
