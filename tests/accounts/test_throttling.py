from datetime import UTC, datetime, timedelta

import pytest

from blogapp.accounts.throttling import admit, forgive
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
