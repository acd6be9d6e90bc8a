"""Files to be saved rather than shown: whether they are what their name says, and harmless."""

import codecs
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePosixPath
from stat import S_ISLNK
from zipfile import BadZipFile, ZipFile

from blogapp.media.errors import BadAttachment

MOST_FILES = 10_000
MOST_UNPACKED = 500_000_000  # bytes
_CHUNK = 1 << 20
# Bytes that an archive's list of files may take: reading it costs memory.
_LONGEST_LIST = 4_000_000


def check(data: bytes, suffix: str) -> None:
    """Raise `BadAttachment` unless ``data`` is what its ending says.

    An archive must not unpack to more than 500 MB or 10,000 files, nor beside its folder.
    """
    if not _LOOKS.get(suffix, _is_text)(data):
        raise BadAttachment(f"The content is not what files ending in {suffix} hold.")
    if suffix == ".zip":
        _check_zip(data)
    elif suffix in {".gz", ".tgz"}:
        _check_gzip(data)


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


def _is_text(data: bytes) -> bool:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        # A log or a table of other times: text all the same.
        return b"\0" not in data


def _is_mp3(data: bytes) -> bool:
    return data.startswith(b"ID3") or (len(data) > 1 and data[0] == 0xFF and data[1] >= 0xE0)


_LOOKS: dict[str, Callable[[bytes], bool]] = {
    ".pdf": _begins(b"%PDF-"),
    ".zip": _begins(b"PK\x03\x04", b"PK\x05\x06"),
    ".gz": _begins(b"\x1f\x8b"),
    ".tgz": _begins(b"\x1f\x8b"),
    ".mp4": lambda data: data[4:8] == b"ftyp",
    ".webm": _begins(b"\x1a\x45\xdf\xa3"),
    ".mp3": _is_mp3,
    ".ogg": _begins(b"OggS"),
    ".wav": lambda data: data.startswith(b"RIFF") and data[8:12] == b"WAVE",
}


def _check_zip(data: bytes) -> None:
    # APPNOTE 4.3.16: the end of the central directory says how long that is.
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or int.from_bytes(data[end + 12 : end + 16], "little") > _LONGEST_LIST:
        raise BadAttachment("The archive unpacks to too much.")
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise BadAttachment("The archive is damaged.") from error
    if len(members) > MOST_FILES or sum(each.file_size for each in members) > MOST_UNPACKED:
        raise BadAttachment("The archive unpacks to too much.")
    for each in members:
        path = PurePosixPath(each.filename.replace("\\", "/"))
        climbs = path.is_absolute() or ".." in path.parts or each.filename[1:2] == ":"
        if climbs or S_ISLNK(each.external_attr >> 16):
            raise BadAttachment("The archive reaches beyond its own folder.")


def _check_gzip(data: bytes) -> None:
    unpacking, unpacked = zlib.decompressobj(wbits=31), 0
    rest = data
    try:
        while rest and not unpacking.eof:
            unpacked += len(unpacking.decompress(rest, _CHUNK))
            rest = unpacking.unconsumed_tail
            if unpacked > MOST_UNPACKED:
                raise BadAttachment("The archive unpacks to too much.")
    except zlib.error as error:
        raise BadAttachment("The archive is damaged.") from error
