"""What tests of reviews do as people with a browser do it."""

from datetime import UTC, datetime

from tests.authoring.conftest import stored

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DRAFT = {"published_at": None}


def parse(response):
    from tests.conftest import parse

    return parse(response.text)


def notice(page):
    return " ".join(page.select_one(".notices").text.split())


def save(browser, post, typed, **changes):
    data = typed(stored(post.id), **changes)
    return browser.post(f"/write/posts/{post.id}", data=data)


def publish(browser, post, typed, **changes):
    data = typed(stored(post.id), when="now", **changes)
    return browser.post(f"/write/posts/{post.id}/publication", data=data)


def bulk(browser, act, *posts, **fields):
    data = {"act": act, "post": [post.id for post in posts], "back": "/write/posts", **fields}
    return browser.post("/write/posts/changes", data=data, follow_redirects=True)


def state(post):
    return stored(post.id).state(NOON)


def read_by_readers(browser, post):
    return browser.get(f"/posts/{stored(post.id).slug}").text
