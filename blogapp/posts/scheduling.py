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
    first = (local - before).replace(tzinfo=UTC) - (after - before)
    for minute in range(int((after - before).total_seconds()) // 60 + 1):
        shown = (first + timedelta(minutes=minute)).astimezone(zone)
        if shown.utcoffset() == after:
            return shown.replace(tzinfo=None, fold=0)
    return (local - before).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None, fold=0)
