"""The one place that knows what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment as aware UTC."""
    return datetime.now(UTC)
