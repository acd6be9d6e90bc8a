"""Whatever Redis does, nobody waits for it, and the blog serves on by its database."""

import os
import signal
import socket
import threading
from contextlib import closing, contextmanager
from time import monotonic

import pytest

from blogapp.extensions import sharing
from blogapp.sharing import asking
from blogapp.sharing.asking import Shared
from blogapp.sharing.errors import Away
from blogapp.sharing.listening import Listener
from blogapp.sharing.locking import Locks
from tests.faulty import Faulty
from tests.redis_server import running_redis

WRONG = {"email": "ada@example.com", "password": "not this one at all"}
MODES = ["refuse", "reset", "hang", "half", "slow", "rubbish"]


@pytest.fixture
def faulty(redis_server):
    """A way to Redis that fails as it is told, and is waited for as in production."""
    redis_server.say("FLUSHALL")
    with Faulty("127.0.0.1", redis_server.port) as faulty:
        yield faulty


@pytest.fixture
def settings(faulty):
    return {"REDIS_URL": f"redis://{faulty.host}:{faulty.port}/0"}


def sign_in(browser):
    return browser.post("/login", data=WRONG).status_code


def come_back(shared):
    """Let Redis be asked again, as after a second, until it answers."""
    for _ in range(200):
        shared._pause = 0
        if shared.check() is None:
            return
        if shared._arrival:
            shared._arrival.join()
    raise AssertionError(shared.away)


@pytest.mark.parametrize("mode", MODES)
def test_every_page_is_served_and_it_is_told_once(app, browser, faulty, in_vain, caplog, mode):
    assert browser.get("/readyz").status_code == 200
    status = sign_in(browser)

    faulty.mode = mode
    for number in range(3):
        sharing.shared._pause = 0
        assert browser.get("/").status_code == 200
        assert sign_in(browser) in {status, 429}
        # One waits a moment, and nobody after it.
        assert len(in_vain) == number + 1
    ready = browser.get("/readyz")
    assert ready.status_code == 200
    assert "redis: degraded" in ready.text
    assert len([r for r in caplog.records if r.name == "blogapp.sharing.asking"]) == 1

    faulty.mode = "pass"
    come_back(sharing.shared)
    assert "redis: ok" in browser.get("/readyz").text
    told = [r.getMessage() for r in caplog.records if r.name == "blogapp.sharing.asking"]
    assert told[1:] == ["Redis answers again"]


# Answers that nobody needs, from a server of a few lines.

RUBBISH = {
    "another type": b"+OK\r\n",
    "a number": b":7\r\n",
    "nothing": b"$-1\r\n",
    "a list": b"*3\r\n:1\r\n$1\r\nx\r\n*0\r\n",
    "a web page": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "no protocol": b"\x00\xff\r\n" * 20,
    "a long line": b"+" + b"x" * 400_000,
    "a long text": b"$999999999999\r\n" + b"x" * 400_000,
    "a long list": b"*1000000000\r\n" + b":1\r\n" * 100_000,
    "lists in lists": b"*1\r\n" * 50_000,
    "a number that is none": b":x\r\n",
    "a length that is none": b"$x\r\n",
    "loading": b"-LOADING Redis is loading the dataset in memory\r\n",
    "elsewhere": b"-MOVED 3999 127.0.0.1:6381\r\n",
}


