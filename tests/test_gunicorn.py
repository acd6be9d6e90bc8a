"""How `gunicorn.conf.py` runs the blog: what reload, upgrade, end and sudden death cost readers."""

import asyncio
import os
import re
import runpy
import signal
import threading
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from blogapp.sizing import count_workers
from tests.browser import serving
from tests.browser.programs import find_nginx, how_to_install
from tests.crowds import Gunicorn, ask, slow_clients, statuses, until

behind_nginx = pytest.mark.skipif(
    not (find_nginx() or os.environ.get("CI")), reason=how_to_install("nginx")
)
MANY = 10 if os.environ.get("PROVE") else 0
PATHS = ["/", "/posts/leases", "/tags", "/?q=lease", "/healthz"]


@pytest.fixture
def port():
    with serving.listen() as listener:
        return listener.getsockname()[1]


@pytest.fixture
def settings(port):
    return {"PUBLIC_URL": f"http://127.0.0.1:{port}"}


@pytest.fixture
def post(make_post):
    return make_post("Leases", slug="leases")


@contextmanager
def readers(port, number=4):
    """Have readers come one after the other, each by a connection of its own; gives the answers."""
    found, is_over = [], threading.Event()

    async def read(first):
        while not is_over.is_set():
            try:
                found.append(await ask(port, PATHS[(first + len(found)) % len(PATHS)]))
            except (OSError, EOFError, TimeoutError) as error:
                found.append(error)

    async def read_all():
        await asyncio.gather(*(read(first) for first in range(number)))

    thread = threading.Thread(target=lambda: asyncio.run(read_all()))
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def some_more(found, number=25):
    """Wait until so many more were answered."""
    wanted = len(found) + number
    until(lambda: len(found) >= wanted)


def others(found):
    """What came but for 200, to be read where a test fails."""
    return [answer for answer in found if getattr(answer, "status", 0) != 200]


