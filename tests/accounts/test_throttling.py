from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from blogapp.accounts import throttling
from blogapp.accounts.counting import Tally
from blogapp.accounts.throttling import (
    admit,
    admit_to,
    forgive,
    mail_counters,
    may_tell_owners,
    session_counters,
)
from blogapp.extensions import db, sharing

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOME, AWAY = "192.0.2.1", "198.51.100.7"


@pytest.fixture(params=["rows", "redis"])
def settings(request):
    """Each of these is so with the database alone, and with a Redis before it."""
    if request.param == "rows":
        return {}
    return {"REDIS_URL": request.getfixturevalue("redis_url")}


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(Tally, "keeps_time", False)


@pytest.fixture
def fail(app):
    """Fail to sign in ``times`` times in a row, waiting as long as asked; return the waits."""

    def fail(times, *, email="ada@example.com", address=HOME, start=NOON):
        waits, moment = [], start
        for _ in range(times):
            while wait := admit(email, address, now=moment):
                waits.append(wait)
                moment += timedelta(seconds=wait)
            db.session.commit()
        return waits

    return fail


def test_the_first_three_tries_are_free(fail):
    assert fail(3) == []


def test_waiting_doubles_up_to_a_minute(fail):
    assert fail(11) == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_try_that_must_wait_does_not_prolong_the_wait(fail):
    fail(3)
    assert [admit("ada@example.com", HOME, now=NOON) for _ in range(5)] == [2] * 5

    assert admit("ada@example.com", HOME, now=NOON + timedelta(seconds=2)) == 0


def test_a_stranger_elsewhere_does_not_make_the_owner_wait(fail):
    fail(9, address=AWAY)

    assert admit("ada@example.com", HOME, now=NOON) == 0


def test_one_network_guessing_at_many_accounts_waits_too(fail):
    for number in range(10):
        fail(1, email=f"author{number}@example.com")

    assert admit("someone@example.com", HOME, now=NOON) > 0


def test_ipv4_addresses_written_as_ipv6_are_no_network(fail):
    fail(3, address=f"::ffff:{AWAY}")

    assert admit("ada@example.com", f"::ffff:{HOME}", now=NOON) == 0
    assert admit("ada@example.com", AWAY, now=NOON) > 0


def test_addresses_of_one_ipv6_network_count_together(fail):
    fail(3, address="2001:db8::1")

    assert admit("ada@example.com", "2001:db8::2", now=NOON) > 0


def test_signing_in_forgets_the_failures(fail):
    fail(3)

    forgive("ada@example.com", HOME)
    db.session.commit()

    assert admit("ada@example.com", HOME, now=NOON) == 0


def test_failures_are_forgotten_after_a_day(fail):
    fail(9)

    assert admit("ada@example.com", HOME, now=NOON + timedelta(days=2)) == 0


def test_many_networks_guessing_at_one_account_wait_too(fail):
    for number in range(10):
        fail(1, address=f"203.0.113.{number}")

    assert admit("ada@example.com", "198.51.100.99", now=NOON) > 0
    assert admit("grace@example.com", "198.51.100.99", now=NOON) == 0


def test_a_hundred_guesses_a_day_are_left_to_many_networks(app):
    moment, tries = NOON, 0
    while moment < NOON + timedelta(days=1):
        wait = admit("ada@example.com", f"2001:db8:{tries:x}::1", now=moment)
        db.session.commit()
        tries += not wait
        moment += timedelta(seconds=wait)

    assert 90 < tries < 130


def test_a_known_device_does_not_wait_for_strangers(fail):
    fail(9, address=AWAY)
    for number in range(10):
        fail(1, address=f"203.0.113.{number}")

    assert admit("ada@example.com", AWAY, now=NOON, device="hers") == 0


def test_a_known_device_waits_for_itself(app):
    admitted = [admit("ada@example.com", HOME, now=NOON, device="hers") for _ in range(4)]

    assert admitted == [0, 0, 0, 2]


def test_signing_in_from_a_known_device_forgives_nobody_else(fail):
    fail(3, address=AWAY)
    admit("ada@example.com", HOME, now=NOON, device="hers")

    forgive("ada@example.com", HOME, device="hers")
    db.session.commit()

    assert admit("ada@example.com", AWAY, now=NOON) > 0


def test_links_by_mail_are_sent_once_a_minute_then_less_often(app):
    moment, waits = NOON, []
    for _ in range(6):
        while wait := admit_to(mail_counters("ada@example.com", HOME), now=moment):
            waits.append(wait)
            moment += timedelta(seconds=wait)
        db.session.commit()

    assert waits == [60, 60, 120, 300, 600]


