"""Whom there is a place for when too many come, and what the others are told."""

import threading
from base64 import b64encode
from contextlib import contextmanager
from hashlib import sha256
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import create_environ

from blogapp.caching import watching
from blogapp.caching.admitting import FEWEST, Admission, Busy, Kind
from blogapp.caching.recognizing import LONG, has_long_body
from blogapp.extensions import db
from blogapp.posts.models import Post

SOON = 20  # seconds that a thread has for what takes it no time
MINDED = [Kind.ASKING, Kind.KNOWN, Kind.DOOR, Kind.PROBES, Kind.AUTHORS]


@pytest.fixture
def admission(app, monkeypatch):
    """Nobody waits for a place here: there is one, or there is none."""
    for kind in Kind:
        monkeypatch.setattr(kind, "patience", 0)
    return app.extensions["admission"]


@contextmanager
def full(admission, kind):
    """Have every place of a kind taken within this block."""
    seats = []
    try:
        while True:
            seat = admission.seat()
            seat.take(kind)
            seats.append(seat)
    except Busy:
        yield
    for seat in seats:
        seat.leave()


def idle(admission):
    return not any([*admission.in_progress().values(), *admission.waiting().values()])


# Through the front door.


def test_with_every_place_taken_kept_pages_and_authors_go_on_and_strangers_are_told_when_to_come(
    author, admission, app, make_post
):
    make_post("A")
    reader, writer = app.test_client(), author
    assert reader.get("/").status_code == 200

    with full(admission, Kind.ASKING):
        kept = reader.get("/")
        desk = writer.get("/write", follow_redirects=True)
        shed = reader.get("/?q=never+asked")
        shed_head = reader.head("/posts/nowhere")

    assert (kept.status_code, desk.status_code) == (200, 200)
    for answer in (shed, shed_head):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not shed_head.data
    assert reader.get("/?q=never+asked").status_code == 200
    assert reader.get("/posts/nowhere").status_code == 404
    assert idle(admission)


@pytest.mark.parametrize("kind", MINDED)
def test_each_kind_leaves_places_to_those_that_matter_more(kind, author, admission, app, make_post):
    make_post("A")
    reader = app.test_client()
    ways = {
        Kind.ASKING: lambda: reader.get("/?q=a"),
        Kind.KNOWN: lambda: reader.get("/"),
        Kind.DOOR: lambda: reader.get("/login"),
        Kind.PROBES: lambda: reader.get("/healthz"),
        Kind.AUTHORS: lambda: author.get("/write/posts"),
    }
    later = MINDED[MINDED.index(kind) + 1 :]

    with full(admission, kind):
        assert ways[kind]().status_code == 503 if kind is not Kind.KNOWN else True
        served = [ways[each]().status_code for each in later if each is not Kind.KNOWN]

    if kind is Kind.PROBES:
        assert set(served) <= {200}
    assert 503 not in served


def test_a_cookie_that_we_did_not_give_is_a_strangers(admission, app, make_post):
    make_post("A")
    forger = app.test_client()
    forger.set_cookie("session", "eyJ0b2tlbiI6IngifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")

    with full(admission, Kind.ASKING):
        assert forger.get("/").status_code == 503


def test_who_signs_in_passes_those_who_search_and_is_bounded_too(admission, app):
    stranger = app.test_client()

    with full(admission, Kind.ASKING):
        assert stranger.get("/login").status_code == 200
    with full(admission, Kind.DOOR):
        sent = stranger.post("/login", data={"email": "a@example.org", "password": "x"})

    assert (sent.status_code, sent.headers["Cache-Control"]) == (503, "no-store")
    page = BeautifulSoup(sent.data, "html.parser")
    assert "not taken" in page.select_one(".error__text").text
    # What was sent is not sent again by a link.
    assert [link["href"] for link in page.select("a")] == ["/"]


