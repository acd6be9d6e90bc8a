"""Real blogs by many hands, held against what an independent reading of them says."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.importing import importing
from blogapp.importing.importing import import_tree
from blogapp.posts.models import Post

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
CORPORA = ("jekyll", "hugo", "mixed")
# Every day the smallest of them; what the files of the others say is read below.
LONG = [pytest.param(corpus, marks=pytest.mark.prove) for corpus in CORPORA[1:]]
FIELDS = ["imported", "title", "date", "tags", "authors", "draft", "slug", "body"]
FIELDS += ["not a post, left out", "broken front matter reported"]
FIELDS += [f"rendered {name} (all agree)" for name in ("h", "pre", "img", "a", "table")]
# Addresses that only a site's own settings, which the corpora lack, can tell.
PERMALINKS = {
    "jekyllrb": "/news/:year/:month/:day/:title/",
    "18f": "/:year/:month/:day/:title/",
    "eevee": "/blog/:year/:month/:day/:title/",
    "bossylobster": "/:year/:month/:title.html",
}


@pytest.fixture
def expected(shared):
    def read(corpus):
        return json.loads((shared / "corpora" / corpus / "expectations.json").read_text())

    return read


@pytest.fixture
def take_in(shared, app):
    def run(corpus, **settings):
        store = app.extensions["media"]
        settings = {"zone": ZoneInfo("UTC"), "now": NOW, "store": store, **settings}
        return import_tree(shared / "corpora" / corpus, **settings)

    return run


@pytest.fixture
def check(shared, tmp_path):
    """Hand a report to the checker; returns the fields of ours in which files are wrong."""

    def run(corpus, report, *arguments):
        lines = tmp_path / "report.jsonl"
        lines.write_text("".join(json.dumps(o.line) + "\n" for o in report.outcomes))
        folder = shared / "corpora"
        checker = [
            sys.executable,
            folder / "check_import.py",
            folder / corpus / "expectations.json",
        ]
        done = subprocess.run([*checker, lines, *arguments], capture_output=True, text=True)
        found = wrong(done.stdout)
        assert done.returncode == (1 if found else 0), done.stdout
        return found

    return run


def wrong(printed):
    found = {}
    for line in printed.splitlines():
        name, _, numbers = line.partition(" right ")
        if numbers and name.strip() in FIELDS:
            found[name.strip()] = int(numbers.split("wrong")[1].split()[0])
    assert found.keys() >= {"imported", "title", "body"}, printed
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("corpus", [CORPORA[0], *LONG])
def test_a_corpus_comes_in_right_and_once(check, take_in, browser, expected, corpus):
    told = expected(corpus)
    zones = {site["name"]: ZoneInfo(site["timezone"]) for site in told["sites"]}

    report = take_in(corpus, zones=zones, permalinks=PERMALINKS)

    assert not report.failed
    assert check(corpus, report, "--strict") == {}
    for file in told["files"]:
        if file.get("url_path") and not file["draft"]:
            answer = browser.get(file["url_path"])
            assert (answer.status_code, answer.location[:7]) == (301, "/posts/"), file["url_path"]
    shown = " ".join(db.session.scalars(select(Post.html)))
    assert ("/media/" in shown) == any(site["images"] for site in told["sites"])

    versions = db.session.scalar(select(func.sum(Post.version)))
    again = take_in(corpus, zones=zones, permalinks=PERMALINKS)
    assert {str(outcome.result) for outcome in again.outcomes} <= {"unchanged", "skipped"}
    assert db.session.scalar(select(func.sum(Post.version))) == versions


@pytest.mark.parametrize("corpus", CORPORA)
def test_without_options_dates_are_read_in_the_blog_s_zone(check, take_in, monkeypatch, corpus):
    # What readers will see takes long to make and is not looked at here.
    nothing = SimpleNamespace(html="", formatted=True)
    monkeypatch.setattr(importing, "render_body", lambda body, *, media: nothing)

    report = take_in(corpus, dry_run=True)
    for outcome in report.outcomes:
        outcome.line.pop("rendered", None)

    assert check(corpus, report) == {}


def test_the_importer_knows_no_corpus_by_name(expected):
    names = {site["name"] for corpus in CORPORA for site in expected(corpus)["sites"]}
    folder = Path(importing.__file__).parent

    text = " ".join(path.read_text(encoding="utf-8").lower() for path in folder.glob("*.py"))

    assert [name for name in sorted(names) if re.search(rf"\b{name}\b", text)] == []
