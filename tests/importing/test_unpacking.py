import stat
import struct
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from blogapp.importing.errors import BrokenArchive, NoSite
from blogapp.importing.unpacking import unpacked


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(NoSite) as caught, unpacked(path, within=path.parent):
        pass
    return str(caught.value)


def test_a_zip_is_a_folder_for_a_while(tmp_path):
    files = {
        "posts/one.html": b"<p>One</p>",
        "posts\\two.html": b"<p>Two</p>",
        "bilder/über.png": b"png",
        "__MACOSX/posts/._one.html": b"junk",
    }
    path = zipped(tmp_path / "my export.zip", files)

    with unpacked(path, within=tmp_path) as folder:
        found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
        assert folder.name == "my export"
        assert (folder / "posts/two.html").read_bytes() == b"<p>Two</p>"

    assert found == {"posts/one.html", "posts/two.html", "bilder/über.png"}
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_in_utf_8_that_does_not_say_so_is_read(tmp_path):
    path = zipped(tmp_path / "mac.zip", {"uXXber.txt": b"x"})
    path.write_bytes(path.read_bytes().replace(b"uXXber", "Übe".encode() + b"er"))

    with unpacked(path) as folder:
        assert [file.name for file in folder.iterdir()] == ["Übeer.txt"]


def test_what_is_no_archive_is_given_as_it_is(tmp_path):
    file = tmp_path / "feed.xml"
    file.write_text("<rss/>", encoding="utf-8")

    for path in (file, tmp_path):
        with unpacked(path) as given:
            assert given == path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../outside.txt", "leads out of its folder"),
        ("/etc/passwd", "leads out of its folder"),
        ("C:\\windows\\x", "leads out of its folder"),
        ("posts/..\\..\\x", "leads out of its folder"),
        ("x" * 300, "too long"),
        ("a/" * 60 + "x", "without end"),
        ("bell\x07.txt", "no name"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name, said):
    path = zipped(tmp_path / "export.zip", {"fine.txt": b"x", name: b"y"})

    assert said in refusal(path)
    assert list(tmp_path.iterdir()) == [path]


def linked(path: Path) -> Path:
    info = ZipInfo("posts/secret")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return path


def twice(path: Path) -> Path:
    zipped(path, {"one.txt": b"x", "two.txt": b"y"})
    path.write_bytes(path.read_bytes().replace(b"two.txt", b"one.txt"))
    return path


def file_and_folder(path: Path) -> Path:
    return zipped(path, {"posts": b"x", "posts/one.txt": b"y"})


def locked(path: Path) -> Path:
    zipped(path, {"one.txt": b"x"})
    raw = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    path.write_bytes(raw)
    return path


def truncated(path: Path) -> Path:
    zipped(path, {"one.txt": b"x" * 5000, "two.txt": bytes(range(256)) * 20})
    path.write_bytes(path.read_bytes()[:-60])
    return path


def bitten(path: Path) -> Path:
    zipped(path, {"one.txt": bytes(range(256)) * 20})
    raw = bytearray(path.read_bytes())
    raw[80:90] = b"\xff" * 10
    path.write_bytes(raw)
    return path


def bomb(path: Path) -> Path:
    return zipped(path, {"posts.csv": b"title\n", "big": b"\0" * 12_000_000})


def overlapping(path: Path) -> Path:
    zipped(path, {"one.txt": b"x" * 300, "two.txt": b"x" * 300})
    raw = bytearray(path.read_bytes())
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = b"\0\0\0\0"
    path.write_bytes(raw)
    return path


def endless_directory(path: Path) -> Path:
    zipped(path, {"one.txt": b"x"})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.rindex(b"PK\x05\x06") + 12, 2_000_000_000)
    path.write_bytes(raw)
    return path


def nested(path: Path) -> Path:
    inner = zipped(path.with_name("inner"), {"one.txt": b"x"})
    return zipped(path, {"export.zip": inner.read_bytes()})


def no_zip(path: Path) -> Path:
    path.write_bytes(b"hello")
    return path


def gzipped(path: Path) -> Path:
    path = path.with_suffix(".gz")
    path.write_bytes(b"\x1f\x8b\x08 and so on")
    return path


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (linked, "a link"),
        (twice, "two files named one.txt"),
        (file_and_folder, "two files named posts/one.txt"),
        (locked, "password"),
        (truncated, "end is missing"),
        (bitten, "damaged"),
        (bomb, "no export does"),
        (overlapping, "the same bytes"),
        (endless_directory, "damaged"),
        (nested, "holds another ZIP (export.zip)"),
        (no_zip, "is no ZIP"),
        (gzipped, "is a gzip archive"),
        (lambda path: zipped(path, {}), "is empty"),
        (lambda path: path, "does not exist"),
    ],
)
def test_each_kind_of_damage_has_its_line(
    tmp_path: Path, made: Callable[[Path], Path], said: str
) -> None:
    path = made(tmp_path / "export.zip")

    line = refusal(path)

    assert said in line
    assert "\n" not in line
    assert not [found for found in tmp_path.iterdir() if found.name.startswith("unpacked-")]


def test_more_files_than_any_blog_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("blogapp.importing.unpacking.MOST_FILES", 2)
    path = zipped(tmp_path / "export.zip", {"one": b"", "two": b"", "three": b""})

    with pytest.raises(BrokenArchive, match="3 files"), unpacked(path):
        pass
