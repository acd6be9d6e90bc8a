"""From one version to the next while readers read, and back."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from blogapp.cli import group, upgrading
from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue
from blogapp.migrations import Standing, migrate, standing
from blogapp.upgrading import changing
from blogapp.upgrading.copying import copied
from blogapp.upgrading.errors import UpgradeError
from blogapp.upgrading.installing import find_wheel, install
from blogapp.upgrading.masters import list_masters
from blogapp.upgrading.pages import Page, choose, compare
from blogapp.upgrading.releases import Change, Home, begin
from blogapp.web.clock import now
from tests.cli.releases import make_release
from tests.conftest import ROOT
from tests.crowds import until
from tests.test_migrations import EARLIER

SECONDS = 60


@pytest.fixture
def home(tmp_path):
    """A blog whose version 0.1.0 is current."""
    home = Home(tmp_path / "blog")
    home.path.mkdir()
    home.switch(make_release(home, "0.1.0"))
    return home


@pytest.fixture
def environment(home):
    """Settings of the blog, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    names = {name: "" for name in os.environ if name.startswith("BLOG_")}
    return names | {
        "BLOG_INSTANCE": str(home.path / "instance"),
        "BLOG_PORT": port,
        "BLOG_WORKERS": "1",
        "BLOG_ACCESS_LOG": "0",
    }


@pytest.fixture
def blogapp(home, environment):
    """Run ``blogapp …`` with the settings of the blog; returns what came of it."""

    def run(*arguments, **given):
        return CliRunner(env=environment).invoke(group, arguments, **given)

    return run


@pytest.fixture
def upgrade(blogapp, home, monkeypatch):
    """Run ``blogapp upgrade …``; a wheel is installed as a version that runs this tree."""

    def made(wheel, home, *, told):
        folder = home.folder(wheel.version)
        return folder if folder.exists() else make_release(home, wheel.version)

    def run(folder, arguments, _environment):
        done = blogapp(*arguments)
        if done.exit_code:
            raise UpgradeError(done.stderr)
        return done.stdout

    monkeypatch.setattr(upgrading, "install", made)
    # In this process: each command of its own takes a second.
    monkeypatch.setattr("blogapp.upgrading.changing.run", run)
    return lambda *arguments, **given: blogapp(
        "upgrade", "--home", str(home.path), *arguments, **given
    )


def make_wheel(folder, version="9.0.0", *, name="blogapp", python=">=3.11"):
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", about)
        archive.writestr("blogapp/requirements/run.txt", "")
    return path


