"""Formulas, diagrams and cards as Chromium shows them: on a phone, in the dark, from here alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE

BODY = """
Text with $O(n \\log n)$ in it.

$$
\\left( a + b + c + d + e + f + g + h + i + j + k + l + m + n + o \\right) = \\frac{1}{2}
$$

```mermaid
flowchart LR
  A[Browser] -->|GET| B{Kept?} -- no --> C[App] --> D[(Database)] --> E[Disk] --> F[Tape]
```

/posts/leases

https://www.youtube.com/watch?v=dQw4w9WgXcQ
"""


@pytest.fixture
def drawn(make_post):
    make_post("Leases", summary="A lease is a guess.")
    return make_post("Drawn", body=BODY)


@pytest.mark.usefixtures("drawn")
def test_what_is_wider_than_a_phone_scrolls_by_itself(new_page):
    page = new_page(viewport=PHONE)

    page.goto("./posts/drawn")

    for selector in (".equation", ".diagram__scroll"):
        box = page.locator(selector)
        assert box.evaluate("e => e.scrollWidth > e.clientWidth + 20")
        # Its beginning is not cut off, and the keyboard reaches it.
        assert box.evaluate("e => e.firstElementChild.getBoundingClientRect().left >= 0")
        expect(box).to_have_attribute("tabindex", "0")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.usefixtures("drawn")
def test_a_diagram_follows_the_colours_of_the_page(new_page):
    def colours(scheme):
        page = new_page(viewport=DESK, color_scheme=scheme, java_script_enabled=False)
        page.goto("./posts/drawn")
        style = "e => [getComputedStyle(e).fill, getComputedStyle(e.closest('svg')).color]"
        return page.locator(".diagram svg rect").first.evaluate(style)

    light, dark = colours("light"), colours("dark")

    assert light[0] != dark[0]
    assert light[1] != dark[1]


@pytest.mark.usefixtures("drawn")
def test_cards_are_there_without_asking_anybody(new_page):
    # `watch` sees to it that no other host is asked and no policy broken.
    page = new_page(viewport=DESK)

    page.goto("./posts/drawn")

    expect(page.locator(".embed--post .embed__title")).to_have_text("Leases")
    expect(page.locator(".embed--video .embed__title")).to_have_text("Video on YouTube")
    expect(page.locator(".prose math").first).to_be_visible()


@pytest.mark.usefixtures("drawn")
def test_the_source_of_a_diagram_opens_by_keyboard(new_page):
    page = new_page(viewport=DESK, java_script_enabled=False)
    page.goto("./posts/drawn")
    summary = page.get_by_text("Source of the diagram")

    summary.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("A[Browser] -->|GET| B{Kept?}")).to_be_visible()
