"""How pages fit: on any width, with large text, for fingers, for the keyboard."""

import pytest

from blogapp.demo.loading import name_the_site
from blogapp.extensions import db
from tests.browser.conftest import DESK, PHONE
from tests.browser.measures import CUT_OFF, FOCUSED, LINES, SMALL_TARGETS, STICKING_OUT
from tests.browser.pages import PRIVATE, PUBLIC, fill, visit

WIDTHS = (320, 360, 768, 1024, 1280, 1440)
SMALLEST_TARGET = 24  # CSS pixels (WCAG 2.2, 2.5.8)
KEY_PRESSES = 40


@pytest.fixture
def blog(prepare, make_author, make_post):
    prepare(fill, make_author, make_post)
    name_the_site()
    db.session.commit()


@pytest.fixture
def opened(blog, new_page, request):
    """Open a page of some kind, signed in where that is asked for."""

    def open_kind(kind, **options):
        author = request.getfixturevalue("owner") if kind in PRIVATE else None
        page = new_page(as_author=author, **options)
        visit(page, kind)
        return page

    return open_kind


@pytest.mark.parametrize("kind", [*PUBLIC, *PRIVATE])
def test_pages_fit_every_width_finger_and_key(opened, kind):
    page = opened(kind)

    found = {"without a visible focus": unseen_focus(page)}
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        found[f"small at {size}"] = page.evaluate(SMALL_TARGETS, SMALLEST_TARGET)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[f"sticking out at {width}"] = page.evaluate(STICKING_OUT)

    assert_nothing(found)


def assert_nothing(found):
    assert {what: faults for what, faults in found.items() if faults} == {}


def unseen_focus(page):
    """Press Tab on and on; return what then had the focus without showing it."""
    stops = []
    for _ in range(KEY_PRESSES):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    return [stop for stop in stops if stop and not stop["isSeen"]]


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 720}], ids=["phone", "desk"])
def test_the_first_title_is_on_screen(opened, size):
    page = opened("listing", viewport=size)

    title = page.locator(".post-card__title").first.bounding_box()
    assert title["y"] + title["height"] <= size["height"]


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 720}], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", ["post", "short post"])
def test_two_lines_of_a_post_are_on_screen(opened, size, kind):
    page = opened(kind, viewport=size)

    lines = page.locator(".prose p").first.evaluate(LINES)
    assert lines[1] <= size["height"]


def test_what_does_not_fit_is_found(opened):
    page = opened("missing page", viewport=PHONE)

    page.evaluate(
        """() => {
          const add = (html) => document.querySelector("main").insertAdjacentHTML("beforeend", html)
          add('<div id="wide">wide</div><a href="#x" id="small">x</a><div id="low">a<br>b</div>')
          Object.assign(document.querySelector("#wide").style, { width: "500px" })
          Object.assign(document.querySelector("#small").style,
            { display: "block", width: "10px", height: "10px", outline: "none" })
          Object.assign(document.querySelector("#low").style, { height: "5px", overflow: "hidden" })
        }"""
    )
    page.locator("#small").focus()
    bare = page.evaluate(FOCUSED)

    assert page.evaluate(STICKING_OUT)
    assert page.evaluate(CUT_OFF)
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET)
    assert not bare["isSeen"]