@contextmanager
def serving(home, environment):
    """Serve the current version until the end, whatever serves then."""
    program = home.current / ".venv" / "bin" / "blogapp"
    process = subprocess.Popen(
        [program, "serve"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    instance = home.path / "instance"
    try:
        until(lambda: any(each.is_up for each in list_masters(instance)))
        yield
    finally:
        for master in list_masters(instance):
            os.kill(master.pid, 15)
        process.wait(SECONDS)
        until(lambda: not list_masters(instance))


@contextmanager
def reading(port):
    """Read without a pause; gives what was answered, or went wrong."""
    answers, is_over = [], threading.Event()

    def read():
        while not is_over.is_set():
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as asked:
                try:
                    asked.request("GET", "/")
                    answers.append(asked.getresponse().status)
                except OSError as error:
                    answers.append(error)
            is_over.wait(0.01)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        thread.join()


def test_readers_notice_nothing_of_an_upgrade_and_its_undoing(upgrade, home, environment, tmp_path):
    wheel, instance = make_wheel(tmp_path), home.path / "instance"
    with serving(home, environment), reading(int(environment["BLOG_PORT"])) as answers:
        changed = upgrade("--no-rehearsal", str(wheel))
        serves = [master.folder for master in list_masters(instance)]
        undone = upgrade("--undo")

        assert changed.exit_code == 0, changed.output
        assert serves == [str(home.folder("9.0.0"))]
        assert undone.exit_code == 0, undone.output
        assert "nothing is lost" in undone.output
        [master] = list_masters(instance)
        assert master.folder == str(home.folder("0.1.0"))
    assert set(answers) == {200}
    assert len(answers) > 20
    assert Change.read(home) is None


@pytest.mark.prove
def test_a_wheel_is_installed_rehearsed_and_served_without_a_checkout(
    home, blogapp, environment, tmp_path, figure
):
    wheel = build(tmp_path, "9.0.0")
    blogapp("demo")

    with serving(home, environment), reading(int(environment["BLOG_PORT"])) as answers:
        done = blogapp("upgrade", "--home", str(home.path), str(wheel))

        assert done.exit_code == 0, done.output
        [master] = list_masters(home.path / "instance")
    failed = sum(each != 200 for each in answers)
    figure("An upgrade closes nothing", "failed requests", failed)
    assert "0 of them wrong" in done.output
    assert (master.version, master.folder) == ("9.0.0", str(home.folder("9.0.0")))
    assert failed == 0
    # It stands by itself: nothing of this tree is found from an empty folder.
    empty = tmp_path / "empty"
    empty.mkdir()
    bare = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
    program = home.current / ".venv" / "bin" / "blogapp"
    for arguments in (["freeze", "site"], ["export", "files"], ["backup", "a.tar"], ["doctor"]):
        ran = subprocess.run([program, *arguments], cwd=empty, env=bare, capture_output=True)
        assert ran.returncode == 0, ran.stderr
    assert (empty / "site" / "index.html").is_file()
    where = [program.with_name("python"), "-c", "import blogapp; print(blogapp.__file__)"]
    found = subprocess.run(where, cwd=empty, env=bare, capture_output=True, text=True).stdout
    assert Path(found.strip()).resolve().is_relative_to(home.folder("9.0.0"))


def build(folder, version):
    """Build a wheel of this tree that says that it is another version."""
    tree = folder / "tree"
    tree.mkdir()
    for name in ("blogapp", "templates", "static", "deploy", "requirements"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "gunicorn.conf.py"):
        shutil.copy(ROOT / name, tree)
    project = (ROOT / "pyproject.toml").read_text()
    was = re.search(r'^version = ".*"$', project, re.M)[0]
    (tree / "pyproject.toml").write_text(project.replace(was, f'version = "{version}"', 1))
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", folder], cwd=tree, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.mark.prove
def test_a_rehearsal_migrates_a_copy_and_changes_nothing(upgrade, blogapp, home, tmp_path):
    blogapp("demo")
    before = (home.path / "instance" / "blog.sqlite").read_bytes()

    done = upgrade("--rehearse", str(make_wheel(tmp_path)))

    assert done.exit_code == 0, done.output
    assert "0 of them wrong" in done.output
    assert home.serving() == home.folder("0.1.0")
    assert (home.path / "instance" / "blog.sqlite").read_bytes() == before
    assert not list((home.path / "instance").glob(".rehearsing-*"))


def test_a_version_that_is_not_well_leaves_the_old_one_serving(
    upgrade, blogapp, home, tmp_path, monkeypatch
):
    def fail(*_given):
        raise UpgradeError("/readyz answers 503")

    blogapp("init")
    monkeypatch.setattr("blogapp.upgrading.changing.hand_over", fail)
    with pytest.raises(UpgradeError):
        fail()
    monkeypatch.setattr(
        "blogapp.upgrading.changing.Upgrade._go_back", lambda self, before: self.home.switch(before)
    )

    done = upgrade("--no-rehearsal", str(make_wheel(tmp_path)))

    assert done.exit_code == 1
    assert "/readyz answers 503; 0.1.0 serves again" in done.output
    assert home.serving() == home.folder("0.1.0")


def test_an_upgrade_that_was_killed_goes_on_where_it_was(upgrade, blogapp, home, tmp_path):
    blogapp("init")
    wheel = make_wheel(tmp_path)
    for cut in ("back_up", "migrate", "switch"):
        with cut_at(cut), pytest.raises(Killed):
            upgrade("--no-rehearsal", str(wheel))
        assert home.serving() == home.folder("0.1.0")
    with cut_at("hand_over"), pytest.raises(Killed):
        upgrade("--no-rehearsal", str(wheel))
    begun = Change.read(home)

    done = upgrade("--no-rehearsal", str(wheel))

    assert begun.before == str(home.folder("0.1.0"))
    assert done.exit_code == 0, done.output
    assert home.serving() == home.folder("9.0.0")
    assert Change.read(home).is_done
    assert upgrade("--undo").exit_code == 0
    assert home.serving() == home.folder("0.1.0")


class Killed(BaseException):
    pass


@contextmanager
def cut_at(name):
    """Let the power be cut where a step begins."""

    def cut(*_given):
        raise Killed

    place = changing if hasattr(changing, name) else changing.Upgrade
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(place, name, cut)
        yield


def test_an_undoing_with_data_says_what_it_takes_and_exports_it_first(
    upgrade, blogapp, home, tmp_path
):
    blogapp("init")
    upgrade("--no-rehearsal", str(make_wheel(tmp_path)))
    old = tmp_path / "old"
    old.mkdir()
    (old / "one.md").write_text("---\ntitle: Written since\ndate: 2024-05-01\n---\nText.\n")
    blogapp("import", "markdown", str(old))

    asked = upgrade("--undo", "--data", input="n\n")
    done = upgrade("--undo", "--data", "--yes")

    assert "1 posts" in asked.output
    assert asked.exit_code == 1
    assert done.exit_code == 0, done.output
    [kept] = (home.path / "backups").glob("before-undo-*.zip")
    with zipfile.ZipFile(kept) as archive:
        assert any(b"Written since" in archive.read(name) for name in archive.namelist())
    assert " 1  unchanged" not in blogapp("import", "markdown", str(old)).stdout
    assert home.serving() == home.folder("0.1.0")


def test_what_cannot_be_upgraded_to_is_refused_in_one_line(upgrade, home, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "no.whl").write_bytes(b"no wheel")
    cases = [
        (["no version"], "neither a version nor a wheel"),
        ([str(tmp_path / "empty")], "there is no blogapp"),
        ([str(tmp_path / "no.whl")], "is no wheel of this software"),
        ([str(make_wheel(tmp_path, name="flask"))], "is a wheel of flask"),
        ([str(make_wheel(tmp_path, python=">=4"))], "needs Python >=4"),
        (["--sha256", "0" * 64, str(make_wheel(tmp_path, "9.1"))], "has this SHA-256"),
        (["--no-rehearsal", str(make_wheel(tmp_path, "0.0.1"))], "is older than"),
        (["--undo"], "there is no upgrade to go back from"),
    ]

    for arguments, said in cases:
        done = upgrade(*arguments)

        assert done.exit_code == 1, arguments
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert home.serving() == home.folder("0.1.0")


@pytest.mark.sqlite
def test_who_would_only_rehearse_undoes_nothing(upgrade, home):
    done = upgrade("--undo", "--rehearse")

    assert done.exit_code == 2
    assert "say a version" in done.stderr
    assert home.serving() == home.folder("0.1.0")


@pytest.mark.sqlite
def test_a_version_that_is_not_there_is_said_to_be_so(home, tmp_path):
    with pytest.raises(UpgradeError) as refused, find_wheel("7.7.7", source=tmp_path):
        pass

    assert str(refused.value).startswith(f"blogapp 7.7.7 is not in {tmp_path}: name its wheel")


@pytest.mark.sqlite
def test_a_server_on_a_copy_ends_with_whoever_rehearses():
    told = (
        "import os, subprocess\n"
        "from blogapp.upgrading.rehearsing import bound\n"
        "with bound(subprocess.Popen(['sleep', '600']).pid):\n"
        "    os.kill(os.getpid(), 9)\n"
    )

    with subprocess.Popen([sys.executable, "-c", told], stdout=subprocess.PIPE) as killed:
        # Both hold the pipe: it ends when the second of them has ended.
        killed.communicate(timeout=60)

    assert killed.returncode == -9


def test_only_one_upgrade_goes_on_at_a_time(upgrade, home, tmp_path):
    with home.locked():
        done = upgrade(str(make_wheel(tmp_path)))

    assert "another upgrade is under way" in done.stderr


def test_an_installation_that_was_cut_short_is_made_anew(home, tmp_path, monkeypatch):
    begin(home.folder("9.0.0"))
    (home.folder("9.0.0") / "half").touch()
    ran = []

    def run(command):
        ran.append(command)
        return "blogapp, version 9.0.0\n"

    monkeypatch.setattr("blogapp.upgrading.installing._run", run)

    with find_wheel(str(make_wheel(tmp_path))) as wheel:
        folder = install(wheel, home, told=lambda _name: None)

    assert not (folder / "half").exists()
    assert home.unfinished() == []
    assert any("--require-hashes" in command for command in ran)


def test_a_copy_of_the_database_has_the_posts_and_none_of_the_work(app, make_posts, tmp_path):
    make_posts(3)
    enqueue("links", "1", now=now())
    db.session.commit()

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with copied(db.engine, scratch, now=now()) as address:
        engine = create_engine(address, poolclass=NullPool)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM posts")) == 3
            assert connection.scalar(text("SELECT count(*) FROM jobs")) == 0
        chosen = choose(engine, now=now())

    assert {"/", "/posts/post-1", "/posts/post-3.md", "/sitemap.xml", "/login"} <= {*chosen}
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM jobs")) == 1


@pytest.mark.postgres
def test_who_may_make_no_database_rehearses_in_a_schema(blank_database_url, tmp_path):
    server = create_engine(blank_database_url, poolclass=NullPool)
    with server.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS blog_plain"))
        connection.execute(text("CREATE ROLE blog_plain LOGIN"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO blog_plain"))
        connection.execute(text(f"GRANT CREATE ON DATABASE {server.url.database} TO blog_plain"))
    plain = create_engine(server.url.set(username="blog_plain"), poolclass=NullPool)
    migrate(plain)
    with plain.begin() as connection:
        for statement in EARLIER[1:2]:
            connection.execute(text(statement))

    with copied(plain, tmp_path, now=now()) as address:
        copy = create_engine(address, poolclass=NullPool)
        assert standing(copy) is Standing.CURRENT
        with copy.begin() as connection:
            connection.execute(text("DELETE FROM tags"))

    with server.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tags")) == 1
        asked = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'blog\\_rehearsing%'"
        assert connection.scalar(text(asked)) == 0
        connection.execute(text("DROP OWNED BY blog_plain"))
        connection.execute(text("DROP ROLE blog_plain"))


def test_differences_of_texts_and_counts_are_grave_and_others_are_shown():
    old = {
        "/": Page(200, "Blog", text="A\nB", count=2),
        "/same": Page(200, "Same", text="A"),
        "/posts/a": Page(200, "A", post="Words."),
        "/gone": Page(200, "Gone"),
        "/feed.xml": Page(200, count=3),
    }
    new = old | {
        "/": Page(200, "Blog", text="A\nC", count=2),
        "/posts/a": Page(200, "A", post="Other words."),
        "/gone": Page(500, "Gone"),
        "/feed.xml": Page(200, count=2),
    }

    found = {each.address: each for each in compare(old, new)}

    assert {path for path, each in found.items() if each.is_grave} == {
        "/posts/a",
        "/gone",
        "/feed.xml",
    }
    assert list(found["/"].lines) == ["-B", "+C"]
    assert "/same" not in found


def test_what_is_written_down_of_an_upgrade_is_whole(home):
    change = Change("a", "b", "1", "2", "0009", "c.tar", "2026-01-01T00:00:00+00:00")

    change.write(home)

    assert Change.read(home) == change
    assert json.loads((home.path / ".upgrade.json").read_text())["is_done"] is False
