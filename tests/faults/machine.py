"""The blog as on a server, with what happens to servers: its processes die, and it begins anew."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.browser.serving import ROOT, environment
from tests.crowds import until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Machine:
    """Two gunicorn workers that serve what ``app`` serves, whose words go to the file ``log``."""

    def __init__(self, app, port, log, **variables):
        self.app, self.port, self.log = app, port, log
        self.variables, self.wsgi = variables, "wsgi:app"
        self.process = self.listener = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *error):
        self.kill()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Start it; return after how many seconds it answered."""
        begun = time.monotonic()
        self.listener = self._listen()
        self.listener.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "--workers=2", "--threads=6"]
        bind = [f"--bind=fd://{self.listener.fileno()}", self.wsgi]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *bind],
                cwd=ROOT,
                env=environment(self.app) | {"BLOG_LOG": "console"} | self.variables,
                stdout=output,
                stderr=output,
                pass_fds=[self.listener.fileno()],
                start_new_session=True,
            )
        # The socket is open already, so this waits for a worker instead of failing.
        answer = Visitor(self).get("/healthz", patience=60)
        assert answer.status == 200, self.log.read_text()[-3000:]
        return time.monotonic() - begun

    def kill(self):
        """End it and its workers at once, as a power cut does."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.listener.close()
        self.process = None

    def workers(self):
        """Return the process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def keep_in_each(self, path):
        """Ask each of the workers for ``path`` until it answers out of what it has kept.

        It keeps nothing while its database takes longer than a reader waits.
        """
        visitor = Visitor(self)
        first, second = self.workers()
        for stopped in (second, first):
            os.kill(stopped, signal.SIGSTOP)
            try:
                begun = self.log.stat().st_size
                until(lambda begun=begun: visitor.get(path) and self._has_kept(path, begun))
            finally:
                os.kill(stopped, signal.SIGCONT)

    def _has_kept(self, path, begun):
        said = self.log.read_bytes()[begun:].decode()
        return re.search(rf"request GET {re.escape(path)} 200 .* hit ", said)

    def kill_worker(self, chance):
        """End one of the workers at once; the other goes on, and a new one comes."""
        with suppress(ProcessLookupError, IndexError):
            os.kill(chance.choice(self.workers()), signal.SIGKILL)

    def _listen(self):
        until = time.monotonic() + 30
        while True:
            try:
                return socket.create_server(("127.0.0.1", self.port))
            except OSError:
                assert time.monotonic() < until


@dataclass(frozen=True)
class Said:
    """What was answered, and after how many seconds; a status of 0 is no answer."""

    status: int
    headers: dict
    text: str
    seconds: float

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def id(self):
        """The number of the post that this leads to."""
        return int(re.search(r"/posts/(\d+)$", self.headers["location"])[1])


NOTHING = {"location": "", "retry-after": "", "content-type": ""}


class Visitor:
    """Somebody with cookies; ``client`` is a test client whose session they have."""

    def __init__(self, machine, client=None):
        self.machine, self.cookies = machine, {}
        if client:
            self.cookies = {cookie.key: cookie.value for cookie in client._cookies.values()}

    def get(self, path, *, patience=30, **headers):
        return self.ask("GET", path, None, headers, patience)

    def post(self, path, *, patience=30, **fields):
        """Send a form, as a button does."""
        sent = urlencode({"csrf_token": self.token, **fields}, doseq=True)
        return self.ask("POST", path, sent, FORM, patience)

    def send(self, path, body, *, patience=30):
        """Send what a script does: JSON, or bytes."""
        head = JSON | {"X-CSRFToken": self.token}
        if isinstance(body, bytes):
            head = {"X-CSRFToken": self.token, "Content-Type": "application/octet-stream"}
        else:
            body = json.dumps(body)
        return self.ask("POST", path, body, head, patience)

    def complete(self, token, name, data):
        """Put an upload that has arrived into the library."""
        sent, head = urlencode({"name": name, "size": len(data)}), {"X-CSRFToken": self.token}
        return self.ask("POST", f"/write/media/uploads/{token}/completion", sent, FORM | head, 30)

    def open(self, post):
        """Open the editor; return what its form says of the text that it shows."""
        page = self.get(f"/write/posts/{post}").text
        found = re.findall(r'name="(version|head|slug)"[^>]*? value="([^"]*)"', page)
        return dict(found)

    def open_door(self):
        """Open the page for signing in, of which one needs the token."""
        found = re.search(r'name="csrf_token"[^>]*? value="([^"]*)"', self.get("/login").text)
        self.token = found[1]
        return self

    def sign_in(self):
        """Get the token of the session's forms, which holds as long as the session."""
        self.token = self.get("/write/session", Accept="application/json").json["csrf"]
        return self

    token = ""

    def ask(self, method, path, body, headers, patience):
        begun = time.monotonic()
        headers = {**headers, "Host": f"127.0.0.1:{self.machine.port}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.machine.port, timeout=patience)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Said(0, NOTHING, "", time.monotonic() - begun)
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        said = {name.lower(): value for name, value in answer.getheaders()}
        return Said(answer.status, NOTHING | said, text, time.monotonic() - begun)


@contextmanager
def small_disk(folder, size):
    """Mount a disk of ``size`` in memory at ``folder``, which only root may."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "blog", folder])
    assert done.returncode == 0
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
