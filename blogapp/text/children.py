"""Child processes that do one job after the other, each within limits, and can be stopped.

A thread cannot be stopped, a process can. Children are started on first use and kept; one that
oversteps its limits is ended by the kernel and another takes its place. What runs in them says
``{"begun": true}``, then may ask, then answers; ``"last"`` in the answer says that it ends.
"""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from blogapp.text.limiting import environment
from blogapp.text.messages import receive, send

ATTEMPTS = 3

# Ends that say something about the machine and nothing about the job.
_SENT_AWAY = {-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}


class NotDone(Exception):
    """No process could be started, or those that were are ended; says which."""


class Overstepped(Exception):
    """The process was ended over its job."""

    def __init__(self, status: int) -> None:
        super().__init__(f"its process ended with status {status}")
        self.status = status  # a negative number is a signal's


class Children:
    """The processes of this one that run ``module``, each lent to one thread at a time.

    At most ``most_at_once`` work, and one waits for work.
    """

    idle: list["Child"]

    def __init__(self, module: str, *, most_at_once: int) -> None:
        self.module, self.most_at_once = module, most_at_once
        self._begin()
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._forget)

    def do(
        self,
        job: Mapping[str, Any],
        *,
        patience: float,
        replies: Mapping[str, Callable[..., Any]] | None = None,
    ) -> dict[str, Any]:
        """Return the answer to ``job``; what the child asks by name, ``replies`` say.

        They are called in this thread. A child that has not answered after ``patience``
        seconds by the clock is ended. Raises `NotDone` or `Overstepped`.
        """
        for _ in range(ATTEMPTS):
            try:
                with self._lend() as child:
                    return child.do(job, replies or {}, patience)
            except _Gone:
                continue
        raise NotDone("the processes that should have done it were ended")

    def close(self) -> None:
        """End the children that wait for work. The next job starts another."""
        with self._lock:
            idle, self.idle = self.idle, []
        for child in idle:
            child.end()

    def _begin(self) -> None:
        self._turns = threading.BoundedSemaphore(self.most_at_once)
        self._lock = threading.Lock()
        self.idle = []
        self._lent: set[Child] = set()

    @contextmanager
    def _lend(self) -> Iterator["Child"]:
        with self._turns:
            child = self._take()
            try:
                yield child
            except BaseException:
                child.is_spent = True
                raise
            finally:
                self._give_back(child)

    def _take(self) -> "Child":
        with self._lock:
            child = self.idle.pop() if self.idle else None
        try:
            child = child or Child(self.module)
        except OSError as error:
            raise NotDone(f"no process could be started: {error}") from error
        with self._lock:
            self._lent.add(child)
        return child

    def _give_back(self, child: "Child") -> None:
        with self._lock:
            self._lent.discard(child)
            is_kept = not child.is_spent and not self.idle
            if is_kept:
                self.idle.append(child)
        if not is_kept:
            child.end()

    def _forget(self) -> None:
        """In a forked process: leave the children to the one that started them."""
        for child in [*self.idle, *self._lent]:
            # An open pipe here would keep them waiting when their parent ends.
            child.close_pipes()
            child.process.returncode = 0
        # New locks: the old ones may be held.
        self._begin()


class Child:
    """One process, and the pipes to it."""

    def __init__(self, module: str) -> None:
        self.process = subprocess.Popen(
            # -P: a file beside the blog must not stand in for a module.
            [sys.executable, "-P", "-m", module],
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

    def do(
        self, job: Mapping[str, Any], replies: Mapping[str, Callable[..., Any]], patience: float
    ) -> dict[str, Any]:
        watch = threading.Timer(patience, self.process.kill)
        watch.daemon = True
        watch.start()
        has_begun = False
        try:
            send(self.target.fileno(), job)
            while True:
                message: dict[str, Any] = receive(self.source.fileno())
                if "begun" in message:
                    has_begun = True
                elif "ask" in message:
                    said = replies[message["ask"]](*message["of"])
                    send(self.target.fileno(), said)
                else:
                    self.is_spent = message["last"]
                    return message
        except (BrokenPipeError, EOFError) as error:
            status = self._status()
            if not has_begun or status in _SENT_AWAY:
                raise _Gone from error
            raise Overstepped(status) from error
        finally:
            watch.cancel()

    def end(self) -> None:
        """End the process at once, and leave no zombie: it holds nothing that is worth saving."""
        self.process.kill()
        self.process.wait()
        self.close_pipes()

    def close_pipes(self) -> None:
        self.source.close()
        self.target.close()

    def _status(self) -> int:
        """Return how a process ended whose pipe did: a negative number is a signal's."""
        try:
            return self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return 0


class _Gone(Exception):
    """A child ended for reasons that are not the job's."""
