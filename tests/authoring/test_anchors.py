"""Links to a section go on working when its post is edited."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.rendering import rebuild
from tests.authoring.conftest import publish
from tests.conftest import parse

BODY = """Why it failed.

## What we saw

Three alarms in a row.

## Setup

Install the agent on every machine.

## What we changed

A lease instead of a lock.
"""


@pytest.fixture
def post(author, make_post):
    """A post that readers have seen."""
    return make_post("Leases", body=BODY, authors=[author.author])


@pytest.fixture
def edit(author, typed):
    """Save a post with another body, as its author does."""

    def save(post, body):
        answer = publish(author, post, typed(post, body=body))
        assert answer.status_code == 303

    return save


def section_at(browser, post, anchor):
    """Return the heading to which a link with an anchor leads, as it reads."""
    target = browser.page(f"/posts/{post.slug}").find(id=anchor)
    heading = target and (target if target.name == "h2" else target.find_parent("h2"))
    return heading and heading.text


def test_other_words_in_a_heading_break_no_link(browser, post, edit):
    edit(post, BODY.replace("What we saw", "What everybody saw"))
    edit(post, BODY.replace("What we saw", "What was seen by everybody"))

    for anchor in ("what-we-saw", "what-everybody-saw", "what-was-seen-by-everybody"):
        assert section_at(browser, post, anchor) == "What was seen by everybody"


def test_a_heading_of_the_same_name_takes_no_links_from_another(browser, post, edit):
    edit(post, BODY.replace("## What we saw", "## Setup\n\nIn short: none.\n\n## What we saw"))

    page = browser.page(f"/posts/{post.slug}")
    assert page.find(id="setup").find_next_sibling("p").text.startswith("Install the agent")
    assert page.find(id="setup-1").find_next_sibling("p").text == "In short: none."


def test_a_section_that_moves_keeps_its_links(browser, post, edit):
    saw = "## What we saw\n\nThree alarms in a row.\n\n"
    edit(post, BODY.replace(saw, "") + "\n" + saw.replace("we saw", "we had seen"))

    assert section_at(browser, post, "what-we-saw") == "What we had seen"


def test_a_heading_written_anew_in_the_same_place_keeps_its_links(browser, post, edit):
    edit(post, BODY.replace("Setup\n\nInstall the agent", "Agents\n\nRoll the agent out"))

    assert section_at(browser, post, "setup") == "Agents"


def test_a_section_that_comes_back_has_its_links_again(browser, post, edit):
    edit(post, BODY.replace("## What we saw", "## Alarms").replace("## Setup\n", ""))
    edit(post, BODY)

    assert section_at(browser, post, "setup") == "Setup"


def test_an_anchor_of_the_authors_choice_stands_beside_the_old_one(browser, post, edit):
    edit(post, BODY.replace("## Setup", "## Setup {#install}"))

    assert browser.page(f"/posts/{post.slug}").find("h2", id="install")
    assert section_at(browser, post, "setup") == "Setup"


def test_rendering_again_changes_no_anchor(browser, post, edit):
    edit(post, BODY.replace("What we saw", "What everybody saw"))
    before = browser.get(f"/posts/{post.slug}").text

    for _ in range(2):
        db.session.execute(update(Post).values(html=""))
        rebuild(post.id, ZoneInfo("UTC"))
        db.session.commit()

    assert browser.get(f"/posts/{post.slug}").text == before


def test_a_draft_drops_the_anchors_that_nobody_has_seen(author, make_post, edit):
    draft = make_post("Draft", body=BODY, authors=[author.author], published_at=None)

    edit(draft, BODY.replace("What we saw", "What everybody saw"))

    html = db.session.scalar(select(Post.html).where(Post.id == draft.id))
    assert "what-we-saw" not in html
    assert "what-everybody-saw" in html


def test_an_anchor_stands_once_in_a_page(browser, post, edit):
    edit(post, BODY.replace("## Setup", "## What we saw").replace("What we saw", "Setup", 1))
    edit(post, BODY.replace("## Setup", "## Set up"))
    edit(post, BODY)

    there = ids(browser.page(f"/posts/{post.slug}"))
    assert len(there) == len(set(there))


def test_a_preview_has_the_anchors_that_the_page_will_have(author, browser, post, typed, edit):
    body = BODY.replace("What we saw", "What everybody saw")

    answer = author.post(f"/write/posts/{post.id}/preview", data=typed(post, body=body))
    seen = ids(parse(answer.text))
    edit(post, body)

    page = browser.page(f"/posts/{post.slug}")
    assert seen == ids(page)
    assert "what-we-saw" in seen


def ids(page):
    return [element["id"] for element in page.select(".prose [id]")]
