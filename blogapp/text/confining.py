"""Rendering where it can be stopped: in a child process, with limits on time and memory.

A text that nobody has looked at yet may cost more than anybody wants to pay, in our own code or
in a library's. A thread cannot be stopped, a process can. Children are started on first use and
kept; one that oversteps is ended by the kernel and another takes its place. The limit of time is
CPU time, so a text is too costly or is not, whatever else the machine is doing.
"""

import atexit
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from blogapp.text.limiting import environment
from blogapp.text.markdown import Rendered
from blogapp.text.messages import TooLong, read_as, receive, send

# CPU time for one text, in seconds: a post of 10 KB takes about a hundredth of it.
SECONDS = 2.0
# Bytes of address space. On macOS, which does not hold to it, time is the only limit.
MEMORY = 1024 * 1024 * 1024
# Seconds by the clock after which a child counts as stuck, however little it worked.
PATIENCE = 60.0
MOST_AT_ONCE = 4
MOST_IDLE = 1
ATTEMPTS = 3

# Ends that say something about the machine and nothing about the text.
_SENT_AWAY = {-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}


class NotRendered(Exception):
    """A text could not be rendered within its limits; says why, for the log."""


def render(body: str, **options: Any) -> Rendered:
    """Return what `markdown.render` makes of ``body``, or raise `NotRendered`.

    ``options`` are that function's. Those that are functions are called here, in this thread:
    the child asks for what they say. Safe to call from several threads.
    """
    asked = {name: option for name, option in options.items() if callable(option)}
    plain = {name: option for name, option in options.items() if not callable(option)}
    job = {"body": body, "asked": [*asked], "options": plain}
    try:
        return _render(job, asked)
    except NotRendered as error:
        _log.warning("a body of %d characters was not rendered: %s", len(body), error)
        raise


def close() -> None:
    """End the children that wait for work. The next text starts another."""
    _children.close()


_log = logging.getLogger(__name__)


def _render(job: dict[str, Any], asked: dict[str, Callable[..., Any]]) -> Rendered:
    for _ in range(ATTEMPTS):
        try:
            with _children.lend() as child:
                return child.render(job, asked)
        except _Gone:
            continue
    raise NotRendered("the processes that should have done it were ended")


class _Gone(Exception):
    """A child ended for reasons that are not the text's."""


class _Child:
    """A process that renders one text after the other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            # -P: a file beside the blog must not stand in for a module.
            [sys.executable, "-P", "-m", "blogapp.text.confined"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment(),
        )
        assert self.process.stdin
        assert self.process.stdout
        self.source = self.process.stdout
        self.target = self.process.stdin
        self.is_spent = False

    def render(self, job: dict[str, Any], asked: dict[str, Callable[..., Any]]) -> Rendered:
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.daemon = True
        watch.start()
        has_begun = False
        try:
            self.say(job | {"seconds": SECONDS, "memory": MEMORY})
            while True:
                message = self.hear()
                if "begun" in message:
                    has_begun = True
                elif "ask" in message:
                    self.say(asked[message["ask"]](*message["of"]))
                else:
                    return self.take(message)
        except (BrokenPipeError, EOFError) as error:
            status = self.status()
            if not has_begun or status in _SENT_AWAY:
                raise _Gone from error
            raise NotRendered(_reason(status)) from error
        finally:
            watch.cancel()

    def take(self, message: dict[str, Any]) -> Rendered:
        self.is_spent = message["last"]
        if "failed" in message:
            raise NotRendered(message["failed"])
        try:
            rendered: Rendered = read_as(Rendered, message["rendered"])
        except (KeyError, TypeError) as error:
            # The software was renewed under a running blog, which is about to be restarted.
            raise NotRendered("its process is of another version") from error
        return rendered

    def say(self, message: Any) -> None:
        send(self.target.fileno(), message)

    def hear(self) -> Any:
        try:
            return receive(self.source.fileno())
        except TooLong as error:
            raise NotRendered("what came of it is too large") from error

    def status(self) -> int:
        """Return how a process ended whose pipe did: a negative number is a signal's."""
        try:
            return self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return 0

    def end(self) -> None:
        """End the process at once, and leave no zombie: it holds nothing that is worth saving."""
        self.process.kill()
        self.process.wait()
        self.close_pipes()

    def close_pipes(self) -> None:
        self.source.close()
        self.target.close()


def _reason(status: int) -> str:
    if status == -signal.SIGPROF:
        return f"it takes more than {SECONDS:g} seconds"
    return f"its process ended with status {status}"


class _Children:
    """The processes of this one, each lent to one thread at a time."""

    def __init__(self) -> None:
        self.turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self.lock = threading.Lock()
        self.idle: list[_Child] = []
        self.lent: set[_Child] = set()

    @contextmanager
    def lend(self) -> Iterator[_Child]:
        with self.turns:
            child = self.take()
            try:
                yield child
            except BaseException:
                child.is_spent = True
                raise
            finally:
                self.give_back(child)

    def take(self) -> _Child:
        with self.lock:
            child = self.idle.pop() if self.idle else None
        try:
            child = child or _Child()
        except OSError as error:
            raise NotRendered(f"no process could be started: {error}") from error
        with self.lock:
            self.lent.add(child)
        return child

    def give_back(self, child: _Child) -> None:
        with self.lock:
            self.lent.discard(child)
            is_kept = not child.is_spent and len(self.idle) < MOST_IDLE
            if is_kept:
                self.idle.append(child)
        if not is_kept:
            child.end()

    def close(self) -> None:
        with self.lock:
            idle, self.idle = self.idle, []
        for child in idle:
            child.end()

    def forget(self) -> None:
        """In a forked process: leave the children to the one that started them."""
        for child in [*self.idle, *self.lent]:
            # An open pipe here would keep them waiting when their parent ends.
            child.close_pipes()
            child.process.returncode = 0
        self.__init__()  # type: ignore[misc]  # new locks: the old ones may be held


_children = _Children()
atexit.register(close)
os.register_at_fork(after_in_child=_children.forget)
