"""Asking a server as fast as it answers, or at a steady rate, from processes of their own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.blogs import ROOT
from bench.serving import Core, Server

# Fewer than the places that a worker has for pages which it has to make.
CONNECTIONS = 12
REPORT = Path(__file__).with_name("report.lua")


@dataclass(frozen=True)
class Load:
    """What a client saw: seconds it asked for, bytes on the wire, milliseconds waited."""

    requests: int
    seconds: float
    bytes: int
    p50: float
    p99: float
    failed: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def load(
    server: Server,
    path: str,
    headers: Mapping[str, str],
    *,
    seconds: int,
    connections: int = CONNECTIONS,
    cores: Core,
) -> Load:
    """Ask for one address for so long, a request after the other on each connection.

    Our own client waits for every answer, so that each request counts that cost something.
    nginx answers quicker than that client asks: there wrk asks, where it is installed.
    """
    if server.is_quick and shutil.which("wrk"):
        sent = [word for name, text in headers.items() for word in ("-H", f"{name}: {text}")]
        size = ["-t1", f"-c{connections}", f"-d{seconds}s"]
        return _run(["wrk", *size, *sent, "-s", str(REPORT), server.address + path], cores)
    return ask_steadily(
        server, [path], headers, seconds=seconds, connections=connections, rate=0, cores=cores
    )


def ask_steadily(
    server: Server,
    paths: Sequence[str],
    headers: Mapping[str, str],
    *,
    seconds: int,
    connections: int,
    rate: float,
    cores: Core,
) -> Load:
    """Ask for the addresses in turn, so many requests a second whatever the answers take.

    A wait counts from the moment the request was due, so that a slow answer hides nobody
    behind it. Rate 0 is as fast as answers come.
    """
    asked = {
        "port": server.port,
        "paths": list(paths),
        "headers": dict(headers),
        "seconds": seconds,
        "connections": connections,
        "rate": rate,
    }
    return _run([sys.executable, "-m", "bench.client", json.dumps(asked)], cores)


def _run(command: Sequence[str], cores: Core) -> Load:
    pin = (lambda: os.sched_setaffinity(0, cores.clients)) if cores.clients else None
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=pin
    )
    return Load(**json.loads(done.stdout.splitlines()[-1]))
