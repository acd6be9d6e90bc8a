"""Exports that somebody damaged, or wrote to do damage: refused in one line, and nothing kept."""

import hashlib
import json
import os

import pytest
from sqlalchemy import func, select

from blogapp.exporting.trees import MANIFEST
from blogapp.extensions import db
from blogapp.importing.errors import NoSite
from blogapp.importing.reporting import Result
from blogapp.posts.models import Post, Redirect
from tests.exporting.conftest import content

POST = "_posts/2026-01-01-caches-lie.md"
DIGEST = "0" * 64


@pytest.fixture
def sound(full, make_post, write_out):
    """The files of a small export."""
    full(3)
    make_post("Caches lie")
    return content(write_out("sound"))


@pytest.fixture
def export(sound, tmp_path):
    """Write that export with files of ours in place of its own: `export({path: content})`."""

    def write(changes=None, manifest="", name="hostile"):
        folder, files = tmp_path / name, {**sound, **(changes or {})}
        head = files.pop(MANIFEST).decode().partition("\n")[0]
        lines = [f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in files.items()]
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).unlink(missing_ok=True)
            (folder / path).write_bytes(data)
        (folder / MANIFEST).write_text(f"{head}\n{''.join(lines)}{manifest}")
        return folder

    return write


@pytest.fixture
def reason(read_back):
    """Read a damaged export back, which is refused: returns the reason, one line."""

    def read(folder):
        with pytest.raises(NoSite) as error:
            read_back(folder)
        assert "\n" not in str(error.value)
        assert db.session.scalar(select(func.count(Post.id))) == 0
        return str(error.value)

    return read


def test_a_manifest_that_names_what_is_no_file_of_it_is_refused(export, elsewhere, reason):
    lines = {
        f"{DIGEST}  ../../etc/passwd\n": "beside its folder",
        f"{DIGEST}  /etc/passwd\n": "beside its folder",
        f"{DIGEST}  _posts\\..\\x.md\n": "beside its folder",
        f"{DIGEST}  C:/x.md\n": "beside its folder",
        f"{DIGEST}  .git/config\n": "beside its folder",
        f"{DIGEST}  _posts/nowhere.md\n": "is missing",
        f"{DIGEST}  {POST.upper()}\n": "twice",
        "words\n": "is damaged",
        f"{DIGEST}  cut": "is damaged",
        f"{DIGEST}  {'x' * 2000}\n": "is damaged",
    }

    with elsewhere():
        told = {line: reason(export(manifest=line)) for line in lines}

    assert [line for line in lines if lines[line] not in told[line]] == []


def test_links_and_pipes_are_no_files_and_another_format_is_none(
    export, elsewhere, reason, tmp_path
):
    (tmp_path / "secret").write_text("secret")
    link, pipe, later = export(name="link"), export(name="pipe"), export(name="later")
    for folder in (link, pipe):
        (folder / POST).unlink()
    (link / POST).symlink_to(tmp_path / "secret")
    os.mkfifo(pipe / POST)
    text = (later / MANIFEST).read_text().replace("format 1", "format 99", 1)
    (later / MANIFEST).write_text(text)

    with elsewhere():
        told = [reason(folder) for folder in (link, pipe, later)]

    assert "leads elsewhere" in told[0]
    assert "leads elsewhere" in told[1]
    assert "has format 99; this version reads up to 1" in told[2]


