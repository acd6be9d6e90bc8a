"""Days, months, numbers and lists of names, as the interface's language writes them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale, gettext

from blogapp.web.filters import current_site, local

USUAL = "usual"  # instead of a notation: as the language has it
ENGLISH = Locale("en", "001")  # as the world writes it: 18 Nov 2026; a, b and c


def day(moment: datetime) -> str:
    """Return the day of ``moment`` in the site's zone and format: ``18 Nov 2026``."""
    return format_day(local(moment), current_site().date_format)


def format_day(when: date, notation: str) -> str:
    """Return a day in strftime's ``notation``, its names in the interface's language.

    `USUAL` is the notation that is usual in that language.
    """
    locale = locale_in_use()
    if notation == USUAL:
        return format_date(when, "medium", locale)
    if locale.language != "en":
        for directive, kind, width in (
            ("%B", "months", "wide"),
            ("%b", "months", "abbreviated"),
            ("%A", "days", "wide"),
            ("%a", "days", "abbreviated"),
        ):
            if directive in notation:
                names = getattr(locale, kind)["format"][width]
                name = names[when.month if kind == "months" else when.weekday()]
                notation = notation.replace(directive, name.replace("%", "%%"))
    return when.strftime(notation)


def long_day(when: date) -> str:
    """Return a day with its month spelled out: ``18 November 2026``."""
    return format_date(when, "long", locale_in_use())


def clock_time(moment: datetime) -> str:
    """Return the time of ``moment`` in the site's zone: ``14:05``."""
    return f"{local(moment):%H:%M}"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago ``moment`` was: ``2 hours ago``; its day once a month has passed."""
    passed = now - moment
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed > timedelta(days=30):
        return day(moment)
    return format_timedelta(
        -passed, "minute", threshold=1, add_direction=True, locale=locale_in_use()
    )


def month_name(moment: datetime) -> str:
    """Return the month of ``moment`` in the site's zone: ``March 2020``."""
    return name_month(local(moment))


def name_month(when: date) -> str:
    """Return a month of a year: ``March 2020``."""
    return format_skeleton("yMMMM", when, locale=locale_in_use())


def name_months() -> list[str]:
    """Return the names of the twelve months, as they stand by themselves."""
    names = locale_in_use().months["stand-alone"]["wide"]
    return [names[month] for month in range(1, 13)]


def abbreviate_months(width: Literal["abbreviated", "narrow"]) -> list[str]:
    """Return short names of the twelve months, or their letters (``narrow``)."""
    names = locale_in_use().months["stand-alone"][width]
    return [names[month] for month in range(1, 13)]


def number(value: int) -> str:
    """Return a whole number with its thousands set apart: ``1,200``."""
    if abs(value) < 1000:
        return str(value)
    locale = locale_in_use()
    separator = _between_thousands(locale)
    if separator is None:
        return format_decimal(value, locale=locale)
    return f"{value:,}".replace(",", separator)


@cache
def _between_thousands(locale: Locale) -> str | None:
    """What a language sets between groups of three digits; None where it groups otherwise.

    Babel takes a tenth of a millisecond for a number, and a listing has a hundred.
    """
    separator = format_decimal(1000, locale=locale)[1:-3]
    plainly = separator.join(["1", "234", "567", "890"])
    return separator if format_decimal(1234567890, locale=locale) == plainly else None


def percent(value: int) -> str:
    """Return a share of a hundred: ``12%``."""
    return format_percent(value / 100, locale=locale_in_use())


def listed(names: Sequence[str], word: Literal["and", "or"] = "and") -> str:
    """Return names as one phrase: ``a, b and c``."""
    return format_list(names, "standard" if word == "and" else "or", locale_in_use())


def locale_in_use() -> Locale:
    """Return the interface's locale; plain English is the world's."""
    locale = get_locale()
    return (
        ENGLISH if locale is None or (locale.language, locale.territory) == ("en", None) else locale
    )
