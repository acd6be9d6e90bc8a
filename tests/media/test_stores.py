"""What every store keeps to, wherever its files lie."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from urllib.request import urlopen

import pytest

from blogapp.media.stores import StoreAway, breaking
from blogapp.media.stores.addresses import BadAddress, BucketAddress, Keys
from blogapp.media.stores.bucket import Bucket, Times
from blogapp.media.stores.folder import Folder
from tests.faulty import Faulty
from tests.s3_server import ACCESS, SECRET

KEY = "0123456789abcdef/map.png"
PICTURE = bytes(range(256)) * 20


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    """A store of each kind, empty."""
    if request.param == "folder":
        return Folder(tmp_path / "media")
    return Bucket(request.getfixturevalue("bucket"), Keys(ACCESS, SECRET))


def test_what_is_kept_comes_back_whole_in_parts_and_in_pieces(store):
    store.write(KEY, PICTURE)

    assert store.read(KEY) == PICTURE
    assert store.read(KEY, 10, 5) == PICTURE[10:15]
    assert store.size(KEY) == len(PICTURE)
    with store.open(KEY) as file:
        assert file.size == len(PICTURE)
        assert b"".join(iter(lambda: file.read(1000), b"")) == PICTURE
    with store.at_hand(KEY) as path:
        assert path.read_bytes() == PICTURE
        assert path.suffix == ".png"


def test_what_is_not_there_is_said_to_be_missing_everywhere(store):
    for ask in (store.read, store.open, lambda key: store.read(key, 0, 5)):
        with pytest.raises(FileNotFoundError):
            ask(KEY)
    with pytest.raises(FileNotFoundError), store.at_hand(KEY):
        pass
    assert store.size(KEY) is None
    assert [*store.list()] == []

    store.delete(KEY)


def test_files_are_listed_by_shelf_and_nothing_that_lies_beside_them(store):
    before = datetime.now(UTC) - timedelta(seconds=2)
    for key in (KEY, "0123456789abcdef/w480/map.webp", "fedcba9876543210/a.txt", "cards/7/x.png"):
        store.write(key, PICTURE)

    listed = sorted(store.list())

    names = [KEY, "0123456789abcdef/w480/map.webp", "fedcba9876543210/a.txt"]
    assert [entry.key for entry in listed] == names
    assert {entry.size for entry in listed} == {len(PICTURE)}
    assert all(before < entry.written_at < before + timedelta(minutes=1) for entry in listed)
    assert [entry.key for entry in store.list("fedcba9876543210")] == ["fedcba9876543210/a.txt"]
    for key in names:
        store.delete(key)
    assert [*store.list()] == []


def test_what_was_made_in_its_scratch_is_taken_from_there(store):
    with store.scratch() as place:
        (place / "made").write_bytes(PICTURE)
        store.take(KEY, place / "made")
        assert not (place / "made").exists()

    assert not place.exists()
    assert store.read(KEY) == PICTURE


def test_an_empty_file_and_one_larger_than_a_part_are_files(store):
    large = PICTURE * 1200

    store.write("0123456789abcdef/empty.txt", b"")
    store.write("0123456789abcdef/large.zip", large)

    assert store.read("0123456789abcdef/empty.txt", 0, 0) == b""
    with store.open("0123456789abcdef/large.zip") as file:
        assert b"".join(iter(lambda: file.read(1 << 18), b"")) == large


def test_a_bucket_tells_browsers_what_a_file_is_and_to_save_what_could_run(bucket):
    store = Bucket(bucket, Keys(ACCESS, SECRET))
    said = {}
    for key in (KEY, "0123456789abcdef/plan.svg", "0123456789abcdef/notes.txt"):
        store.write(key, b"content")
        with urlopen(store.sign(key, timedelta(minutes=1)), timeout=5) as answer:
            said[key[17:]] = answer.headers

    assert said["map.png"]["Content-Type"] == "image/png"
    assert said["map.png"]["Content-Disposition"] == "inline"
    assert said["map.png"]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert said["plan.svg"]["Content-Type"] == "image/svg+xml"
    assert said["plan.svg"]["Content-Disposition"] == "attachment"
    assert said["notes.txt"]["Content-Type"] == "text/plain; charset=utf-8"
    assert said["notes.txt"]["Content-Disposition"] == "attachment"


@pytest.mark.parametrize("mode", ["refuse", "reset", "hang", "half", "rubbish"])
def test_a_bucket_that_is_away_is_waited_for_once_and_found_again(bucket, mode, monkeypatch):
    port = int(bucket.endpoint.rpartition(":")[2])
    with Faulty("127.0.0.1", port) as faulty:
        there = BucketAddress.parse(
            f"s3://{bucket.bucket}?endpoint=http://{faulty.host}:{faulty.port}&region=us-east-1"
        )
        quick = Times(0.4, 0)
        store = Bucket(there, Keys(ACCESS, SECRET), reading=quick, writing=quick)
        store.write(KEY, PICTURE)
        faulty.mode = mode

        with pytest.raises(StoreAway):
            store.read(KEY, 0, len(PICTURE))
        came = faulty.connections
        for _ in range(50):
            with suppress(StoreAway):
                store.write("0123456789abcdef/other.png", PICTURE)
                pytest.fail("it was kept")
        assert faulty.connections == came

        faulty.mode = "pass"
        monkeypatch.setattr(breaking, "monotonic", lambda: monotonic() + 60)
        assert store.read(KEY, 0, len(PICTURE)) == PICTURE
        assert [entry.key for entry in store.list()] == [KEY]


class Lying(BaseHTTPRequestHandler):
    """A store that answers at once, and never what it should."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, length, body = self.server.lies
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Last-Modified", "Mon, 01 Jun 2026 12:00:00 GMT")
        self.send_header("Content-Range", f"bytes 0-9/{length}")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    do_PUT = do_HEAD = do_DELETE = do_GET

    def log_message(self, *_said):
        pass


