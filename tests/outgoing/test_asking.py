import itertools
import json
import threading

import pytest

from blogapp.outgoing.asking import Asker, post_json
from blogapp.outgoing.errors import RequestRefused, Silent
from tests.outgoing.conftest import LOOPBACK, answer, dripping, endless, leads_to, silent

INSIDE = "10.0.0.1"
# Many ways to write loopback, what machines in clouds ask about themselves, and hosts inside.
DISGUISES = [
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.1.", "0", "0.0.0.0", "127.255.255.254"),
    *("2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1"),
    *("127.0.0.01", "127.000.000.001", "1.2.3.0x7f", "0X7F000001", "00000000177.0.0.1"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::127.0.0.1]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::ffff:0:7f00:1]", "[::7f00:1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]"),
    *("[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::1]", "[fe80::1]", "[fe80::1%25eth0]", "[::1%25lo]"),
    *("[2606:2800:220:1::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[ff02::1]"),
    *("169.254.169.254", "[::ffff:a9fe:a9fe]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"),
    *("169.254.43518", "[64:ff9b::a9fe:a9fe]", "168.63.129.16", "100.100.100.200", "192.0.0.192"),
    *("①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "①⑥⑨.②⑤④.①⑥⑨.②⑤④"),
    *("localhost", "LOCALHOST", "localhost.", "ｌｏｃａｌｈｏｓｔ", "127.0.0.1.inside.example"),
    *("inside.example", "inside.example.", "six.example", "mapped.example", "both.example"),
    *("zone.example", "metadata.example", "nonsense.example", "127.0.0.1%2e", "%31%32%37.0.0.1"),
    *("127.0.0.1%00.example", "127.0.0.1\\.example", "a.example\\@127.0.0.1", "user@127.0.0.1"),
    *("user:pass@public.example", "@127.0.0.1", "public.example:22", "public.example:6379"),
    *("public.example:0", "public.example:65536", "public.example:x", "[::1", "", "[v1.a]", "[]"),
    *("a b.example", "a\x00.example", "nobody.example", "xn--.example", "a" * 300 + ".example"),
]
NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "127.0.0.1.inside.example": ["127.0.0.1"],
    "inside.example": [INSIDE],
    "inside.example.": [INSIDE],
    "six.example": ["fd00::1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "both.example": ["93.184.216.34", INSIDE],
    "zone.example": ["fe80::1%eth0"],
    "metadata.example": ["169.254.169.254"],
    "nonsense.example": ["no address"],
    "public.example": ["93.184.216.34"],
}


def resolve(host):
    if host not in NAMES:
        raise OSError("no such host")
    return NAMES[host]


def test_no_disguise_of_what_is_inside_is_ever_connected_to(monkeypatch, figure):
    connected = []
    monkeypatch.setattr("socket.create_connection", lambda *given, **_: connected.append(given))

    for host, scheme in itertools.product(DISGUISES, ("http", "https")):
        with pytest.raises(RequestRefused):
            Asker(resolve=resolve).post_json(f"{scheme}://{host}/hook", {})
    for address in ("", "hook", "//public.example/", "ftp://public.example/", "file:///etc/passwd"):
        with pytest.raises(RequestRefused):
            Asker(resolve=resolve).post_json(address, {})

    tried = 2 * len(DISGUISES)
    assert tried > 180
    assert connected == []
    figure("Requests stay outside", "disguises of inner addresses, by http and https", tried)
    figure("Requests stay outside", "connections made", len(connected))


def test_the_refusal_names_no_more_of_a_secret_address_than_its_host():
    with pytest.raises(RequestRefused) as caught:
        Asker(resolve=resolve).post_json("https://inside.example/hook/s3cret?key=k3y", {})

    assert "inside.example is no public address" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "k3y" not in str(caught.value)


def test_json_is_sent_and_answered_whatever_the_environment_says_of_proxies(serve, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    port, requests = serve({"/hook?a=1": answer(b'{"ok": 1}', "application/json", "201 Created")})

    found = post_json(f"http://127.0.0.1:{port}/hook?a=1", {"text": "Grüße"}, allow=LOOPBACK)

    head, body = requests[0].split("\r\n\r\n")
    assert (found.status, found.is_fine, found.json()) == (201, True, {"ok": 1})
    assert head.startswith("POST /hook?a=1 HTTP/1.1\r\n")
    assert "Content-Type: application/json" in head
    assert json.loads(body) == {"text": "Grüße"}


def test_answers_of_any_status_come_back(serve):
    port, _ = serve({"/gone": answer(b"no such hook", "text/plain", "404 Not Found")})

    found = post_json(f"http://127.0.0.1:{port}/gone", {}, allow=LOOPBACK)

    assert (found.status, found.is_fine, found.content) == (404, False, b"no such hook")
    with pytest.raises(RequestRefused, match="no JSON"):
        found.json()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (leads_to("/elsewhere"), "leads elsewhere"),
        (leads_to("https://public.example/"), "leads elsewhere"),
        (answer(b"x" * 2_000), "more than 1 kB"),
        (endless, "more than 1 kB"),
        (silent, "gives no answer"),
        (dripping, "gives no answer"),
        (b"", "gives no answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\nTransfer-Encoding: chunked\r\n\r\nz",
            "middle",
        ),
    ],
)
def test_answers_that_lead_elsewhere_or_never_end_are_refused(serve, found, said):
    port, requests = serve({"/hook": found, "/elsewhere": answer()})
    asker = Asker(LOOPBACK, most_bytes=1_000, seconds=0.3)

    with pytest.raises(RequestRefused, match=said):
        asker.post_json(f"http://127.0.0.1:{port}/hook", {})

    assert len(requests) == 1


def test_a_resolver_that_never_answers_is_not_waited_for():
    end = threading.Event()

    with pytest.raises(Silent, match="too long to be found"):
        Asker(resolve=lambda host: end.wait(20) and [], seconds=0.05).get("https://slow.example/")

    end.set()


def test_what_is_sent_adds_no_lines_to_the_head(serve):
    port, requests = serve({"/?aX-Other:%20b": answer()})

    for value in ("a\r\nX-Other: b", "a\nb", "ü"):
        with pytest.raises(RequestRefused, match="no header holds"):
            Asker(LOOPBACK).get(f"http://127.0.0.1:{port}/", headers={"Authorization": value})
    Asker(LOOPBACK).get(f"http://127.0.0.1:{port}/?a\r\nX-Other: b")

    assert requests[0].startswith("GET /?aX-Other:%20b HTTP/1.1\r\n")
