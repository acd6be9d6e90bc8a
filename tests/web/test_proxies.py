from ipaddress import ip_network

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from blogapp.web.proxies import client_address


def request(forwarded=None, peer="127.0.0.1"):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    builder = EnvironBuilder(headers=headers, environ_base={"REMOTE_ADDR": peer})
    return Request(builder.get_environ())


def test_without_trusted_proxies_the_peer_counts():
    assert client_address(request("6.6.6.6"), 0) == "127.0.0.1"


def test_one_trusted_proxy_is_asked_for_the_client():
    assert client_address(request("9.9.9.9"), 1) == "9.9.9.9"


def test_what_a_client_wrote_itself_is_not_believed():
    assert client_address(request("6.6.6.6, 9.9.9.9"), 1) == "9.9.9.9"


def test_trusted_networks_are_peeled_off_from_the_right():
    networks = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))

    assert client_address(request("6.6.6.6, 9.9.9.9, 10.1.2.3"), networks) == "9.9.9.9"


def test_a_request_past_the_proxy_is_its_own_peer():
    networks = (ip_network("10.0.0.0/8"),)

    assert client_address(request("6.6.6.6", peer="8.8.8.8"), networks) == "8.8.8.8"


@pytest.mark.parametrize("trusted", [3, (ip_network("127.0.0.1"),)])
def test_a_missing_header_falls_back_to_the_peer(trusted):
    assert client_address(request(), trusted) == "127.0.0.1"


@pytest.mark.parametrize(("host", "status"), [("LocalHost:8000", 200), ("Evil.example", 400)])
def test_the_name_of_the_host_is_the_same_in_any_letters(host, status, browser):
    assert browser.get("/robots.txt", headers={"Host": host}).status_code == status
