"""The blog on several machines' worth of engines, as people meet it while parts of it go."""

import threading
import urllib.error
import urllib.request
from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_media import PASTE
from tests.browser.writing import expect_text, use_editor, wait_for_editor, write
from tests.crowds import until
from tests.many import Many

PASSWORD = "a long enough secret for Ada"


@pytest.fixture
def many(tmp_path):
    with Many(tmp_path) as many:
        yield many


class Reader(threading.Thread):
    """Somebody who reads without a pause; what did not come is in ``failed``."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.addresses = [f"{address}/", f"{address}/feed.xml", f"{address}/?q=lease"]
        self.is_over = threading.Event()
        self.answered, self.failed = 0, []

    def run(self):
        while not self.is_over.is_set():
            for address in self.addresses:
                try:
                    with urllib.request.urlopen(address, timeout=30) as answer:
                        answer.read()
                except (OSError, urllib.error.HTTPError) as error:
                    self.failed.append(f"{address}: {error}")
                self.answered += 1

    def stop(self):
        self.is_over.set()
        self.join()


def picture():
    out = BytesIO()
    Image.new("RGB", (900, 300), "teal").save(out, "PNG")
    return {"name": "map.png", "data": b64encode(out.getvalue()).decode()}


def has_been_asked(said):
    """Return whether nginx hands readers on again, and those who search, a second after it failed.

    With two to hand on to, one of them may have all the pages and the other one all the feeds.
    """
    is_read = "GET / 200" in said or "GET /feed.xml 200" in said
    return is_read and "GET /?… 200" in said


def test_instances_and_redis_go_and_nobody_notices(many, chromium):
    add = ("author", "add", "ada@example.com", "--name", "Ada Lovelace", "--role", "owner")
    many.blogapp(*add, "--password-stdin", given=PASSWORD)
    link = many.blogapp("author", "link", "ada@example.com")
    page = chromium.new_context(base_url=many.address).new_page()
    page.goto(next(word for word in link.split() if "/login/" in word))
    page.locator("main form button").first.click()
    page.goto("/write/posts/new")
    wait_for_editor(page)
    page.locator("[name=title]").fill("Leases")
    write(page, "A lease ends.\n\n")
    use_editor(page)
    page.evaluate(PASTE, [picture()])
    expect_text(page, "A lease ends.\n\n![](map.png)\n")
    reader = Reader(many.address)
    reader.start()

    # One goes while the other one serves, and comes back, and the other one goes.
    many.kill(0)
    page.locator("#publish-button").click()
    page.locator("#publish").click()
    expect(page.get_by_text("Live at /posts/leases.")).to_be_visible()
    begun = many.size("instance-0.log")
    many.start(0)
    until(lambda: has_been_asked(many.said("instance-0.log", begun)))
    many.kill(1)
    page.goto("/posts/leases")
    shown = page.locator("article img").first
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    many.redis.stop()
    page.goto("/write")
    expect(page.get_by_role("link", name="Leases").first).to_be_visible()
    reader.stop()

    assert reader.answered
    assert reader.failed == []
