"""What runs in the child process of `confining`: it renders what it is handed, within limits.

Started as ``python -m blogapp.text.confined``. It ends when its parent does, because then its
pipe ends; a rendering that takes too long it does not live to see the end of.
"""

import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from blogapp.text import markdown
from blogapp.text.messages import TooLong, read_as, receive, send

# A process that once was this large keeps most of it: another one takes its place.
LARGEST_AT_REST = 256 * 1024 * 1024
_BYTES = 1 if sys.platform == "darwin" else 1024


def serve() -> None:
    """Answer jobs until there are no more."""
    source, target = _take_pipes()
    _prepare_signals()
    # Linux starts to count at what the parent weighed (getrusage(2), across execve).
    at_first = _size()
    try:
        while True:
            job = receive(source)
            send(target, {"begun": True})
            _limit(job["seconds"], job["memory"])
            answer = _Rendering(source, target, job).answer()
            is_last = _size() > max(LARGEST_AT_REST, at_first) or "failed" in answer
            _tell(target, answer | {"last": is_last})
            signal.setitimer(signal.ITIMER_PROF, 0)
            if is_last:
                return
    except (EOFError, BrokenPipeError):
        return


def _take_pipes() -> tuple[int, int]:
    """Keep both pipes for messages: what a library prints goes to the log."""
    source, target = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    return source, target


def _prepare_signals() -> None:
    # Both may be inherited: what is ignored, and what is held back.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
    # Ctrl-C reaches every process of a terminal; the parent decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _limit(seconds: float, memory: int) -> None:
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


def _size() -> int:
    """Return how many bytes of memory this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES


def _tell(target: int, answer: dict[str, Any]) -> None:
    try:
        send(target, answer)
    except (TooLong, MemoryError):
        send(target, {"failed": "what came of it is too large", "last": True})


class _Rendering:
    def __init__(self, source: int, target: int, job: dict[str, Any]) -> None:
        self.source = source
        self.target = target
        self.job = job

    def answer(self) -> dict[str, Any]:
        options: dict[str, Any] = {name: self.asking(name) for name in self.job["asked"]}
        try:
            rendered = markdown.render(self.job["body"], **options | self.job["options"])
        except (EOFError, BrokenPipeError):
            raise
        except MemoryError:
            return {"failed": "it takes too much memory"}
        except Exception as error:
            logging.getLogger(__name__).exception("a body could not be rendered")
            return {"failed": f"{type(error).__name__}"}
        return {"rendered": rendered}

    def asking(self, name: str) -> Callable[..., Any]:
        """Return a function that lets the parent answer, and asks nothing twice."""
        _, kind = get_args(get_type_hints(markdown.render)[name])
        known: dict[tuple[Any, ...], Any] = {}

        def ask(*of: Any) -> Any:
            if of not in known:
                send(self.target, {"ask": name, "of": of})
                known[of] = read_as(kind, receive(self.source))
            return known[of]

        return ask


if __name__ == "__main__":
    serve()
