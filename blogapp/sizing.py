"""How many workers suit a machine, for whoever sets no number. Imports nothing of the blog."""

import os
from contextlib import suppress
from pathlib import Path

# One works while the other starts, or is held up.
FEWEST = 2
# More than these wait for the database rather than for a processor.
MOST = 8
# Megabytes that a worker takes, with what it keeps by default and the processes beside it.
EACH = 250
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def count_workers(processors: int | None = None, megabytes: int | None = None) -> int:
    """Return one worker for each processor, as far as half of the memory goes.

    Both are those of this machine, or of the container it pretends to be, unless given.

    >>> count_workers(1, 512), count_workers(4, 8_000), count_workers(4, 1_500)
    (2, 4, 3)
    """
    processors = processors or _processors()
    megabytes = megabytes or _megabytes()
    return max(FEWEST, min(MOST, processors, megabytes // (2 * EACH)))


def _processors() -> int:
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with suppress(OSError, ValueError):
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        return max(1, min(found or 1, int(quota) // int(period)))
    return found or 1


def _megabytes() -> int:
    found = []
    with suppress(OSError, ValueError, AttributeError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for limit in _LIMITS:
        with suppress(OSError, ValueError):  # "max" is no number
            found.append(int(Path(limit).read_text(encoding="ascii")))
    return min(found, default=1_000_000_000) // 1_000_000
