"""Files under /static/ and what rubbish, and the letter of HTTP, ask of them."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite


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
