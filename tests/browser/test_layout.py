"""How pages fit: on any width, with large text, for fingers, for the keyboard."""

import pytest

from blogapp.demo.loading import name_the_site
from blogapp.extensions import db
from tests.browser.conftest import DESK, PHONE
from tests.browser.pages import PRIVATE, PUBLIC, fill, visit

WIDTHS = (320, 360, 768, 1024, 1280, 1440)
SMALLEST_TARGET = 24  # CSS pixels (WCAG 2.2, 2.5.8)
KEY_PRESSES = 40

# What sticks out to the right although nothing there can be scrolled to.
STICKING_OUT = """() => {
  const scrolls = (element) => /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX)
  const within = (element) => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
      if (scrolls(e)) return true
    return false
  }
  const width = document.documentElement.clientWidth
  const found = []
  const whole = document.scrollingElement.scrollWidth
  if (whole > width) found.push(`page: ${whole}`)
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect()
    if (box.width > 1 && box.right > width + 1 && element.checkVisibility() && !within(element))
      found.push(`${element.localName}.${element.className}: ${box.right}`)
  }
  return found.slice(0, 5)
}"""

# Text that a box of fixed size cuts off.
CUT_OFF = """() => {
  const found = []
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const hasText = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
    if (!hasText || box.width < 2 || box.height < 2 || !element.checkVisibility()) continue
    const cut = (axis, inner, outer) => /hidden|clip/.test(axis) && inner > outer + 1
    const meant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none"
    if (!meant && (cut(style.overflowX, element.scrollWidth, element.clientWidth)
        || cut(style.overflowY, element.scrollHeight, element.clientHeight)))
      found.push(`${element.localName}.${element.className}: ${element.textContent.slice(0, 40)}`)
  }
  return found
}"""

# Targets of less than 24 by 24: measured by where a press on them lands, since a box may
# be enlarged by a pseudo-element. Links among the words of a sentence may be as high as those.
SMALL_TARGETS = """(least) => {
  const inSentence = (element) =>
    getComputedStyle(element).display === "inline" && (element.closest(".prose")
      || [...element.parentElement.childNodes].some((n) => n.nodeType === 3 && /\\w/.test(n.data)))
  const hits = (target, x, y) => {
    const hit = document.elementFromPoint(x, y)
    return hit && (target.contains(hit) || hit.contains(target) && hit.matches("label, a, button"))
  }
  const found = []
  const seen = new Set()
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary")
  for (const element of all) {
    const isTicked = element.labels?.length && /radio|checkbox/.test(element.type)
    const target = isTicked ? element.labels[0] : element
    const isShown = { visibilityProperty: true, opacityProperty: true }
    if (seen.has(target) || !target.checkVisibility(isShown)) continue
    seen.add(target)
    if (element.type === "hidden" || inSentence(element)) continue
    if (target.getBoundingClientRect().width < 2) continue
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" })
    const box = target.getBoundingClientRect()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const reach = least / 2 - 0.5
    const isWide = box.width >= least || (hits(target, x - reach, y) && hits(target, x + reach, y))
    const isHigh = box.height >= least || (hits(target, x, y - reach) && hits(target, x, y + reach))
    if (!isWide || !isHigh)
      found.push([element.localName, element.className, element.textContent.trim().slice(0, 20),
        Math.round(box.width), Math.round(box.height)].join(" "))
  }
  return found
}"""

# What has the focus, and whether one can see that; null when the page has it.
FOCUSED = """() => {
  const element = document.activeElement
  if (!element || element === document.body) return null
  const ringed = (e) => {
    if (!e) return false
    const style = getComputedStyle(e)
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1)
      || style.boxShadow !== "none"
  }
  const holder = element.closest("label") ?? element
  const near = [element, holder, element.parentElement, element.nextElementSibling]
  const box = holder.getBoundingClientRect()
  const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2
  const hit = document.elementFromPoint(
    middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight))
  const isRinged = near.some(ringed)
  const isUncovered = !!hit && (holder.contains(hit) || hit.contains(element))
  const name = [element.localName, element.className, element.textContent.trim().slice(0, 20)].join(" ")
  return { name, isRinged, isUncovered, isSeen: isRinged && isUncovered }
}"""

LINES = """(paragraph) => {
  const range = document.createRange()
  range.selectNodeContents(paragraph)
  const bottoms = [...range.getClientRects()].map((box) => Math.round(box.bottom))
  return [...new Set(bottoms)].sort((a, b) => a - b)
}"""


@pytest.fixture
def blog(make_author, make_post):
    name_the_site()
    db.session.commit()
    fill(make_author, make_post)


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

    assert unseen_focus(page) == []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == [], size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(STICKING_OUT) == [], width

    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(STICKING_OUT) + page.evaluate(CUT_OFF) == [], width


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
