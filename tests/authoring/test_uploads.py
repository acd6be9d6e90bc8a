"""Files that come in parts: what has arrived stays, and what is too much or unwanted is refused."""

import gzip
import zipfile
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from blogapp.extensions import db
from blogapp.media.models import Media
from tests.authoring.conftest import picture, stored


@pytest.fixture
def token():
    return str(uuid4())


@pytest.fixture
def send(author):
    """Send a file whole, by one part; returns the answer to its completion."""

    def run(data, name="a.png", *, browser=author, **words):
        address = f"/write/media/uploads/{uuid4()}"
        part = browser.post(f"{address}?start=0", data=data)
        assert part.status_code == 200
        said = {"name": name, "size": len(data), **words}
        return browser.post(f"{address}/completion", data=said)

    return run


def image(**settings):
    return picture(**settings)[0].read()


def incoming(app):
    folder = app.config["MEDIA_FOLDER"] / ".incoming"
    return [*folder.iterdir()] if folder.exists() else []


def test_an_upload_that_broke_off_goes_on_where_it_was(app, author, token):
    data, address = image(width=300), f"/write/media/uploads/{token}"
    cut = len(data) * 6 // 10
    author.post(f"{address}?start=0", data=data[:cut])

    assert author.get(address).json == {"received": cut}
    early = author.post(f"{address}/completion", data={"name": "a.png", "size": len(data)})
    assert (early.status_code, early.json) == (409, {"received": cut})
    ahead = author.post(f"{address}?start={cut + 1}", data=data[cut + 1 :])
    assert ahead.json == {"received": cut}
    assert author.post(f"{address}?start={cut}", data=data[cut:]).json == {"received": len(data)}
    done = author.post(f"{address}/completion", data={"name": "a.png", "size": len(data)})

    assert done.status_code == 201
    assert (done.json["name"], done.json["isImage"], done.json["alt"]) == ("a.png", True, "")
    assert incoming(app) == []


def test_a_part_that_came_twice_or_in_half_counts_once(author, token):
    data, address = image(width=300), f"/write/media/uploads/{token}"
    author.post(f"{address}?start=0", data=data[:50])
    author.post(f"{address}?start=0", data=data[:80])

    assert author.post(f"{address}?start=60", data=data[60:]).json == {"received": len(data)}
    done = author.post(f"{address}/completion", data={"name": "a.png", "size": len(data)})
    assert done.status_code == 201


def test_what_arrived_before_a_connection_broke_is_kept(app, author, token):
    from blogapp.media import receiving

    class Breaking(BytesIO):
        def read(self, size=-1):
            if self.tell() >= 600:
                raise ConnectionError
            return super().read(min(size, 300))

    place = app.config["MEDIA_FOLDER"], author.author.id, token
    with pytest.raises(ConnectionError):
        receiving.receive(*place, start=0, part=Breaking(b"x" * 1000), length=1000)

    assert author.get(f"/write/media/uploads/{token}").json == {"received": 600}


def test_an_upload_for_a_post_says_what_to_write(author, make_post, send):
    post = make_post("Leases", authors=[author.author])

    answer = send(image(), "Shard map.png", post=post.id)

    assert answer.json["markdown"] == "![](shard-map.png)"
    assert [used.name for used in stored(post.id).media] == ["shard-map.png"]


def test_nobody_puts_files_into_posts_of_others_or_goes_on_with_their_uploads(
    author, make_post, make_author, as_author, send, token
):
    post = make_post("Mine", authors=[author.author])
    other = as_author(make_author("Bo"))
    author.post(f"/write/media/uploads/{token}?start=0", data=b"123")

    assert send(image(), browser=other, post=post.id).status_code == 403
    assert other.get(f"/write/media/uploads/{token}").json == {"received": 0}


def test_limits_are_told_in_words(app, author, send, token):
    address = f"/write/media/uploads/{token}"
    large = author.post(f"{address}?start=19999990", data=b"x" * 20)
    refused = send(b"no picture", "a.png")
    author.post(f"{address}?start=0", data=b"123")
    dropped = author.post(f"{address}/removal")

    assert (large.status_code, large.json) == (413, {"error": "The file is larger than 20 MB."})
    assert refused.status_code == 422
    assert "no PNG, JPEG" in refused.json["error"]
    assert dropped.json == {"received": 0}
    assert incoming(app) == []
    assert author.get("/write/media/uploads/..%2fx").status_code == 404
    assert author.get("/write/media/uploads/abc").status_code == 404
    assert author.post(f"{address}?start=-1", data=b"x").status_code == 400


