"""`deploy/varnish.vcl` in front of a blog that tells it what has changed."""

import gzip
import http.client
import os
import socket
import subprocess
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from blogapp.extensions import db
from blogapp.jobs.running import run_due_jobs
from blogapp.outgoing.purging import Hook, purge
from blogapp.posts import purging as noting
from blogapp.web import purging
from tests.browser.programs import find_varnish, how_to_install
from tests.faulty import Faulty

# Where checks run for all, nothing is left out for want of it.
pytestmark = [
    pytest.mark.skipif(
        not (find_varnish() or os.environ.get("CI")), reason=how_to_install("varnish")
    ),
]
VCL = Path(__file__).parents[2] / "deploy/varnish.vcl"
OVER = "max-age=0.001, stale-if-error=86400"
OVER_FOR_A_WHILE = "max-age=0.001, stale-while-revalidate=60, stale-if-error=86400"


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *args):
        pass


@pytest.fixture(scope="module")
def varnish(tmp_path_factory):
    """Varnish before whatever app `varnish.app` is; `varnish.blog.mode` is how that one fails."""
    place = tmp_path_factory.mktemp("varnish")
    state = SimpleNamespace(app=None, asked=[])

    def answer(environ, start):
        state.asked.append(environ["PATH_INFO"])
        return state.app(environ, start)

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    with Faulty("127.0.0.1", server.server_port) as faulty:
        state.blog = faulty
        vcl = place / "blog.vcl"
        # What is over within a second, a test need not wait for.
        text = VCL.read_text().replace("max-age=[0-9]", "max-age=[0-9.]")
        text = text.replace("max-age=([0-9]", "max-age=([0-9.]")
        vcl.write_text(text.replace('"8000"', f'"{faulty.port}"'))
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            state.port = listener.getsockname()[1]
        address = f"127.0.0.1:{state.port}"
        command = [find_varnish(), "-j", "none", "-F", "-n", place / "work", "-f", vcl]
        command += ["-s", "malloc,16m", "-a", address, "-T", "none"]
        # A blog that is back after having been down is asked at once.
        command += ["-p", "backend_remote_error_holddown=0"]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                _wait_for(state.port, process)
                yield state
            finally:
                process.terminate()
                process.wait(10)
                server.shutdown()


def _wait_for(port, process):
    for _ in range(400):
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.02)
        else:
            return
    raise AssertionError("Varnish does not answer")


@pytest.fixture
def settings(varnish):
    preset = {"BLOG_PURGE_URL": f"http://127.0.0.1:{varnish.port}/", "BLOG_PURGE_PRESET": "varnish"}
    return {"PURGE": Hook.read(lambda name: preset.get(name, ""))}


@pytest.fixture
def cache(varnish, app, clock, monkeypatch):
    """A reader of the blog, who comes by way of an empty Varnish."""
    varnish.app, varnish.blog.mode = app, "pass"
    varnish.asked.clear()
    monkeypatch.setattr(noting, "SETTLE", timedelta(0))
    monkeypatch.setattr(purging, "SETTLE", timedelta(0))
    purge(app.config["PURGE"], ["site"])
    noting.begin("this version", clock.moment)
    noting.forget(noting.find_due(clock.moment))
    db.session.commit()
    tell()
    return varnish


def tell():
    """Do what whoever does jobs would do within two seconds."""
    purging.look()
    return run_due_jobs({purging.CACHES: lambda _key: purging.tell(_hook())}, purging.now(), most=5)


def _hook():
    from flask import current_app

    return current_app.config["PURGE"]


def get(cache, path, method="GET", source="127.0.0.1", **headers):
    connection = http.client.HTTPConnection(
        "127.0.0.1", cache.port, timeout=30, source_address=(source, 0)
    )
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        body = answer.read()
    return SimpleNamespace(status=answer.status, headers=answer.headers, body=body,
                           how=answer.headers.get("X-Cache", ""))  # fmt: skip


def test_a_change_is_seen_and_what_it_does_not_touch_stays(cache, make_post):
    post = make_post("Shards", body="Words.", tags=["sqlite"])
    make_post("About us", is_page=True, slug="team")
    tell()
    pages = ("/", "/posts/shards", "/pages/team", "/tags/sqlite", "/feed.xml", "/posts/shards.md")
    first = {page: get(cache, page) for page in pages}
    cache.asked.clear()

    again = {page: get(cache, page) for page in pages}
    post.title = "Shards and leases"
    db.session.commit()
    assert tell() == 1
    changed = {page: get(cache, page) for page in pages}

    assert {answer.how for answer in first.values()} == {"miss"}
    assert {answer.how for answer in again.values()} == {"hit"}
    assert [page for page in pages if changed[page].how == "hit"] == ["/pages/team"]
    assert sorted(cache.asked) == sorted({*pages} - {"/pages/team"})
    for page in set(pages) - {"/pages/team"}:
        assert b"Shards and leases" in changed[page].body, page
        assert b"Shards and leases" not in again[page].body, page


