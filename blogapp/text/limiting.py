"""What a process may cost, held by the kernel: for children that do one job after the other."""

import logging
import os
import resource
import signal
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_BYTES = 1 if sys.platform == "darwin" else 1024


def environment() -> dict[str, str]:
    """Return what such a child needs to start: none of the blog's settings and secrets."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("BLOG_")}
    places = [str(_PACKAGE.parent), inherited.get("PYTHONPATH", "")]
    return inherited | {"PYTHONPATH": os.pathsep.join(filter(None, places))}


def take_pipes() -> tuple[int, int]:
    """Keep both pipes for messages: what a library prints goes to the log."""
    source, target = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    return source, target


def prepare_signals() -> None:
    """Let the limit's signal end this process, and nothing else that its parent was sent."""
    # Both may be inherited: what is ignored, and what is held back.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
    # Ctrl-C reaches every process of a terminal; the parent decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def limit(seconds: float, memory: int) -> None:
    """Let the kernel end this process after ``seconds`` of CPU time or past ``memory`` bytes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS takes this limit and does not hold to it: there only time bounds memory.
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    if most == resource.RLIM_INFINITY or most > memory:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (memory, most))
        except (OSError, ValueError):
            logging.getLogger(__name__).debug("this system limits no address space")
    # No handler is set, because one would wait for a long call into C to come back.
    signal.setitimer(signal.ITIMER_PROF, seconds)


def unlimit() -> None:
    """Let time pass again."""
    signal.setitimer(signal.ITIMER_PROF, 0)


def most_memory() -> int:
    """Return how many bytes of memory this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES
