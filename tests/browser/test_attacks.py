"""Strings that want to run, put wherever an author or a reader can put text: none runs.

Pages are opened twice over: with their policy, which must have nothing to stop, and
without it, so that the sanitiser has to hold alone.
"""

import os
import re
from collections import Counter
from datetime import timedelta
from random import Random
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, Series, Tag
from blogapp.posts.naming import find_or_make_authors
from blogapp.posts.rendering import place
from blogapp.site.models import Site
from blogapp.text.markdown import render
from blogapp.text.slugs import is_slug
from tests.attacked import dangers
from tests.browser.trapping import PROVOKE, open_and_provoke, serve
from tests.browser.writing import open_editor
from tests.conftest import JANUARY

SAMPLE_SEED = 20261120
SAMPLE = 48 if os.environ.get("PROVE") else 16
PAGE_SIZE = 50
PARTS = 4
# Of what is opened seldom: one in so many.
EVERY = 8
LONGEST_QUERY = 200
ELSEWHERE = "https://evil.example"
OWN_ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    '"><b onmouseover=alert(1) onclick=confirm(1)>press',
    "</title></textarea></style></script><script>prompt(1)</script>",
    "[press](javascript:alert(1)) and <javascript:alert(1)>",
    "<a href='jAva&Tab;script:alert(1)'>press</a>",
    '![x](x"onerror=alert`1`) ![y](data:text/html,<script>alert(1)</script>)',
    "<details open ontoggle=print()><summary>x</summary></details>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<form action=javascript:alert(1)><button>press</button><input onfocus=alert(1) autofocus>",
    f"<p hx-get='{ELSEWHERE}/' hx-trigger=load hx-on:load='alert(1)'>x</p>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}/'><base href='{ELSEWHERE}/'>",
    f"<style>@import '{ELSEWHERE}/x.css'</style><p style='background:url({ELSEWHERE}/)'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "{{ 7*7 }}${alert(1)}<%= alert(1) %>'-alert(1)-'\\u003cscript>alert(1)\\u003c/script>",
]


@pytest.fixture
def publish(app, make_post):
    """Publish a post for each attack, with the attack in whatever field takes a text."""
    db.session.add(Site(id=1, title="Attacked", page_size=PAGE_SIZE))
    db.session.commit()

    def publish(attacks):
        posts = []
        for number, attack in enumerate(attacks):
            authors = find_or_make_authors([attack], now=JANUARY)
            posts.append(
                make_post(
                    attack,
                    body=attack,
                    slug=free_slug(attack, number),
                    summary=attack,
                    kind=attack[:40],
                    tags=[attack],
                    domain=attack,
                    series=attack,
                    authors=authors,
                    published_at=JANUARY - timedelta(minutes=number),
                )
            )
        return [post.slug for post in posts]

    return publish


def free_slug(attack, number):
    return f"{number}-{attack}" if is_slug(f"{number}-{attack}") else f"attack-{number}"


def sample(payloads):
    return [p["p"] for p in Random(SAMPLE_SEED).sample(payloads, SAMPLE)]


