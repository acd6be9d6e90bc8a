import gzip
import zlib
from ipaddress import ip_address, ip_network

import pytest

from blogapp.outgoing.errors import RequestRefused
from blogapp.outgoing.fetching import Fetcher, is_feed_type
from blogapp.outgoing.networks import may_reach
from tests.outgoing.conftest import LOOPBACK, PNG, answer, dripping, endless, leads_to, silent


def test_a_picture_is_fetched_with_its_name_and_kind(serve):
    port, requests = serve({"/wp/a%20b.PNG?x=1": answer()})

    found = Fetcher(allow=LOOPBACK).fetch(f"http://127.0.0.1:{port}/wp/a b.PNG?x=1")

    assert (found.data, found.name, found.content_type) == (PNG, "a b.PNG", "image/png")
    assert "Accept-Encoding: identity" in requests[0]
    assert f"Host: 127.0.0.1:{port}\r\n" in requests[0]


@pytest.mark.parametrize(
    ("headers", "path", "name"),
    [
        ({"Content_Disposition": 'attachment; filename="../../etc/cron.d/x.png"'}, "/x", "x.png"),
        ({"Content_Disposition": "attachment; filename*=UTF-8''%C3%BCber.png"}, "/x", "über.png"),
        ({}, "/image.php?id=7", "image.php.png"),
        ({}, "/a%2F..%2F%00b", "b.png"),
        ({}, "/", "file.png"),
    ],
)
def test_names_are_plain_and_end_as_their_kind_does(serve, headers, path, name):
    port, _ = serve({path: answer(**headers)})

    assert Fetcher(allow=LOOPBACK).fetch(f"http://127.0.0.1:{port}{path}").name == name


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "127.0.0.1", "169.254.169.254", "172.20.1.1", "192.168.0.1", "0.0.0.0"),
        *("100.64.1.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1"),
        *("::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "::10.0.0.1"),
        *("2002:a00:1::1", "3fff::1", "100::1", "4000::1"),
    ],
)
def test_what_is_no_public_address_is_not_reached(address):
    assert not may_reach(ip_address(address))
    with pytest.raises(RequestRefused, match="no public address"):
        Fetcher(resolve=lambda host: [address]).fetch("https://pictures.example/a.png")


def test_public_addresses_are_reached_also_as_others_carry_them():
    for address in ("93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:1.1.1.1"):
        assert may_reach(ip_address(address)), address
    assert may_reach(ip_address("::ffff:10.1.2.3"), [ip_network("10.1.0.0/16")])
    assert not may_reach(ip_address("10.2.0.1"), [ip_network("10.1.0.0/16")])


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://a.example/x.png", "no address of the web"),
        ("file:///etc/passwd", "no address of the web"),
        ("gopher://127.0.0.1:6379/_x", "no address of the web"),
        ("//a.example/x.png", "no address of the web"),
        ("https://", "no address of the web"),
        ("https://a.example:99999/x", "no address of the web"),
        ("http://[::1/x.png", "no address of the web"),
        ("http://user:pass@a.example/x.png", "a user's name"),
        ("http://2130706433/x.png", "by a number"),
        ("http://0x7f.1/x.png", "by a number"),
        ("http://0177.0.0.1/x.png", "by a number"),
        ("http://127.1/x.png", "by a number"),
        ("http://127.0.0.1./x.png", "by a number"),
        ("http://127。0。0。1/x.png", "no public address"),
        ("http://[::ffff:7f00:1]/x.png", "no public address"),
        ("http://[fe80::1%25eth0]/x.png", "no public address"),
        ("http://localhost/x.png", "no public address"),
        ("http://public.example:25/x.png", "port 25"),
    ],
)
def test_addresses_that_lead_inside_are_refused_unasked(address, said):
    names = {"localhost": ["127.0.0.1"], "public.example": ["93.184.216.34"]}

    with pytest.raises(RequestRefused, match=said) as caught:
        Fetcher(resolve=names.__getitem__).fetch(address)

    assert "\n" not in str(caught.value)


def test_one_private_address_among_public_ones_is_too_many():
    with pytest.raises(RequestRefused, match="no public address"):
        Fetcher(resolve=lambda host: ["93.184.216.34", "10.0.0.1"]).fetch("http://a.example/x.png")


def test_the_connection_goes_to_the_address_that_was_checked(serve):
    port, _ = serve({"/x.png": answer()})
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    found = Fetcher(allow=LOOPBACK, resolve=lambda host: answers.pop(0)).fetch(
        f"http://changing.example:{port}/x.png"
    )

    assert found.data == PNG
    assert answers == [["10.0.0.1"]]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://10.0.0.1/x.png", "no public address"),
        ("http://[::ffff:169.254.169.254]/latest/meta-data", "no public address"),
        ("http://inside.example/x.png", "no public address"),
        ("file:///etc/passwd", "no address of the web"),
        ("//user@a.example/", "a user's name"),
        ("/again", "on and on"),
        ("http://[", "no address"),
    ],
)
def test_redirects_are_checked_like_addresses(serve, location, said):
    port, _ = serve({"/x.png": leads_to(location), "/again": leads_to("/again")})
    names = {"inside.example": ["192.168.1.1"]}

    with pytest.raises(RequestRefused, match=said):
        Fetcher(allow=LOOPBACK, resolve=names.__getitem__).fetch(f"http://127.0.0.1:{port}/x.png")