def records(*entries):
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def test_values_of_another_kind_are_refused_by_file_and_line(export, sound, elsewhere, reason):
    people, tags, media = "_data/authors.yml", "_data/tags.yml", "_records/media.jsonl"
    one, other = (json.loads(line) for line in sound[media].splitlines()[:2])
    one["replaced_by"], other["replaced_by"] = other["key"], one["key"]
    rest = b"".join(sound[media].splitlines(keepends=True)[2:])
    cases = [
        (people, b"- name: 7\n", "is not a text"),
        (people, b"name: x\n", "is not a list"),
        (people, b"- {name: a, slug: '../x', role: owner}\n", "created_at is missing"),
        (people, b"- &a [*a]\n", "refers to other places"),
        (people, b"- [" * 5000, "is no YAML"),
        (people, b"- " + b"[" * 100_000 + b"]" * 100_000, "more than 200 deep"),
        (people, b"- {name: !!timestamp x}\n", "is no YAML"),
        (people, b"- {name: !!int ''}\n", "is no YAML"),
        (people, b"\xff", "is not UTF-8"),
        (tags, b"- {name: a, slug: 'a/b'}\n", "cannot be an address"),
        (tags, b"- {name: x, slug: x, distinct_from: [y]}\n", "is no other tag"),
        ("_data/blog.yml", b"time_zone: Nowhere\n", "page_size is missing"),
        (media, b"{", "ends within a record"),
        (media, b"[1]\n", "is no record"),
        (media, b'{"a": ' + b"[" * 100_000 + b"\n", "is no JSON"),
        (media, records(one, other) + rest, "is replaced in a circle"),
    ]

    with elsewhere():
        told = [reason(export({path: data})) for path, data, _ in cases]

    for (path, _, wanted), line in zip(cases, told, strict=True):
        assert line.startswith(f"{path}:"), line
        assert wanted in line


def test_files_that_browsers_might_run_are_refused(export, sound, elsewhere, reason):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    digest = hashlib.sha256(svg).hexdigest()
    said = json.loads(sound["_records/media.jsonl"].splitlines()[0])
    said |= {"sha256": digest, "size": len(svg), "uploaded_by": None, "replaced_by": None}
    cases = {
        "image/svg+xml": f"{digest[:16]}/x.svg",
        "image/png": f"{digest[:16]}/x.png",
        "text/html": f"{digest[:16]}/x.html",
        "text/plain": "../../x.txt",
    }

    with elsewhere() as blog:
        for kind, key in cases.items():
            line = records({**said, "key": key, "content_type": kind})
            media = {} if ".." in key else {f"media/{key}": svg}
            assert reason(export({"_records/media.jsonl": line, **media}, name=kind[-4:]))
        assert content(blog.media_folder) == {}


def test_what_cannot_be_is_told_of_and_the_rest_comes(export, sound, elsewhere, read_back):
    text = sound[POST].decode()
    cases = [
        (("slug: caches-lie", "slug: ../x"), "cannot be an address"),
        (("title: Caches lie", "title: [a, b]"), "is not a text"),
        (("version: ", "version: -7"), "is no number"),
        (("---\ntitle", "title"), "no front matter"),
        (("entry_id: ", "entry_id: !!python/object:os.system "), "is no YAML"),
        (("saved: '", "saved: 'x"), "is no date"),
        (("\n\nText.", "\n\n" + "x" * 1_000_001), "longer than the megabyte"),
        (("slug: caches-lie", "slug: caches-lie\nby: [nobody]"), "is no author"),
        (("slug: caches-lie", "slug: caches-lie\ncover: media/x/y.png"), "is no file"),
        (("slug: caches-lie", "slug: caches-lie\ncanonical: javascript:x"), "on the web"),
        (("slug: caches-lie", "slug: caches-lie\nsections: [7]"), "other names"),
    ]
    files = {
        f"_posts/2026-01-02-bad-{n}.md": text.replace(*change).encode()
        for n, (change, _) in enumerate(cases)
    }
    line = {"path": "/a", "status": 301, "created_at": "2026-01-01"}
    bad = [{**line, "target": "javascript:x"}, {**line, "target": "//evil.example/"}, {"path": 1}]
    bad += [{**line, "path": "/b", "target": "/c"}, {**line, "path": "/c", "target": "/b"}]
    files["_records/redirects.jsonl"] = records(*bad, {**line, "target": "/rss.xml"})

    with elsewhere():
        report = read_back(export(files))
        slugs = db.session.scalars(select(Post.slug)).all()
        paths = db.session.scalars(select(Redirect.path)).all()

    failed = {o.path: o.line["error"] for o in report.outcomes if o.result is Result.FAILED}
    for path, (_, wanted) in zip(files, cases, strict=False):
        assert wanted in failed[path]
    assert len(failed) == len(cases) + len(bad)
    assert "caches-lie" in slugs
    assert len(slugs) == 9
    assert paths == ["/a"]
