"""What the editor's screen weighs on its way to the browser: bytes and requests, not time."""

import brotli
import pytest

from tests.browser.writing import open_editor

# What is there today; the goal is 120,000. Half of it is CodeMirror.
MOST_BYTES = 132_000
MOST_OF_CODEMIRROR = 62_000
MOST_REQUESTS = 14


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body="First line.\n", published_at=None, authors=[author.author])


def test_the_editors_screen_is_light(author_page, draft):
    answers = []
    author_page.on("response", lambda answer: answers.append(answer))

    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.wait_for_load_state("networkidle")

    # Fonts and pictures are the blog's own, and kept from its other pages.
    texts = [answer for answer in answers if answer.request.resource_type not in {"font", "image"}]
    weights = {answer.url: len(brotli.compress(answer.body())) for answer in texts}
    codemirror = [weight for address, weight in weights.items() if "/codemirror-" in address]
    assert sum(codemirror) < MOST_OF_CODEMIRROR
    assert sum(weights.values()) < MOST_BYTES, weights
    assert len(answers) < MOST_REQUESTS
