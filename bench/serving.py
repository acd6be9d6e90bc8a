"""Servers to measure, each with the CPU time and the memory that its processes use."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from bench.blogs import ROOT, environment

TICK = os.sysconf("SC_CLK_TCK")
COUNTED = "bench.wsgi:app"
START = 90  # seconds that a server may take
_LATE = 0.2  # seconds until a request is in the log
NGINX = """
{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types; charset utf-8; default_type application/octet-stream;
    access_log off; server_tokens off; sendfile on; keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@dataclass(frozen=True)
class Core:
    """Which cores servers run on and which the clients; none where the system cannot say."""

    servers: frozenset[int] = frozenset()
    clients: frozenset[int] = frozenset()

    @classmethod
    def shared_out(cls) -> "Core":
        """Return one core for servers and the others for clients, where there are two."""
        if not hasattr(os, "sched_getaffinity"):
            return cls()
        first, *others = sorted(os.sched_getaffinity(0))
        return cls(frozenset({first}), frozenset(others)) if others else cls()


@dataclass(frozen=True)
class Answer:
    """An answer as it came: status, headers in their order, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str, missing: str = "") -> str:
        """Return a header's text; names are compared ignoring case."""
        return next((text for key, text in self.headers if key.lower() == name), missing)

    def is_same(self, other: "Answer") -> bool:
        """Whether status, body and headers in their order are the same, the date aside."""
        return self._undated() == other._undated()

    def _undated(self) -> tuple[object, ...]:
        return self.status, self.body, [(k, v) for k, v in self.headers if k.lower() != "date"]


@dataclass
class Server:
    """A running server: its port, and its processes as one."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    behind: "list[Server]" = field(default_factory=list)
    is_quick: bool = False  # answers more than a client in Python can ask for
    counts: bool = False  # tells how many requests came as far as Flask
    log: Path | None = None
    asked: int = 0  # how often it was asked for that

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Return the seconds of CPU time of all its processes so far, without what is behind it."""
        return spent(self.process.pid)

    def memory(self) -> list[float]:
        """Return the megabytes (proportional set size) of each worker."""
        _, *workers = processes(self.process.pid)
        return [_pss(pid) for pid in workers]

    def woken(self) -> int:
        """Return how many requests woke our Flask, this asking not counted.

        Of nginx, how many it passed on.
        """
        behind = sum(server.answered() for server in self.behind)
        if not self.counts:
            return behind
        self.asked += 1
        own = int(ask(self, "/bench/woken").body) - self.asked
        if own < 0:
            raise SystemExit(f"{self.name} does not count what comes to Flask")
        return own + behind

    def answered(self) -> int:
        """Return how many requests its access log tells of."""
        if not self.log:
            return 0
        time.sleep(_LATE)
        return len(self.log.read_bytes().splitlines())


@contextmanager
def gunicorn(
    name: str,
    app: str,
    folder: Path,
    *,
    workers: int = 1,
    conf: str = "gunicorn.conf.py",
    cores: Core = Core(),
    log: Path | None = None,
    **settings: str,
) -> Iterator[Server]:
    """Run ``app`` by gunicorn with the settings of ``conf`` until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        public = {"BLOG_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        environ = environment(folder, **(public | settings))
        listen = ["--workers", str(workers), "--bind", f"fd://{listener.fileno()}"]
        with open(log or os.devnull, "wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", conf, *listen, app],
                cwd=ROOT,
                env=environ | ({"BLOG_ACCESS_LOG": "1"} if log else {}),
                pass_fds=[listener.fileno()],
                stdout=output,
            )
    server = Server(name, port, process, counts=app == COUNTED, log=log)
    yield from _running(server, cores if workers == 1 else Core())


@contextmanager
def nginx(
    name: str,
    servers: str,
    folder: Path,
    *,
    port: int,
    cores: Core,
    behind: Sequence[Server] = (),
) -> Iterator[Server]:
    """Run nginx with one worker and ``servers`` in its ``http`` block until the end of the block.

    Its files and logs lie in ``folder``.
    """
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is nobody else's
    conf = folder / "nginx.conf"
    conf.write_text(NGINX.format(folder=folder, servers=servers, user=user), encoding="utf-8")
    process = subprocess.Popen([find_nginx(), "-p", str(folder), "-c", str(conf)])
    server = Server(name, port, process, list(behind), is_quick=True)
    yield from _running(server, cores)


def find_nginx() -> str:
    """Return the path of nginx, or end with what to install."""
    path = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not path:
        raise SystemExit("nginx is not installed: apt-get install nginx, or leave out `store`")
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def ask(
    server: Server, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Answer:
    """Return one answer as it came, over a connection of its own."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, tuple(answer.getheaders()), answer.read())
    finally:
        connection.close()


def spent(root: int) -> float:
    """Return the seconds of CPU time, user's and system's, of a process and all below it.

    A worker that has ended counts with its parent, as the kernel has it.
    """
    return sum(_cpu(pid) for pid in processes(root)) + _reaped(root)


def processes(root: int) -> list[int]:
    """Return the process and all that it started and they did, itself first."""
    try:
        children = Path(f"/proc/{root}/task/{root}/children").read_text(encoding="ascii")
    except OSError:
        return [root]
    return [root, *(pid for child in children.split() for pid in processes(int(child)))]


def _running(server: Server, cores: Core) -> Iterator[Server]:
    try:
        _wait(server)
        if cores.servers:
            for pid in processes(server.process.pid):
                _pin(pid, cores.servers)
        yield server
    finally:
        server.process.terminate()
        server.process.wait()


def _wait(server: Server) -> None:
    end = time.monotonic() + START
    while True:
        try:
            ask(server, "/")
        except OSError:
            if server.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{server.name} did not start") from None
            time.sleep(0.02)
        else:
            return


def _pin(pid: int, cores: frozenset[int]) -> None:
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), cores)


def _cpu(pid: int) -> float:
    # The kernel's clock of another process, to the nanosecond: clock_getcpuclockid(3).
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:  # it ended a moment ago
        return 0.0


def _reaped(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / TICK


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
    return int(found[1]) / 1000 if found else 0.0
