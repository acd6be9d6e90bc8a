"""Attacks in every text of the database, on every page, in a browser: none runs."""

from random import Random

import pytest

from blogapp.text.commenting import comment_html
from blogapp.text.markdown import render
from tests.attacked import OWN_ATTACKS, addresses, fill
from tests.browser.trapping import open_and_provoke, serve

PROMISE = "Content is harmless"
SEED = 20261120
SAMPLE = 12
PARTS, EVERY = 16, 4
AT_ONCE = 64
# What is no page: the browser would save it.
FILES = (".csv", ".jsonl", ".md", "feed.json", "opensearch.xml", "security.txt")
# Chromium draws these itself, with styles of its own.
DRAWN = ("sitemap.xml", "sitemap-1.xml")


@pytest.fixture
def attacked(app, owner, make_post):
    """Fill the blog with attacks; gives the addresses of all its pages."""

    def attack(attacks):
        fill(attacks, owner.author, make_post)
        found = dict.fromkeys(addresses(app, attacks))
        return [each for each in found if not each.partition("?")[0].endswith(FILES + DRAWN)]

    return attack


def open_all(page, trap, pages):
    """Open each page and do to it what a reader could; gives what ran where."""
    ran = {}
    for address in pages:
        open_and_provoke(page, address, "body")
        if trap.caught:
            ran[address] = [*trap.caught]
            trap.caught.clear()
    return ran


def test_attacks_do_not_run_on_pages(trapped, attacked, owner):
    pages = Random(SEED).sample(attacked(OWN_ATTACKS), SAMPLE)
    page, trap = trapped(as_author=owner)

    assert open_all(page, trap, pages) == {}


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_no_known_attack_runs_on_any_page(trapped, attacked, owner, payloads, part, figure):
    attacks = [p["p"] for p in payloads[part::PARTS]]
    # Each string on a quarter of the pages, each page with a quarter of the strings.
    pages = attacked(attacks)[part % EVERY :: EVERY]

    # What runs when no policy stops it; and what nothing but the policy stops.
    for name, policy in (("executed", False), ("stopped by the policy alone", True)):
        page, trap = trapped(policy=policy, as_author=owner)
        ran = open_all(page, trap, pages)
        assert ran == {}
        figure(PROMISE, name, len(ran))
    figure(PROMISE, "strings in every text of the database, in Chromium", len(attacks))
    figure(PROMISE, "pages opened in Chromium", 2 * len(pages))


@pytest.mark.prove
@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
def test_no_known_attack_runs_in_a_text(trapped, payloads, policy, figure):
    """All of them as bodies and as remarks, many on a page: each is well-formed by itself."""
    page, trap = trapped(policy=policy)
    bodies = [render(p["p"]).html for p in payloads]
    bodies += [comment_html(p["p"]) for p in payloads]

    for start in range(0, len(bodies), AT_ONCE):
        shown = bodies[start : start + AT_ONCE]
        serve(page, "".join(f'<div class="prose" hx-ignore>{body}</div>' for body in shown))
        open_and_provoke(page, "raw", "main")
        assert trap.caught == [], start

    word = "texts shown under the policy" if policy else "texts shown without a policy"
    figure(PROMISE, f"{word}, in Chromium", len(bodies))
