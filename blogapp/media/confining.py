"""Decoding where it can be stopped: in a child process, with limits on time and memory.

What comes as a picture may be made to hurt whoever opens it. A process that oversteps is ended
by the kernel, and takes nothing of the blog with it.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blogapp.media import errors
from blogapp.media.encoding import Encoded
from blogapp.media.errors import MediaError, NotAnImage, TooCostly
from blogapp.text.children import Children, NotDone, Overstepped

# CPU time in seconds: for what somebody waits for, and for a photograph in ten versions.
SECONDS = 20.0
SECONDS_IN_PEACE = 180.0
# Bytes of address space. Fifty megapixels with their colours are 200 million.
MEMORY = 1536 * 1024 * 1024
# Seconds by the clock after which a child counts as stuck.
PATIENCE = 600.0
MOST_AT_ONCE = 2

_children = Children("blogapp.media.confined", most_at_once=MOST_AT_ONCE)


def encode(data: bytes) -> Encoded:
    """Return what `encoding.encode` makes of an upload, and raise what it raises.

    One that takes too long or too much memory raises `TooCostly`.
    """
    return _written("encode", data)


def portray(data: bytes) -> Encoded:
    """Return what `encoding.portray` makes of an upload, as `encode` does."""
    return _written("portray", data)


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
    _children.close()


def _written(verb: str, data: bytes) -> Encoded:
    with tempfile.TemporaryDirectory(prefix="blogapp-") as folder:
        source, target = Path(folder, "upload"), Path(folder, "image")
        source.write_bytes(data)
        said = _ask({"verb": verb, "source": str(source), "target": str(target)}, SECONDS)
        said["metadata_found"] = tuple(said["metadata_found"])
        return Encoded(data=target.read_bytes(), **said)


def _ask(job: dict[str, Any], seconds: float) -> dict[str, Any]:
    job |= {"seconds": seconds, "memory": MEMORY}
    try:
        answer = _children.do(job, patience=PATIENCE)
    except Overstepped as error:
        raise TooCostly("Reading the image takes too much time or memory.") from error
    except NotDone as error:
        raise MediaError(f"The image was not read: {error}.") from error
    if "refused" in answer:
        raise getattr(errors, answer["refused"])(answer["message"])
    if "failed" in answer:
        raise NotAnImage(f"The image cannot be read: {answer['failed']}")
    done: dict[str, Any] = answer["done"]
    return done
