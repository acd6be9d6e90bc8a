"""Attacks in every text of the database, on every page: as parsers of browsers see them."""

import feedparser
import pytest
from flask import Response

from blogapp.text.commenting import comment_html
from blogapp.text.from_html import to_markdown
from blogapp.text.markdown import render
from blogapp.text.sanitizing import sanitize
from tests.attacked import OWN_ATTACKS, addresses, dangers, fill, filled_in, residue
from tests.conftest import parse

PROMISE = "Content is harmless"
PARTS = 16
# Sent by forms, too, is one part in so many.
EVERY = 16


@pytest.fixture
def attacked(app, owner, make_post):
    """Fill the blog with attacks; gives the owner's browser, which sees everything."""

    def attack(attacks):
        fill(attacks, owner.author, make_post)
        return owner

    return attack


def found_on(owner, attacks, *, sends=True):
    """What stands on which page, and how many answers were looked at."""
    found, seen, forms = {}, 0, {}
    for address in dict.fromkeys(addresses(owner.application, attacks)):
        response = owner.get(f"/{address.removeprefix('./')}")
        seen += 1
        look(found, address, response)
        if sends and b"<form" in response.data and response.mimetype == "text/html":
            sent = filled_in(parse(response.text), address.partition("?")[0], " ".join(attacks))
            forms |= dict(sent)
    for address, fields in forms.items():
        if address.startswith("/") and address.partition("?")[0] not in ENDS:
            seen += 1
            look(found, f"POST {address}", owner.post(address, data=fields))
    return found, seen


# They end the session of whoever asks.
ENDS = {"/logout", "/account/password/new"}


def look(found, address, response):
    if response.status_code >= 500:
        found[address] = [response.status]
    elif left := residue(response):
        found[address] = left


def in_feeds(browser):
    """What in the HTML of feeds could run, as a program reads it that trusts them."""
    for feed in ("feed.xml", "rss.xml"):
        read = feedparser.parse(browser.get(f"/{feed}?limit=1000").text, sanitize_html=False)
        assert not read.bozo, read.bozo_exception
        for entry in read.entries:
            for part in entry.get("content", []):
                yield from dangers(part.value)
    for item in browser.get("/feed.json?limit=1000").json["items"]:
        yield from dangers(item.get("content_html", ""))


def test_own_attacks_leave_nothing_on_any_page(attacked, browser):
    owner = attacked(OWN_ATTACKS)

    assert list(in_feeds(browser)) == []
    assert found_on(owner, OWN_ATTACKS)[0] == {}


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_no_known_attack_leaves_anything_on_any_page(attacked, browser, payloads, part, figure):
    attacks = [p["p"] for p in payloads[part::PARTS]]
    owner = attacked(attacks)

    found, seen = found_on(owner, attacks, sends=part % EVERY == 0)

    assert list(in_feeds(browser)) == []
    assert found == {}
    figure(PROMISE, "strings in every text of the database", len(attacks))
    figure(PROMISE, "answers read by a browser's parser", seen)
    figure(PROMISE, "dangerous residue on pages", len(found))
    figure(PROMISE, "answers 5xx", 0)


@pytest.mark.prove
def test_no_known_attack_leaves_anything_in_any_text(payloads, figure):
    """Bodies, remarks, what strangers said, and what comes of pasted HTML."""
    found = {}
    for attack in (p["p"] for p in payloads):
        html = render(attack).html
        made = [html, comment_html(attack), comment_html(html), sanitize(attack)]
        made.append(render(to_markdown(attack).markdown).html)
        if left := [danger for each in made for danger in dangers(each)]:
            found[attack] = left

    assert found == {}
    figure(PROMISE, "strings rendered in five ways", len(payloads))
    figure(PROMISE, "dangerous residue in texts", 0)


@pytest.mark.parametrize(
    "planted",
    [
        "<script>alert(1)</script>",
        "<a href='java&Tab;script:x'>x</a>",
        "<b onclick=x>x</b>",
        "<base href=//evil.example>",
        "<style>@import '//evil.example'</style>",
        "<p style='x'>x</p>",
        "<script src=//evil.example/static/x.js></script>",
        "<form action=javascript:x></form>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
    ],
)
def test_what_is_left_is_noticed(planted):
    clean, dirty = (
        Response(f"<!doctype html><main>{html}</main>", mimetype="text/html")
        for html in ("", planted)
    )

    assert residue(clean) == []
    assert residue(dirty)