@contextmanager
def answering(said, *, pause=0.0):
    """A server that answers all it is told with ``said``: an address of it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        ended = threading.Event()

        def serve(line):
            with closing(line):
                try:
                    while not ended.is_set() and line.recv(4096):
                        for at in range(0, len(said), 1 if pause else len(said)):
                            line.sendall(said[at : at + 1] if pause else said)
                            if ended.wait(pause):
                                break
                except OSError:
                    return

        def accept():
            while not ended.is_set():
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        ended.set()


@pytest.fixture
def connect():
    """A `Shared` that is closed at the end: ``connect(url)``."""
    made = []

    def connect(url):
        made.append(Shared(url))
        return made[-1]

    yield connect
    for shared in made:
        shared.hang_up()


SCRIPT = "return {'said', '1', '2'}"


@pytest.mark.parametrize("said", RUBBISH.values(), ids=RUBBISH)
def test_an_answer_of_no_use_is_none_and_comes_soon(connect, said):
    from blogapp.accounts.counting import Tally
    from blogapp.accounts.throttling import FORGOTTEN_AFTER, counters
    from blogapp.caching.board import Board, SomebodyAsks

    with answering(said) as url:
        shared = connect(url)
        begun = monotonic()

        waited = Tally(shared, FORGOTTEN_AFTER).count(counters("a@b.c", "192.0.2.1"), None)
        with pytest.raises((Away, SomebodyAsks)):
            Board(shared).read()

        assert waited in {0, 1}
        assert monotonic() - begun < 5


def test_a_server_that_drips_is_not_waited_for(connect):
    with answering(b"+PONG\r\n" * 100, pause=0.04) as url:
        begun = monotonic()

        with pytest.raises(Away):
            connect(url).ask("PING")

        # All of it takes 28 seconds.
        assert monotonic() - begun < 10


def test_who_asks_a_server_that_hangs_waits_once(connect, faulty, settings, monkeypatch):
    shared = connect(settings["REDIS_URL"])
    come_back(shared)
    faulty.mode = "hang"
    monkeypatch.setattr(asking, "PAUSE", 60)
    with pytest.raises(Away):
        shared.ask("PING")

    # Whoever waited from here on would wait for a minute.
    monkeypatch.setattr(asking, "PATIENCE", 60)
    monkeypatch.setattr(asking, "ARRIVAL", 60)
    begun = monotonic()
    for _ in range(100):
        with pytest.raises(Away):
            shared.ask("PING")
    shared._pause = 0
    with pytest.raises(Away):
        shared.ask("PING")

    assert monotonic() - begun < 30


def test_a_server_that_is_stopped_for_a_while_is_found_again(connect, redis_server):
    shared = connect(redis_server.url)
    come_back(shared)

    os.kill(redis_server.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Away):
            shared.ask("PING")
    finally:
        os.kill(redis_server.process.pid, signal.SIGCONT)

    come_back(shared)
    assert shared.ask("PING") == b"PONG"


def test_a_server_started_anew_is_taken_up_by_the_next_question(connect, waiting_for_redis):
    with running_redis() as server:
        shared = connect(server.url)
        assert shared.run(SCRIPT, []) == [b"said", b"1", b"2"]
        server.stop()
        server.start()

        # Its line is gone, and so are the scripts it knew.
        assert shared.run(SCRIPT, []) == [b"said", b"1", b"2"]
        assert shared.away is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--maxmemory", "1", "--maxmemory-policy", "noeviction"), "maxmemory"),
        (("--replicaof", "127.0.0.1", "1", "--replica-serve-stale-data", "yes"), "read only"),
        (("--requirepass", "opensesame"), "Authentication"),
    ],
    ids=["full", "a replica", "a password"],
)
def test_a_server_that_refuses_is_away(connect, options, said, waiting_for_redis):
    with running_redis(*options) as server:
        shared = connect(server.url)

        with pytest.raises(Away, match=said):
            shared.ask("SET", "blog:a", "1")
        assert said in shared.away


def test_a_password_and_a_number_lead_into_a_database(connect, caplog, waiting_for_redis):
    with running_redis("--requirepass", "opensesame") as server:
        address = f"127.0.0.1:{server.port}/3?prefix=notes"
        connect(f"redis://:opensesame@{address}").ask("SET", "a", "1")
        with pytest.raises(Away):
            connect(f"redis://:wrong@{address}").ask("GET", "a")

    assert "opensesame" not in caplog.text


def test_a_socket_is_as_good_as_a_port(connect, redis_server, waiting_for_redis):
    shared = connect(f"{redis_server.socket_url}?prefix=notes")

    assert shared.ask("PING") == b"PONG"
    assert shared.key("version") == "notes:version"


def test_a_fork_asks_by_a_line_of_its_own(connect, redis_url):
    shared = connect(redis_url)
    shared.ask("SET", "blog:a", "parent")
    child = os.fork()
    if not child:
        os._exit(0 if shared.ask("GET", "blog:a") == b"parent" else 1)

    assert [shared.ask("GET", "blog:a") for _ in range(50)] == [b"parent"] * 50
    assert os.waitpid(child, 0)[1] == 0


def test_what_is_published_is_heard(connect, redis_url):
    shared = connect(redis_url)
    with Listener(connect(redis_url), "jobs") as bell:
        # The first word is that it listens.
        assert bell.wait(30)
        shared.publish("jobs")
        assert bell.wait(30)
        assert not bell.wait(0)


def test_without_redis_a_listener_hears_its_own_process():
    with Listener(Shared(), "jobs") as bell:
        assert not bell.wait(0)
        bell.wake()
        assert bell.wait(0)


# Locks.


@pytest.fixture(params=["redis", "database alone"])
def locks(request, tmp_path, database_url, connect):
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    engine = create_engine(database_url, poolclass=NullPool)
    return [Locks(connect(url), lambda: engine, tmp_path) for _ in range(2)]


def test_one_of_two_holds_a_lock(locks):
    ours, theirs = locks
    with ours.held("sweeping", 30) as is_held:
        assert is_held
        with theirs.held("sweeping", 30) as is_held_twice:
            assert not is_held_twice
        with theirs.held("counting", 30) as is_another_held:
            assert is_another_held

    with theirs.held("sweeping", 30) as is_held:
        assert is_held


def test_a_lock_is_given_back_after_a_failure(locks):
    ours, theirs = locks
    with pytest.raises(ZeroDivisionError), ours.held("sweeping", 30):
        1 / 0  # noqa: B018

    with theirs.held("sweeping", 30) as is_held:
        assert is_held


def test_a_lock_is_not_given_back_by_who_lost_it(connect, redis_url, tmp_path):
    shared = connect(redis_url)
    locks = [Locks(shared, lambda: None, tmp_path) for _ in range(2)]
    ours, theirs = (each.held("sweeping", 30) for each in locks)
    assert ours.__enter__()
    shared.ask("DEL", shared.key("lock:sweeping"))

    assert theirs.__enter__()
    ours.__exit__(None, None, None)

    assert shared.ask("EXISTS", shared.key("lock:sweeping")) == 1
    theirs.__exit__(None, None, None)
    assert shared.ask("EXISTS", shared.key("lock:sweeping")) == 0
