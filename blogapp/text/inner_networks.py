"""Addresses and names that mean something inside one network only, and tell how it is built."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

_PRIVATE = [
    IPv4Network("10.0.0.0/8"),  # RFC 1918, as the next two
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),  # RFC 6598: carriers, and overlay networks
]
_LOCAL = IPv6Network("fd00::/8")  # RFC 4193
# What hypervisors and clusters have before anybody configures them says nothing: VirtualBox,
# libvirt, Docker, minikube, macOS; pods and services of kubeadm, k3s, flannel.
_EVERYWHERE = [
    IPv4Network(network)
    for network in (
        "10.0.2.0/24",
        "192.168.56.0/24",
        "192.168.122.0/24",
        "172.17.0.0/16",
        "192.168.49.0/24",
        "192.168.64.0/24",
        "10.96.0.0/12",
        "10.42.0.0/15",
        "10.244.0.0/16",
    )
]
# The same of routers, and of books.
_WORDS = """
    10.0.0.1 10.0.0.2 10.0.1.1 10.1.1.1 10.10.10.10 10.152.183.1 10.152.183.10 10.100.0.1
    172.16.0.1 172.18.0.1 172.18.0.2 172.18.0.3 172.19.0.2 172.20.0.2 192.168.0.1 192.168.0.2
    192.168.0.10 192.168.0.100 192.168.1.1 192.168.1.2 192.168.1.10 192.168.1.100 192.168.2.1
    192.168.10.1 192.168.65.2 192.168.99.100 192.168.100.1 192.168.254.254 100.100.100.100
    100.100.100.200 fd00::1 fd00::2 fd00:ec2::254 fd12:3456:789a:1::1 fd12:3456:789a::1
"""
_DEFAULTS = frozenset(_WORDS.split())
_V4 = re.compile(
    r"(?<![\w.-])(?:10|172|192|100)\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/(\d{1,2}))?(?![\w-]|\.\d)"
)
_VERSION = re.compile(
    r"(?<![a-z])(?:version|release|build|ver\.?|v)[ \t:=\"']{0,4}\Z", re.IGNORECASE
)
_V6 = re.compile(
    r"(?<![\w:.-])(f[cd][0-9a-f]{2}(?::[0-9a-f]{0,4}){2,7})(?:/(\d{1,3}))?(?![\w:])", re.IGNORECASE
)
_HOST = re.compile(
    r"(?<![\w.@/$-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}"
    r"(?:internal|corp|intranet|intra|lan|home\.arpa))(?![\w(/\[-]|\.\w)"
)
_HOST_IN_ADDRESS = re.compile(
    r"(?:://|@)((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}"
    r"(?:internal|corp|intranet|intra|lan|home\.arpa))(?![\w-]|\.\w)"
)
_KNOWN_HOSTS = re.compile(
    r"(?:^|\.)(?:docker\.internal|containers\.internal|google\.internal|metadata\.internal|"
    r"example\.\w+)$|"
    r"(?:^|\.)(?:foo|bar|acme|contoso|example|my-?company|your-?company|company|mydomain)\."
)
# "com.acme.internal" is a package of a program.
_PACKAGES = frozenset({"com", "org", "net", "io", "dev", "de", "java", "javax", "sun", "jdk"})


def find_private_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where private addresses of single machines stand (RFC 1918, 4193, 6598).

    Networks, addresses of documentation (RFC 5737, 3849), those every machine has, and
    those that everything comes with out of the box are left out.

    >>> [*find_private_addresses("10.0.3.17 and 10.0.0.0/16, 192.0.2.7, 127.0.0.1, 192.168.1.1")]
    [(0, 9)]
    """
    for found in _V4.finditer(text):
        bare, _, bits = found[0].partition("/")
        if _is_machine(bare, bits) and not _VERSION.search(
            text[max(0, found.start() - 12) : found.start()]
        ):
            yield found.start(), found.start() + len(bare)
    for found in _V6.finditer(text):
        if found[1].lower() not in _DEFAULTS and _is_local(found[1], found[2]):
            yield found.start(1), found.end(1)


def _is_machine(bare: str, bits: str) -> bool:
    try:
        address = IPv4Address(bare)
    except AddressValueError:
        return False
    if bare in _DEFAULTS or not any(address in network for network in _PRIVATE):
        return False
    if any(address in network for network in _EVERYWHERE):
        return False
    last = int(bare.rpartition(".")[2])
    if last in (0, 255):
        return False
    size = int(bits) if bits else 32
    # The address of a network itself: "10.8.4.64/26".
    return size > 32 or size == 32 or int(address) & ((1 << (32 - size)) - 1) != 0


def _is_local(bare: str, bits: str | None) -> bool:
    try:
        address = IPv6Address(bare)
    except AddressValueError:
        return False
    size = min(128, int(bits)) if bits else 128
    is_network = size < 128 and int(address) & ((1 << (128 - size)) - 1) == 0
    return address in _LOCAL and not is_network and not bare.endswith("::")


def find_inner_hosts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names of machines stand that only an inner network knows.

    >>> text = "Ask db-3.prod.internal or http://wiki.corp/; com.acme.internal is a package."
    >>> [text[start:end] for start, end in find_inner_hosts(text)]
    ['db-3.prod.internal', 'wiki.corp']
    """
    places = {found.span(1) for found in _HOST_IN_ADDRESS.finditer(text)}
    # Two labels alone are as likely a file or an attribute: "settings.internal".
    places |= {found.span(1) for found in _HOST.finditer(text) if found[1].count(".") > 1}
    for start, end in sorted(places):
        name = text[start:end]
        if name.partition(".")[0] not in _PACKAGES and not _KNOWN_HOSTS.search(name):
            yield start, end
