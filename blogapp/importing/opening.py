"""Opening a source file as text."""

from pathlib import Path

from blogapp.importing.errors import Unreadable

MOST_BYTES = 4_000_000


def read_text(path: Path) -> str:
    """Return a file's text with LF line ends and no byte order mark. Raises `Unreadable`."""
    try:
        if not path.is_file():  # a pipe would be waited for
            raise Unreadable("is not a file" if path.exists() else "leads nowhere")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("is longer than a post can be")
        raw = path.read_bytes()
        encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise Unreadable(f"is not UTF-8 (byte 0x{byte:02X}); save it as UTF-8", line) from error
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from error
