"""A frozen blog on a server that knows nothing but files."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from blogapp.caching import freezing
from tests.browser.listing import status, titles


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        """Say nothing: what went wrong is seen by the page."""


@pytest.fixture
def settings(listener):
    return {"PUBLIC_URL": "http://{}:{}".format(*listener.getsockname()), "FROZEN": True}


@pytest.fixture
def server(app, make_posts, listener, tmp_path):
    make_posts(14, tags=["wal"])
    freezing.freeze(app, tmp_path / "site", done=lambda: None)
    handler = partial(_Quiet, directory=tmp_path / "site")
    files = ThreadingHTTPServer(listener.getsockname(), handler, bind_and_activate=False)
    files.socket.close()
    files.socket = listener
    thread = threading.Thread(target=files.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield app.config["PUBLIC_URL"]
    files.shutdown()
    thread.join()


def test_scrolling_back_tags_and_feeds_work_from_files(page, server):
    page.goto("./")
    total = status(page).inner_text()
    expect(page.locator(".header__search")).to_have_count(0)
    expect(page.locator(".footer")).to_contain_text("This is a copy of the blog as files.")

    page.locator("#load-more").scroll_into_view_if_needed()
    expect(page.locator("#page-2")).to_be_visible()
    expect(page).to_have_url(f"{server}/through/2/")
    page.locator("#page-2 article h3 a, #page-2 article h2 a").first.click()
    expect(page.locator("h1.post__title")).to_be_visible()
    page.go_back()
    expect(page.locator("#page-2")).to_be_visible()
    expect(status(page)).to_have_text(total)

    tag = page.locator(".filter-bar__chips a").first
    name = tag.evaluate("one => one.firstChild.textContent.trim()")
    tag.click()
    expect(page.locator("h1")).to_have_text(name)
    feed = page.locator(".post-list__feed").get_attribute("href")
    answer = page.request.get(f"{server}{feed}")
    assert answer.ok
    assert titles(page)[0] in answer.text()
