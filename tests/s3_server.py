"""An S3 server for the tests: moto's, in a process of its own, started by the first that asks.

It takes a third of a second, so each worker of a run has its own, and each test its own bucket.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

ACCESS, SECRET = "tests", "a secret for tests"
# Moto's server without what it says; threads, since the blog asks for several files at once.
_PROGRAM = """
import logging
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
logging.getLogger("werkzeug").disabled = True
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server; give its address, such as ``http://127.0.0.1:40123``; stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET},
        text=True,
    )
    assert process.stdout
    try:
        port = process.stdout.readline().strip()
        assert port, "the S3 server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def make_bucket(server: str, name: str) -> None:
    """Make an empty bucket, which only whoever has the keys can open."""
    with urlopen(Request(f"{server}/{name}", method="PUT"), timeout=10) as answer:
        assert answer.status == 200


@pytest.fixture(scope="session")
def s3_server():
    """An S3 server that all tests of this worker share."""
    with running_server() as address:
        yield address


@pytest.fixture
def bucket(s3_server, request):
    """An empty bucket, as settings name it."""
    from blogapp.media.stores.addresses import BucketAddress

    name = f"files-{abs(hash(request.node.nodeid)):x}"
    make_bucket(s3_server, name)
    return BucketAddress.parse(f"s3://{name}/blog?endpoint={s3_server}&region=us-east-1")


@pytest.fixture
def in_bucket(bucket, settings):
    """Let the app of this test keep its files in `bucket`: asked for before `app` is."""
    from blogapp.media.stores.addresses import Keys

    settings |= {"BUCKET": bucket, "BUCKET_KEYS": Keys(ACCESS, SECRET)}
