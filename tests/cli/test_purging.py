"""`blogapp purge`, and what `doctor` says of caches."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from blogapp.cli import group
from blogapp.cli.purging import check_caches
from blogapp.outgoing.purging import Hook


@pytest.fixture
def cache():
    """A cache: its address, what it was told, and how it answers."""

    class Cache(BaseHTTPRequestHandler):
        told, status = [], 200

        def do_POST(self):
            Cache.told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(Cache.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Cache)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    Cache.address = f"http://127.0.0.1:{server.server_port}/"
    yield Cache
    server.shutdown()
    server.server_close()


@pytest.fixture
def blogapp(tmp_path):
    def run(*arguments, **variables):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance"), **variables}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_a_cache_is_told_by_hand(blogapp, cache):
    some = blogapp("purge", "post-7", "listing", "post-7", BLOG_PURGE_URL=cache.address)
    everything = blogapp("purge", "--all", BLOG_PURGE_URL=cache.address)

    assert (some.exit_code, some.output) == (0, "Told 127.0.0.1 in 1 request.\n")
    assert everything.exit_code == 0
    assert cache.told == ['{"tags": ["post-7", "listing"]}', '{"tags": ["site"]}']


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "Name keys, or say --all."),
        (["--all", "post-7"], "Name keys, or say --all."),
        (["post-7|.*"], "is no key"),
        (["listing"], "127.0.0.1 answers 503"),
    ],
)
def test_what_cannot_be_told_is_said_and_the_end_says_so(blogapp, cache, arguments, problem):
    cache.status = 503

    result = blogapp("purge", *arguments, BLOG_PURGE_URL=cache.address)

    assert result.exit_code != 0
    assert problem in result.output


def test_without_a_cache_there_is_nobody_to_tell(blogapp):
    result = blogapp("purge", "--all")

    assert result.exit_code == 1
    assert "BLOG_PURGE_URL" in result.output


def test_doctor_asks_whether_the_cache_listens(app, cache):
    given = {"BLOG_PURGE_URL": cache.address}
    assert list(check_caches(app)) == []
    app.config["PURGE"] = Hook.read(lambda name: given.get(name, ""))

    (well,) = check_caches(app)
    cache.status = 403
    (ill,) = check_caches(app)

    assert well == ("ok", "caches: 127.0.0.1 is told what changes")
    assert ill[0] == "problem"
    assert "127.0.0.1 answers 403" in ill[1]
    assert set(cache.told) == {'{"tags": ["post-0"]}'}
