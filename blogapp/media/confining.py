"""Decoding where it can be stopped: in a child process, with limits on time and memory.

What comes as a picture may be made to hurt whoever opens it. A process that oversteps is ended
by the kernel, and takes nothing of the blog with it.
"""

import atexit
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blogapp.media import errors
from blogapp.media.encoding import Encoded
from blogapp.media.errors import MediaError, NotAnImage, TooCostly
from blogapp.text.limiting import environment
from blogapp.text.messages import receive, send

# CPU time in seconds: for what somebody waits for, and for a photograph in ten versions.
SECONDS = 20.0
SECONDS_IN_PEACE = 180.0
# Bytes of address space. Fifty megapixels with their colours are 200 million.
MEMORY = 1536 * 1024 * 1024
# Seconds by the clock after which a child counts as stuck.
PATIENCE = 600.0
MOST_AT_ONCE = 2
ATTEMPTS = 3

# Ends that say something about the machine and nothing about the picture.
_SENT_AWAY = {-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}


def encode(data: bytes) -> Encoded:
    """Return what `encoding.encode` makes of an upload, and raise what it raises.

    One that takes too long or too much memory raises `TooCostly`.
    """
    with tempfile.TemporaryDirectory(prefix="blogapp-") as folder:
        source, target = Path(folder, "upload"), Path(folder, "image")
        source.write_bytes(data)
        said = _ask({"verb": "encode", "source": str(source), "target": str(target)}, SECONDS)
        said["metadata_found"] = tuple(said["metadata_found"])
        return Encoded(data=target.read_bytes(), **said)


def shrink(source: Path, targets: Mapping[str, Path]) -> None:
    """Write the versions of a stored picture, as `shrinking.shrink` does. Raises `MediaError`."""
    paths = {name: str(path) for name, path in targets.items()}
    _ask({"verb": "shrink", "source": str(source), "targets": paths}, SECONDS_IN_PEACE)


def count_frames(source: Path) -> int:
    """Return how many pictures a stored image shows in turn. Raises `MediaError`."""
    frames: int = _ask({"verb": "frames", "source": str(source)}, SECONDS)["frames"]
    return frames


def close() -> None:
    """End the child that waits for work. The next picture starts another."""
    with _lock:
        idle, _idle[:] = list(_idle), []
    for child in idle:
        child.end()


def _ask(job: dict[str, Any], seconds: float) -> dict[str, Any]:
    job |= {"seconds": seconds, "memory": MEMORY}
    for _ in range(ATTEMPTS):
        with _turns:
            child = _take()
            answer: dict[str, Any] | None = None
            try:
                answer = child.ask(job)
            except _Gone:
                continue
            finally:
                _give_back(child, is_spent=answer is None or answer["last"])
        return _read(answer)
    raise TooCostly("The processes that should have read the image were ended.")


def _read(answer: dict[str, Any]) -> dict[str, Any]:
    if "refused" in answer:
        raise getattr(errors, answer["refused"])(answer["message"])
    if "failed" in answer:
        raise NotAnImage(f"The image cannot be read: {answer['failed']}")
    done: dict[str, Any] = answer["done"]
    return done


class _Gone(Exception):
    """A child ended for reasons that are not the picture's."""


class _Child:
    """A process that does one job after the other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            # -P: a file beside the blog must not stand in for a module.
            [sys.executable, "-P", "-m", "blogapp.media.confined"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment(),
        )

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.daemon = True
        watch.start()
        has_begun = False
        try:
            send(self.process.stdin.fileno(), job)
            has_begun = receive(self.process.stdout.fileno())["begun"]
            answer: dict[str, Any] = receive(self.process.stdout.fileno())
            return answer
        except (BrokenPipeError, EOFError) as error:
            if not has_begun or self.status() in _SENT_AWAY:
                raise _Gone from error
            raise TooCostly("Reading the image takes too much time or memory.") from error
        finally:
            watch.cancel()

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
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


_turns = threading.BoundedSemaphore(MOST_AT_ONCE)
_lock = threading.Lock()
_idle: list[_Child] = []


def _take() -> _Child:
    with _lock:
        child = _idle.pop() if _idle else None
    try:
        return child or _Child()
    except OSError as error:
        raise MediaError(f"No process could be started: {error}") from error


def _give_back(child: _Child, *, is_spent: bool) -> None:
    with _lock:
        if not is_spent and not _idle:
            _idle.append(child)
            return
    child.end()


def _forget() -> None:
    """In a forked process: leave the children to the one that started them."""
    global _turns, _lock
    _turns, _lock = threading.BoundedSemaphore(MOST_AT_ONCE), threading.Lock()
    for child in _idle:
        child.close_pipes()
        child.process.returncode = 0
    _idle.clear()


atexit.register(close)
os.register_at_fork(after_in_child=_forget)
