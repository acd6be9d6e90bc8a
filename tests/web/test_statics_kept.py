"""Static files in the instance's folder: compressed well, written once, found after a restart."""

import gzip
import os
import re
import threading
import time
from pathlib import Path

import brotli
import pytest

from blogapp.web.assets import add_maker
from blogapp.web.serving import write_assets
from tests.web.conftest import DAYS, FOR_EVER, fill, sent

# The folder.


def test_the_best_compressed_forms_lie_in_the_folder(browser, address, statics):
    found = address("js/page.js")
    light = browser.get(found, headers={"Accept-Encoding": "br"})

    fill(statics)

    plain = statics.shelf.folder / found.removeprefix("/static/")
    forms = [plain, plain.with_name(f"{plain.name}.br"), plain.with_name(f"{plain.name}.gz")]
    texts = [plain.read_bytes(), brotli.decompress(forms[1].read_bytes())]
    assert {*texts, gzip.decompress(forms[2].read_bytes())} == {browser.get(found).data}
    assert len(forms[1].read_bytes()) <= len(light.data)
    assert {path.stat().st_mode & 0o777 for path in forms} == {0o644}
    assert not list(statics.shelf.folder.rglob("*katex-*.js*"))


def test_what_is_missing_in_the_folder_is_made_while_readers_are_served(browser, address, statics):
    found = address("js/page.js")

    response = browser.get(found, headers={"Accept-Encoding": "br"})
    for thread in threading.enumerate():
        if thread.name == "files":
            thread.join()

    assert response.headers["ETag"].endswith('-br-light"')
    assert (statics.shelf.folder / f"{found.removeprefix('/static/')}.br").is_file()


def test_a_process_sends_what_it_finds_in_the_folder(restarted, address, statics):
    fill(statics)
    found = address("js/page.js")

    response = restarted().test_client().get(found, headers={"Accept-Encoding": "br"})

    kept = statics.shelf.folder / f"{found.removeprefix('/static/')}.br"
    assert response.data == kept.read_bytes()
    assert not response.headers["ETag"].endswith('-light"')


def test_a_damaged_file_in_the_folder_is_sent_to_nobody(restarted, address, statics):
    fill(statics)
    found = address("js/page.js")
    kept = statics.shelf.folder / f"{found.removeprefix('/static/')}.br"
    kept.write_bytes(kept.read_bytes()[:50])

    response = restarted().test_client().get(found, headers={"Accept-Encoding": "br"})
    fill(statics)

    assert "keydown" in brotli.decompress(response.data).decode()
    assert "keydown" in brotli.decompress(kept.read_bytes()).decode()


def test_what_no_version_uses_leaves_the_folder_after_a_month(address, statics):
    fill(statics)
    folder, used = statics.shelf.folder, address("js/page.js").removeprefix("/static/")
    for name, days in (("js/old.0123456789ab.js", 31), ("new.0123456789ab.css", 29), (used, 99)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - days * DAYS,) * 2)

    fill(statics)

    assert not (folder / "js/old.0123456789ab.js").exists()
    assert (folder / "new.0123456789ab.css").exists()
    assert time.time() - (folder / used).stat().st_mtime < DAYS


def test_a_folder_that_cannot_be_written_costs_bytes_alone(browser, address, statics, caplog):
    statics.shelf.folder.write_text("no folder")

    fill(statics)
    fill(statics)

    response = browser.get(address("js/page.js"), headers={"Accept-Encoding": "br"})
    assert "keydown" in sent(response, "br").decode()
    assert len([r for r in caplog.records if "cannot be filled" in r.message]) == 1


def test_a_page_of_the_version_before_still_finds_its_files(theme, restarted, address, statics):
    theme(**{"a.js": "old()"})
    fill(statics)
    old = address("a.js")
    theme(**{"a.js": "young()"})

    response = restarted().test_client().get(old)

    assert (response.text, response.headers["Cache-Control"]) == ("old()", FOR_EVER)


def test_a_file_of_the_folder_that_is_not_what_its_name_says_is_not_sent(app, browser):
    folder = app.extensions["statics"].shelf.folder
    folder.mkdir()
    (folder / "a.0123456789ab.js").write_text("not()")

    assert browser.get("/static/a.0123456789ab.js").status_code == 404


@pytest.mark.usefixtures("statics")
def test_everything_can_be_written_into_a_folder(theme, app, address, tmp_path):
    theme(**{"film.webm": b"f" * 1_500_000})

    write_assets(app, tmp_path / "out")
    write_assets(app, tmp_path / "out")

    out = tmp_path / "out"
    for name in ("js/page.js", "film.webm"):
        hashed = out / address(name).lstrip("/")
        assert hashed.read_bytes() == (out / "static" / name).read_bytes()
    plain = out / "static/js/page.js"
    assert brotli.decompress(Path(f"{plain}.br").read_bytes()) == plain.read_bytes()


# Files made while the blog runs.


def test_a_made_file_is_sent_like_the_others(make, browser, address):
    text = "a{background:url(../icons/mark.svg)}" + "b{color:red}" * 40

    found = make("css/made.css", text)

    response = browser.get(found, headers={"Accept-Encoding": "br"})
    assert re.fullmatch(r"/static/css/made\.[0-9a-f]{12}\.css", found)
    assert f'url("..{address("icons/mark.svg")[7:]}")' in sent(response, "br").decode()
    assert response.headers["Cache-Control"] == FOR_EVER
    assert make("css/made.css", text) == found
    assert make("css/made.css", text + "c{}") != found


def test_a_made_module_loads_others_by_their_hashed_names(make, browser, address):
    found = make("js/joined/a.js", 'import "../elements/search-box.js"')

    assert browser.get(found).text == f'import "..{address("js/elements/search-box.js")[10:]}"'


@pytest.mark.usefixtures("statics")
def test_another_process_finds_what_was_made(make, restarted):
    found = make("css/made.css", "a{}")

    response = restarted().test_client().get(found)

    assert (response.text, response.headers["Cache-Control"]) == ("a{}", FOR_EVER)


def test_another_machine_makes_it_anew_by_its_name(make, restarted, tmp_path):
    found = make("css/later-a.css", "text of later-a")

    other = restarted(INSTANCE=tmp_path / "elsewhere")
    add_maker(other, "css/later-", lambda name: f"text of {name[4:-4]}")
    browser = other.test_client()

    assert browser.get(found).headers["Cache-Control"] == FOR_EVER
    assert browser.get(found).text == "text of later-a"
    unknown = browser.get("/static/css/later-b.0123456789ab.css")
    assert (unknown.text, unknown.headers["Cache-Control"]) == ("text of later-b", "no-cache")
