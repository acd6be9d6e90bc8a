"""Where a request spends its time, sampled from outside: `python -m bench.profiling`.

Needs py-spy (`pip install py-spy`), which reads a worker's stacks without stopping it for long.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

from bench.answering import COMPARED, KEPT, UNKEPT, Bench
from bench.blogs import find_blog
from bench.loading import load
from bench.measuring import READER
from bench.reporting import table
from bench.serving import Core, Server, processes

SECONDS = 6
RATE = 400  # samples a second
MOST = 8  # functions that are told
WAITING = re.compile(r"_worker|Condition\.wait|EpollSelector\.select|Event\.wait")
FRAME = re.compile(r"^(?P<name>.+) \((?P<file>[^()]+)\)$")
# What a frame belongs to, by the name of its file; the first that fits.
PARTS = {
    "templates": re.compile(r"\.html$|\.xml$|<template>"),
    "our parts: keeping pages": re.compile(r"blogapp/caching/"),
    "our parts: finding and reading posts": re.compile(r"blogapp/(?:posts|site|accounts|media)/"),
    "our parts: views and pages": re.compile(r"blogapp/"),
    "gunicorn": re.compile(r"gunicorn/"),
    "Jinja": re.compile(r"jinja2/|markupsafe/"),
    "SQLAlchemy": re.compile(r"sqlalchemy/"),
    "Flask and Werkzeug": re.compile(r"flask|werkzeug/|blinker/|babel/"),
    "Python: threads and sockets": re.compile(
        r"(?:^|/)(?:threading|selectors|socket|queue)\.py|concurrent/"
    ),
}


def profile(server: Server, path: str, cores: Core) -> Counter[tuple[str, str]]:
    """Return how often a worker was seen at work in which part and function."""
    headers = READER | {"Accept-Encoding": "gzip"}
    load(server, path, headers, seconds=1, cores=cores)  # what is made once is made by now
    _, worker = processes(server.process.pid)
    asking = Thread(
        target=load,
        args=(server, path, headers),
        kwargs={"seconds": SECONDS + 2, "cores": cores},
    )
    asking.start()
    with tempfile.NamedTemporaryFile("r", suffix=".stacks", encoding="utf-8") as file:
        record = ["py-spy", "record", "--pid", str(worker), "--duration", str(SECONDS)]
        how = ["--rate", str(RATE), "--format", "raw", "--function", "--full-filenames"]
        subprocess.run([*record, *how, "--output", file.name], check=True, capture_output=True)
        found = count(file.readlines())
    asking.join()
    return found


def count(stacks: Iterable[str]) -> Counter[tuple[str, str]]:
    """Return how often each function was seen at work, by its part; a template counts as one.

    Threads that wait for work are not at work, though the kernel may be about to wake them.

    >>> dict(count(["run (gunicorn/a.py);root (templates/listing.html) 3"]))
    {('templates', 'listing.html'): 3}
    """
    found: Counter[tuple[str, str]] = Counter()
    for line in stacks:
        stack, _, times = line.rpartition(" ")
        frame = FRAME.match(stack.rpartition(";")[2])
        if frame and not WAITING.match(frame["name"]):
            found[_placed(frame["name"], frame["file"])] += int(times)
    return found


def _placed(name: str, file: str) -> tuple[str, str]:
    part = next((part for part, pattern in PARTS.items() if pattern.search(file)), "other Python")
    last = file.rpartition("/")[2]
    return part, last if part == "templates" else f"`{name}` in {last}"


def _told(found: Counter[tuple[str, str]]) -> str:
    """Return two tables: by part, and the functions that count."""
    total = found.total()
    parts: Counter[str] = Counter()
    for (part, _), times in found.items():
        parts[part] += times
    functions = [[f"{part}: {name}", times] for (part, name), times in found.most_common(MOST)]
    return "\n\n".join(
        table(heads, [[name, f"{times / total:.0%}"] for name, times in rows])
        for heads, rows in (
            (["at work in", "share"], parts.most_common()),
            (["of this in", "share"], functions),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description=__doc__)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--blogs", type=Path, default=Path(__file__).with_name("blogs"))
    asked = parser.parse_args()
    if not shutil.which("py-spy"):
        raise SystemExit("py-spy is not installed: pip install py-spy")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        blog = find_blog(asked.blogs.resolve(), asked.posts)
        bench = Bench([blog], folder, Core.shared_out(), stack)
        for kind in (KEPT, UNKEPT):
            for page in COMPARED:
                found = profile(bench.blog(kind, blog), blog.addresses()[page], bench.cores)
                sys.stdout.write(f"### {page.capitalize()}, {kind}\n\n{_told(found)}\n\n")


if __name__ == "__main__":
    main()
