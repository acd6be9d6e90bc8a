"""What tests of static files share."""

import gzip
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

from blogapp import create_app
from blogapp.site.theme import read_theme
from blogapp.web.assets import asset_address, made_asset

FOR_EVER = "public, max-age=31536000, immutable"
DAYS = 24 * 3600
FEW = ("js/page.js", "icons/mark.svg", "vendor/katex-0.19.1.min.js")


@pytest.fixture
def theme(app, config):
    """Call it with files of the theme, by their names below theme/static/: as after a restart."""

    def write(**files):
        for name, content in files.items():
            path = config.INSTANCE / "theme" / "static" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        app.extensions["theme"] = read_theme(config.INSTANCE / "theme")

    return write


@pytest.fixture
def address(app):
    """Call it with a file's name: its address."""

    def ask(name, app=app):
        with app.app_context(), app.test_request_context():
            return asset_address(name)

    return ask


@pytest.fixture
def make(app):
    """Call it with a name and a text: the address of the file that is made of them."""

    def ask(name, text, app=app):
        with app.app_context(), app.test_request_context():
            return made_asset(name, text)

    return ask


@pytest.fixture
def statics(app, tmp_path):
    """The files of this app: few, because compressing takes long, and kept in its instance."""
    for name in FEW:
        (tmp_path / "few" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(app.static_folder) / name, tmp_path / "few" / name)
    statics = app.extensions["statics"]
    statics.folder = tmp_path / "few"
    statics.is_kept = True
    return statics


@pytest.fixture
def restarted(config, statics):
    """Call it for an app that begins where this one is: as another process does."""

    def start(**settings):
        app = create_app(replace(config, **settings))
        app.extensions["statics"].folder = statics.folder
        return app

    return start


def sent(response, encoding):
    """What a browser makes of an answer in this encoding."""
    assert response.headers.get("Content-Encoding", "") == encoding
    expand = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    return expand(response.data)


def fill(statics):
    """Fill the folder, after what a request may have begun: who comes second does nothing."""
    for thread in threading.enumerate():
        if thread.name == "files":
            thread.join()
    statics.filling.run()
