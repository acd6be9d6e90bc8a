"""Pictures that can be made again at any time: kept as files, without a row for each."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)


def keep(folder: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """Return the file ``key``; when it is not there yet, make it, in place of those beside it.

    ``key`` is a shelf, an owner on it, and a name that says what the file holds:
    ``cards/7/3f0e….png``. A disk that cannot be written to costs time, not the answer.
    """
    path = folder / key
    with suppress(OSError):
        return path.read_bytes()
    content = make()
    try:
        _write(path, content)
        for other in path.parent.iterdir():
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s was not kept: %s", path, error)
    return content


def forget(folder: Path, shelf: str, owner: str) -> None:
    """Remove what is kept for ``owner``; done already is done."""
    shutil.rmtree(folder / shelf / owner, ignore_errors=True)


def forget_others(folder: Path, shelf: str, owners: Container[str]) -> None:
    """Remove what is kept on a shelf for anybody but ``owners``."""
    with suppress(FileNotFoundError):
        for place in (folder / shelf).iterdir():
            if place.name not in owners:
                shutil.rmtree(place, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all; lost in a power cut, it is made again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
