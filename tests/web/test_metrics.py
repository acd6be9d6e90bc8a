import json
import os
import re
import threading
from dataclasses import replace
from ipaddress import ip_network
from types import SimpleNamespace

import pytest
import yaml
from flask import request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from blogapp import create_app
from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue
from blogapp.telemetry import metrics
from blogapp.telemetry.figures import FIGURES, Kind
from blogapp.telemetry.sharing import Folder
from blogapp.telemetry.work import WORK, Work
from blogapp.web.metrics import may_read
from tests.conftest import JANUARY, ROOT

TOKEN = "a-token-of-more-than-32-characters"


@pytest.fixture
def counting(settings, app):
    """An app that counts in this process."""
    app.extensions["metrics"].count()
    yield app
    metrics.switch_off()


@pytest.fixture
def settings(settings):
    return {**settings, "METRICS_TOKEN": TOKEN}


def read(browser):
    answer = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return parsed(answer.text)


def parsed(text):
    """Every figure by its name and labels; raises `ValueError` for what is no exposition."""
    return {
        (sample.name.removeprefix("blog_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def tell(app, method="GET", route="/posts/<slug>", status="200 OK", path="/"):
    work = Work("x" * 16)
    work.route, work.queries = route, 2
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", WORK: work}
    app.extensions["requests"].tell(SimpleNamespace(status=status, sent=10), environ, 0.02)


@pytest.mark.parametrize(
    ("headers", "given", "is_let_in"),
    [
        ({}, {"METRICS_ALLOW": "127.0.0.1/32"}, True),
        ({"X-Forwarded-For": "127.0.0.1"}, {"METRICS_ALLOW": "127.0.0.1/32"}, False),
        ({"X-Real-IP": "127.0.0.1"}, {"METRICS_ALLOW": "127.0.0.1/32"}, False),
        ({"Forwarded": "for=10.0.0.1"}, {"METRICS_ALLOW": "127.0.0.1/32"}, False),
        (
            {"X-Forwarded-For": "10.0.0.1, 203.0.113.7"},
            {"METRICS_ALLOW": "10.0.0.0/8", "TRUSTED_PROXIES": 1},
            False,
        ),
        (
            {"X-Forwarded-For": "203.0.113.7, 10.0.0.1"},
            {"METRICS_ALLOW": "10.0.0.0/8", "TRUSTED_PROXIES": 1},
            True,
        ),
        ({"Authorization": f"Bearer {TOKEN}"}, {"METRICS_TOKEN": TOKEN}, True),
        ({"Authorization": f"Bearer {TOKEN}x"}, {"METRICS_TOKEN": TOKEN}, False),
        ({"Authorization": "Bearer "}, {"METRICS_TOKEN": TOKEN}, False),
        ({"Authorization": "Bearer "}, {}, False),
        ({}, {}, False),
    ],
)
def test_figures_are_for_those_alone_whom_settings_name(config, headers, given, is_let_in):
    allowed = tuple(map(ip_network, filter(None, [given.get("METRICS_ALLOW")])))
    app = create_app(replace(config, **{"METRICS_TOKEN": "", **given, "METRICS_ALLOW": allowed}))
    there = {"REMOTE_ADDR": "127.0.0.1"}

    with app.test_request_context("/metrics", headers=headers, environ_base=there):
        is_in = may_read(request)
    answer = app.test_client().get("/metrics", headers=headers, environ_base=there)

    assert is_in is is_let_in
    assert answer.status_code == (200 if is_let_in else 404)


def test_all_there_is_to_know_is_told_in_valid_form(counting, browser, make_post, make_author):
    make_post("One")
    make_post("Later", published_at=JANUARY.replace(year=2126))
    make_post("Draft", published_at=None)
    with counting.app_context():
        enqueue("mail", "1", now=JANUARY)
        db.session.commit()
    for _ in range(3):
        tell(counting)
    metrics.count("engine_failures_total", engine="redis")

    told = read(browser)

    assert told["http_requests_total", "/posts/<slug>", "200", "GET"] == 3
    assert told["http_request_duration_seconds_count", "/posts/<slug>"] == 3
    assert told["http_answers_total", "pass"] == 3
    assert told[("database_queries_total",)] == 6
    assert told[("http_response_bytes_total",)] == 30
    assert told["engine_failures_total", "redis"] == 1
    assert (told["posts", "published"], told["posts", "scheduled"], told["posts", "draft"]) == (
        1,
        1,
        1,
    )
    assert told["jobs", "mail", "waiting"] == 1
    assert told["oldest_job_seconds", "mail"] > 0
    assert told[("next_scheduled_post_timestamp_seconds",)] > 4e9
    assert told[("database_up",)] == 1
    assert any(key[0] == "build_info" for key in told)
    assert {"sessions", "kept_bytes", "database_pool_in_use", "workers"} <= {k[0] for k in told}


def test_the_form_is_the_one_that_prometheus_recommends(counting, browser):
    answer = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    families = list(text_string_to_metric_families(answer.text))
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(families) == len({family.name for family in families}) > 15
    assert all(f.name.startswith("blog_") and f.documentation for f in families)
    for name, figure in FIGURES.items():
        assert name.endswith("_total") is (figure.kind is Kind.COUNTER)
        assert figure.help.endswith(".")
        assert bool(figure.buckets) is (figure.kind is Kind.HISTOGRAM)


def test_a_database_that_is_away_takes_no_other_figure_along(counting, browser, monkeypatch):
    def fail(_now):
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("blogapp.web.metrics.measure_posts", fail)
    tell(counting)

    told = read(browser)

    assert told[("database_up",)] == 0
    assert told["http_requests_total", "/posts/<slug>", "200", "GET"] == 1


def test_a_database_that_answers_at_once_is_there(counting, browser, monkeypatch):
    class Swift(threading.Thread):
        def start(self):
            super().start()
            self.join()

    monkeypatch.setattr("blogapp.web.metrics.threading.Thread", Swift)

    assert read(browser)[("database_up",)] == 1


def test_who_reads_while_a_worker_begins_can_read_all(monkeypatch, tmp_path):
    folder, read = Folder(tmp_path), []
    take_room = os.posix_fallocate

    def look_and_take_room(*given):
        MultiProcessCollector(registry := CollectorRegistry(), str(tmp_path))
        read.append(generate_latest(registry))
        take_room(*given)

    monkeypatch.setattr(os, "posix_fallocate", look_and_take_room)
    folder.take_room()

    assert len(read) == 3
    assert folder.workers() == [os.getpid()]


def test_whatever_is_asked_figures_stay_few(counting, browser):
    for number in range(300):
        tell(counting, method=f"BREW{number}", route="", status="404 Nothing", path=f"/{number}")
        browser.get(f"/nothing/{number}")
    for number in range(metrics.MOST_SERIES + 50):
        metrics.count("purges_total", outcome=str(number))

    told = read(browser)

    assert told["http_requests_total", "(none)", "404", "OTHER"] == 300
    assert sum(key[0] == "http_requests_total" for key in told) < 5
    assert sum(key[0] == "purges_total" for key in told) == metrics.MOST_SERIES + 1
    assert told["purges_total", "other"] == 50


def test_a_name_that_nobody_knows_is_no_error_and_none_is_used_in_vain(counting):
    metrics.count("no_such_figure")
    used = set()
    for path in (ROOT / "blogapp").rglob("*.py"):
        text = path.read_text()
        used |= set(re.findall(r'\b(?:count|observe|level)\(\s*"([a-z_]+)"', text))

    assert {name for name in used if "_" in name} - set(FIGURES) == set()


def test_counting_costs_no_statement(queries, counting, browser, make_post):
    make_post("A lease")
    browser.get("/posts/a-lease")
    queries.clear()
    browser.get("/posts/a-lease")
    with_figures = len(queries)
    metrics.switch_off()
    queries.clear()
    browser.get("/posts/a-lease")

    assert len(queries) == with_figures


def test_times_are_told_to_who_is_signed_in_and_to_nobody_else(browser, owner, make_post):
    make_post("A lease")

    desk, page, door = owner.get("/write"), owner.get("/posts/a-lease"), browser.get("/login")

    told = desk.headers["Server-Timing"]
    assert re.fullmatch(r'total;dur=[\d.]+, db;dur=[\d.]+;desc="\d+ queries", app;dur=[\d.]+', told)
    assert "Server-Timing" not in page.headers
    assert "Server-Timing" not in door.headers


def test_what_ended_servers_left_is_removed_and_what_lives_stays(monkeypatch, tmp_path):
    monkeypatch.setattr("blogapp.telemetry.sharing.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setenv("BLOG_METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    living = Folder.for_this_start()
    dead = Folder.for_this_start()
    dead._held.close()

    third = Folder.for_this_start()

    assert living.path.exists()
    assert not dead.path.exists()
    for folder in (living, third):
        folder.remove()
        folder._held.close()
    assert not living.path.exists()


def test_the_dashboard_and_the_alerts_ask_for_figures_that_are_told(counting, browser):
    for name, figure in FIGURES.items():
        counting_by = dict.fromkeys(figure.labels, "x")
        tell_of = {Kind.COUNTER: metrics.count, Kind.HISTOGRAM: metrics.observe}
        tell_of.get(figure.kind, metrics.level)(name, 1, **counting_by)
    told = {f"blog_{key[0]}" for key in read(browser)}
    told |= {"blog_last_backup_timestamp_seconds", "blog_next_scheduled_post_timestamp_seconds"}
    dashboard = json.loads((ROOT / "deploy/grafana.json").read_text())
    rules = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())

    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    guide = (ROOT / "docs/guide/watching-it.md").read_text()

    assert len(asked) > 30
    for expression in asked:
        assert expression.count("(") == expression.count(")")
        assert set(re.findall(r"blog_\w+", expression)) <= told, expression
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
    assert [name for name in FIGURES if f"blog_{name}" not in guide] == [
        "database_pool_overflow"  # named by its ending
    ]
