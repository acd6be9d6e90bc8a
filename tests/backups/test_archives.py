"""An archive is what was written, to the bit, or it is refused in a line."""

import sqlite3
import tarfile
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from random import Random

import pytest

from blogapp.backups import archiving
from blogapp.backups.archiving import MANIFEST, Writer, read
from blogapp.backups.backing_up import back_up
from blogapp.backups.errors import BackupError, CannotRead, Damaged, DoesNotFit, NotABackup
from blogapp.backups.manifest import Manifest, Table
from blogapp.backups.restoring import check, restore
from blogapp.backups.rotating import read_manifest
from blogapp.migrations import latest_revision
from tests.conftest import JANUARY

SAMPLE = 400
OUT = "blogapp export"
FOREIGN = {
    "CREATE VIEW people AS SELECT * FROM authors": "holds people",
    "CREATE VIRTUAL TABLE reader USING fts5(words, content='authors')": "holds reader",
    "DROP TABLE tags": "table tags is not that of a blog",
    "ALTER TABLE posts ADD COLUMN evil": "table posts is not that of a blog",
    "DROP TABLE alembic_version": "no such table",
    "UPDATE alembic_version SET version_num = '0001'": "another step",
}
STRANGE = (
    *("../evil", "/etc/evil", "media/../../evil", "media//evil", "./media/evil", "media/a/."),
    *("media/cards/1/a.png", "media/.restoring/a", "media\\..\\evil", "media/a/evil\n"),
    *("instance/secret_key", "instance/theme", "instance/themes/a.css", "blog.sqlite"),
    *("database/posts.000001.gz", "database/blog.sqlite.000002.gz", "database/x"),
)


@pytest.fixture
def archive(blog, make_post, add_file, back_up_now):
    """The bytes of an archive of a small blog."""
    make_post("Kept words")
    add_file("notes.txt", b"notes")
    return back_up_now().read_bytes()


def read_all(data):
    for member in read(BytesIO(data)):
        for _block in member.blocks():
            pass


def written(*files, kind="sqlite", manifest=None):
    """An archive of these files, sealed as ours are."""
    about = Manifest(JANUARY, "1.0", "0007", kind, "https://x.example", 0, {})
    with sealed((manifest or about).to_json()) as (archive, writer):
        for name, data in files:
            writer.add(name, data)
    return archive.getvalue()


@contextmanager
def sealed(manifest):
    archive = BytesIO()
    with Writer(archive) as writer:
        writer.add(MANIFEST, manifest)
        yield archive, writer
        writer.seal()


def test_every_byte_is_vouched_for(archive):
    random = Random(11)
    read_all(archive)

    for at in [*range(0, 1024, 9), *random.sample(range(len(archive)), SAMPLE)]:
        changed = bytearray(archive)
        changed[at] ^= 1 << random.randrange(8)
        with pytest.raises(BackupError):
            read_all(bytes(changed))


def test_an_archive_that_is_cut_or_longer_is_refused(archive):
    cuts = [0, 1, 511, 512, 513, len(archive) - 512, len(archive) - 1]
    cuts += Random(12).sample(range(len(archive)), 40)

    for changed in [*(archive[:at] for at in cuts), archive + b"\0", archive + archive]:
        with pytest.raises(BackupError):
            read_all(changed)


def test_a_damaged_archive_changes_nothing(blog, archive, tmp_path):
    path = tmp_path / "damaged.tar"
    path.write_bytes(archive[:-600] + b"x" + archive[-599:])
    before = sorted(str(found) for found in blog.place.instance.rglob("*"))

    with pytest.raises(Damaged) as refused:
        restore(blog, path, now=JANUARY)

    assert len(str(refused.value).splitlines()) == 1
    after = sorted(str(found) for found in blog.place.instance.rglob("*"))
    assert set(after) - set(before) <= {str(blog.place.instance / "restore.lock")}


def test_files_that_belong_to_no_blog_are_refused(blog, tmp_path):
    path = tmp_path / "hostile.tar"

    for name in STRANGE:
        path.write_bytes(written((name, b"evil"), kind=blog.kind))
        with pytest.raises((Damaged, DoesNotFit)):
            restore(blog, path, now=JANUARY)

    assert not list(tmp_path.rglob("*evil*"))


def test_links_folders_and_devices_are_refused(blog, tmp_path):
    sound, path = written(kind=blog.kind), tmp_path / "hostile.tar"
    end = sound.index(b"SHA256SUMS")

    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
        info = tarfile.TarInfo("media/0123456789abcdef")
        info.type, info.linkname = kind, "/etc"
        body = sound[:end] + info.tobuf(tarfile.USTAR_FORMAT) + sound[end:-2048]
        path.write_bytes(body + archiving._seal(sha256(body).hexdigest()))
        with pytest.raises(Damaged, match="no file begins"):
            check(blog, path)


def test_the_same_name_twice_is_refused(blog, tmp_path):
    path = tmp_path / "hostile.tar"
    twice = (("media/ab/a.txt", b"one"), ("media/ab/a.txt", b"two"))
    path.write_bytes(written(*twice, kind=blog.kind))

    with pytest.raises(Damaged, match="twice"):
        check(blog, path)


