"""Which addresses of the internet are everybody's, so that nothing inside is asked for us."""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA's registries of special addresses: what is none of everybody's.
_INSIDE = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "3fff::/20"),
        # Azure's machines ask it about themselves, although the number is a public one.
        "168.63.129.16/32",
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Addresses that carry one of the older kind: at the end, or behind the first 16 bits.
_CARRY_LAST = tuple(
    IPv6Network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96", "::ffff:0:0:0/96", "::/96")
)
_CARRY_SECOND = IPv6Network("2002::/16")


def read_address(text: str) -> Address | None:
    """Return an address as people write it, without its zone; None for anything else.

    >>> read_address("fe80::1%eth0"), read_address("127.1")
    (IPv6Address('fe80::1'), None)
    """
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def may_reach(address: Address, allowed: Iterable[Network] = ()) -> bool:
    """Tell whether an address is public, or in a network that an operator allowed.

    What carries an older address (RFC 4291, 6052, 3056) is judged by that one.

    >>> may_reach(IPv4Address("93.184.216.34")), may_reach(IPv6Address("::ffff:10.0.0.1"))
    (True, False)
    """
    address = _carried(address)
    if any(address in network for network in allowed):
        return True
    if any(address in network for network in _INSIDE):
        return False
    return isinstance(address, IPv4Address) or address in _GLOBAL_UNICAST


def _carried(address: Address) -> Address:
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return address
    if any(address in network for network in _CARRY_LAST):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _CARRY_SECOND:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return address
