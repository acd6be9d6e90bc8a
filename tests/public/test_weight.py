"""What readers' pages weigh: bytes on their way, elements, and the styles they begin with.

Why the numbers are these is said in docs/decisions.md, "A page shows itself first".
"""

import re
from datetime import UTC, datetime

import brotli
import pytest
import yaml

from blogapp.demo.loading import POSTS, name_the_site
from blogapp.extensions import db
from blogapp.site.reading import get_site
from blogapp.web.sheets import RARE

SHOWN = 14
# Bytes of the page with its styles in it, of those styles alone, and elements in the tree.
# The letters of a hash weigh up to 30 bytes more or less.
LISTINGS = {
    "cards": (12_300, 5_000, 490),
    "log": (11_200, 5_000, 430),
    "minimal": (7_800, 3_500, 190),
}
# What a post has around its text, and for each thousand words of it.
MOST_OF_POST, MOST_OF_WORDS = 11_600, 3_200
MOST_OF_STYLES, MOST_ELEMENTS = 7_000, 310
SETTINGS = {
    "cards": {},
    "log": {"layout": "log", "card_fields": ["domain", "date", "title", "summary"]},
    "minimal": {
        "layout": "minimal",
        "list_parts": [],
        "card_fields": ["date", "title", "summary"],
        "page_size": 10,
    },
}
LARGEST_SCRIPT = 7_100
LARGEST_LATER = 10_000


@pytest.fixture
def blog(prepare, make_post, make_author):
    """Posts of the demo, as long and as varied as posts are."""

    def write():
        name_the_site()
        authors = [make_author(name) for name in ("Mara Lindqvist", "Jonas Okafor")]
        for number, path in enumerate(sorted(POSTS.glob("*.md"))[:SHOWN], start=1):
            _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
            said = yaml.safe_load(front)
            make_post(
                said["title"],
                body=body,
                summary=said.get("summary", ""),
                tags=said["tags"],
                domain=said.get("domain", ""),
                authors=authors[number % 2 :],
                published_at=datetime(2020 + number // 3, number % 12 + 1, 3, 8, tzinfo=UTC),
            )

    prepare(write, key="posts of the demo")


def weight(text):
    return len(brotli.compress(text.encode()))


def styles(text):
    return re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]


def elements(page):
    """Return how many elements a browser that runs scripts makes of it."""
    for unseen in page.find_all(["template", "noscript"]):
        unseen.clear()
    return len(page.find_all(True))


def too_much(found, limits):
    return {
        name: (numbers, limits[name])
        for name, numbers in found.items()
        if any(number > most for number, most in zip(numbers, limits[name], strict=True))
    }


@pytest.mark.parametrize("layout", LISTINGS)
def test_listings_are_light(blog, browser, layout):
    site = get_site()
    for name, value in SETTINGS[layout].items():
        setattr(site, name, value)
    db.session.add(site)
    db.session.commit()

    text = browser.get("/").text

    found = {layout: (weight(text), weight(styles(text)), elements(browser.page("/")))}
    assert too_much(found, LISTINGS) == {}


def test_posts_are_light(blog, browser):
    found = {}

    for link in browser.page("/").select("article h2 a"):
        text = browser.get(link["href"]).text
        page = browser.page(link["href"])
        prose = page.select_one(".prose")
        words = len(prose.get_text(" ").split())
        around = weight(text) - words * MOST_OF_WORDS / 1000
        inside = len(prose.find_all(True))
        found[link["href"]] = around, weight(styles(text)), elements(page) - inside

    assert len(found) == 12
    limits = dict.fromkeys(found, (MOST_OF_POST, MOST_OF_STYLES, MOST_ELEMENTS))
    assert too_much(found, limits) == {}


def test_what_comes_after_the_page_is_one_script_and_one_sheet(blog, browser):
    page = browser.page("/")
    sheet = browser.get(page.html["data-later"]).text
    sources = [script["src"] for script in page.find_all("script", src=True)]

    assert weight(sheet) < LARGEST_LATER
    assert weight(browser.get(sources[-1]).text) < LARGEST_SCRIPT
    assert [source.rpartition("/")[2].partition(".")[0] for source in sources] == [
        "htmx-4",
        "listing",
    ]
    assert page.head.find_all("script", src=True) == []


@pytest.mark.parametrize(
    "address", ["/", "/?view=log", "/?view=minimal", "/?not=html", "/?q=cursor", "/?page=2"]
)
def test_a_page_begins_with_the_styles_of_all_that_it_shows(blog, browser, address):
    assert unstyled(browser, address) == []


def unstyled(browser, address):
    """Return what of the rare parts on a page its first frame would show bare."""
    sheet = styles(browser.get(address).text)
    page = browser.page(address)
    for unseen in [*page.find_all(["template", "noscript"]), *page.select("[popover]")]:
        unseen.clear()
    held = {name for element in page.find_all(class_=True) for name in element["class"]}
    return [name for name in RARE if name in held and f".{name}" not in sheet]
