"""What the authoring area weighs on its way to the browser: bytes and requests, not time."""

import re

import brotli
import pytest
from playwright.sync_api import expect

from tests.browser.writing import open_editor, use_editor

BODY = "First line.\n\n```py\nlease = 1\n```\n"
# The page itself is sent anew each time; the rest is kept by browsers.
MOST_OF_THE_PAGE = 9_500
MOST_BYTES = 120_000
MOST_OF_CODEMIRROR = 62_000
# With three fonts, the icon, the preview, the checks and the card of the post.
MOST_REQUESTS = 14
MOST_ON_USE = 11_000
MOST_WHILE_PLAIN = 56_000

# Page, styles and scripts of other pages for authors, by their addresses.
DESK = {
    "./write/": 12_400,
    "./write/posts": 14_200,
    "./write/media": 19_300,
    "./write/tags": 11_200,
}


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body=BODY, published_at=None, authors=[author.author])


@pytest.fixture
def answers(author_page):
    """All answers so far."""
    found = []
    author_page.on("response", lambda answer: found.append(answer))
    return found


def weights(answers):
    """What each weighs as it is sent in the end: files are compressed as well as can be."""
    # Fonts and pictures are the blog's own, and kept from its other pages.
    texts = [answer for answer in answers if answer.request.resource_type not in {"font", "image"}]
    return {answer.url: weight(answer) for answer in texts}


def weight(answer):
    sent = int(answer.headers.get("content-length", 0))
    is_page = "/static/" not in answer.url
    return sent if is_page and sent else len(brotli.compress(answer.body()))


def test_the_editors_screen_is_light(author_page, draft, answers):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.wait_for_load_state("networkidle")

    found = weights(answers)
    names = {re.sub(r".*/|\.[0-9a-f]{12}", "", address): size for address, size in found.items()}
    assert names[str(draft.id)] < MOST_OF_THE_PAGE
    assert names["codemirror-6.43.15.min.js"] < MOST_OF_CODEMIRROR
    assert sum(found.values()) < MOST_BYTES, found
    assert len(answers) <= MOST_REQUESTS
    # Nothing is on the way before the page and its styles but these two.
    assert [one.request.resource_type for one in answers[:2]] == ["document", "stylesheet"]

    answers.clear()
    use_editor(author_page)
    author_page.wait_for_load_state("networkidle")
    assert sum(weights(answers).values()) < MOST_ON_USE


def test_who_opens_the_editor_again_is_sent_the_page_alone(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.wait_for_load_state("networkidle")

    open_editor(author_page, f"./write/posts/{draft.id}")

    timing = "performance.getEntriesByType('resource').filter((one) => one.transferSize > 0)"
    fetched = author_page.evaluate(f"{timing}.map((one) => new URL(one.name).pathname)")
    assert [path for path in fetched if "/static/" in path] == []


def test_a_plain_field_is_all_that_comes_where_one_is_chosen(author_page, draft, answers):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.get_by_label("Plain text field").check()
    expect(author_page.locator("markdown-editor")).to_have_attribute("data-surface", "plain")
    author_page.wait_for_load_state("networkidle")
    answers.clear()

    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.wait_for_load_state("networkidle")

    found = weights(answers)
    assert not [address for address in found if re.search("codemirror|code-surface", address)]
    assert sum(found.values()) < MOST_WHILE_PLAIN


def test_other_pages_for_authors_load_no_editor(author_page, draft, answers):
    found = {}
    for address in DESK:
        answers.clear()
        author_page.goto(address)
        author_page.wait_for_load_state("networkidle")
        found[address] = weights(answers)

    loaded = [name for each in found.values() for name in each]
    assert not [name for name in loaded if re.search("editor|codemirror|keeper", name)]
    assert {address: sum(each.values()) < DESK[address] for address, each in found.items()} == (
        dict.fromkeys(DESK, True)
    ), {address: sum(each.values()) for address, each in found.items()}