def test_too_many_unfinished_uploads_are_refused_and_old_ones_forgotten(app, author, monkeypatch):
    from blogapp.media import receiving

    monkeypatch.setattr(receiving, "MOST_AT_ONCE", 3)
    begin = [author.post(f"/write/media/uploads/{uuid4()}?start=0", data=b"x") for _ in range(4)]
    monkeypatch.setattr(receiving, "_FORGOTTEN_AFTER", -1)
    later = author.post(f"/write/media/uploads/{uuid4()}?start=0", data=b"x")

    assert [each.status_code for each in begin] == [200, 200, 200, 413]
    assert later.status_code == 200
    assert len(incoming(app)) == 1


def test_a_script_of_a_page_whose_session_is_over_is_told(browser, token):
    answer = browser.get(f"/write/media/uploads/{token}", headers={"Accept": "application/json"})

    assert answer.status_code == 401


class TestTokens:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def test_a_stale_token_is_told_to_the_script(self, author, token):
        address = f"/write/media/uploads/{token}"

        stale = author.post(f"{address}?start=0", data=b"x")
        fresh = author.get("/write/session").json["csrf"]
        again = author.post(f"{address}?start=0", data=b"x", headers={"X-CSRFToken": fresh})

        assert (stale.status_code, stale.json) == (400, {"csrf": True})
        assert again.status_code == 200


def test_drawings_that_only_draw_are_kept_and_others_refused(browser, send):
    inert = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
    active = inert.replace(b"<path", b"<script>alert(1)</script><path")

    kept, refused = send(inert, "plan.svg"), send(active, "plan.svg")

    assert kept.status_code == 201
    assert refused.status_code == 422
    assert "The SVG is not kept: it holds the element script." in refused.json["error"]
    media = db.session.get(Media, kept.json["id"])
    shown = browser.get(f"/media/{media.key}")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


def test_every_drawing_of_the_kit_is_refused_or_harmless(shared, send, browser):
    kit = sorted((shared / "kits" / "uploads" / "svg").glob("*.svg"))
    assert kit
    for path in kit:
        answer = send(path.read_bytes(), path.name)
        assert answer.status_code in {201, 422}, path.name
        if answer.status_code == 201:
            media = db.session.get(Media, answer.json["id"])
            policy = browser.get(f"/media/{media.key}").headers["Content-Security-Policy"]
            assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox", path.name


def zipped(*names, content=b"x"):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def linked():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def test_files_are_what_their_names_say_or_are_refused(send):
    gif_and_script = image(kind="GIF") + b"<script>alert(1)</script>"
    kept = {
        "notes.txt": "Größe".encode(),
        "figures.csv": b"a,b\n1,2\n",
        "paper.pdf": b"%PDF-1.7 ...",
        "code.zip": zipped("a/b.txt"),
        "log.gz": gzip.compress(b"x" * 1000),
        "picture.pdf": gif_and_script,
    }
    refused = {
        "page.html": b"<script>alert(1)</script>",
        "run.exe": b"MZ",
        "paper.pdf": b"<html>",
        "notes.txt": b"\x00\x01binary",
        "code.zip": zipped("../../etc/passwd"),
        "root.zip": zipped("/etc/passwd"),
        "linked.zip": linked(),
        "many.zip": zipped(*(f"{n}" for n in range(10_001))),
        "broken.zip": b"PK\x03\x04" + b"x" * 100,
        "bomb.gz": gzip.compress(bytes(501_000_000), 1),
        "broken.gz": b"\x1f\x8b" + b"x" * 100,
        "film.mp4": b"<script>",
        "picture.png": b"BM" + bytes(100),
    }

    answers = {name: send(data, name).status_code for name, data in kept.items()}
    refusals = {name: send(data, name).status_code for name, data in refused.items()}

    assert answers == dict.fromkeys(kept, 201)
    assert refusals == dict.fromkeys(refused, 422)
    last = db.session.scalar(db.select(Media).where(Media.content_type == "image/gif"))
    assert last.frames == 1


def test_a_file_of_another_kind_is_told_which_kinds_are_kept(send):
    said = send(b"MZ", "run.exe").json["error"]

    assert said.startswith("Files of this kind are not kept.")
    assert "PDF" in said
    assert send(b"BM" + bytes(100), "picture.png").json["error"].startswith("This is no PNG")


def test_a_picture_that_holds_something_else_too_is_written_anew(app, send):
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        data = image(kind=kind, width=44) + zipped("evil.txt") + b"<?php evil() ?>"

        answer = send(data, f"both.{kind.lower()}")

        assert answer.status_code == 201
        media = db.session.get(Media, answer.json["id"])
        kept = (app.config["MEDIA_FOLDER"] / media.key).read_bytes()
        assert b"evil" not in kept
        assert Image.open(BytesIO(kept)).size == (44, 30)


def test_a_picture_that_unpacks_to_too_much_is_refused_at_once(send):
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 1_000_000

    answer = send(bomb.getvalue(), "bomb.png")

    assert answer.status_code == 422
    assert "50 megapixels" in answer.json["error"]
