"""What a run found, as Markdown for people and as JSON for programs."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.blogs import ROOT
from bench.limits import Verdict
from bench.measuring import Figure

BUSY = 1.0  # processes that want a core beside this run's, on average, per core


@dataclass(frozen=True)
class Section:
    """What one part found: paragraphs and tables, the same as plain data, and its verdicts."""

    title: str
    paragraphs: Sequence[str]
    plain: Mapping[str, Any]
    verdicts: Sequence[Verdict] = ()


@dataclass
class Run:
    """A run of the bench: when and where, and what it found so far."""

    parts: Sequence[str]
    sizes: Sequence[int]
    rounds: int
    seconds: int
    is_full: bool
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    load_before: tuple[float, ...] = field(default_factory=os.getloadavg)
    figures: list[Figure] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def add(self, section: Section) -> None:
        self.sections.append(section)
        self.verdicts.extend(section.verdicts)

    @property
    def name(self) -> str:
        """What its files are called: day and commit, and whether parts are missing."""
        return f"{self.begun:%Y-%m-%d}-{commit()}{'' if self.is_full else '-part'}"


def commit() -> str:
    """Return the commit that was measured; with a plus when files differ from it."""
    try:
        return _git("describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=+")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> dict[str, str]:
    """Return what the machine is, but not which."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in [heads, ruler, *rows])


def as_markdown(run: Run) -> str:
    """Return the whole run for people: verdicts first, then every row."""
    facts = machine()
    sizes = " and ".join(f"{size:,}" for size in run.sizes)
    blocks = [
        f"# Bench of {run.begun:%-d %B %Y}, commit {commit()}",
        f"{facts['processor']}, {facts['cores']} cores, {facts['memory']}, {facts['system']}, "
        f"Python {facts['python']}. Rounds of {run.seconds} s in turns, {run.rounds} of "
        f"them; blogs of {sizes} posts. {_quiet(run)}",
        "What each row and each part means is told in [bench/README.md](../README.md).",
        *(_verdicts(run.verdicts) if run.verdicts else []),
        *(_figures(run.figures) if run.figures else []),
    ]
    for section in run.sections:
        blocks += [f"## {section.title}", *section.paragraphs]
    return "\n\n".join(blocks) + "\n"


def as_json(run: Run) -> str:
    """Return the whole run for programs: times in milliseconds, memory in megabytes."""
    found = {
        "begun": run.begun.isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "load": {"before": run.load_before, "after": os.getloadavg()},
        "parts": list(run.parts),
        "posts": list(run.sizes),
        "rounds": run.rounds,
        "seconds": run.seconds,
        "verdicts": [asdict(one) for one in run.verdicts],
        "rows": [_plain(one) for one in run.figures],
        "sections": {one.title.lower(): one.plain for one in run.sections},
    }
    return json.dumps(found, indent=1, ensure_ascii=False, default=str) + "\n"


def keep(run: Run, folder: Path) -> Path:
    """Write the run's two files into ``folder``; return the one for people."""
    folder.mkdir(parents=True, exist_ok=True)
    for_people = folder / f"{run.name}.md"
    for_people.write_text(as_markdown(run), encoding="utf-8")
    for_people.with_suffix(".json").write_text(as_json(run), encoding="utf-8")
    return for_people


def _quiet(run: Run) -> str:
    """Say how busy the machine was; a load of others' own spoils what is measured by the clock."""
    before, after = run.load_before[0], os.getloadavg()[0]
    said = f"Load average {before:.1f} before, {after:.1f} after."
    if before > BUSY * (os.cpu_count() or 1):
        said += " **Others kept the machine busy: read CPU time and ratios, not waits.**"
    return said


def _verdicts(verdicts: Sequence[Verdict]) -> list[str]:
    held = sum(one.holds for one in verdicts)
    return [
        f"## What is held: {held} of {len(verdicts)}",
        table(
            ["", "limit", "by CPU", "lowest to highest round", "by requests/s", "holds"],
            [
                [
                    one.says,
                    one.told,
                    *([f"{one.ratio:.2f}", _span(one)] if one.ratio is not None else ["", ""]),
                    "" if one.by_rate is None else f"{one.by_rate:.2f}",
                    "yes" if one.holds else f"**no**{': ' if one.trouble else ''}{one.trouble}",
                ]
                for one in verdicts
            ],
        ),
    ]


def _span(one: Verdict) -> str:
    return "" if one.lowest == one.highest else f"{one.lowest:.2f} to {one.highest:.2f}"


def _figures(figures: Sequence[Figure]) -> list[str]:
    heads = ["answer", "requests/s", "p50 ms", "p99 ms", "CPU ms", "bytes", "Flask woken"]
    blocks = ["## Rows"]
    for part in dict.fromkeys(one.row.part for one in figures):
        rows = [
            [
                f"{one.row.server}: {one.row.name}",
                *(f"{one.rate:,.0f}", f"{one.p50:.2f}", f"{one.p99:.2f}", f"{one.cpu:.4f}"),
                f"{one.bytes:,.0f}",
                one.trouble or ("" if one.row.is_kept is None else f"{one.woken:.0%}"),
            ]
            for one in figures
            if one.row.part == part
        ]
        blocks += [f"### {part.capitalize()}", table(heads, rows)]
    return blocks


def _plain(one: Figure) -> dict[str, Any]:
    return {
        "part": one.row.part,
        "server": one.row.server,
        "name": one.row.name,
        "path": one.row.path,
        "rate": one.rate,
        "p50": one.p50,
        "p99": one.p99,
        "cpu": one.cpu,
        "bytes": one.bytes,
        "woken": one.woken,
        "trouble": one.trouble,
        "rounds": [{"rate": each.rate, "cpu": each.cpu} for each in one.rounds],
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return found[1] if found else "unknown processor"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()