def test_owners_are_told_once_within_an_hour(app):
    told = [may_tell_owners(now=NOON + timedelta(minutes=m)) for m in (0, 1, 59, 60, 61)]

    assert told == [True, False, False, True, False]


def test_tries_at_once_do_not_all_slip_through(app):
    tries = 12
    ready = Barrier(tries)

    def guess(_number):
        with app.app_context():
            ready.wait(timeout=30)
            wait = admit("ada@example.com", HOME, now=NOON)
            db.session.commit()
            db.session.remove()
            return wait

    db.session.remove()
    with ThreadPoolExecutor(tries) as pool:
        waits = list(pool.map(guess, range(tries)))

    assert sum(not wait for wait in waits) == 3


# With a Redis.

with_redis = pytest.mark.parametrize("settings", ["redis"], indirect=True)


@pytest.fixture
def redis(app, redis_server):
    """The Redis of this app; started again for the next test where this one stopped it."""
    yield redis_server
    if redis_server.process.poll() is not None:
        redis_server.start()


@pytest.fixture
def patient(app, monkeypatch):
    """Redis is asked again at once after it failed: ``patient()``."""

    def ask_again():
        sharing.shared._pause = 0
        for _ in range(200):
            if sharing.shared.check() is None:
                return
            sharing.shared._pause = 0
            if sharing.shared._arrival:
                sharing.shared._arrival.join()
        raise AssertionError(sharing.shared.away)

    return ask_again


@with_redis
def test_who_has_to_wait_is_told_so_without_the_database(redis, fail, queries):
    fail(3)
    queries.clear()

    assert admit("ada@example.com", HOME, now=NOON) == 2
    assert queries == []


@with_redis
def test_nothing_that_was_counted_is_lost_with_redis(redis, fail, patient):
    fail(3)

    redis.stop()
    assert admit("ada@example.com", HOME, now=NOON) == 2

    redis.start()
    patient()
    assert admit("ada@example.com", HOME, now=NOON) == 2


@with_redis
def test_a_redis_that_forgot_learns_from_the_rows(redis, fail, queries):
    waits = fail(5)
    redis.say("FLUSHALL")

    first = admit("ada@example.com", HOME, now=NOON + timedelta(seconds=sum(waits)))
    queries.clear()
    second = admit("ada@example.com", HOME, now=NOON + timedelta(seconds=sum(waits) + 3))

    assert (first, second) == (8, 5)
    assert queries == []


@with_redis
def test_ten_tries_are_all_there_are_however_redis_comes_and_goes(redis, app, patient):
    admitted = 0
    for number in range(24):
        if number % 6 == 3:
            redis.stop()
        elif number % 6 == 5:
            redis.start()
            patient()
        moment = NOON + timedelta(seconds=number)
        admitted += not admit("ada@example.com", HOME, now=moment)
        db.session.commit()

    assert admitted <= 7  # three, and then after 2, 4, 8 and 16 seconds


@with_redis
def test_counts_in_redis_end_by_themselves(redis, fail, redis_server):
    fail(3)

    keys = [line for line in redis_server.say("KEYS", "*").split() if line.startswith("blog:")]
    ttl = int(redis_server.say("PTTL", keys[0]).strip(":\r\n"))

    assert len(keys) == 3
    assert 0 < ttl <= throttling.FORGOTTEN_AFTER.total_seconds() * 1000
    assert "ada" not in "".join(keys)


@with_redis
def test_redis_tells_the_time_where_machines_disagree(redis, app, monkeypatch):
    monkeypatch.setattr(Tally, "keeps_time", True)
    for _ in range(3):
        admit("ada@example.com", HOME, now=NOON)
        db.session.commit()

    assert admit("ada@example.com", HOME, now=NOON + timedelta(hours=1)) == 2


def test_a_clock_that_was_hours_ahead_keeps_nobody_out_when_it_is_right_again(fail):
    fail(5, start=NOON + timedelta(hours=3))

    assert admit("ada@example.com", HOME, now=NOON) == 0


@with_redis
@pytest.mark.parametrize("said", [10**12, -5, 61_000])
def test_nobody_waits_longer_than_waits_are_whatever_redis_says(redis, app, monkeypatch, said):
    monkeypatch.setattr(type(sharing.shared), "run", lambda *_any: said)

    assert admit_to(session_counters(1), now=NOON) == 0
