"""What browsers refused: taken in both forms, counted in bounds, shown to owners as text."""

import json

import pytest
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.site import report_counting
from blogapp.site.report_counting import Refusal, add_reports
from blogapp.site.report_models import PolicyReport
from blogapp.web import policy_reports
from tests.conftest import JANUARY

BLOG = "http://127.0.0.1:8000"
OUTSIDE = "/write/settings/outside"


def old_form(**more):
    said = {
        "document-uri": f"{BLOG}/posts/leases?q=secret",
        "violated-directive": "img-src 'self' data:",
        "effective-directive": "img-src",
        "blocked-uri": "https://images.example.com/a.png?who=me",
        "source-file": f"{BLOG}/static/js/page.js",
    }
    return {"csp-report": said | more}


def new_form(**more):
    said = {
        "documentURL": f"{BLOG}/posts/leases",
        "effectiveDirective": "script-src-elem",
        "blockedURL": "inline",
        "sample": "alert(1)",
    }
    return {"type": "csp-violation", "url": f"{BLOG}/", "body": said | more}


def report(browser, said, kind="application/csp-report", **options):
    text = said if isinstance(said, str | bytes) else json.dumps(said)
    return browser.post("/csp-report", data=text, content_type=kind, **options)


def rows(app):
    app.extensions["policy_reports"].flush()
    db.session.rollback()
    query = select(PolicyReport).order_by(PolicyReport.id)
    return [(r.directive, r.blocked, r.page, r.hits) for r in db.session.scalars(query)]


def test_both_forms_are_counted_without_what_tells_of_a_reader(app, browser, queries):
    first = report(browser, old_form())
    report(browser, old_form())
    second = report(browser, [new_form(), {"type": "deprecation", "body": {}}, 7], REPORTS)

    assert (first.status_code, second.status_code, first.data) == (204, 204, b"")
    assert first.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in first.headers
    assert queries == []
    assert rows(app) == [
        ("img-src", "https://images.example.com", "/posts/leases", 2),
        ("script-src-elem", "inline", "/posts/leases", 1),
    ]


REPORTS = "application/reports+json"


@pytest.mark.parametrize(
    "more",
    [
        {"blocked-uri": "chrome-extension://abcdef/a.js"},
        {"blocked-uri": "moz-extension"},
        {"blocked-uri": "safari-web-extension://abc"},
        {"blocked-uri": "inline", "source-file": "chrome-extension://abcdef"},
        {"blocked-uri": "inline", "source-file": "moz-extension://abcdef/x.js"},
        {"document-uri": "https://elsewhere.example/posts/leases"},
        {"document-uri": "about:blank"},
        {"document-uri": 7},
        {"document-uri": "http://[::1"},
        {"effective-directive": "<script>"},
        {"blocked-uri": "<img src=x onerror=alert(1)>"},
        {"blocked-uri": "https://" + "a" * 5000},
        {"blocked-uri": None},
    ],
)
def test_what_is_no_report_of_our_pages_is_left_out(app, browser, more):
    response = report(browser, old_form(**more))

    assert response.status_code == 204
    assert rows(app) == []


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ({"blocked-uri": "data"}, "data"),
        ({"blocked-uri": "data:text/html,x"}, "data"),
        ({"blocked-uri": "blob:https://x.example/1"}, "blob"),
        ({"blocked-uri": f"{BLOG}/write/posts/1"}, "self"),
        ({"blocked-uri": "wss://live.example.com/a"}, "wss://live.example.com"),
        ({"blocked-uri": "https://Images.Example.com:443/a"}, "https://images.example.com"),
    ],
)
def test_of_what_was_refused_the_origin_or_a_word_is_kept(app, browser, said, counted):
    report(browser, old_form(**said))

    assert [row[1] for row in rows(app)] == [counted]


@pytest.mark.parametrize("place", ["preview", "login", "invite", "reset"])
def test_no_secret_address_is_kept(app, browser, place):
    report(browser, old_form(**{"document-uri": f"{BLOG}/{place}/tOkEn-9"}))

    assert [row[2] for row in rows(app)] == [f"/{place}/…"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/csp-report", 400),
        (b"\xff\xfe", "application/csp-report", 400),
        ("[" * 50_000, REPORTS, 400),
        ("x" * 65_000, REPORTS, 413),
        ("a=b", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
        ("7", "application/csp-report", 204),
        ("null", REPORTS, 204),
        ('{"csp-report": {"document-uri": {}}}', "application/json", 204),
    ],
)
def test_what_is_none_is_refused_clearly(app, browser, body, kind, status):
    assert report(browser, body, kind).status_code == status
    assert rows(app) == []
    assert browser.get("/csp-report").status_code == 405


def test_it_comes_from_any_page_and_wants_no_token(settings, request):
    settings["WTF_CSRF_ENABLED"] = True
    browser = request.getfixturevalue("browser")
    headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}

    assert report(browser, old_form(), headers=headers).status_code == 204


def test_one_address_reports_so_often_a_minute(app, browser, clock):
    for _ in range(policy_reports.PER_MINUTE):
        assert report(browser, old_form()).status_code == 204

    refused = report(browser, old_form())
    clock.advance(minutes=1)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert report(browser, old_form()).status_code == 204


def test_a_flood_of_made_up_pages_fills_nothing(app, browser, monkeypatch):
    monkeypatch.setattr(report_counting, "MOST", 20)
    monkeypatch.setattr(policy_reports, "MOST_WAITING", 50)
    report(browser, old_form())
    report(browser, old_form())
    rows(app)

    for number in range(4):
        made = [new_form(documentURL=f"{BLOG}/{number}/{n}") for n in range(100)]
        report(browser, made, REPORTS)

    kept = rows(app)
    assert len(kept) == 20
    assert kept[0][3] == 2
    assert db.session.scalar(select(func.count(PolicyReport.id))) == 20


def test_an_owner_sees_them_and_allows_an_origin(app, owner, browser):
    for _ in range(3):
        report(browser, old_form())
    report(browser, [new_form(), new_form()], REPORTS)
    report(browser, old_form(**{"blocked-uri": "http://plain.example.com/a.png"}))

    page = owner.page(OUTSIDE)
    shown = [row.text for row in page.select(".refused__what code")]
    links = [link["href"] for link in page.select(".refused__act a")]
    chosen = owner.page(links[0])

    assert shown == ["https://images.example.com", "inline", "http://plain.example.com"]
    assert links == [f"{OUTSIDE}?kind=img&origin=https://images.example.com"]
    assert chosen.select_one("#img").text.strip() == "https://images.example.com"
    assert "is added below" in chosen.select_one(".banner[role=status]").text
    assert "images.example.com" not in browser.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "query", ["kind=img&origin=javascript:x", "kind=object&origin=https://a.example", "kind=img"]
)
def test_what_no_origin_is_is_not_proposed(owner, query):
    page = owner.page(f"{OUTSIDE}?{query}")

    assert all(not area.text.strip() for area in page.select("textarea"))
    assert page.select_one(".banner[role=status]") is None


def test_owners_count_anew_and_nobody_else_does(app, owner, as_author, make_author):
    add_reports([(Refusal("img-src", "inline", "/"), 3)], now=JANUARY)
    db.session.commit()
    editor = as_author(make_author("Editor", role="editor"))

    refused = editor.post(f"{OUTSIDE}/refused/removal")
    left = rows(app)
    done = owner.post(f"{OUTSIDE}/refused/removal")

    assert (refused.status_code, len(left), done.status_code) == (403, 1, 303)
    assert rows(app) == []
    assert "Nothing so far." in owner.page(OUTSIDE).text
