"""How gunicorn runs the blog. The command line and GUNICORN_CMD_ARGS win over this."""

import ctypes
import gc
import os
import re
from contextlib import suppress
from pathlib import Path

import gunicorn.http.wsgi
from gunicorn.glogging import Logger

from blogapp.sizing import count_workers
from blogapp.telemetry.serving import open_log
from blogapp.telemetry.sharing import Folder
from blogapp.upgrading import masters

bind = f"{os.environ.get('BLOG_HOST') or '127.0.0.1'}:{os.environ.get('BLOG_PORT') or 8000}"
workers = int(os.environ.get("BLOG_WORKERS") or count_workers())
worker_class = "gthread"
# Most of them are there for those who wait; which work is done at once is decided where it is done
# (blogapp.caching.admitting).
threads = int(os.environ.get("BLOG_THREADS") or 32)
# Connections that a worker has open, and those that the machine holds for all of them.
worker_connections = 2000
backlog = 2048
# A worker that is silent for so long hangs as a whole, and another takes its place.
timeout = 30
# Whoever ends the blog waits for 30 seconds or more.
graceful_timeout = 25
# Longer than proxies keep a connection that they may use again: a request shall not meet its end.
keepalive = 75
# What no browser sends: longer lines and more headers are answered 400 and 431 (RFC 9112, 3;
# RFC 6585, 5) before any of it is looked at.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 16_380
# Against what leaks over weeks: a worker that serves from memory answers thousands a second, and
# takes what it kept along.
max_requests = 1_000_000
max_requests_jitter = 100_000
# The base path is a setting's: no header of a client moves the blog to another.
forwarder_headers = ""
# Which software this is, is nobody's business.
gunicorn.http.wsgi.SERVER = "blog"
# Imported once, then forked: a start takes one import's time, whatever the number of workers.
preload_app = True
# The blog tells of requests itself (BLOG_ACCESS_LOG, BLOG_LOG).
accesslog = None
loglevel = "warning"


class BlogLogger(Logger):
    """gunicorn's own words and the log of requests, in the lines that the blog writes."""

    # Tells of an answer that was sent: the app's, in a worker.
    tell = None

    def setup(self, cfg):
        super().setup(cfg)
        self.blog = open_log(os.environ.get("BLOG_LOG", "").strip().lower() or "console")
        if cfg.errorlog == "-":
            self.blog.take(self.error_log)

    def warning(self, msg, *args, **kwargs):
        # Who sent it and what stood in it is for no log: the first words of the error say enough.
        if msg.startswith("Invalid request from ip="):
            error = re.split("[:'\"(]", msg.partition(": ")[2])[0].strip()
            msg, args = "A request was refused unread: %s", (error[:80],)
        super().warning(msg, *args, **kwargs)

    def exception(self, msg, *args, **kwargs):
        if msg.startswith("Error handling request"):
            msg, args = "A request failed before the blog could answer it", ()
        super().exception(msg, *args, **kwargs)

    def access(self, resp, req, environ, request_time):
        if self.tell is not None:
            self.tell(resp, environ, request_time.total_seconds())


logger_class = BlogLogger
# Two blogs of one user would quarrel over the socket's default place.
control_socket_disable = True
# Heartbeats on a slow disk make workers look dead; memory is never slow.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None


# glibc gives each thread a heap of its own and keeps what is freed there: 32 MB of kept pages took
# 117. With two heaps, large texts outside them and all that is free given back, it is 50.
_ARENAS, _LARGE, _TRIM = (-8, 2), (-3, 32_768), (-1, 131_072)
with suppress(AttributeError, OSError):  # elsewhere than on Linux
    for option in (_ARENAS, _LARGE, _TRIM):
        ctypes.CDLL(None).mallopt(*option)


def on_starting(server):
    """Figures of all workers lie in one folder of this start's own."""
    server.figures = Folder.for_this_start()


def child_exit(server, worker):
    """What a worker has counted stays; how much it had of something does not."""
    if server.figures:
        server.figures.bury(worker.pid)


def on_exit(server):
    if server.figures:
        server.figures.remove()


def when_ready(server):
    """What workers have in common is read before they are forked, and their memory shared."""
    if server.cfg.preload_app:
        server.app.wsgi().extensions["statics"].load()
        listener = server.LISTENERS[0].sock.getsockname()
        masters.note_master(Path(server.app.wsgi().instance_path), listener)
    # What a start leaves stays: looking through it for garbage took 80 ms, now and then.
    gc.collect()
    gc.freeze()


def pre_fork(server, worker):
    """Start the clock of a worker: gunicorn would wait for ever for one that hangs as it begins."""
    worker.tmp.notify()


def pre_exec(server):
    """At USR2 the next master is that of the version which is current by now."""
    masters.lead_on(server.START_CTX)
    args = server.START_CTX["args"]
    # Started by its file it would find its own `http` in the place of Python's.
    if args[1:2] == [str(Path(gunicorn.__file__).with_name("__main__.py"))]:
        args[1:2] = ["-m", "gunicorn"]


def post_worker_init(worker):
    """Work that no request waits for goes on after a restart, before the first reader comes."""
    worker.wsgi.extensions["admission"].resize(worker.cfg.threads)
    worker.wsgi.extensions["keeper"].warm()
    worker.wsgi.extensions["jobs"].start()
    worker.wsgi.extensions["security_log"]()
    requests = worker.wsgi.extensions["requests"]
    requests.serve(worker.log.blog)
    worker.log.tell = requests.tell
    worker.wsgi.extensions["metrics"].start()
    if storekeeper := worker.wsgi.extensions.get("storekeeper"):
        storekeeper.start()
    worker.wsgi.extensions["statics"].fill()
    masters.note_worker(Path(worker.wsgi.instance_path), worker.ppid)


def worker_exit(server, worker):
    """Jobs that are under way may end; what is left is another process's at once."""
    if wsgi := getattr(worker, "wsgi", None):
        wsgi.extensions["jobs"].stop()
