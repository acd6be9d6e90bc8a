from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blogapp.posts.errors import SkippedTime
from blogapp.posts.scheduling import moment_at

PARIS = ZoneInfo("Europe/Paris")


def test_a_local_time_is_read_in_the_sites_zone():
    assert moment_at(datetime(2026, 6, 1, 9, 0), PARIS) == datetime(2026, 6, 1, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "local", "valid"),
    [
        ("Europe/Paris", datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 3, 0)),
        ("Europe/Paris", datetime(2026, 3, 29, 2, 0), datetime(2026, 3, 29, 3, 0)),
        ("America/New_York", datetime(2026, 3, 8, 2, 59), datetime(2026, 3, 8, 3, 0)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), datetime(2026, 10, 4, 2, 30)),
        ("Pacific/Apia", datetime(2011, 12, 30, 12, 0), datetime(2011, 12, 31, 0, 0)),
    ],
)
def test_a_time_that_the_clock_skips_names_the_next_one(zone, local, valid):
    with pytest.raises(SkippedTime) as caught:
        moment_at(local, ZoneInfo(zone))

    assert caught.value.next_valid == valid


def test_the_minute_after_a_gap_is_a_time():
    assert moment_at(datetime(2026, 3, 29, 3, 0), PARIS) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_means_the_first():
    twice = datetime(2026, 10, 25, 2, 30)

    assert moment_at(twice, PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
