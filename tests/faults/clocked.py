"""The blog by a clock that a test sets: so many seconds beside the machine's, in the file CLOCK."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blogapp import create_app
from blogapp.web import clock


class Clock:
    """Stands in for `datetime` in `blogapp.web.clock`."""

    @staticmethod
    def now(zone=UTC):
        away = float(Path(os.environ["CLOCK"]).read_text() or 0)
        return datetime.now(zone) + timedelta(seconds=away)


def make_app():
    """Return the blog by that clock; for gunicorn, in a process of its own."""
    clock.datetime = Clock
    return create_app()