def test_a_link_in_the_media_folder_is_not_followed(
    blog, tmp_path, make_post, back_up_now, add_file
):
    key = add_file("notes.txt", b"notes").key
    archive = back_up_now()
    folder, outside = blog.place.media / key.partition("/")[0], tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)

    with pytest.raises(DoesNotFit, match="leads out of"):
        check(blog, archive)


def test_what_does_not_fit_is_refused_with_what_to_do(blog, tmp_path):
    other = "postgresql" if blog.kind == "sqlite" else "sqlite"
    cases = [({"step": "9999", "made_by": "7.0"}, "made by version 7.0"), ({"engine": other}, OUT)]
    if blog.kind == "sqlite":
        cases += [({"database_bytes": 1 << 61}, "make room")]
    about = Manifest(JANUARY, "1.0", "0007", blog.kind, "https://x.example", 0, {})
    path = tmp_path / "other.tar"

    for changes, said in cases:
        path.write_bytes(written(manifest=replace(about, **changes)))
        with pytest.raises(BackupError, match=said):
            check(blog, path)


def test_another_file_is_no_backup(blog, tmp_path):
    path, other = tmp_path / "other.tar", BytesIO()
    with tarfile.open(fileobj=other, mode="w") as tar:
        tar.add(__file__, "manifest.json")

    for data in (
        b"",
        b"PK\x03\x04" * 400,
        b"SQLite format 3\0" * 99,
        bytes(4096),
        other.getvalue(),
    ):
        path.write_bytes(data)
        with pytest.raises(NotABackup):
            check(blog, path)


def test_a_manifest_that_says_nothing_of_use_is_refused(blog, tmp_path):
    path, begin = tmp_path / "other.tar", b'{"format": "blog backup '

    for said in (
        b"",
        b"[]",
        b"{}",
        begin + b'1"}',
        begin + b'9"}',
        b"[" * 100_000,
        b"{" * 2_000_000,
    ):
        with sealed(said) as (archive, _writer):
            pass
        path.write_bytes(archive.getvalue())
        with pytest.raises(Damaged):
            check(blog, path)


@pytest.mark.sqlite("a database file of another program")
def test_a_database_of_something_else_is_refused(blog, tmp_path):
    good, path = tmp_path / "blog.sqlite", tmp_path / "hostile.tar"
    step = latest_revision()
    for statement, said in FOREIGN.items():
        target = tmp_path / "target.sqlite"
        target.write_bytes(good.read_bytes())
        with closing(sqlite3.connect(target)) as database:
            database.execute(statement)
            database.commit()
            database.execute("PRAGMA journal_mode=DELETE")
        data = target.read_bytes()
        about = Manifest(JANUARY, "1", step, "sqlite", "x", len(data), {}).to_json()
        with sealed(about) as (archive, writer), writer.parts("database/blog.sqlite") as parts:
            parts.write(data)
        path.write_bytes(archive.getvalue())
        with pytest.raises(BackupError, match=said):
            restore(blog, path, now=JANUARY)


def test_a_bomb_is_stopped_at_the_length_it_admits(blog, tmp_path):
    tables = {"posts": Table(1, ("id",))}
    about = Manifest(JANUARY, "1", "0007", blog.kind, "x", 1000, tables).to_json()
    name = "blog.sqlite" if blog.kind == "sqlite" else "posts"

    with sealed(about) as (archive, writer), writer.parts(f"database/{name}") as parts:
        for _ in range(50):
            parts.write(b"\n" * 1_000_000)
    path = tmp_path / "bomb.tar"
    path.write_bytes(archive.getvalue())

    with pytest.raises(Damaged):
        check(blog, path)


def test_a_missing_archive_is_said(blog, tmp_path):
    with pytest.raises(CannotRead, match="No such file"):
        check(blog, tmp_path / "nowhere.tar")


def test_a_manifest_says_what_is_in_it(blog, make_posts, tmp_path):
    make_posts(3)

    made = back_up(blog, tmp_path / "blog.tar", now=JANUARY)

    about = read_manifest(made.path)
    assert about == made.manifest
    assert (about.rows("posts"), about.made_at, about.engine) == (3, JANUARY, blog.kind)
    assert about.rows("author_sessions") == 0


def test_long_content_goes_in_parts(monkeypatch):
    monkeypatch.setattr(archiving, "PART", 1000)
    data = Random(1).randbytes(900_000)

    with sealed(b"{}") as (archive, writer), writer.parts("database/x") as parts:
        for at in range(0, len(data), 100_000):
            parts.write(data[at : at + 100_000])

    archive.seek(0)
    found = {member.name: b"".join(unpacked(member)) for member in read(archive)}
    assert len(found) > 5
    assert b"".join(found[name] for name in sorted(found) if "/" in name) == data


def unpacked(member):
    return member.unpacked() if member.name.endswith(".gz") else member.blocks()
