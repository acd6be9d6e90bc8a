"""An export as an archive, written from front to end, so that it can be sent while it is made."""

import zipfile
from collections.abc import Callable
from typing import IO

from blogapp.exporting.streaming import opened
from blogapp.media.stores import Store

# An archive of the same blog has the same bytes: the first moment that its format knows.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PACKED = (".gif", ".jpg", ".png", ".webp", ".avif", ".gz", ".zip", ".tgz", ".mp4", ".webm")


def write_zip(file: IO[bytes], *, store: Store, done: Callable[[], None] = lambda: None) -> int:
    """Write the blog as a ZIP and return how many files it holds.

    Of ``file`` only ``write`` is asked; what was written is never needed again. Importing it
    is importing the folder that it unpacks to.
    """
    count = 0
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        opened(store) as files,
    ):
        for path, chunks in files:
            member = zipfile.ZipInfo(path, _MOMENT)
            member.external_attr = 0o100644 << 16
            is_packed = path.endswith(_PACKED)
            member.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as out:
                for chunk in chunks:
                    out.write(chunk)
            count += 1
            done()
    return count