def test_readers_are_told_to_ask_and_nothing_that_is_for_caches(cache, make_post):
    make_post("Shards")
    page = get(cache, "/posts/shards")

    known = get(cache, "/posts/shards", If_None_Match=page.headers["ETag"])

    assert page.headers["Cache-Control"] == "public, no-cache"
    assert (known.status, known.body, known.how) == (304, b"", "hit")
    for name in ("Cache-Tag", "CDN-Cache-Control", "X-Stale-While-Revalidate", "Set-Cookie"):
        assert name not in page.headers


def test_nothing_that_one_reader_sends_is_shown_to_others(cache, make_post):
    make_post("Shards", body="Words and words. " * 100)
    plain = get(cache, "/posts/shards")
    strange = [
        {"Accept": "text/markdown"},
        {"Cookie": "session=mine"},
        {"Cookie": "a=1; session = mine"},
        {"Cookie": "theme=dark"},
        {"Authorization": "Bearer mine"},
        {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https"},
        {"X_Stale": "serve"},
        {"HX_Request": "true", "HX_Request_Type": "partial"},
        {"Accept_Encoding": "gzip"},
        {"Accept_Encoding": "br"},
        {"Range": "bytes=0-9"},
    ]

    answers = [get(cache, "/posts/shards", **headers) for headers in strange]
    misled = [get(cache, path) for path in ("/posts/shards?utm_source=x", "/posts/SHARDS")]
    last = get(cache, "/posts/shards")

    assert last.body == plain.body
    assert [answer.how for answer in answers[:3]] == ["miss"] * 3
    assert answers[0].headers["Content-Type"].startswith("text/markdown")
    assert [answer.how for answer in answers[3:4]] == ["hit"]
    assert gzip.decompress(answers[8].body) == plain.body
    assert answers[8].headers["Content-Encoding"] == "gzip"
    assert answers[9].body == plain.body
    assert answers[10].body == plain.body[:10]
    for moved in misled:
        assert moved.status == 301
        assert get(cache, "/posts/shards?utm_source=x").how == "miss"


def test_only_machines_of_the_blog_say_what_changed(cache, make_post):
    make_post("Shards")
    get(cache, "/posts/shards")
    site = {"X_Cache_Tags": "site"}

    refused = [
        get(cache, "/", "PURGE", source="127.0.0.2", **site),
        get(cache, "/", "PURGE", X_Forwarded_For="198.51.100.7", **site),
        get(cache, "/", "PURGE"),
        get(cache, "/", "PURGE", X_Cache_Tags=".*"),
    ]

    assert [answer.status for answer in refused] == [403, 403, 400, 400]
    assert get(cache, "/posts/shards").how == "hit"
    assert get(cache, "/", "PURGE", **site).status == 200
    assert get(cache, "/posts/shards").how == "miss"


def test_what_is_over_is_better_than_an_error(cache, make_post, monkeypatch):
    monkeypatch.setattr("blogapp.caching.entrusting.control_until", lambda left: OVER)
    make_post("Shards")
    page = get(cache, "/posts/shards")

    cache.blog.mode = "refuse"
    down = get(cache, "/posts/shards")
    unknown = get(cache, "/tags")
    cache.blog.mode, app = "pass", cache.app
    cache.app = lambda environ, start: start("502 Bad Gateway", [("Content-Length", "0")]) and []
    failing = get(cache, "/posts/shards")
    failing_too = get(cache, "/tags")
    cache.app = app

    assert (down.status, down.body) == (200, page.body)
    assert (failing.status, failing.body) == (200, page.body)
    assert (unknown.status, unknown.headers["Cache-Control"]) == (503, "no-store")
    assert failing_too.status == 502
    assert get(cache, "/tags").status == 200


def test_nobody_waits_while_a_page_is_asked_for_anew(cache, make_post, monkeypatch):
    monkeypatch.setattr("blogapp.caching.entrusting.control_until", lambda left: OVER_FOR_A_WHILE)
    post = make_post("Shards")
    get(cache, "/posts/shards")
    post.title = "Leases"
    db.session.commit()

    at_once = get(cache, "/posts/shards")
    for _ in range(1000):
        if b"Leases" in (later := get(cache, "/posts/shards")).body:
            break
        threading.Event().wait(0.01)

    assert at_once.how == later.how == "hit"
    assert b"Shards" in at_once.body
    assert b"Leases" in later.body


def test_a_scheduled_post_is_there_at_its_second(cache, make_post, clock):
    make_post("Soon", published_at=clock.moment + timedelta(seconds=90))
    early = get(cache, "/posts/soon"), get(cache, "/")
    clock.advance(seconds=90)

    assert tell() == 1
    now = get(cache, "/posts/soon"), get(cache, "/")

    assert (early[0].status, early[1].status) == (404, 200)
    assert b"Soon" not in early[1].body
    assert [answer.status for answer in now] == [200, 200]
    assert [answer.how for answer in now] == ["miss", "miss"]
    assert b"Soon" in now[1].body
