"""Attacks in every text of a frozen blog: what lies in its files runs nowhere."""

from datetime import UTC, datetime

import pytest
from flask import Response

from blogapp.caching import freezing
from tests.attacked import OWN_ATTACKS, fill, residue

PUBLIC = "https://frozen.example.com"
# An old address is a small page that leads on, to a place of ours.
MOVED = f"meta {{'http-equiv': 'refresh', 'content': '0; url={PUBLIC}/"


@pytest.fixture
def settings():
    return {"PUBLIC_URL": PUBLIC, "FROZEN": True}


@pytest.fixture
def clock(clock):
    clock.set(datetime(2026, 6, 1, 12, tzinfo=UTC))
    return clock


def test_own_attacks_leave_nothing_in_any_file(
    app, browser, owner, make_post, tmp_path, clock, monkeypatch
):
    statics = app.extensions["statics"]
    monkeypatch.setattr(statics, "all", lambda: [statics.asset("css/fonts.css")])
    fill(OWN_ATTACKS, owner.author, make_post)
    folder = tmp_path / "site"

    freezing.freeze(app, folder, done=lambda: None)

    pages = sorted(folder.rglob("*.html"))
    names = [f"/{page.relative_to(folder).as_posix()}" for page in pages]
    live = [browser.get(name.removesuffix("index.html").rstrip("/") or "/") for name in names]
    # Of what is ours in a page, the hashes stand in the policies.
    policies = " ".join({answer.headers["Content-Security-Policy"] for answer in live})
    found = {}
    for name, page in zip(names, pages, strict=True):
        headers = {"Content-Security-Policy": policies}
        answer = Response(page.read_bytes(), mimetype="text/html", headers=headers)
        if left := [each for each in residue(answer) if not each.startswith(MOVED)]:
            found[name] = left
    assert found == {}
    assert len(pages) > 10
