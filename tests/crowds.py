"""Clients that a server has to stand: many at once, some that take their time, and readers beside.

They speak HTTP by themselves, so that nothing repeats, waits or gives up on its own.
"""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.browser.serving import ROOT, environment

HOST = "127.0.0.1"
# Seconds that anybody waits for an answer: what takes longer has not come.
PATIENCE = 30
# Seconds between two bits of what a slow client sends or reads.
PAUSE = 0.2


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


async def ask(port, path, *, method="GET", body=b"", **headers):
    """Return the answer to one request on a connection of its own; raises where none came."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            return await _asked(reader, writer, port, path, method, body, headers)
        finally:
            writer.close()


async def ask_often(port, paths, found):
    """Ask for each of ``paths`` on one connection as long as that is kept; add what came."""
    stream = None
    for path in paths:
        try:
            async with asyncio.timeout(PATIENCE):
                stream = stream or await asyncio.open_connection(HOST, port)
                answer = await _asked(*stream, port, path, "GET", b"", {})
            found.append(answer)
            is_over = answer.headers.get("connection") == "close"
        except (OSError, EOFError, TimeoutError) as error:
            found.append(error)
            is_over = True
        if is_over and stream:
            stream[1].close()
            stream = None
    if stream:
        stream[1].close()


async def read_beside(port, paths, readers, **headers):
    """Return what so many readers got, who come one after the other."""
    found = []
    for number in range(readers):
        try:
            found.append(await ask(port, paths[number % len(paths)], **headers))
        except (OSError, EOFError, TimeoutError) as error:
            found.append(error)
    return found


@asynccontextmanager
async def slow_clients(port, number):
    """Have so many clients trickle headers, bodies and reading until the end of the block."""
    ways = (_trickle_headers, _trickle_a_body, _read_slowly)
    begun = [asyncio.Event() for _ in range(number)]
    tasks = [
        asyncio.create_task(_again(ways[each % len(ways)], port, event))
        for each, event in enumerate(begun)
    ]
    try:
        async with asyncio.timeout(PATIENCE):
            for event in begun:
                await event.wait()
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def statuses(found):
    """Return how often each status came, and each way of getting none."""
    return Counter(
        answer.status if isinstance(answer, Answer) else type(answer).__name__ for answer in found
    )


def allow_connections(number):
    """Let this process and what it starts have so many files open; says whether it may."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
    return True


async def _asked(reader, writer, port, path, method, body, headers):
    lines = {"Host": f"{HOST}:{port}", **headers}
    if body:
        lines |= {
            "Content-Length": str(len(body)),
            "Content-Type": "application/x-www-form-urlencoded",
        }
    said = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode() + body)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
    found = {name.lower(): value for name, value in pairs}
    return Answer(int(head[0].split()[1]), found, await _body(reader, found))


async def _body(reader, headers):
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if "transfer-encoding" not in headers:
        return b""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def _again(way, port, begun):
    """Whoever was sent away comes back."""
    while True:
        with suppress(OSError, EOFError):
            await way(port, begun)
        await asyncio.sleep(PAUSE)


async def _trickle_headers(port, begun):
    _reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\n".encode())
        await _trickle(writer, begun, (f"X-{number}: a\r\n".encode() for number in count()))
    finally:
        writer.close()


async def _trickle_a_body(port, begun):
    _reader, writer = await asyncio.open_connection(HOST, port)
    try:
        lines = f"Host: {HOST}:{port}\r\nContent-Length: 100000\r\n"
        writer.write(f"POST /login HTTP/1.1\r\n{lines}\r\n".encode())
        await _trickle(writer, begun, (b"a" for _ in count()))
    finally:
        writer.close()


async def _trickle(writer, begun, bits):
    for bit in bits:
        await writer.drain()
        begun.set()
        await asyncio.sleep(PAUSE)
        writer.write(bit)


async def _read_slowly(port, begun):
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        await loop.sock_connect(client, (HOST, port))
        request = f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()
        await loop.sock_sendall(client, request)
        begun.set()
        while await loop.sock_recv(client, 32):
            await asyncio.sleep(PAUSE)


class Gunicorn:
    """The blog as `gunicorn.conf.py` has it run, in processes of their own; a context in which
    it answers.
    """

    def __init__(self, app, folder, *, workers=2, port=0, **settings):
        self.app, self.log, self.pid = app, folder / "gunicorn.log", folder / "gunicorn.pid"
        # By its address: a socket that was handed over is not handed on at USR2.
        self.port = port or _free_port()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", f"--bind={HOST}:{self.port}"),
                    *(f"--workers={workers}", f"--pid={self.pid}", "wsgi:app"),
                ],
                cwd=ROOT,
                env=environment(app) | {"BLOG_ACCESS_LOG": "0"} | settings,
                stdout=output,
                stderr=output,
            )

    def __enter__(self):
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error):
        self.stop()

    def wait(self):
        """Return when it answers."""
        until(lambda: self.process.poll() is not None or _is_open(self.port))
        with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=60) as answer:
            assert answer.status == 200

    def workers(self, master=None):
        """Return the process ids of those that serve."""
        master = master or self.process.pid
        text = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
        return [int(pid) for pid in text.split() if b"gunicorn" in _command(pid)]

    def signal(self, number):
        os.kill(self.process.pid, number)

    def kill(self):
        """End it and its workers at once."""
        for pid in [*self.workers(), self.process.pid]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


def until(claim, seconds=60, why="it did not come to that"):
    """Return what ``claim()`` gives as soon as it holds; fails with ``why`` if not in time."""
    end = time.monotonic() + seconds
    while not (found := claim()):
        assert time.monotonic() < end, why
        # Other processes need the processor, too.
        threading.Event().wait(0.02)
    return found


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _free_port():
    with socket.create_server((HOST, 0)) as listener:
        return listener.getsockname()[1]


def _is_open(port):
    try:
        socket.create_connection((HOST, port)).close()
    except ConnectionRefusedError:
        return False
    return True
