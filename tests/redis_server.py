"""A real Redis for tests: a process of its own, on a free port and on a socket, without a disk."""

import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from blogapp.sharing import asking
from tests.browser.programs import find_redis, how_to_install


@dataclass
class RedisServer:
    """Where it listens; and what stops it and starts it again, empty, at the same place."""

    port: int
    folder: Path
    options: tuple = ()
    process: subprocess.Popen | None = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_url(self):
        return f"unix://{self.folder / 'redis.sock'}"

    def start(self, *options):
        self.options = options or self.options
        self.process = subprocess.Popen(
            [find_redis(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", self.folder, "--unixsocket",
             self.folder / "redis.sock", "--databases", "16", *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait_until_it_answers()

    def stop(self):
        self.process.kill()
        self.process.wait()

    def say(self, *command):
        """Return Redis's raw answer to ``command``, without any client of ours."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=10)) as line:
            line.sendall(" ".join(command).encode() + b"\r\n")
            return line.recv(65536).decode()

    def _wait_until_it_answers(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if self.say("PING").startswith(("+PONG", "-NOAUTH")):
                    return
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.01)
            assert self.process.poll() is None, "redis-server did not start"
        raise AssertionError("redis-server does not answer")


@contextmanager
def running_redis(*options):
    """Start a server; give a `RedisServer`; stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="blog-redis-", dir="/tmp"))
    server = RedisServer(_free_port(), folder)
    try:
        server.start(*options)
        yield server
    finally:
        if server.process:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="session")
def redis_server():
    """A Redis for this worker's tests; without the program they are left out."""
    if not find_redis():
        pytest.skip(how_to_install("redis"))
    with running_redis() as server:
        yield server


@pytest.fixture
def waiting_for_redis(monkeypatch):
    """Redis is waited for however busy this machine is; in production nobody waits that long."""
    monkeypatch.setattr(asking, "PATIENCE", 30)
    monkeypatch.setattr(asking, "ARRIVAL", 30)


@pytest.fixture
def redis_url(redis_server, waiting_for_redis):
    """The address of a Redis with nothing in it."""
    redis_server.say("FLUSHALL")
    return redis_server.url


@pytest.fixture
def in_vain(monkeypatch):
    """The times that Redis was asked and gave no answer; then it is left alone for a minute."""
    failures, fail = [], asking.Shared.fail

    def note(self, error):
        failures.append(error)
        return fail(self, error)

    monkeypatch.setattr(asking.Shared, "fail", note)
    monkeypatch.setattr(asking, "PAUSE", 60)
    return failures
