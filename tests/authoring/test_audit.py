"""The page where owners read who did what."""

import csv
import json
from io import StringIO

import pytest
from sqlalchemy import select

from blogapp.accounts.audit_models import ActorKind
from blogapp.accounts.auditing import PER_PAGE, Actor, record
from blogapp.accounts.models import AuthorSession
from blogapp.extensions import db
from blogapp.site.models import Site
from tests.conftest import JANUARY

PAGE = "/write/settings/audit"


@pytest.fixture
def noted(owner, make_author, clock):
    """Write down a few acts, a day apart: ``noted(act, about, ...)``."""
    ada = make_author("Ada")

    def write(act="post.published", about="Hello", by=None, **details):
        actor = Actor.of(ada, "192.0.2.7") if by is None else by
        record(act, actor, now=clock.moment, about=about, details=details)
        db.session.commit()

    write.ada = ada
    return write


def rows(page):
    return [" ".join(each.text.split()) for each in page.select(".audit__event")]


def test_nothing_was_done_yet(owner):
    assert "Nothing has been done yet" in owner.page(PAGE).select_one(".banner").text


def test_owners_read_who_did_what_newest_first(owner, noted, clock):
    noted(when="now")
    clock.advance(days=1)
    noted("settings.saved", "outside", by=Actor(ActorKind.OPERATOR, "root"), changed=["script"])

    first, second = rows(owner.page(PAGE))

    assert (
        first == "2 Jun 2026, 12:00 Settings saved Outside sources root (operator) changed script"
    )
    assert second == (
        "1 Jun 2026, 12:00 Post published Hello Ada <ada@example.com>, 192.0.2.7 when now"
    )


def test_events_are_found_by_person_act_and_day(owner, noted, clock):
    noted(about="First")
    clock.advance(days=1)
    noted("post.withdrawn", about="Second")
    noted(about="Third", by=Actor(ActorKind.BLOG))

    def found(query):
        page = owner.page(f"{PAGE}?{query}")
        return [each.text for each in page.select(".audit__about")]

    assert found(f"who={noted.ada.id}") == ["Second", "First"]
    assert found("act=post.published") == ["Third", "First"]
    assert found("from=2026-06-02") == ["Third", "Second"]
    assert found("to=2026-06-01") == ["First"]
    assert found("act=no.such") == []


@pytest.mark.parametrize(
    "query", ["who=x", "who=0", "from=yesterday", "to=9999-12-31", "after=x", "act=a%00b"]
)
def test_rubbish_in_the_address_is_refused(owner, query):
    assert owner.get(f"{PAGE}?{query}").status_code == 400


def test_older_events_are_a_page_further(owner, noted):
    for number in range(PER_PAGE + 2):
        noted(about=f"Post {number}")

    page = owner.page(f"{PAGE}?act=post.published")
    older = owner.page(page.select_one("a[rel=next]")["href"])

    assert len(rows(page)) == PER_PAGE
    assert [each.text for each in older.select(".audit__about")] == ["Post 1", "Post 0"]
    assert not older.select("a[rel=next]")


def test_events_are_carried_away_and_no_cell_is_a_formula(owner, noted):
    evil = '=HYPERLINK("http://evil")'
    noted(about=evil, note="@SUM(A1)")

    table = owner.get(f"{PAGE}.csv?act=post.published")
    lines = owner.get(f"{PAGE}.jsonl?act=post.published")

    [row] = csv.DictReader(StringIO(table.text))
    assert row["name"] == f"'{evil}"
    assert row["who"] == "Ada <ada@example.com>"
    assert "attachment" in table.headers["Content-Disposition"]
    [event] = map(json.loads, lines.text.splitlines())
    assert event["name"] == evil
    assert event["at"] == "2026-06-01T12:00:00+00:00"
    assert "Audit log downloaded" in rows(owner.page(PAGE))[0]


def test_what_events_say_is_words(owner, noted):
    noted(about="<script>alert(1)</script>", x='"><img src=x onerror=alert(1)>')

    page = owner.page(PAGE)

    assert not page.select(".audit__event script, .audit__event img")


def test_owners_say_how_long_events_are_remembered(owner, noted, clock):
    noted()

    assert owner.post(PAGE, data={"audit_days": "90"}).status_code == 303
    assert owner.post(PAGE, data={"audit_days": "5"}).status_code == 422

    assert db.session.get(Site, 1).audit_days == 90
    assert "365 to 90" in rows(owner.page(PAGE))[0]


def test_the_page_costs_the_same_for_any_number_of_events(owner, noted, queries):
    noted()
    owner.get(PAGE)
    queries.clear()
    owner.get(PAGE)
    few = len(queries)
    for _number in range(30):
        noted()
    queries.clear()

    owner.get(PAGE)

    assert len(queries) == few


def test_others_may_not_read_it(make_author, as_author):
    editor = as_author(make_author("Ed", role="editor"))

    for address in (PAGE, f"{PAGE}.csv", f"{PAGE}.jsonl"):
        assert editor.get(address).status_code == 403


def test_it_asks_again_who_is_there(owner):
    [session] = db.session.scalars(select(AuthorSession))
    session.confirmed_at = session.created_at = JANUARY
    db.session.commit()

    assert "/login/again" in owner.get(PAGE).location
    assert "/login/again" in owner.get(f"{PAGE}.csv").location
