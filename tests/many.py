"""The whole of it on one machine: two instances, a worker, PostgreSQL, Redis, S3 and nginx.

`make many` runs it until it is stopped; nothing of it stays. Tests take it apart meanwhile.
"""

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

from tests import postgres, redis_server, s3_server
from tests.browser import serving
from tests.browser.serving import ROOT

BUCKET = "media"
# Seconds in which each part has to be there.
START = 60


class Many:
    """A blog on two instances; a context in which it runs, behind nginx on ``port``."""

    def __init__(self, folder, port=0, *, demo=False, workers=1):
        self.folder, self.port = Path(folder), port or serving.free_port()
        self.demo, self.workers = demo, workers
        self.address = f"http://127.0.0.1:{self.port}"
        self.ports = [serving.free_port(), serving.free_port()]
        self.instances = [None, None]
        self.worker = None
        self._stack = ExitStack()

    def __enter__(self):
        with self._stack:
            self._start_engines()
            for number in (0, 1):
                self.start(number)
            self.worker = self._run("worker", self._environment("worker"), "worker.log")
            self._start_nginx()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *error):
        self._stack.close()

    def start(self, number):
        """Start an instance, and return when it is ready."""
        environment = self._environment(f"instance-{number}")
        environment |= {"BLOG_PORT": str(self.ports[number]), "BLOG_WORKERS": str(self.workers)}
        # The first one migrates, and loads the demo if it is asked to.
        command = ["serve", *(["--demo"] if self.demo and number == 0 else [])]
        process = self._run(command, environment, f"instance-{number}.log")
        self.instances[number] = process
        self._wait(f"http://127.0.0.1:{self.ports[number]}/readyz", process)

    def kill(self, number):
        """End an instance with all its processes at once, as a machine ends."""
        os.killpg(self.instances[number].pid, signal.SIGKILL)
        self.instances[number].wait()

    def blogapp(self, *command, given=None):
        """Run the operator's command with ``given`` as its input; return what it says."""
        done = subprocess.run(
            _command(command),
            cwd=ROOT,
            env=self._environment("operator"),
            input=given,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return done.stdout

    def said(self, log="instance-0.log", since=0):
        """Return what is in a log behind its first ``since`` bytes."""
        with (self.folder / log).open("rb") as file:
            file.seek(since)
            return file.read().decode("utf-8", "replace")

    def size(self, log):
        """Return how many bytes a log has now."""
        return (self.folder / log).stat().st_size

    def _start_engines(self):
        enter = self._stack.enter_context
        endpoint = enter(s3_server.running_server())
        s3_server.make_bucket(endpoint, BUCKET)
        self.redis = redis_server.RedisServer(serving.free_port(), self.folder)
        self.redis.start()
        self._stack.callback(self.redis.stop)
        self.settings = {
            "BLOG_DATABASE_URL": enter(postgres.running_server()),
            "BLOG_REDIS_URL": self.redis.url,
            "BLOG_MEDIA_URL": f"s3://{BUCKET}/blog?endpoint={endpoint}&region=us-east-1",
            "BLOG_S3_ACCESS_KEY": s3_server.ACCESS,
            "BLOG_S3_SECRET_KEY": s3_server.SECRET,
            "BLOG_SECRET_KEY": secrets.token_urlsafe(32),
            "BLOG_PUBLIC_URL": self.address,
            "BLOG_TRUSTED_PROXIES": "127.0.0.1",
            "BLOG_FETCH_ALLOW": "127.0.0.0/8",
            "BLOG_JOBS": "apart",
        }

    def _environment(self, name):
        instance = self.folder / name
        instance.mkdir(exist_ok=True)
        kept = {key: text for key, text in os.environ.items() if not key.startswith("BLOG_")}
        return {**kept, **self.settings, "BLOG_INSTANCE": str(instance)}

    def _run(self, command, environment, log):
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(
                _command([command] if isinstance(command, str) else command),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._stack.callback(_end, process)
        return process

    def _start_nginx(self):
        behind = [f"127.0.0.1:{port}" for port in self.ports]
        folder = self.folder / "nginx"
        folder.mkdir()
        self._stack.enter_context(
            serving.nginx_before(
                behind, self.port, folder, "nginx.conf", public=self.address, store=None
            )
        )
        self._wait(f"{self.address}/readyz", self.instances[0])

    def _wait(self, address, process):
        """Wait until ``address`` answers well; not a moment longer than ``process`` lives."""
        end = time.monotonic() + START
        while time.monotonic() < end and process.poll() is None:
            try:
                urllib.request.urlopen(address, timeout=START).close()
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.05)
            else:
                return
        raise SystemExit(f"{address} is not ready; see {self.folder}")


def _command(words):
    return [sys.executable, "-c", "from blogapp.cli import main; main()", *words]


def _end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=START)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main():
    """Run the blog on all engines until somebody stops it."""
    parser = argparse.ArgumentParser(prog="python -m tests.many", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where nginx listens")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="many-", dir="/tmp") as folder,
        Many(folder, asked.port, demo=True, workers=2) as many,
    ):
        link = re.search(r"Sign in: +(\S+)", many.said())
        print(f"\n  The blog:   {many.address}/")
        print(f"  Sign in:    {link[1] if link else f'{many.address}/login'}")
        print(f"  Instances:  127.0.0.1:{many.ports[0]} and 127.0.0.1:{many.ports[1]}")
        print(f"  Logs:       {folder}\n\n  Ctrl-C ends all of it.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("\n  Ending")


if __name__ == "__main__":
    main()