def listings(count):
    pages = -(-count // PAGE_SIZE)
    return ["./", *(f"./?page={number}" for number in range(2, pages + 1)), "tags", "archive"]


def places():
    """The pages of some tags, domains, series and authors, whose names are attacks."""
    models = {"tags": Tag, "domains": Domain, "series": Series, "authors": Author}
    for path, model in models.items():
        for slug in db.session.scalars(select(model.slug).where(model.id % EVERY == 1)):
            yield f"{path}/{quote(slug, safe='')}"


def questions(attacks):
    """Addresses that carry attacks in whatever a reader can ask for, several in each."""
    # Control characters are refused, and with them the rest would be.
    texts = ["".join(c for c in attack if c.isprintable())[:200] for attack in attacks]
    for group in packed(texts):
        keys = ("tag", "not", "domain", "series", "author")
        pairs = [(key, text) for key in keys for text in group]
        yield f"./?{urlencode([*pairs, ('q', ' '.join(group))])}"
    for text in texts[::EVERY]:
        yield f"login?{urlencode({'next': text})}"
        yield quote(text, safe="") or "nowhere"


def packed(texts):
    """Groups of texts that fit into the words of one search."""
    group = []
    for text in texts:
        if group and len(" ".join([*group, text])) > LONGEST_QUERY:
            yield group
            group = []
        group.append(text)
    if group:
        yield group


def check_bodies(trapped, *, policy):
    """Open the bodies of all posts, many on a page: they are well-formed each by itself."""
    page, trap = trapped(policy=policy)
    bodies = [place(html, "/") for html in db.session.scalars(select(Post.html).order_by(Post.id))]
    for start in range(0, len(bodies), PAGE_SIZE):
        shown = bodies[start : start + PAGE_SIZE]
        serve(page, "".join(f'<div class="prose" hx-ignore>{body}</div>' for body in shown))
        open_and_provoke(page, "raw", "main")
        assert trap.caught == [], start


def check_posts(trapped, slugs, *, policy, count=0):
    page, trap = trapped(policy=policy)
    addresses = [
        *listings(count or len(slugs)),
        "feed.xml?limit=1000",
        *(f"posts/{slug}" for slug in slugs),
    ]
    for address in [*addresses, *places()]:
        open_and_provoke(page, address)
        assert trap.caught == [], address


def check_questions(trapped, attacks):
    page, trap = trapped(policy=False)
    for address in questions(attacks):
        open_and_provoke(page, address)
        assert trap.caught == [], address


def check_desk(trapped, owner, slugs, *, every=1):
    page, trap = trapped(policy=False, as_author=owner)
    for address in ("write", "write/posts", "write/tags", "write/settings"):
        page.goto(address)
        assert trap.caught == [], address
    for number, slug in enumerate(slugs):
        page.goto(f"write/posts/{1 + number * every}")
        assert trap.caught == [], slug


def check_preview(trapped, owner, attacks):
    page, trap = trapped(policy=False, as_author=owner)
    for attack in attacks:
        open_editor(page, "write/posts/new")
        page.locator("#title").fill(" ".join(attack.split()))
        page.locator("markdown-editor").evaluate("(editor, text) => editor.replace(text)", attack)
        page.locator("#preview-button").click()
        page.wait_for_url(re.compile("/preview$"))
        assert page.locator("[name=body]").input_value().split() == attack.split()
        page.evaluate(PROVOKE, "main")
        assert trap.caught == [], attack


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
def test_own_attacks_do_not_run_for_readers(trapped, publish, policy):
    slugs = publish(OWN_ATTACKS)

    check_posts(trapped, slugs, policy=policy)


def test_own_attacks_do_not_run_in_addresses(trapped):
    check_questions(trapped, OWN_ATTACKS)


def test_own_attacks_do_not_run_for_authors(trapped, publish, owner):
    slugs = publish(OWN_ATTACKS)

    check_desk(trapped, owner, slugs)
    check_preview(trapped, owner, OWN_ATTACKS)


def test_own_attacks_leave_nothing_behind():
    assert {attack: dangers(render(attack).html) for attack in OWN_ATTACKS} == {
        attack: [] for attack in OWN_ATTACKS
    }


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
def test_known_attacks_do_not_run_for_readers(trapped, publish, payloads, policy):
    slugs = publish(sample(payloads))

    check_bodies(trapped, policy=policy)
    check_posts(trapped, slugs[::2], policy=policy)


def test_known_attacks_do_not_run_in_addresses(trapped, payloads):
    check_questions(trapped, sample(payloads))


def test_known_attacks_do_not_run_for_authors(trapped, publish, payloads, owner):
    attacks = sample(payloads)[:20]
    slugs = publish(attacks)

    check_desk(trapped, owner, slugs)
    check_preview(trapped, owner, attacks[:8])


def test_known_attacks_leave_nothing_behind(payloads):
    found = {p["id"]: dangers(render(p["p"]).html) for p in payloads}

    assert {id: left for id, left in found.items() if left} == {}


@pytest.mark.prove
@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
@pytest.mark.parametrize("part", range(PARTS))
def test_no_known_attack_runs_for_readers(trapped, publish, payloads, part, policy):
    slugs = publish([p["p"] for p in payloads[part::PARTS]])

    check_bodies(trapped, policy=policy)
    check_posts(trapped, slugs[::EVERY], policy=policy, count=len(slugs))


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_no_known_attack_runs_in_addresses(trapped, payloads, part):
    check_questions(trapped, [p["p"] for p in payloads[part::PARTS]])


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_no_known_attack_runs_for_authors(trapped, publish, payloads, owner, part):
    attacks = [p["p"] for p in payloads[part::PARTS]]
    slugs = publish(attacks)

    check_desk(trapped, owner, slugs[::EVERY], every=EVERY)
    check_preview(trapped, owner, attacks[::EVERY])


def test_an_attack_that_runs_is_noticed(trapped):
    page, trap = trapped(policy=False)
    attacks = [attack for attack in OWN_ATTACKS if "<" in attack and "alert" in attack]

    noticed = Counter()
    for attack in attacks:
        serve(page, attack)
        open_and_provoke(page, "raw", "body")
        noticed[attack] = len(trap.caught)
        trap.caught.clear()

    assert sum(map(bool, noticed.values())) >= len(attacks) - 4, noticed


def test_what_the_policy_stops_is_noticed(trapped):
    page, trap = trapped()

    serve(page, "<img src=x onerror=alert(1)>")
    open_and_provoke(page, "raw", "body")

    assert any(caught.startswith("stopped") for caught in trap.caught)


def test_most_known_attacks_run_when_served_as_they_are(trapped, payloads):
    live = Random(SAMPLE_SEED).sample([p["p"] for p in payloads if p.get("live")], 40)
    page, trap = trapped(policy=False)

    noticed = 0
    for attack in live:
        serve(page, attack)
        open_and_provoke(page, "raw", "body")
        noticed += bool(trap.caught)
        trap.caught.clear()

    assert noticed >= 30
