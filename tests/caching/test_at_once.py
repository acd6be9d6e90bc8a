"""Many readers at once, and somebody who publishes: each page is made once, and never too late."""

import threading
from contextlib import contextmanager
from time import monotonic

import pytest

from blogapp.caching import watching
from blogapp.caching.admitting import Kind
from blogapp.caching.answers import Answer
from blogapp.extensions import db
from blogapp.posts.models import Post

READERS = 8
SOON = 20  # seconds that a thread has for what takes it no time


@contextmanager
def readers(count, read):
    """Run ``read`` in so many threads at once; gives what they returned when all are done."""
    found, together = [], threading.Barrier(count + 1)

    def run():
        together.wait(SOON)
        found.append(read())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    together.wait(SOON)
    yield found
    for thread in threads:
        thread.join(SOON)
    assert len(found) == count


class Making:
    """Holds up each page that is made until it is let go; then it may fail."""

    def __init__(self):
        self.begun, self.let_go = threading.Semaphore(0), threading.Event()
        self.left_to_fail, self.count = 0, 0
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            self.count += 1
            fails = self.left_to_fail > 0
            self.left_to_fail -= 1
        self.begun.release()
        assert self.let_go.wait(SOON)
        if fails:
            raise RuntimeError("this page cannot be made")


@pytest.fixture
def making(app):
    making = Making()
    app.before_request(making)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return making


@pytest.fixture(autouse=True)
def waiting(keeper, monkeypatch):
    """Nobody is sent away because the machine of the tests is busy."""
    keeper.flights.patience = SOON
    for kind in Kind:
        monkeypatch.setattr(kind, "patience", SOON)


@pytest.fixture
def watch(app):
    return app.extensions["watch"]


@pytest.fixture
def lenient(watch, monkeypatch):
    """As in production, where no reader waits: an old page may be shown for as long as it takes."""
    watch.fresh = 3600
    monkeypatch.setattr(watching, "STALE", 3600)


def get(app, address):
    # Threads have no context of their own.
    with app.app_context():
        return app.test_client().get(address)


def status(app, address="/"):
    return lambda: get(app, address).status_code


def rename(title):
    db.session.get(Post, 1).title = title
    db.session.commit()


def shown(app, address="/posts/a"):
    return get(app, address).text


# One for all.


def test_what_many_want_at_once_is_made_once(app, make_post, making):
    make_post("A")

    with readers(READERS, status(app)) as found:
        assert making.begun.acquire(timeout=SOON)
        making.let_go.set()

    assert found == [200] * READERS
    assert making.count == 1


def test_a_page_that_fails_fails_for_one(app, make_post, making):
    make_post("A")
    making.left_to_fail = 1

    with readers(READERS, status(app)) as found:
        assert making.begun.acquire(timeout=SOON)
        making.let_go.set()

    assert sorted(found) == [200] * (READERS - 1) + [500]
    assert status(app)() == 200


def test_a_page_that_hangs_holds_up_others_for_a_moment_only(app, keeper, make_post, making):
    make_post("A")
    keeper.flights.patience = 0.01
    hanging = threading.Thread(target=status(app))
    hanging.start()
    assert making.begun.acquire(timeout=SOON)

    second = threading.Thread(target=status(app))
    second.start()

    # It has not waited for the first one, which waits still.
    assert making.begun.acquire(timeout=SOON)
    making.let_go.set()
    for thread in (hanging, second):
        thread.join(SOON)
    assert status(app)() == 200


def test_a_page_that_hangs_holds_up_no_other_page(app, make_post, making):
    make_post("A")
    making.let_go.set()
    assert status(app, "/tags")() == 200
    making.let_go.clear()
    hanging = threading.Thread(target=status(app))
    hanging.start()
    assert making.begun.acquire(timeout=SOON)

    assert status(app, "/tags")() == 200

    making.let_go.set()
    hanging.join(SOON)


def test_what_leads_elsewhere_is_answered_to_all(app, make_post, making):
    make_post("A")
    making.let_go.set()

    with readers(READERS, status(app, "/posts/a/")) as found:
        pass

    assert found == [301] * READERS


# While it is made anew.


def test_readers_get_the_old_page_while_the_new_one_is_made_once(
    app, keeper, make_post, making, lenient
):
    make_post("A")
    making.let_go.set()
    shown(app)
    making.let_go.clear()
    making.count = 0
    renewed = threading.Event()
    keeper.listeners.append(lambda _answer: renewed.set())

    rename("Another")
    with readers(READERS, lambda: shown(app)) as found:
        pass

    assert all("<h1" in page and "Another" not in page for page in found)
    making.let_go.set()
    assert renewed.wait(SOON)
    assert "Another" in shown(app)
    assert making.count == 1