def nginx_before(instances, app, port, folder):
    """Run nginx as it is shipped, with a line for each instance as it says."""
    text = (serving.ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    lines = re.compile(r"server 127\.0\.0\.1:8000( .*?;)")
    for_each = " ".join(f"server 127.0.0.1:{each.port}\\1" for each in instances)
    deploy = folder / "deploy"
    deploy.mkdir(parents=True)
    (deploy / "nginx.conf").write_text(lines.sub(for_each, text), encoding="utf-8")
    return serving.nginx_before(
        "127.0.0.1:8000",
        port,
        folder,
        str(deploy / "nginx.conf"),
        public=app.config["PUBLIC_URL"],
        store=None,
    )


def master(blog):
    return int(blog.pid.read_text())


# Settings.


def test_sizes_follow_the_machine_and_the_settings(monkeypatch):
    conf = serving.ROOT / "gunicorn.conf.py"
    for name in ("BLOG_WORKERS", "BLOG_THREADS"):
        monkeypatch.delenv(name, raising=False)

    unset = runpy.run_path(str(conf))
    monkeypatch.setenv("BLOG_WORKERS", "5")
    monkeypatch.setenv("BLOG_THREADS", "12")
    given = runpy.run_path(str(conf))

    assert (unset["workers"], unset["threads"]) == (count_workers(), 32)
    assert (given["workers"], given["threads"]) == (5, 12)
    assert [count_workers(*sizes) for sizes in ((1, 300), (2, 4_000), (16, 64_000))] == [2, 2, 8]
    assert count_workers(8, 2_000) == 4
    assert unset["preload_app"]
    assert unset["graceful_timeout"] < 30
    assert unset["max_requests_jitter"]


def test_connections_are_kept_longer_than_nginx_uses_them():
    keepalive = runpy.run_path(str(serving.ROOT / "gunicorn.conf.py"))["keepalive"]

    for name in ("nginx.conf", "nginx-pages.conf"):
        text = (serving.ROOT / "deploy" / name).read_text(encoding="utf-8")
        upstreams = re.findall(r"upstream \w+ \{.*?\n\}", text, re.S)
        assert len(upstreams) == 3
        for upstream in upstreams:
            # What changes something never begins on a connection that may be about to end.
            kept = re.search(r"keepalive_timeout (\d+)s;", upstream)
            assert (kept is None) == ("blog_people" in upstream)
            assert kept is None or int(kept[1]) < keepalive


# Coming and going.


@behind_nginx
def test_reload_and_upgrade_fail_no_request(app, post, port, tmp_path):
    with ExitStack() as stack:
        blog = stack.enter_context(Gunicorn(app, tmp_path))
        stack.callback(_end_the_next, blog)
        stack.enter_context(nginx_before([blog], app, port, tmp_path / "nginx"))
        found = stack.enter_context(readers(port))
        for _ in range(MANY):
            some_more(found)
            before = set(blog.workers())
            blog.signal(signal.SIGHUP)
            until(partial(_are_others, blog, before))
        some_more(found)

        # New code: a new master beside the old one, which then ends.
        old = master(blog)
        blog.signal(signal.SIGUSR2)
        second = blog.pid.with_name(f"{blog.pid.name}.2")
        until(lambda: second.exists() and len(blog.workers(int(second.read_text()))) == 2)
        some_more(found)
        blog.signal(signal.SIGTERM)
        blog.process.wait(timeout=60)
        until(lambda: not second.exists() and master(blog) != old)
        some_more(found)

    assert others(found) == []


def _are_others(blog, before):
    """Whether two workers serve, and none of those before."""
    workers = set(blog.workers())
    return len(workers) == 2 and not before & workers


def _end_the_next(blog):
    """End the master that took over, which is no child of ours."""
    if (pid := master(blog)) != blog.process.pid:
        os.kill(pid, signal.SIGTERM)
        until(lambda: not os.path.exists(f"/proc/{pid}"))


@behind_nginx
@pytest.mark.prove
def test_of_two_instances_one_may_die_and_lose_no_reader(app, post, port, tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as stack:
        one, two = (stack.enter_context(Gunicorn(app, folder)) for folder in folders)
        again = []
        stack.callback(lambda: [each.stop() for each in again])
        stack.enter_context(nginx_before([one, two], app, port, tmp_path / "nginx"))
        found = stack.enter_context(readers(port))
        for _ in range(MANY):
            some_more(found)
            killed = one.workers()[0]
            os.kill(killed, signal.SIGKILL)
            until(partial(_are_others, one, {killed}))
        one.kill()
        some_more(found, 100)
        again.append(Gunicorn(app, folders[0], port=one.port))
        again[0].wait()
        # nginx asks it again a second after it failed last.
        some_more(found, 500)
        two.kill()
        some_more(found, 100)

    assert others(found) == []


@pytest.mark.prove
def test_a_worker_that_hangs_is_replaced(app, post, tmp_path):
    with Gunicorn(app, tmp_path, GUNICORN_CMD_ARGS="--timeout 3") as blog:
        hung = blog.workers()[0]
        os.kill(hung, signal.SIGSTOP)

        until(partial(_are_others, blog, {hung}))

        assert asyncio.run(ask(blog.port, "/")).status == 200


@pytest.mark.prove
def test_who_ends_it_waits_for_answers_and_no_longer_than_half_a_minute(app, post, tmp_path):
    with Gunicorn(app, tmp_path) as blog, readers(blog.port) as found:
        some_more(found)
        blog.process.terminate()

        blog.process.wait(timeout=30)

    refused = [answer for answer in found if isinstance(answer, Exception)]
    # The last ones found the door shut; nobody who was let in was sent away.
    assert all(
        isinstance(error, ConnectionRefusedError | ConnectionResetError) for error in refused
    )
    assert {answer.status for answer in found if answer not in refused} == {200}


@pytest.mark.prove
def test_alone_it_is_itself_again_as_soon_as_slow_clients_are_gone(app, post, tmp_path):
    async def suffer(port):
        async with slow_clients(port, 450):
            await asyncio.sleep(1)
        async with asyncio.timeout(5):
            return [await ask(port, path) for path in PATHS * 4]

    with Gunicorn(app, tmp_path) as blog:
        assert set(statuses(asyncio.run(suffer(blog.port)))) == {200}
