"""Pages as files, through nginx: the blog sleeps, and is heard at once."""

import http.client
import os
import re
import signal
import threading
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import serving
from tests.browser.conftest import PATIENCE
from tests.browser.programs import find_nginx, how_to_install

# Where checks run for all, nothing is left out for want of it.
pytestmark = pytest.mark.skipif(
    not (find_nginx() or os.environ.get("CI")), reason=how_to_install("nginx")
)


@pytest.fixture
def settings(settings, tmp_path):
    return {**settings, "PAGE_STORE": tmp_path / "pages"}


class Blog:
    """The blog behind nginx: what it was asked, and its end."""

    def __init__(self, address, folder, process, listener):
        self.address, self.folder = address, folder
        self.process, self.listener = process, listener

    @property
    def asked(self):
        """The requests that woke it, as its log has them."""
        threading.Event().wait(0.2)  # lines are gathered for a moment before they are written
        log = (self.folder / "gunicorn.log").read_text()
        found = re.findall(r" request ([A-Z]+ \S+) \d{3} ", log)
        return [line for line in found if "/healthz" not in line]

    def get(self, path, method="GET", **headers):
        """Return status, headers and body of what nginx answers."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found

    def wait_until(self, condition):
        """Wait until something is so; a blog on a busy machine takes its time."""
        last = time.monotonic() + PATIENCE / 1000
        while not condition():
            assert time.monotonic() < last
            threading.Event().wait(0.05)

    def is_complete(self):
        pages = self.folder / "pages"
        return (pages / "complete").exists() and os.path.samefile(
            pages / "complete", pages / "current"
        )

    def kill(self):
        """Let it die as when memory runs out: nobody is told."""
        task = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(task) as children:
            workers = [int(pid) for pid in children.read().split()]
        self.process.kill()
        self.process.wait()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        self.listener.close()


@pytest.fixture
def blog(make_post, app, listener, tmp_path):
    code = "```html title=page.html\n<p>Hi\n```"
    make_post("Shards", slug="shards", body=f"Text.\n\n{code}")
    make_post("수확", slug="수확", tags=["C++"])
    port = listener.getsockname()[1]
    listener.close()
    with serving.nginx(app, port, tmp_path, "nginx-pages.conf") as (process, behind):
        yield Blog(app.config["PUBLIC_URL"], tmp_path, process, behind)


@pytest.fixture
def server(blog):
    blog.wait_until(blog.is_complete)
    return blog.address


def test_pages_are_read_as_files_fresh_and_without_the_blog(
    blog, server, page, new_page, watch, make_post, make_author, as_author
):
    # Readers wake nobody.
    watch.allow("/media/")
    before = len(blog.asked)
    page.goto("./")
    expect(page.get_by_role("link", name="수확")).to_be_visible()
    page.get_by_role("link", name="Shards").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shards")
    files = re.compile("/media/|/static/|favicon")
    woken = [line for line in blog.asked[before:] if not files.search(line)]
    assert woken == []

    # What is published is there.
    make_post("Splinters", slug="splinters")
    blog.wait_until(lambda: b"Splinters" in blog.get("/")[2])

    # An author is answered by the blog.
    author = new_page(as_author=as_author(make_author()))
    before = len(blog.asked)
    author.goto("./")
    assert "GET /" in blog.asked[before:]

    # Without the blog, the last complete generation is read.
    blog.wait_until(blog.is_complete)
    blog.kill()
    page.goto("./")
    expect(page.get_by_role("link", name="Splinters")).to_be_visible()
    author.reload()
    expect(author.get_by_role("link", name="Splinters")).to_be_visible()
    for path, method in [("/write/", "GET"), ("/nothing", "GET"), ("/", "POST"), ("/?q=a", "GET")]:
        status, headers, body = blog.get(path, method)
        assert (status, headers["Retry-After"]) == (503, "30")
        assert b"Back in a minute" in body
