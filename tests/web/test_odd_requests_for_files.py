"""Files under /static/ and what rubbish, and the letter of HTTP, ask of them."""

from pathlib import Path

import pytest

from blogapp.site.theme import read_theme
from blogapp.web.assets import asset_address


@pytest.fixture
def statics(app):
    """The files of this app, kept in its instance as on a server."""
    statics = app.extensions["statics"]
    statics.is_kept = True
    statics.filling.start = lambda: None
    return statics


def written(statics):
    return {path.name for path in Path(statics.shelf.folder).rglob("*") if path.is_file()}


@pytest.mark.parametrize("end", ["x", "x.css", ".html", "/a/b.css", "x.0123456789ab.css"])
def test_no_made_up_name_makes_a_file(end, app, browser, statics):
    with app.app_context():
        browser.get("/")
    before = written(statics), list(statics._made)

    answers = [browser.get(f"/static/{start}{end}").status_code for start in statics.makers]

    assert answers == [404] * len(statics.makers)
    assert (written(statics), list(statics._made)) == before


# The letter of RFC 9110. A script is kept in memory, a large picture is read from the disk.

LONG_AGO, ONE_DAY = "Fri, 01 Jan 1990 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.fixture(params=["js/page.js", "film.webm"])
def path(request, app, config):
    """The address of a file."""
    film = config.INSTANCE / "theme/static/film.webm"
    film.parent.mkdir(parents=True)
    film.write_bytes(b"f" * 1_500_000)
    app.extensions["theme"] = read_theme(config.INSTANCE / "theme")
    with app.test_request_context():
        return asset_address(request.param)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": '"another"'}, 412),
        ({"If-Match": "W/{etag}"}, 412),  # 13.1.1: the strong comparison
        ({"If-Match": ""}, 412),
        ({"If-Match": '"another", {etag}'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"another"', "Range": "bytes=0-1"}, 412),
        ({"If-Match": '"another"', "If-None-Match": "{etag}"}, 412),  # 13.2.2: in this order
        ({"If-Match": "{etag}", "If-None-Match": "{etag}"}, 304),
        ({"If-Unmodified-Since": LONG_AGO}, 412),
        ({"If-Unmodified-Since": ONE_DAY}, 200),
        ({"If-Unmodified-Since": "rubbish"}, 200),
        ({"If-Unmodified-Since": LONG_AGO, "If-Match": "{etag}"}, 200),  # 13.1.4
        ({"Range": "bytes=0-1", "If-Range": "{etag}"}, 206),
        ({"Range": "bytes=0-1", "If-Range": "W/{etag}"}, 200),  # 13.1.5
    ],
)
def test_a_condition_counts(headers, status, path, browser):
    etag = browser.get(path).headers["ETag"]

    asked = {name: value.replace("{etag}", etag) for name, value in headers.items()}
    answer = browser.get(path, headers=asked)

    assert answer.status_code == status
    if status == 412:
        # With a tag it could be kept, found to be the present one, and shown to everybody.
        assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)
        assert answer.data == b""


def test_who_asks_for_no_content_asks_for_no_part_of_it(path, browser):
    whole = browser.head(path)

    for part in ("bytes=0-1", "bytes=9999999-"):
        answer = browser.head(path, headers={"Range": part})

        answer.headers.pop("Date", None)
        assert (answer.status, dict(answer.headers)) == (whole.status, dict(whole.headers))
