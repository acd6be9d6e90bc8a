"""A small HTTP client that keeps many connections busy: `python -m bench.client '{…}'`."""

import json
import select
import socket
import sys
from collections.abc import Mapping, Sequence
from itertools import cycle
from statistics import quantiles
from time import perf_counter
from typing import Any

HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
STATUSES = (b"200", b"304")


class Connection:
    """One connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connect()
        self.due = 0.0  # when the request on its way should have gone out

    def fileno(self) -> int:
        return self._socket.fileno()

    def ask(self, request: bytes, due: float) -> None:
        self._request, self.due = request, due
        self._may_repeat = True
        self._send()

    def take(self) -> bytes | None:
        """Return the answer, or None while there is more to come."""
        try:
            part = self._socket.recv(1 << 18)
        except ConnectionError:
            part = b""
        if not part:
            self._again()
            return None
        self._got += part
        if not self._whole:
            end = self._got.find(HEAD_END)
            if end < 0:
                return None
            self._whole = end + len(HEAD_END) + _length(bytes(self._got[:end]))
        return bytes(self._got) if len(self._got) >= self._whole else None

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _send(self) -> None:
        self._got = bytearray()
        self._whole = 0  # bytes of the answer; 0 while its head is not all there
        try:
            self._socket.sendall(self._request)
        except ConnectionError:
            self._again()

    def _again(self) -> None:
        """Connect anew and ask once more: servers close connections that have lived long."""
        if not self._may_repeat:
            raise SystemExit("the server closes connections without an answer")
        self._may_repeat = False
        self._socket.close()
        self._connect()
        self._send()


def run(
    port: int,
    paths: Sequence[str],
    headers: Mapping[str, str],
    seconds: float,
    connections: int,
    rate: float,
) -> dict[str, Any]:
    """Return what `bench.loading.Load` holds, after asking for so long."""
    requests = cycle([_request(port, path, headers) for path in paths])
    idle = [Connection(port) for _ in range(connections)]
    busy: set[Connection] = set()
    waits: list[float] = []
    received = failed = sent = 0
    start = now = perf_counter()
    while (is_open := now < start + seconds) or busy:
        # What is due and finds no connection free goes out late, and its wait counts.
        while is_open and idle and (not rate or start + sent / rate <= now):
            connection = idle.pop()
            connection.ask(next(requests), start + sent / rate if rate else now)
            busy.add(connection)
            sent += 1
        is_pacing = rate and is_open and idle
        pause = max(0, start + sent / rate - now) if is_pacing else 1
        for connection in select.select(busy, (), (), pause)[0]:
            answer = connection.take()
            if answer is not None:
                waits.append(1000 * (perf_counter() - connection.due))
                received += len(answer)
                failed += answer[9:12] not in STATUSES
                busy.remove(connection)
                idle.append(connection)
        now = perf_counter()
    cuts = quantiles(waits, n=100, method="inclusive")
    return {
        "requests": len(waits),
        "seconds": now - start,
        "bytes": received,
        "p50": cuts[49],
        "p99": cuts[98],
        "failed": failed,
    }


def _request(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def _length(head: bytes) -> int:
    low = head.lower()
    if low[9:12] == b"304":
        return 0
    _, found, rest = low.partition(LENGTH)
    if not found:
        raise SystemExit(f"no length in {head!r}")
    return int(rest.partition(b"\r\n")[0])


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))))
