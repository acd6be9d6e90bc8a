"""Opening an export that comes as a ZIP, which may be damaged, or made to do harm."""

import lzma
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from struct import Struct
from zipfile import BadZipFile, ZipFile, ZipInfo

from blogapp.importing.errors import BrokenArchive, NoSite

MOST_FILES = 200_000
MOST_BYTES = 20_000_000_000
# Pictures do not shrink and texts do so tenfold; what grows more than this is a trick.
MOST_GROWTH, MOST_GROWTH_OF_A_FILE = 200, 500
_HARMLESS, _HARMLESS_FILE = 100_000_000, 10_000_000
_LONGEST_DIRECTORY = 64_000_000
_LONGEST_NAME = 250  # bytes of one part; file systems take 255
_ROOM_LEFT = 100_000_000

_UTF8 = 0x800
_ENCRYPTED = 0x1
_JUNK = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_OTHER_ARCHIVES = (
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
# Of the records at a ZIP's end (APPNOTE 4.3.14 to 4.3.16): the size of its directory.
_END, _END_SIZE = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_PLACE = b"PK\x06\x07", Struct("<8xQ4x")
_DIRECTORY_SIZE, _DIRECTORY_SIZE_64 = Struct("<12xI"), Struct("<40xQ")
_LOCAL_HEADER = 30


@contextmanager
def unpacked(path: Path, *, within: Path | None = None) -> Iterator[Path]:
    """Give a folder with what the ZIP at ``path`` holds, until the block ends.

    It is named after the ZIP and stands in a folder of its own, in ``within`` or where the
    system keeps such. A folder or a file that is no archive is given as it is. Raises
    `BrokenArchive` with the reason, having written nothing that stays, and `NoSite` where
    nothing is.
    """
    try:
        head = _head(path)
    except OSError as error:
        raise NoSite(f"{path} cannot be read ({error.strerror})") from error
    if not head.startswith((b"PK\x03\x04", _END)) and path.suffix.lower() != ".zip":
        _refuse_other_archives(path, head)
        yield path
        return
    with tempfile.TemporaryDirectory(dir=within, prefix="unpacked-") as place:
        folder = Path(place) / (path.stem or "export")
        folder.mkdir()
        _unpack(path, folder)
        yield folder


def _head(path: Path) -> bytes:
    if not path.exists():
        raise NoSite(f"{path} does not exist")
    if path.is_dir():
        return b""
    if not path.is_file():  # a pipe would be waited for
        raise NoSite(f"{path} is neither a file nor a folder")
    with path.open("rb") as file:
        return file.read(512)


def _refuse_other_archives(path: Path, head: bytes) -> None:
    kinds = [kind for mark, kind in _OTHER_ARCHIVES if head.startswith(mark)]
    if head[257:262] == b"ustar":
        kinds = ["tar"]
    if kinds:
        raise BrokenArchive(f"{path.name} is a {kinds[0]} archive; unpack it and name the folder")


def _unpack(path: Path, folder: Path) -> None:
    try:
        _check_directory(path)
        with ZipFile(path) as archive:
            files = _checked(archive.infolist(), path, folder)
            for name, info in files:
                _write(archive, info, folder / name)
    except (BadZipFile, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        reason = str(error) or "cut short"
        raise BrokenArchive(f"{path.name} is damaged ({reason}); download it again") from error
    except (NotImplementedError, RuntimeError) as error:
        raise BrokenArchive(f"{path.name} is packed in a way that cannot be read") from error


def _check_directory(path: Path) -> None:
    """Refuse a directory that would not fit into memory, before it is read there."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        begin = max(0, size - 65_535 - _END_SIZE - 20)
        file.seek(begin)
        tail = file.read()
        end = tail.rfind(_END)
        if end < 0 or len(tail) - end < _END_SIZE:
            raise BrokenArchive(f"{path.name} is no ZIP, or its end is missing; download it again")
        longest = int(_DIRECTORY_SIZE.unpack_from(tail, end)[0])
        locator = end - 20
        if locator >= 0 and tail.startswith(_LOCATOR, locator):
            file.seek(min(size, _LOCATOR_PLACE.unpack_from(tail, locator)[0]))
            record = file.read(56)
            if len(record) < 56:
                raise BrokenArchive(f"{path.name} is damaged; download it again")
            longest = int(_DIRECTORY_SIZE_64.unpack_from(record)[0])
        if longest > min(size, _LONGEST_DIRECTORY):
            raise BrokenArchive(f"{path.name} is damaged, or holds more files than any blog has")


def _checked(infos: list[ZipInfo], path: Path, folder: Path) -> list[tuple[PurePosixPath, ZipInfo]]:
    """Return what is to be written by where. Raises `BrokenArchive` before anything is."""
    if len(infos) > MOST_FILES:
        raise BrokenArchive(f"{path.name} holds {len(infos):,} files; {MOST_FILES:,} at most")
    _check_sizes(infos, path, folder)
    named = [(_name(info), info) for info in infos if not info.is_dir()]
    kept = [(name, info) for name, info in named if not _JUNK & set(name.parts)]
    taken: set[PurePosixPath] = set()
    for name, info in kept:
        if name in taken:
            raise BrokenArchive(f"{path.name} holds two files named {name}")
        taken.add(name)
        _check_kind(info, name, path)
    if [name.suffix.lower() for name, _ in kept] == [".zip"]:
        raise BrokenArchive(f"{path.name} holds another ZIP ({kept[0][0]}); unpack it once")
    if not kept:
        raise BrokenArchive(f"{path.name} is empty")
    return kept


def _check_sizes(infos: list[ZipInfo], path: Path, folder: Path) -> None:
    packed = path.stat().st_size
    total = sum(info.file_size for info in infos)
    grown = any(
        info.file_size > max(_HARMLESS_FILE, MOST_GROWTH_OF_A_FILE * info.compress_size)
        for info in infos
    )
    if grown or total > max(_HARMLESS, MOST_GROWTH * packed):
        raise BrokenArchive(
            f"{path.name} would become {total / 1e6:,.0f} MB out of {packed / 1e6:,.1f} MB:"
            " no export does; refused"
        )
    if _overlap(infos, packed):
        raise BrokenArchive(f"{path.name} packs the same bytes into several files; refused")
    if total > MOST_BYTES:
        raise BrokenArchive(f"{path.name} holds {total / 1e9:,.1f} GB, more than can be taken in")
    if total > shutil.disk_usage(folder).free - _ROOM_LEFT:
        raise BrokenArchive(f"{path.name} needs {total / 1e6:,.0f} MB of room on the disk")


def _overlap(infos: list[ZipInfo], packed: int) -> bool:
    """Tell whether the same bytes are packed into several files, which only bombs do."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
    return end > packed


def _name(info: ZipInfo) -> PurePosixPath:
    """Return where a file goes, below the folder. Raises `BrokenArchive` for any other place."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        # Macs write UTF-8 without saying so.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    name = name.replace("\\", "/")
    parts = name.split("/")
    shown = ascii(name[:100])
    if name.startswith("/") or ".." in parts or parts[0][1:2] == ":" or "\0" in name:
        raise BrokenArchive(f"holds the file {shown}, which leads out of its folder; refused")
    if any(len(part.encode("utf-8", "replace")) > _LONGEST_NAME for part in parts):
        raise BrokenArchive(f"holds a file with a name that is too long: {shown}")
    if len(parts) > 50:
        raise BrokenArchive(f"holds folders in folders without end: {shown}")
    if any(letter < " " or letter == "\x7f" or "\ud800" <= letter < "\ue000" for letter in name):
        raise BrokenArchive(f"holds the file {shown}, which has no name that can be written")
    return PurePosixPath(name)


def _check_kind(info: ZipInfo, name: PurePosixPath, path: Path) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise BrokenArchive(f"{path.name} is locked with a password; unpack it and name the folder")
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BrokenArchive(f"{path.name} holds {name}, which is a link and no file; refused")


def _write(archive: ZipFile, info: ZipInfo, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # It reads no more than the size that was checked, and compares the sum at the end.
        with archive.open(info) as packed, place.open("xb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BrokenArchive(f"holds two files named {info.filename}") from error
    except OSError as error:
        raise BrokenArchive(f"{info.filename} cannot be written ({error.strerror})") from error
