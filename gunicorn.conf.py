"""How gunicorn runs the blog. The command line and GUNICORN_CMD_ARGS win over this."""

import ctypes
import gc
import os
import re
from contextlib import suppress

import gunicorn.http.wsgi
from gunicorn.glogging import Logger

bind = f"{os.environ.get('BLOG_HOST') or '127.0.0.1'}:{os.environ.get('BLOG_PORT') or 8000}"
workers = int(os.environ.get("BLOG_WORKERS") or 2)
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 30
keepalive = 15
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
accesslog = None if os.environ.get("BLOG_ACCESS_LOG", "1") in {"0", "no", "false", "off"} else "-"
loglevel = "warning"
# What opens something by its address: links of mails, previews, the way back from a directory.
OPENING = re.compile(r"(/(?:login|login/email|reset|invite|preview)/)[\w-]{20,}|([?&]code=)[^&\s]+")


class DiscreetLogger(Logger):
    """A log of requests in which nothing stands that opens something."""

    def atoms(self, resp, req, environ, request_time):
        said = super().atoms(resp, req, environ, request_time)
        return said | {name: OPENING.sub(r"\1\2…", said[name]) for name in ("r", "U", "q", "f")}


logger_class = DiscreetLogger
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


def when_ready(server):
    """What workers have in common is read before they are forked, and their memory shared."""
    if server.cfg.preload_app:
        server.app.wsgi().extensions["statics"].load()
    # What a start leaves stays: looking through it for garbage took 80 ms, now and then.
    gc.collect()
    gc.freeze()


def post_worker_init(worker):
    """Work that no request waits for goes on after a restart, before the first reader comes."""
    worker.wsgi.extensions["jobs"].start()
    worker.wsgi.extensions["security_log"]()
    if storekeeper := worker.wsgi.extensions.get("storekeeper"):
        storekeeper.start()
    worker.wsgi.extensions["statics"].fill()
