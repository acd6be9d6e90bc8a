"""Serving the blog to a real browser: from a thread of the test, or as on a server."""

import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.programs import find_nginx

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
    """Serve what ``app`` serves by two worker processes, whose words go to the file ``log``.

    Gives the process above them.
    """
    command = ["-m", "gunicorn", "--workers=2", "--threads=4", "--worker-class=gthread"]
    # The socket is open already, so requests wait for the workers instead of failing.
    bind = [f"--bind=fd://{listener.fileno()}", "wsgi:app"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, *bind],
            cwd=ROOT,
            env=environment(app),
            stdout=output,
            stderr=output,
            pass_fds=[listener.fileno()],
        )
        try:
            address = "http://{}:{}/healthz".format(*listener.getsockname())
            with urllib.request.urlopen(address, timeout=30) as answer:
                assert answer.status == 200
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def environment(app):
    """Return the variables by which another process serves what ``app`` serves."""
    config = app.config
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BLOG_")},
        "BLOG_INSTANCE": str(config["INSTANCE"]),
        "BLOG_DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
        "BLOG_MEDIA_URL": str(config["MEDIA_FOLDER"]),
        "BLOG_SECRET_KEY": config["SECRET_KEY"],
        "BLOG_PUBLIC_URL": config["PUBLIC_URL"],
        "BLOG_PAGE_STORE": str(config["PAGE_STORE"] or ""),
    }


@contextmanager
def nginx(app, port, folder, name="nginx.conf"):
    """Serve by two gunicorn workers behind nginx, which takes a file of `deploy/` and ``port``.

    Gives the process above the workers, and the socket they listen on.
    """
    with listen() as behind, gunicorn(app, behind, folder / "gunicorn.log") as process:
        address = "{}:{}".format(*behind.getsockname())
        config = app.config
        with nginx_before(
            address, port, folder, name, public=config["PUBLIC_URL"], store=config["PAGE_STORE"]
        ):
            yield process, behind


@contextmanager
def nginx_before(address, port, folder, name, *, public, store):
    """Run nginx on ``port`` before whatever is at ``address``, as a file of `deploy/` says.

    Several addresses are several instances.
    """
    site = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    if isinstance(address, list):
        site = re.sub(
            r"server 127\.0\.0\.1:8000(.*?;)",
            lambda found: " ".join(f"server {each}{found[1]}" for each in address),
            site,
        )
    else:
        site = site.replace("127.0.0.1:8000", address)
    site = site.replace("https://blog.example.com", public)
    site = site.replace("/var/cache/blog", str(store))
    site = re.sub(r"listen \[::\]:80;", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = re.sub(r"server_name .*?;", "server_name 127.0.0.1;", site)
    configuration = folder / "nginx.conf"
    # Whoever runs the tests may read what they make; nobody else may.
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(NGINX.format(folder=folder, site=site, user=user))
    command = [find_nginx(), "-p", folder, "-e", folder / "nginx.log", "-c", configuration]
    # It answers when it is listening, and goes into the background.
    subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run([*command, "-s", "quit"], check=True)


NGINX = """
{user}
pid {folder}/nginx.pid;
worker_processes 1;
events {{ worker_connections 10000; }}
http {{
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def listen():
    """Return a socket that listens on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.set_inheritable(True)
    return listener


def free_port():
    """Return a port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
