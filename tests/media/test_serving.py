from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.media.storing import store_drawing, store_file, store_image

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def stored(app, picture):
    """The address of a stored PNG."""
    media = store_image(
        picture("PNG"), "cat.png", folder=app.config["MEDIA_FOLDER"], now=NOW, alt="A cat"
    )
    db.session.commit()
    return f"/media/{media.key}"


def test_an_image_is_sent_as_what_it_is_and_kept_for_ever(browser, stored):
    answer = browser.get(stored)

    assert answer.status_code == 200
    assert answer.content_type == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert set(answer.headers["Cache-Control"].split(", ")) >= {"public", "immutable"}
    assert answer.cache_control.max_age == 365 * 24 * 3600
    assert (
        "Content-Disposition" not in answer.headers
        or "inline" in answer.headers["Content-Disposition"]
    )
    assert "Set-Cookie" not in answer.headers


def test_only_what_changed_or_was_asked_for_is_sent(browser, stored):
    answer = browser.get(stored)

    unchanged = browser.get(stored, headers={"If-None-Match": answer.headers["ETag"]})
    part = browser.get(stored, headers={"Range": "bytes=0-7"})

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert (part.status_code, part.data) == (206, b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    "address",
    [
        "/media/",
        "/media/0000000000000000/cat.png",
        "/media/../blog.sqlite",
        "/media/%2e%2e/blog.sqlite",
        "/media/..%2fsecret_key",
        "/media/0000000000000000/../../secret_key",
        "/media/etc/passwd",
    ],
)
def test_any_other_address_is_not_found(browser, stored, address):
    assert browser.get(address).status_code == 404


def test_a_stored_file_that_is_lost_is_not_found(app, browser, stored):
    (app.config["MEDIA_FOLDER"] / stored.removeprefix("/media/")).unlink()

    assert browser.get(stored).status_code == 404


def test_a_drawing_may_draw_and_nothing_else(app, browser):
    data = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    media = store_drawing(data, "plan.svg", folder=app.config["MEDIA_FOLDER"], now=NOW)
    db.session.commit()

    answer = browser.get(f"/media/{media.key}")

    assert answer.content_type.startswith("image/svg+xml")
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )


def test_other_files_are_saved_not_shown(app, browser):
    media = store_file(b"hello", "Größe.txt", folder=app.config["MEDIA_FOLDER"], now=NOW)
    db.session.commit()

    answer = browser.get(f"/media/{media.key}")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == b"hello"