def test_a_redirect_within_the_web_is_followed(serve):
    port, _ = serve({"/x.png": leads_to("/y/z.png"), "/y/z.png": answer()})

    found = Fetcher(allow=LOOPBACK).fetch(f"http://127.0.0.1:{port}/x.png")

    assert (found.name, found.address) == ("z.png", f"http://127.0.0.1:{port}/y/z.png")


BOMB = gzip.compress(b"\0" * 3_000_000)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (answer(status="404 Not Found"), "answers 404"),
        (answer(b"<html>", "text/html; charset=utf-8"), "is text/html"),
        (answer(b"x", "application/x-sh"), "is application/x-sh"),
        (answer(b"x" * 2_000_000), "more than 1 MB"),
        (endless, "more than 1 MB"),
        (answer(BOMB, Content_Encoding="gzip"), "more than 1 MB"),
        (answer(zlib.compress(b"\0" * 3_000_000), Content_Encoding="deflate"), "more than 1 MB"),
        (answer(b"x", Content_Encoding="br"), "packed as br"),
        (answer(b"no gzip", Content_Encoding="gzip"), "in the middle"),
        (answer(BOMB[:20], Content_Encoding="gzip"), "in the middle"),
        (answer(b"whole").replace(b"Length: 5", b"Length: 50"), "in the middle"),
        (b"no HTTP at all\r\n\r\n", "gives no answer"),
        (b"", "gives no answer"),
        (silent, "took too long"),
        (dripping, "took too long"),
    ],
)
def test_answers_that_are_none_are_refused(serve, found, said):
    port, _ = serve({"/x": found})
    fetcher = Fetcher(allow=LOOPBACK, most_bytes=1_000_000, seconds=0.4)

    with pytest.raises(RequestRefused, match=said):
        fetcher.fetch(f"http://127.0.0.1:{port}/x")


def test_packed_answers_that_are_small_are_taken(serve):
    packed = answer(gzip.compress(b"<rss/>"), "text/html", Content_Encoding="gzip")
    port, _ = serve({"/feed": packed})

    found = Fetcher(allow=LOOPBACK).fetch(f"http://127.0.0.1:{port}/feed", takes=is_feed_type)

    assert found.data == b"<rss/>"


def test_a_host_that_does_not_answer_is_not_asked_for_ever():
    asked = []

    def resolve(host):
        asked.append(host)
        raise OSError("no such host")

    fetcher = Fetcher(resolve=resolve)
    for _ in range(10):
        with pytest.raises(RequestRefused):
            fetcher.fetch("https://gone.example/x.png")

    assert len(asked) == 3


def test_many_addresses_of_one_host_share_its_time():
    # The clock of a machine on which nothing is ever at once.
    seconds = iter(range(0, 10_000, 20))
    hosts = [f"127.0.0.{number}" for number in range(1, 200)]
    fetcher = Fetcher(LOOPBACK, resolve=lambda _: hosts, clock=lambda: float(next(seconds)))

    with pytest.raises(RequestRefused, match="took too long"):
        fetcher.fetch("http://many.example:1/x.png")

    assert next(seconds) <= 200


def test_a_host_that_is_silent_behind_its_door_is_not_asked_for_ever(serve, monkeypatch):
    monkeypatch.setattr("blogapp.outgoing.connecting.SECONDS_TO_CONNECT", 0.05)
    port, _ = serve({})
    fetcher = Fetcher(LOOPBACK, resolve=lambda _: ["127.0.0.1"])

    for said in [*["took too long"] * 3, "not asked again"]:
        with pytest.raises(RequestRefused, match=said):
            fetcher.fetch(f"https://silent.example:{port}/x.png")


def test_a_host_that_asks_for_rest_is_left_alone(serve):
    port, requests = serve({"/x.png": answer(b"", status="429 Too Many Requests")})
    fetcher = Fetcher(allow=LOOPBACK)

    for said in [*["answers 429"] * 3, "not asked again", "not asked again"]:
        with pytest.raises(RequestRefused, match=said):
            fetcher.fetch(f"http://127.0.0.1:{port}/x.png")

    assert len(requests) == 3


def test_a_fetcher_has_an_end(serve):
    port, _ = serve({"/x.png": answer()})
    fetcher = Fetcher(allow=LOOPBACK, most_files=2)

    for _ in range(2):
        fetcher.fetch(f"http://127.0.0.1:{port}/x.png")
    with pytest.raises(RequestRefused, match="2 files were fetched"):
        fetcher.fetch(f"http://127.0.0.1:{port}/x.png")
