"""A backup's file: a tar of plain files, whose last one vouches for every byte before it.

The names and hashes of all files stand in `SHA256SUMS`, as `sha256sum --check` reads it, and the
hash of everything up to there in `SEAL`. What is compressed is cut into gzip files of some
megabytes, which `cat` puts together, so that neither side holds more than one in memory.
"""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b, sha256
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol, Self

from blogapp.backups.errors import Damaged, NotABackup

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
SEAL = "SEAL"
BLOCK = 512
# Bytes that are read, and those of a compressed part.
CHUNK = 256 * 1024
PART = 8 * 1024 * 1024
_END = bytes(2 * BLOCK)


class Readable(Protocol):
    """What is read from its beginning to its end."""

    def read(self, size: int, /) -> bytes: ...


# Is told of bytes as they are read or written.
Told = Callable[[int], None]


def unheard(_bytes: int) -> None:
    """Nobody wants to know how far it is."""


class Writer:
    """Writes an archive from its beginning to its end: `add`, `copy` and `parts`, then `seal`.

    What is not sealed when its context is left is no archive.
    """

    def __init__(
        self, file: BinaryIO, *, done: Callable[[int], None] = lambda _bytes: None
    ) -> None:
        self.file, self.done = file, done
        self.digest = sha256()
        self.sums = TemporaryFile()  # noqa: SIM115 (closed on leaving)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.sums.close()

    def add(self, name: str, data: bytes) -> None:
        """Write a file of these bytes. Raises `ValueError` for a name that tar cannot keep."""
        self.copy(name, BytesIO(data), len(data))

    def copy(self, name: str, source: Readable, size: int) -> None:
        """Write a file of ``size`` bytes. Raises `OSError` when the source ends before them."""
        self._write(_header(name, size))
        digest, left = sha256(), size
        while left:
            block = source.read(min(CHUNK, left))
            if not block:
                raise OSError(f"{name} became shorter while it was copied")
            digest.update(block)
            self._write(block)
            self.done(len(block))
            left -= len(block)
        self._write(_padding(size))
        self.sums.write(f"{digest.hexdigest()}  {name}\n".encode())

    @contextmanager
    def parts(self, name: str) -> Iterator["Parts"]:
        """Give what takes any number of bytes and keeps them as ``NAME.000001.gz`` and so on."""
        parts = Parts(self, name)
        yield parts
        parts.end()

    def seal(self) -> None:
        """End the archive; from here on every byte of it can be checked."""
        size = self.sums.tell()
        self.sums.seek(0)
        self._write(_header(SUMS, size))
        while block := self.sums.read(CHUNK):
            self._write(block)
        self._write(_padding(size))
        self.file.write(_seal(self.digest.hexdigest()))

    def _write(self, block: bytes) -> None:
        self.digest.update(block)
        self.file.write(block)


class Parts:
    """Compresses what is written into files of some megabytes each."""

    def __init__(self, writer: Writer, name: str) -> None:
        self.writer, self.name, self.number = writer, name, 0
        self._begin()

    def write(self, block: bytes | bytearray | memoryview) -> None:
        self.packed.write(block)
        if self.buffer.tell() >= PART:
            self.end()
            self._begin()

    def end(self) -> None:
        self.packed.close()
        self.number += 1
        self.writer.add(f"{self.name}.{self.number:06}.gz", self.buffer.getvalue())

    def _begin(self) -> None:
        self.buffer = BytesIO()
        # Level 1: a third larger than 6, and four times as fast.
        self.packed = gzip.GzipFile("", "wb", 1, self.buffer, mtime=0)


