"""Chromium, and the blog as it looks from there."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect, sync_playwright

from tests.browser import serving
from tests.browser.measures import AWAKE
from tests.browser.programs import ARGUMENTS, find_chromium, find_nginx, how_to_install
from tests.browser.trapping import Trap

PATIENCE = 30_000  # milliseconds: a machine may have more to do than these tests
PHONE = {"width": 360, "height": 740}
TABLET = {"width": 768, "height": 1024}
DESK = {"width": 1440, "height": 900}
COLOURS = ["color-contrast", "link-in-text-block"]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    if not path:
        # In CI nothing is skipped for want of a browser.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(how_to_install("chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def listener():
    with serving.listen() as listener:
        yield listener


@pytest.fixture
def settings(listener, request):
    """The public address is known before the app is made; forms carry their tokens."""
    path = request.config.getoption("--base-path")
    address = "http://{}:{}".format(*listener.getsockname())
    return {"PUBLIC_URL": f"{address}{path}", "WTF_CSRF_ENABLED": True}


@pytest.fixture
def server(app, listener, request, tmp_path):
    """The running blog; gives its public address, without a slash at the end."""
    if request.config.getoption("--nginx") and find_nginx():
        port = listener.getsockname()[1]
        listener.close()
        serve = serving.nginx(app, port, tmp_path)
    elif request.config.getoption("--gunicorn") or request.config.getoption("--nginx"):
        serve = serving.gunicorn(app, listener, tmp_path / "gunicorn.log")
    else:
        serve = serving.thread(app, listener)
    with serve:
        yield app.config["PUBLIC_URL"]


class Watch:
    """Collects what must not happen on a page: errors, broken policy, strangers."""

    def __init__(self, server):
        self.host = urlsplit(server).netloc
        self.problems = []
        self.allowed = []

    def over(self, page):
        """Watch ``page`` from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def allow(self, *parts):
        """Accept problems whose text holds one of ``parts``: a failure the test makes."""
        self.allowed += parts

    def _console(self, message):
        # A failed load is judged by its answer, below; the address bar may hold a 404.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self.problems.append(f"request to another host: {request.url}")

    def _response(self, response):
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind not in {"document", "fetch"}):
            self.problems.append(f"{response.status} for {kind} {response.url}")

    def left(self):
        return [p for p in self.problems if not any(part in p for part in self.allowed)]


@pytest.fixture
def watch(server):
    """What went wrong on this test's pages; `watch.allow("503")` for what the test provokes."""
    watch = Watch(server)
    yield watch
    assert watch.left() == []


@pytest.fixture
def new_page(chromium, server, watch):
    """Open another page in a context of its own: ``new_page(viewport=PHONE)``.

    Takes what Playwright's `new_context` takes, and ``as_author``: a signed-in client,
    whose session the page shares. Addresses are relative to the blog's: ``goto("./")``.
    """
    contexts = []

    def open_page(*, as_author=None, **options):
        options = {"viewport": DESK, "reduced_motion": "reduce", "locale": "en-GB", **options}
        context = chromium.new_context(base_url=f"{server}/", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("page", watch.over)
        if as_author:
            context.add_cookies(_cookies(as_author, server))
        page = context.new_page()
        if options.get("java_script_enabled", True):
            _wait_for_scripts(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _wait_for_scripts(page):
    """Let going to an address end when the page's scripts have run: they come after its load."""
    for name in ("goto", "reload"):
        go = getattr(page, name)

        def go_and_wait(*args, go=go, **options):
            answer = go(*args, **options)
            with suppress(Error):  # Some page that a test makes leads on at once.
                page.evaluate(AWAKE)
            return answer

        setattr(page, name, go_and_wait)


def _cookies(client, server):
    # The test client keeps its cookies for the host it was given none of.
    jar = client._cookies.values()
    address = "{0.scheme}://{0.netloc}".format(urlsplit(server))
    return [{"name": c.key, "value": c.value, "url": address} for c in jar]


@pytest.fixture
def page(new_page):
    """A page on a desk, in light."""
    return new_page(color_scheme="light")


@pytest.fixture
def plain_page(new_page):
    """A page in a browser without JavaScript."""
    return new_page(java_script_enabled=False)


@pytest.fixture
def author_page(new_page, author):
    """A page on which an author is signed in; the author is `author.author`."""
    return new_page(as_author=author)


@pytest.fixture
def check_accessibility():
    """Call it with a page: fails with what axe finds there.

    ``colours=True`` asks only what another theme can change, at half the price: for a page that
    has passed in one theme and is looked at in the other.
    """

    def check(page, *, colours=False):
        wanted = {"resultTypes": ["violations"], **({"runOnly": COLOURS} if colours else {})}
        results = Axe().run(page, options=wanted)
        assert results.violations_count == 0, results.generate_report()

    return check


@pytest.fixture
def screenshot(request):
    """Call it with a page and a name: keeps a picture when SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")

    def shoot(page, name, **options):
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", **options)

    return shoot


@pytest.fixture
def trapped(chromium, server):
    """Open a page whose context is watched: ``page, trap = trapped(policy=False)``."""
    contexts = []

    def open_trapped(*, policy=True, as_author=None):
        context = chromium.new_context(base_url=f"{server}/", bypass_csp=not policy)
        contexts.append(context)
        if as_author:
            context.add_cookies(_cookies(as_author, server))
        page = context.new_page()
        return page, Trap(context, server)

    yield open_trapped
    for context in contexts:
        context.close()