@pytest.mark.parametrize(
    "lies",
    [
        (500, 0, b""),
        (503, 5, b"<x/>\n"),
        (206, 10, b"half"),
        (206, 20, b"x" * 20),
        (206, 4, b"less"),
        (302, 0, b""),
        (200, 10, b"0123456789"),
    ],
    ids=["500", "503", "cut short", "too much", "too little", "elsewhere", "no range"],
)
def test_what_a_store_should_not_say_is_never_taken_for_a_file(lies):
    with ThreadingHTTPServer(("127.0.0.1", 0), Lying) as server:
        server.lies = lies
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        where = BucketAddress.parse(
            f"s3://files?endpoint=http://127.0.0.1:{server.server_port}&region=us-east-1"
        )
        store = Bucket(where, Keys(ACCESS, SECRET), reading=Times(2.0, 0), writing=Times(2.0, 0))

        with pytest.raises(StoreAway):
            store.read(KEY, 0, 10)

        server.shutdown()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("s3://files", "s3://files"),
        ("s3://files/blog/", "s3://files/blog"),
        ("s3://files?region=eu-central-1", "s3://files?region=eu-central-1"),
        (
            "s3://files/a/b?region=auto&endpoint=https://x.example.com/",
            "s3://files/a/b?endpoint=https://x.example.com&region=auto",
        ),
        (
            "s3://files?endpoint=http://10.0.0.5:9000&path_style=0",
            "s3://files?endpoint=http://10.0.0.5:9000&path_style=0",
        ),
    ],
)
def test_an_address_of_a_bucket_is_read_and_written(text, said):
    address = BucketAddress.parse(text)

    assert BucketAddress.parse(str(address)) == address
    assert str(address) == said


@pytest.mark.parametrize(
    "text",
    [
        "s3://",
        "s3://a",
        "s3://UPPER",
        "s3://files/../x y",
        "s3://key:secret@files",
        "s3://files?endpoint=ftp://x",
        "s3://files?endpoint=https://x/path",
        "s3://files?region=a%20b",
        "s3://files?path_style=maybe",
        "s3://files?acl=public",
        "s3://[::1",
    ],
)
def test_an_address_that_names_no_bucket_is_refused(text):
    with pytest.raises(BadAddress):
        BucketAddress.parse(text)


def test_keys_are_not_shown():
    assert SECRET not in repr(Keys(ACCESS, SECRET))
