"""Which machine something lies on: a name that an instance folder keeps."""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile


@cache
def place_of(instance: Path) -> str:
    """Return the name of the place whose instance folder this is; made when there is none.

    It stays the same when the machine gets another name, as containers do.
    """
    path = instance / "place"
    if not path.exists():
        with NamedTemporaryFile("w", encoding="ascii", dir=instance, prefix=".") as file:
            file.write(secrets.token_hex(12))
            file.flush()
            # A link refuses to overwrite: of two processes starting at once, one succeeds.
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii").strip()[:40]
