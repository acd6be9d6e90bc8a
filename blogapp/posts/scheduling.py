"""From the time on somebody's clock to a moment, where the clock is put forward and back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from blogapp.posts.errors import SkippedTime


def moment_at(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment (aware UTC) when clocks in ``zone`` show ``local``, a naive time.

    A time that comes twice, when clocks are put back, means the first of the two.
    Raises `SkippedTime` for one that never comes, because clocks are put forward.
    """
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    if shown != local:
        raise SkippedTime(_end_of_gap(local, zone))
    return moment


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first local time after the gap that ``local`` lies in."""
    # PEP 495: in a gap, fold=0 has the offset of before, fold=1 that of after.
    before = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    after = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    moment = (local - after).replace(tzinfo=UTC)
    while moment.astimezone(zone).utcoffset() == before:
        moment += timedelta(minutes=1)
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def comes_twice(moment: datetime, zone: ZoneInfo) -> bool:
    """Tell whether clocks in ``zone`` show the time of ``moment`` (aware) a second time.

    >>> paris = ZoneInfo("Europe/Paris")
    >>> comes_twice(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), paris)
    True
    >>> comes_twice(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), paris)
    True
    >>> comes_twice(datetime(2026, 10, 25, 2, 30, tzinfo=UTC), paris)
    False
    """
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
