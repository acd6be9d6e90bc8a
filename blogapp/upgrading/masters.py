"""Which gunicorn masters serve a blog, and how one hands over to another version's.

Each notes itself in `serving/` of the instance folder. At USR2 a master starts another beside
itself, on the same socket, of the version that `current` leads to by then; once that serves,
the old one is asked to end, which it does when its requests are answered.
"""

import json
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from gunicorn.systemd import sd_notify

from blogapp.upgrading.errors import NeedsRestart, UpgradeError
from blogapp.upgrading.releases import current_program, running_folder, version

FOLDER = "serving"
# Seconds until a new master serves. It is asked for twice: a gunicorn that took another's place
# within the last second takes no notice; a second word is none to one that heard the first.
PATIENCE = (3.0, 60.0)
# Seconds until an old one has answered what it had begun.
LAST_REQUESTS = 60.0
_PAUSE = 0.1


@dataclass(frozen=True)
class Master:
    """A gunicorn that serves this blog."""

    pid: int
    started: str  # tells it from a later process of the same number
    version: str
    folder: str
    address: str  # HOST:PORT, or the path of a socket
    # Whether it was started through `current`, so that its next one is what that leads to.
    leads_on: bool
    is_up: bool = False  # a worker of it serves

    @property
    def is_alive(self) -> bool:
        return _start_of(self.pid) == self.started


def note_master(instance: Path, listener: Any) -> None:
    """Note that this process is a master; say so to systemd where it took another's place.

    ``listener`` is the name of the socket that it listens to.
    """
    folder = str(running_folder().resolve())
    pid, leads_on = os.getpid(), current_program() is not None
    found = Master(pid, _start_of(pid), version(), folder, _address(listener), leads_on)
    with suppress(OSError):  # a disk that takes nothing: it serves all the same
        list_masters(instance)
        _write(instance, found)
    if "GUNICORN_PID" in os.environ:
        sd_notify(f"MAINPID={pid}", logging.getLogger(__name__))


def note_worker(instance: Path, master: int) -> None:
    """Note that a worker of a master serves."""
    with suppress(OSError, StopIteration):
        found = next(each for each in list_masters(instance) if each.pid == master)
        if not found.is_up:
            _write(instance, replace(found, is_up=True))


def lead_on(context: dict[Any, Any]) -> None:
    """Let gunicorn's next master be that of `current`: ``context`` is what it starts."""
    if program := current_program():
        python = str(program.with_name("python"))
        context[0], context["args"] = python, [python, str(program), "serve"]


def list_masters(instance: Path) -> list[Master]:
    """Return the masters that serve this blog on this machine; forget those that are gone."""
    found = []
    for path in sorted((instance / FOLDER).glob("*.json")):
        try:
            master = Master(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if master.is_alive:
            found.append(master)
        else:
            with suppress(OSError):
                path.unlink()
    return found


def hand_over(instance: Path, folder: Path, check: Callable[[str], None]) -> list[Master]:
    """Let the version in ``folder``, which `current` leads to, serve instead of others.

    ``check`` is handed the address of each that serves now and raises `UpgradeError` when it is
    not well. Returns those who serve. Raises `UpgradeError`, when those who served before serve on
    unless they were gone by then, and `NeedsRestart`.
    """
    old = [each for each in list_masters(instance) if each.folder != str(folder)]
    for master in old:
        follower = _follower(instance, master, folder)
        check(follower.address)
        _signal(master.pid, signal.SIGTERM)
        _wait(lambda master=master: not master.is_alive, LAST_REQUESTS)  # type: ignore[misc]
    serving = [each for each in list_masters(instance) if each.folder == str(folder)]
    for master in serving:
        check(master.address)
    return serving


def _follower(instance: Path, master: Master, folder: Path) -> Master:
    """Return the master of another version that takes this one's place; start it if need be."""

    def find() -> Master | None:
        return next(
            (
                each
                for each in list_masters(instance)
                if (each.folder, each.address) == (str(folder), master.address) and each.is_up
            ),
            None,
        )

    if not find():
        if not master.leads_on:
            raise NeedsRestart("systemctl restart blog, with a unit that starts it through current")
        for patience in PATIENCE:
            if not find():
                _signal(master.pid, signal.SIGUSR2)
                _wait(lambda: find() is not None, patience)
    if not (found := find()):
        raise UpgradeError(
            "the new version does not come up: its log says why (journalctl -u blog)"
        )
    return found


def _address(listener: Any) -> str:
    """Return how a socket is reached from this machine: HOST:PORT, or its path."""
    if not isinstance(listener, tuple):
        return str(listener)
    host, port = listener[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(str(host), str(host))  # nosec B104
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except PermissionError as error:
        raise NeedsRestart("systemctl restart blog, as root: it runs as another user") from error
    except ProcessLookupError:
        return


def _wait(until: Callable[[], bool], seconds: float) -> None:
    end = monotonic() + seconds
    while not until() and monotonic() < end:
        sleep(_PAUSE)


def _write(instance: Path, master: Master) -> None:
    folder = instance / FOLDER
    folder.mkdir(exist_ok=True)
    beside = folder / f".{master.pid}-{os.getpid()}"
    beside.write_text(json.dumps(asdict(master)), encoding="utf-8")
    os.replace(beside, folder / f"{master.pid}.json")


def _start_of(pid: int) -> str:
    """Return when a process was started, as Linux counts; nothing where there is none."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        state, start = (said.rpartition(")")[2].split()[at] for at in (0, 19))
        return "" if state == "Z" else start
    except (OSError, IndexError):
        pass
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except OSError:
        return ""
    return "running"