def test_the_page_admits_its_own_style_and_nothing_else(admission, app):
    app.test_client().get("/")
    with full(admission, Kind.ASKING):
        answer = app.test_client().get("/?q=a", headers={"Accept-Encoding": "identity"})

    page = BeautifulSoup(answer.data, "html.parser")
    digest = b64encode(sha256(page.style.string.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert page.html["lang"] == "en"
    assert (page.select_one("h1").text, page.select_one("a")["href"]) == ("Too many at once", "")
    assert page.title.text.endswith(f" · {app.extensions['last_site'].title}")


def test_a_fragment_says_it_in_place(admission, app):
    with full(admission, Kind.ASKING):
        by_address = app.test_client().get("/?q=a%22%3E&fragment=results")
        by_header = app.test_client().get("/?q=b", headers={"HX-Request-Type": "partial"})

    for answer in (by_address, by_header):
        assert answer.status_code == 503
        assert "<html" not in answer.text
    banner = BeautifulSoup(by_address.data, "html.parser").select_one(".banner[role=alert]")
    assert banner.a["href"] == "/?q=a%22%3E"


def test_it_is_said_in_the_language_of_the_blog(admission, app):
    # As it was read last: nobody is asked now.
    app.extensions["last_site"] = SimpleNamespace(language="de-AT")

    with full(admission, Kind.ASKING):
        page = BeautifulSoup(app.test_client().get("/?q=a").data, "html.parser")

    assert page.html["lang"] == "de-AT"
    assert page.h1.text != "Too many at once"


def test_a_page_of_a_moment_ago_is_better_than_none(admission, app, keeper, make_post, monkeypatch):
    make_post("A")
    reader = app.test_client()
    reader.get("/posts/a"), reader.get("/posts/a")
    app.extensions["watch"].fresh = 3600
    monkeypatch.setattr(watching, "STALE", 1e-9)
    monkeypatch.setattr(keeper._renewer, "ask", lambda key: None)

    with full(admission, Kind.KNOWN):
        db.session.get(Post, 1).title = "Another"
        db.session.commit()
        late = reader.get("/posts/a")
        monkeypatch.setattr("blogapp.caching.middleware.LATE", 1e-9)
        too_late = reader.get("/posts/a")

    assert (late.status_code, "Another" in late.text) == (200, False)
    assert too_late.status_code == 503
    assert "Another" in reader.get("/posts/a").text


# Nothing leaks.


def test_places_are_given_back_whatever_happens(
    admission, app, make_post, keeper, monkeypatch, caplog
):
    make_post("A")
    reader = app.test_client()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "public.tags", lambda: 1 / 0)

    assert reader.get("/tags").status_code == 500
    monkeypatch.setattr(keeper, "_wsgi", lambda environ, start: 1 / 0)
    for ask in (lambda: reader.get("/tags"), lambda: reader.post("/login")):
        with pytest.raises(ZeroDivisionError):
            ask()

    assert idle(admission)


def test_what_is_sent_bit_by_bit_counts_until_it_is_over_and_not_for_ever(admission, app):
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"a", b"b"])

        def close(self):
            closed.append(True)

    def stream():
        return app.response_class(Body(), mimetype="text/plain")

    app.view_functions["public.tags"] = stream

    answers = []
    for _ in range(10):
        environ = create_environ("/tags", headers={"Range": "bytes=0-"})
        answers.append(app.wsgi_app(environ, lambda *_: None))
    working = admission.in_progress()

    # A quarter of the threads apart, and two of the four places.
    assert (working["streams"], working["asking"]) == (8, 2)
    for answer in answers:
        next(iter(answer))
        answer.close()
    assert len(closed) >= 10
    assert idle(admission)


def test_a_long_body_counts_apart(admission):
    def environ(**more):
        return create_environ("/write/imports", method="POST") | more

    assert has_long_body(environ(CONTENT_LENGTH=str(LONG + 1)))
    assert has_long_body(environ(CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"))
    assert not has_long_body(environ(CONTENT_LENGTH="20"))
    seat = admission.seat()
    seat.take(Kind.AUTHORS, is_long=True)
    assert admission.in_progress() == dict.fromkeys(map(str.lower, Kind.__members__), 0) | {
        "streams": 1
    }
    seat.leave()
    assert idle(admission)


# The rule itself.


@given(
    threads=st.integers(1, 64),
    making=st.integers(1, 12),
    steps=st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 40)), max_size=60),
)
def test_no_order_of_coming_and_going_takes_more_than_there_is(threads, making, steps):
    admission = Admission(threads, making)
    inside = []
    for kind, number in steps:
        if number < len(inside):
            inside.pop(number).leave()
        elif admission.in_progress()[kind.label] < admission._at_once[kind]:
            seat = admission.seat()
            try:
                seat.take(kind, is_long=number % 2 == 0)
            except Busy:
                continue
            inside.append(seat)
        working = admission.in_progress()
        assert sum(working.values()) == len(inside) <= threads
        assert working["asking"] <= max(making, threads if threads < FEWEST else 0)
        if threads >= FEWEST:
            assert sum(working.values()) < threads

    for seat in inside:
        seat.leave()
    assert idle(admission)
    assert admission._held == 0


def test_who_waits_is_let_in_in_turn_and_a_crowd_leaves_nothing_behind(monkeypatch):
    admission, done, refused = Admission(16, 2), [], []
    monkeypatch.setattr(Kind.ASKING, "patience", SOON)
    first = [admission.seat(), admission.seat()]
    for seat in first:
        seat.take(Kind.ASKING)

    def come(number):
        try:
            with admission.seat() as seat:
                seat.take(Kind.ASKING)
                done.append(number)
                seat.hold(())
        except Busy:
            refused.append(number)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(12)]
    for number, thread in enumerate(threads):
        thread.start()
        while admission.waiting()["asking"] + len(refused) <= number:
            thread.join(0.001)
    for seat in first:
        seat.leave()
    for thread in threads:
        thread.join(SOON)

    # Seven sixteenths of the threads: two at work and five that wait.
    assert sorted(done) == [0, 1, 2, 3, 4]
    assert len(refused) == 7
    assert idle(admission)


def test_many_threads_at_once_leave_nothing_behind(monkeypatch):
    admission = Admission(12, 3)
    for kind in Kind:
        monkeypatch.setattr(kind, "patience", 0.0005)
    most = []

    def run(number):
        for step in range(150):
            kind = MINDED[(number + step) % len(MINDED)]
            try:
                with admission.seat() as seat:
                    if step % 3 == 0:
                        with seat.beside(kind):
                            pass
                    seat.take(kind, is_long=step % 5 == 0)
                    most.append(sum(admission.in_progress().values()))
                    if step % 7 == 0:
                        raise ZeroDivisionError
                    body = seat.hold(iter([b"a"]) if step % 2 else ())
                    if body:
                        body.close()
            except (Busy, ZeroDivisionError):
                pass

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)

    assert max(most) <= 10
    assert idle(admission)
    assert admission._held == 0
