import io
import zipfile

from blogapp.exporting.zips import write_zip
from tests.exporting.conftest import content


class Wire:
    """Takes bytes and can do nothing else."""

    def __init__(self):
        self.sent = []

    def write(self, data):
        self.sent.append(bytes(data))
        return len(data)

    def flush(self):
        pass


def test_an_archive_holds_what_a_folder_holds_and_is_sent_while_it_is_made(
    full, app, write_out, tmp_path
):
    full()
    wire, again = Wire(), Wire()

    count = write_zip(wire, store=app.extensions["media"])
    write_zip(again, store=app.extensions["media"])

    assert len(wire.sent) > count
    assert b"".join(wire.sent) == b"".join(again.sent)
    with zipfile.ZipFile(io.BytesIO(b"".join(wire.sent))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unpacked")
    assert content(tmp_path / "unpacked") == content(write_out())
