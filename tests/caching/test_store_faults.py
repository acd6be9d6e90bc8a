"""The page store among several processes, full disks and other blogs' folders."""

import os
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from blogapp import create_app
from blogapp.caching.asking import Unanswered
from blogapp.caching.store import Maker, PageStore
from blogapp.config import BadSetting, Config
from tests.caching.stored import change, names

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path):
    return {"PAGE_STORE": tmp_path / "pages"}


def maker(**changed):
    return Maker(**{"blog": "a blog", "build": "a build", "since": 1.0, **changed})


def test_a_process_that_was_late_leads_nobody_back(tmp_path):
    store = PageStore(tmp_path / "pages", maker())
    store.open()
    version = iter(range(10_000))
    present = [0]

    def look():
        # As the database: each look is newer than the one before.
        present[0] = next(version)
        return str(present[0])

    def work():
        own = PageStore(store.folder, maker())
        for _ in range(40):
            own.switch(look)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.current == store.name_of(str(present[0]))


def test_a_database_that_is_silent_leads_nowhere(make_post, storekeeper, monkeypatch):
    post = make_post("Shards")
    storekeeper.tick()
    before = storekeeper.store.current

    def silent():
        raise Unanswered("no route to host")

    monkeypatch.setattr(storekeeper.watch._asker, "tokens", silent)
    change(post, "Splinters")

    assert not storekeeper.tick()
    assert storekeeper.store.current == before


def test_nobody_reads_old_pages_when_the_disk_is_full(make_post, storekeeper, monkeypatch, folder):
    post = make_post("Shards")
    storekeeper.tick()
    change(post, "Splinters")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "symlink_to", full)
        with pytest.raises(OSError, match="No space"):
            storekeeper.tick()
        assert not os.path.lexists(folder / "current")

    assert storekeeper.tick()
    assert (folder / "current").is_dir()


@pytest.mark.parametrize("step", ["replace", "link", "mkdir", "open"])
def test_a_write_that_fails_leaves_nothing_half(make_post, storekeeper, monkeypatch, folder, step):
    make_post("Shards", slug="shards")
    storekeeper.tick()
    storekeeper.walk()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    writer = storekeeper.store.writer(storekeeper.store.current)
    with monkeypatch.context() as patched:
        patched.setattr(*((os, "link") if step == "link" else (Path, step)), full)
        with suppress(OSError):
            writer.write("new/page@.html", b"New")

    # Without second names for files there is still room for new ones.
    assert ("new/page@.html" in names(folder / "current")) is (step == "link")
    assert list((folder / "scratch").iterdir()) == []


KILLED = """
import os, sys
from pathlib import Path
from blogapp.caching.filing import Writer
from blogapp.caching.store import Maker, PageStore

folder, body = Path(sys.argv[1]), b"A page. " * 400
rounds = 0
while True:
    rounds += 1
    child = os.fork()
    if not child:
        left = [rounds]

        def count(event, args):
            if event.startswith(("open", "os.", "shutil.")):
                left[0] -= 1
                if not left[0]:
                    os._exit(9)

        sys.addaudithook(count)
        store = PageStore(folder, Maker("a blog", "a build", 1.0), sync=lambda: None)
        store.open()
        store.switch(lambda: f"version {rounds}")
        for number in range(3):
            store.writer(store.current).write(f"posts/{number}@.html", body + b"%d" % number)
        store.finish(store.current)
        store.clear_up()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for path in folder.glob("generations/*/**/*@.html"):
        assert path.read_bytes() == body + path.name[:1].encode(), path
        assert path.with_name(path.name + ".br").stat().st_size > 20
    for link in ("current", "complete"):
        assert not os.path.lexists(folder / link) or (folder / link).is_dir()
    if not status:
        print(rounds)
        break
    assert status == 9
"""


def test_a_process_that_is_killed_between_any_two_steps_leaves_no_half_file(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "pages"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert result.stderr == ""
    # Each round came a step further than the one before.
    assert int(result.stdout) > 40


def test_a_child_that_was_forked_meanwhile_holds_no_lock(tmp_path):
    store = PageStore(tmp_path / "pages", maker())
    store.open()

    with store.walking() as is_first:
        held = [int(fd) for fd in os.listdir("/proc/self/fd") if _is(fd, "walk.lock")]
        handles = [os.dup(handle) for handle in held]
    with store.walking() as is_free:
        pass

    for handle in handles:
        os.close(handle)
    assert is_first
    assert len(handles) == 1
    assert is_free


def _is(handle, name):
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{handle}").endswith(name)
    return False


def test_the_newer_software_makes_the_pages_while_both_run(tmp_path):
    old = PageStore(tmp_path, maker(build="old", since=1.0))
    new = PageStore(tmp_path, maker(build="new", since=2.0))
    old.open()
    old.switch(lambda: "version")
    new.open()

    assert new.switch(lambda: "version")
    old.open()
    assert not old.switch(lambda: "another version")

    assert new.current == new.name_of("version")
    assert new.name_of("version") != old.name_of("version")


def test_the_folder_of_another_blog_is_refused(config, app, storekeeper, tmp_path):
    with pytest.raises(BadSetting, match=r"BLOG_PAGE_STORE: .* is the page store of another blog"):
        create_app(replace(config, SECRET_KEY="another secret, as long as one has to be"))
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    with pytest.raises(BadSetting, match="another blog"):
        create_app(replace(config, SQLALCHEMY_DATABASE_URI=other))
    assert create_app(config)


def test_a_folder_with_anything_else_in_it_is_refused(config, folder):
    folder.mkdir()
    (folder / "thesis.txt").write_text("Years of work.")

    with pytest.raises(BadSetting, match=r"holds thesis\.txt, which is no page store's: empty it"):
        create_app(config)

    assert (folder / "thesis.txt").read_text() == "Years of work."


def test_a_folder_that_was_emptied_is_filled_again(make_post, storekeeper, folder):
    make_post("Shards", slug="shards")
    storekeeper.tick()
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    assert storekeeper.tick()
    assert storekeeper.walk()

    assert "posts/shards@.html" in names(folder / "complete")


def test_the_setting_wants_a_whole_path(tmp_path):
    environment = {"BLOG_INSTANCE": str(tmp_path)}

    assert Config.from_env(environment).PAGE_STORE is None
    stored = Config.from_env({**environment, "BLOG_PAGE_STORE": str(tmp_path / "pages")})
    assert tmp_path / "pages" == stored.PAGE_STORE
    with pytest.raises(BadSetting, match="BLOG_PAGE_STORE: 'pages' is not a whole path"):
        Config.from_env({**environment, "BLOG_PAGE_STORE": "pages"})
