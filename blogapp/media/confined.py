"""What runs in the child process of `confining`: it decodes what it is handed, within limits.

Started as ``python -m blogapp.media.confined``. Files are handed over by their paths.
"""

import os
from pathlib import Path
from typing import Any

from blogapp.media import encoding, shrinking
from blogapp.media.errors import MediaError, TooCostly
from blogapp.text.limiting import limit, most_memory, prepare_signals, take_pipes, unlimit
from blogapp.text.messages import receive, send

# A process that once was this large keeps most of it: another one takes its place.
LARGEST_AT_REST = 256 * 1024 * 1024


def serve() -> None:
    """Do jobs until there are no more."""
    source, target = take_pipes()
    prepare_signals()
    # Linux starts to count at what the parent weighed (getrusage(2), across execve).
    at_first = most_memory()
    try:
        is_last = False
        while not is_last:
            job = receive(source)
            send(target, {"begun": True})
            limit(job["seconds"], job["memory"])
            answer = _do(job)
            unlimit()
            # Whoever has stepped back once stays there (nice(2)): uploads wait for nobody.
            is_last = job["verb"] == "shrink" or most_memory() > max(LARGEST_AT_REST, at_first)
            send(target, answer | {"last": is_last})
    except (EOFError, BrokenPipeError):
        return


def _do(job: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"done": _JOBS[job["verb"]](job)}
    except MediaError as error:
        return {"refused": type(error).__name__, "message": str(error)}
    except MemoryError:
        return {"refused": TooCostly.__name__, "message": "It takes too much memory."}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def _encode(job: dict[str, Any]) -> dict[str, Any]:
    make = encoding.portray if job["verb"] == "portray" else encoding.encode
    encoded = make(Path(job["source"]).read_bytes())
    Path(job["target"]).write_bytes(encoded.data)
    return {name: value for name, value in vars(encoded).items() if name != "data"}


def _shrink(job: dict[str, Any]) -> dict[str, Any]:
    # Whoever reads the blog meanwhile goes first.
    os.nice(10)
    targets = {name: Path(path) for name, path in job["targets"].items()}
    shrinking.shrink(Path(job["source"]), targets)
    return {}


def _count_frames(job: dict[str, Any]) -> dict[str, Any]:
    return {"frames": encoding.count_frames(Path(job["source"]))}


_JOBS = {"encode": _encode, "portray": _encode, "shrink": _shrink, "frames": _count_frames}


if __name__ == "__main__":
    serve()
