"""What stories of lost text share: a server that can be killed, and what was kept in the end."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from time import monotonic

from playwright.sync_api import expect

from blogapp.posts.drafting import working_copy
from tests.authoring.conftest import stored
from tests.browser import writing
from tests.browser.measures import UNTIL
from tests.browser.serving import ROOT, environment

READY = "document.querySelector('draft-keeper')?.dataset.isReady"


class Killable:
    """The blog in a process of its own, on the port that its public address names."""

    def __init__(self, app, port, log):
        self.app, self.port, self.log = app, port, log

    def start(self):
        """Start it, and return when it answers."""
        self.listener = self.listen()
        self.listener.set_inheritable(True)
        command = ["-m", "gunicorn", "--workers=1", "--threads=4", "--worker-class=gthread"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command, f"--bind=fd://{self.listener.fileno()}", "wsgi:app"],
                cwd=ROOT,
                env=environment(self.app),
                stdout=output,
                stderr=output,
                pass_fds=[self.listener.fileno()],
                start_new_session=True,
            )
        # The socket is open already, so this waits for the worker instead of failing.
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=30) as answer:
            assert answer.status == 200

    def listen(self):
        """Take the port again, which killed workers let go of a moment after they were killed."""
        until = monotonic() + 30
        while True:
            try:
                return socket.create_server(("127.0.0.1", self.port))
            except OSError:
                assert monotonic() < until

    def kill(self):
        """End it and its workers at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.listener.close()


def open_editor(page, address):
    """Open an editor and wait until its scripts are there."""
    writing.open_editor(page, address)
    page.evaluate(UNTIL % READY)


def type_text(page, words):
    """Type at the end of the text, key by key."""
    page.locator("#body").press("Control+End")
    page.keyboard.type(words)


def state(page, kind):
    """Return an expectation of the state line being of this kind."""
    return expect(page.locator(f"#editor-state[data-kind={kind}]"))


def draft_of(id):
    """Return the text that the server has as the working copy of post ``id``."""
    return working_copy(stored(id)).body
