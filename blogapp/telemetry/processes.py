"""What processes take of their machine, as Linux tells of them under /proc."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """A process that is there now: bytes, and seconds since it began or the machine did."""

    pid: int
    memory: float
    processor: float
    began: float
    files: float
    threads: float


def look_at(pids: Iterable[int]) -> list[Process]:
    """Return what is known of these; nothing of one that is gone, or on other systems."""
    return [found for pid in pids if (found := _look_at(Path(f"/proc/{pid}"), pid))]


def _look_at(folder: Path, pid: int) -> Process | None:
    try:
        # proc(5): the name in brackets may hold anything.
        said = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        values = said.rpartition(")")[2].split()
        pages = (folder / "statm").read_text(encoding="ascii").split()[1]
        files = len(os.listdir(folder / "fd"))
        tick = os.sysconf("SC_CLK_TCK")
        return Process(
            pid,
            memory=int(pages) * os.sysconf("SC_PAGE_SIZE"),
            processor=(int(values[11]) + int(values[12])) / tick,
            began=_booted() + int(values[19]) / tick,
            files=files,
            threads=int(values[17]),
        )
    except (OSError, ValueError, IndexError):
        return None


def _booted() -> float:
    """When the machine began, in seconds of its clock."""
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        if line.startswith("btime "):
            return float(line.split()[1])
    return 0.0