def test_nobody_gets_the_old_page_after_its_time(app, make_post, watch, lenient, monkeypatch):
    make_post("A")
    shown(app)
    monkeypatch.setattr(watching, "STALE", 0)

    rename("Another")

    assert "Another" in shown(app)


def test_a_page_that_cannot_be_renewed_is_tried_again_by_who_asks(
    app, keeper, make_post, making, lenient, monkeypatch, caplog
):
    make_post("A")
    failed = threading.Event()
    app.teardown_request(lambda error: failed.set() if error else None)
    making.let_go.set()
    shown(app)
    making.left_to_fail = 1

    rename("Another")
    shown(app)
    assert failed.wait(SOON)
    monkeypatch.setattr(watching, "STALE", 0)

    assert "Another" in shown(app)


def test_content_that_changes_while_it_is_shown_is_shown_anew(app, asked, make_post):
    make_post("A")
    changes = iter(["B"])

    @app.before_request
    def change():
        if title := next(changes, None):
            with app.app_context():
                rename(title)

    page = shown(app)

    assert ">B<" in page
    assert len(asked) == 2
    assert shown(app) == page
    assert len(asked) == 2


def test_content_that_never_rests_is_shown_and_not_kept(app, keeper, make_post):
    make_post("A")
    numbers = iter(range(100))

    @app.before_request
    def change():
        with app.app_context():
            rename(f"Number {next(numbers)}")

    assert "Number 1" in shown(app)
    assert len(keeper.shelf) == 0


# A model: what readers saw, and when it was published.


@pytest.mark.parametrize("stale", [0.05, 0.0])
def test_readers_see_each_publish_in_time_and_each_page_is_made_once_for_it(
    app, make_post, watch, monkeypatch, stale
):
    post = make_post("Title 0")
    address = post.path
    watch.fresh = stale / 2
    monkeypatch.setattr(watching, "STALE", stale)
    made, seen, committed = [], [], [(monotonic(), 0)]
    app.before_request(lambda: made.append(1))
    is_over, read_one = threading.Event(), threading.Semaphore(0)

    def read():
        while not is_over.is_set():
            begun = monotonic()
            page = shown(app, address)
            seen.append((begun, int(page.partition("<h1")[2].partition("Title ")[2].split("<")[0])))
            read_one.release()

    with readers(4, read):
        assert read_one.acquire(timeout=SOON)
        for number in range(1, 6):
            rename(f"Title {number}")
            committed.append((monotonic(), number))
            while not seen or seen[-1][1] < number:
                assert read_one.acquire(timeout=SOON)
        is_over.set()

    for begun, number in seen:
        assert number >= max(
            n for moment, n in committed if moment <= max(begun - stale, 0) or not n
        )
    # Once for each, and again where publishes came while a page was made; four readers by
    # themselves would make each four times.
    assert len(committed) <= len(made) <= 3 * len(committed)


# Who listens, and who asks from inside.


def test_listeners_are_told_what_was_made_anew(app, browser, keeper, make_post):
    make_post("A")
    heard = []
    keeper.listeners.append(heard.append)

    for _ in range(2):
        browser.get("/posts/a", headers={"Accept-Encoding": "br"})
        browser.get("/?page=1")
    rename("B")
    browser.get("/posts/a")

    assert [answer.address for answer in heard] == ["/posts/a", "/posts/a"]
    assert b">B<" in heard[1].body
    assert heard[0].token != heard[1].token


def test_a_listener_that_fails_harms_no_reader(app, browser, keeper, make_post, caplog):
    make_post("A")

    def fail(answer):
        raise RuntimeError("full")

    keeper.listeners.append(fail)

    assert browser.get("/posts/a").status_code == 200
    assert "full" in caplog.text


def test_what_asks_from_inside_gets_what_readers_get(app, browser, keeper, make_post):
    from blogapp.caching.keeping import ask

    make_post("A", slug="é")
    page = browser.get("/posts/é")

    answer = ask(app, "/posts/%C3%A9")
    other = ask(app, "/tags")

    assert isinstance(answer, Answer)
    assert (answer.body, answer.address) == (page.data, "/posts/%C3%A9")
    assert dict(answer.headers).items() <= dict(page.headers).items()
    assert answer.token == app.extensions["watch"].look().token
    assert other.address == "/tags"
    # A walk through everything throws nothing out of the memory, for it puts nothing in.
    assert len(keeper.shelf) == 1
    assert [ask(app, address) for address in ("/nowhere", "/write", "/posts/É", "/?x=1")] == [
        None
    ] * 4
