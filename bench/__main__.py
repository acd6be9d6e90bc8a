"""Measure everything, print it, and keep it beside: `make bench`."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import finding, pages, rendering

FIGURES = Path(__file__).parent / "figures.md"
HEAD = """## Figures of one run

Written by `make bench`: {day:%-d %B %Y}, Python {python}, {system}, {cores} cores.
"""

if __name__ == "__main__":
    head = HEAD.format(
        day=datetime.now(UTC),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count(),
    )
    text = "\n".join([head, rendering.report(), "", pages.report(), "", finding.report(), ""])
    FIGURES.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
