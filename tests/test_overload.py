"""Slow clients and too many at once, through nginx as it is shipped: counts, and never times."""

import asyncio
import json
import os
from urllib.parse import urlencode

import pytest

from tests.browser import serving
from tests.browser.programs import find_nginx, how_to_install
from tests.crowds import (
    Gunicorn,
    allow_connections,
    ask,
    ask_often,
    read_beside,
    slow_clients,
    statuses,
)

behind_nginx = pytest.mark.skipif(
    not (find_nginx() or os.environ.get("CI")), reason=how_to_install("nginx")
)
KEPT = ["/", "/posts/leases", "/tags"]
ADMITTED = {200, 304, 429, 503}


@pytest.fixture
def port():
    with serving.listen() as listener:
        return listener.getsockname()[1]


@pytest.fixture
def settings(port):
    return {"PUBLIC_URL": f"http://127.0.0.1:{port}"}


@pytest.fixture
def blog(app, make_author, as_author, make_post, make_posts, port, tmp_path):
    """The blog behind nginx; gives its port and the cookie of somebody who writes there."""
    make_posts(13)
    make_post("Leases", slug="leases")
    owner = as_author(make_author("Grace Hopper", role="owner"))
    with Gunicorn(app, tmp_path) as behind:
        place = tmp_path / "nginx"
        place.mkdir()
        public = app.config["PUBLIC_URL"]
        address = f"127.0.0.1:{behind.port}"
        with serving.nginx_before(address, port, place, "nginx.conf", public=public, store=None):
            yield port, f"session={owner.get_cookie('session').value}"


async def publish(port, cookie, title):
    """Publish a post as its author does, and return the status."""
    said = await ask(port, "/write/session", Cookie=cookie, Accept="application/json")
    # The secret of forms comes with the first.
    cookie = said.headers["set-cookie"].partition(";")[0]
    form = {"csrf_token": json.loads(said.body)["csrf"], "title": title, "body": "Text."}
    sent = urlencode({**form, "when": "now"}).encode()
    address = "/write/posts/new/publication"
    return (await ask(port, address, method="POST", body=sent, Cookie=cookie)).status


async def crowd(port, clients, each, path):
    found = []
    paths = [[path(client * each + number) for number in range(each)] for client in range(clients)]
    await asyncio.gather(*(ask_often(port, some, found) for some in paths))
    return found


def check_refusals(found):
    refused = [answer for answer in found if getattr(answer, "status", 0) in {429, 503}]
    for answer in refused:
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    return len(refused)


async def all_at_once(port, cookie, *, slow, clients, each, readers):
    """Slow clients, then a crowd beside them, then nobody: what readers and authors got."""
    await read_beside(port, KEPT, 30)
    got = {}
    async with slow_clients(port, slow):
        got["beside slow clients"] = await read_beside(port, KEPT, readers)
        asking = asyncio.create_task(crowd(port, clients, each, lambda n: f"/?q=word{n}"))
        got["beside a crowd that asks"] = await read_beside(port, KEPT, readers)
        got["desk"] = await read_beside(port, ["/write/posts"], 5, Cookie=cookie)
        got["published"] = [await publish(port, cookie, f"Version {n}") for n in range(3)]
        got["asked"] = await asking
        got["read"] = await crowd(port, clients, each, lambda n: KEPT[n % len(KEPT)])
        got["beside slow clients still"] = await read_beside(port, KEPT, readers)
    got["after"] = await read_beside(port, [*KEPT, "/?q=word"], 12)
    return got


def check(got, *, readers):
    for kind in ("beside slow clients", "beside slow clients still", "beside a crowd that asks"):
        assert statuses(got[kind])[200] >= 0.99 * readers, (kind, statuses(got[kind]))
    assert set(statuses(got["desk"])) == {200}
    assert got["published"] == [303] * 3
    for kind in ("asked", "read"):
        assert set(statuses(got[kind])) <= ADMITTED, statuses(got[kind])
        check_refusals(got[kind])
        assert statuses(got[kind])[200]
    assert set(statuses(got["after"])) == {200}
    assert b"Version 2" in got["after"][0].body


@behind_nginx
def test_readers_and_authors_go_on_beside_slow_clients_and_a_crowd(blog):
    port, cookie = blog

    got = asyncio.run(all_at_once(port, cookie, slow=60, clients=400, each=2, readers=40))

    check(got, readers=40)
    assert statuses(got["asked"])[503]


@behind_nginx
@pytest.mark.prove
def test_readers_and_authors_go_on_beside_450_slow_clients_and_4000_others(blog):
    if not allow_connections(12_000):
        pytest.skip("this machine lets nobody open 12,000 connections")
    port, cookie = blog

    got = asyncio.run(all_at_once(port, cookie, slow=450, clients=4000, each=5, readers=200))

    check(got, readers=200)
    assert check_refusals(got["asked"])
