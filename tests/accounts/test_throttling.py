from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from blogapp.accounts.throttling import (
    admit,
    admit_to,
    forgive,
    mail_counters,
    may_tell_owners,
)
from blogapp.extensions import db

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOME, AWAY = "192.0.2.1", "198.51.100.7"


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