class Member:
    """One file of an archive that is being read. What is not read of it is passed over."""

    def __init__(self, name: str, size: int, read: Callable[[int], bytes]) -> None:
        self.name, self.size = name, size
        self.digest = sha256()
        self._read, self._left = read, size

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes that are left."""
        while self._left:
            block = self._read(min(CHUNK, self._left))
            self._left -= len(block)
            self.digest.update(block)
            yield block

    def unpacked(self) -> Iterator[bytes]:
        """Yield what `Parts` compressed, in blocks of a bounded size. Raises `Damaged`."""
        packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            for block in self.blocks():
                while block:
                    yield packed.decompress(block, CHUNK)
                    block = packed.unconsumed_tail
                    if packed.unused_data:
                        raise Damaged(f"{self.name} holds more than one file")
            yield packed.flush()
        except zlib.error as error:
            raise Damaged(f"{self.name} cannot be unpacked ({error})") from error
        if not packed.eof:
            raise Damaged(f"{self.name} ends before its end")


def read(file: BinaryIO, *, done: Told = unheard) -> Iterator[Member]:
    """Yield the files of an archive, its manifest first; raise unless each byte is right.

    At the end of the iteration all of it has been checked, and not before. Raises `NotABackup`
    or `Damaged`; a header that is not exactly one that `Writer` writes is damage, so there are
    neither links nor devices nor names that lead elsewhere.
    """
    source = _Source(file, done)
    sums, seen = sha256(), set[bytes]()
    for number in range(1 << 62):
        member = source.next_member(is_first=not number)
        if member.name == SEAL:
            raise Damaged("its list of files is missing")
        key = blake2b(member.name.encode(), digest_size=12).digest()
        if key in seen:
            raise Damaged(f"{member.name} is in it twice")
        seen.add(key)
        if member.name != SUMS:
            yield member
        for _block in member.blocks():
            pass
        source.skip_padding(member)
        if member.name == SUMS:
            break
        sums.update(f"{member.digest.hexdigest()}  {member.name}\n".encode())
    if member.digest.digest() != sums.digest():
        raise Damaged("its files are not those of its list")
    expected = _seal(source.digest.hexdigest())
    if source.rest(len(expected) + 1) != expected:
        raise Damaged("its bytes are not those that were written")


class _Source:
    """The bytes of an archive, hashed as they are read."""

    def __init__(self, file: BinaryIO, done: Told) -> None:
        self.file, self.done, self.digest, self.at = file, done, sha256(), 0

    def next_member(self, *, is_first: bool) -> Member:
        block = self.file.read(BLOCK)
        try:
            found = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
            is_ours = block == _header(found.name, found.size) and _is_plain(found.name)
        except (tarfile.HeaderError, ValueError):  # UnicodeError is one
            is_ours = False
        if is_first and not (is_ours and found.name == MANIFEST):
            raise NotABackup("it is not a backup of a blog")
        if not is_ours:
            raise Damaged(f"no file begins at byte {self.at}, where one should")
        self._note(block)
        return Member(found.name, found.size, self.read)

    def read(self, size: int) -> bytes:
        block = self.file.read(size)
        if len(block) < size:
            raise Damaged("it ends before its end")
        self._note(block)
        return block

    def skip_padding(self, member: Member) -> None:
        padding = _padding(member.size)
        if padding and self.read(len(padding)) != padding:
            raise Damaged(f"bytes after {member.name} are not what was written")

    def rest(self, size: int) -> bytes:
        return self.file.read(size)

    def _note(self, block: bytes) -> None:
        self.digest.update(block)
        self.at += len(block)
        self.done(len(block))


def can_keep(name: str) -> bool:
    """Whether a file may be called so in an archive."""
    try:
        return bool(_header(name, 0)) and _is_plain(name)
    except ValueError:
        return False


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def _seal(digest: str) -> bytes:
    data = f"{digest}\n".encode()
    return _header(SEAL, len(data)) + data + _padding(len(data)) + _END


def _is_plain(name: str) -> bool:
    """Whether a name stays below the folder it is unpacked into, and shows what it is."""
    parts = name.split("/")
    return (
        PurePosixPath(name).as_posix() == name
        and not any(part in {"", ".", ".."} for part in parts)
        and "\\" not in name
        and name.isprintable()
    )
