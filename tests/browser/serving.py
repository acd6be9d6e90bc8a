"""Serving the blog to a real browser: from a thread of the test, or by gunicorn."""

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

ROOT = Path(__file__).parents[2]


class Quiet(WSGIRequestHandler):
    """Requests are no news here."""

    def log(self, type, message, *args):
        pass


@contextmanager
def thread(app, listener):
    """Serve ``app`` on the socket ``listener`` until the end of the block."""
    host, port = listener.getsockname()
    server = make_server(
        host, port, app, threaded=True, request_handler=Quiet, fd=listener.fileno()
    )
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    try:
        yield
    finally:
        server.shutdown()
        running.join()
        server.server_close()


@contextmanager
def gunicorn(app, listener, log):
    """Serve what ``app`` serves by two worker processes, whose words go to the file ``log``."""
    config = app.config
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BLOG_")},
        "BLOG_INSTANCE": str(config["INSTANCE"]),
        "BLOG_DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
        "BLOG_MEDIA_URL": str(config["MEDIA_FOLDER"]),
        "BLOG_SECRET_KEY": config["SECRET_KEY"],
        "BLOG_PUBLIC_URL": config["PUBLIC_URL"],
    }
    command = ["-m", "gunicorn", "--workers=2", "--threads=4", "--worker-class=gthread"]
    # The socket is open already, so requests wait for the workers instead of failing.
    bind = [f"--bind=fd://{listener.fileno()}", "wsgi:app"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, *bind],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=output,
            pass_fds=[listener.fileno()],
        )
        try:
            address = "http://{}:{}/healthz".format(*listener.getsockname())
            with urllib.request.urlopen(address, timeout=30) as answer:
                assert answer.status == 200
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def listen():
    """Return a socket that listens on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.set_inheritable(True)
    return listener
