"""Reading the many ways in which sources write a date."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_CLOCK = (
    r"(?:[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_ZONE = r"\s*(?:(?P<zulu>Z|UTC|GMT)|(?P<sign>[+-])(?P<off_h>\d{1,2}):?(?P<off_m>\d{2})?)?"
_SPELLINGS = [
    re.compile(pattern + _CLOCK + _ZONE + r"$", re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        # RFC 5322: Tue, 05 Mar 2024 10:00:00 +0100
        r"(?:[A-Za-z]{3,9},?\s+)?(?P<day>\d{1,2})\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<year>\d{4})",
        r"(?:[A-Za-z]{3,9},?\s+)?(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?"
        r"\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    )
]
_FILE_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ ]+(.+))?$")


@dataclass(frozen=True)
class Moment:
    """A date as a source gives it: to the day or with a time, with or without an offset."""

    local: datetime  # naive: the clock on the wall
    offset: tzinfo | None = None
    has_time: bool = False

    def at(self, zone: tzinfo) -> datetime:
        """Return the instant (aware UTC); ``zone`` counts where the source names none.

        A day is its midnight. Times that a change of clocks skips or repeats are read
        as before the change (PEP 495, fold 0).
        """
        try:
            return self.local.replace(tzinfo=self.offset or zone).astimezone(UTC)
        except OverflowError:
            return self.local.replace(tzinfo=UTC)


def read_date(text: str) -> Moment | None:
    """Return what ``text`` says, or None when it is no date.

    >>> read_date("2016-03-22 14:00:00 -4").at(UTC).isoformat()
    '2016-03-22T18:00:00+00:00'
    >>> read_date("Mar 5, 2024").local.isoformat(), read_date("soon")
    ('2024-03-05T00:00:00', None)
    """
    text = " ".join(text.split())
    for spelling in _SPELLINGS:
        if found := spelling.match(text):
            return _moment(found.groupdict())
    return None


def split_file_name(name: str) -> tuple[Moment | None, str]:
    """Return the date that begins a file's name, and the rest of the name.

    >>> split_file_name("2024-3-5-caches-lie")[1], split_file_name("notes")
    ('caches-lie', (None, 'notes'))
    """
    if found := _FILE_NAME.match(name):
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return None, name
        return Moment(datetime(day.year, day.month, day.day)), found[4] or ""
    return None, name


def _moment(parts: dict[str, str | None]) -> Moment | None:
    def number(name: str) -> int:
        return int(parts.get(name) or 0)

    months = _MONTHS.split()
    name = (parts.get("name") or "")[:3].lower()
    month = months.index(name) + 1 if name in months else number("month")
    hour = number("hour")
    if half := (parts.get("half") or "")[:1].lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        local = datetime(
            number("year"), month, number("day"), hour, number("minute"), number("second")
        )
        return Moment(local, _offset(parts), parts.get("hour") is not None)
    except ValueError:
        return None


def _offset(parts: dict[str, str | None]) -> tzinfo | None:
    if parts.get("zulu"):
        return UTC
    if not parts.get("sign"):
        return None
    offset = timedelta(hours=int(parts["off_h"] or 0), minutes=int(parts.get("off_m") or 0))
    return timezone(-offset if parts["sign"] == "-" else offset)
