"""Addresses of people, as headers and servers take them."""

import re
from email.headerregistry import Address

# As for accounts, and without what means something in a header or a command (RFC 5322, 3.2.3).
_USUAL = re.compile(r"""([^\s@<>"'(),:;\\\[\]]{1,64})@([^\s@<>"'(),:;\\\[\]/]{1,250})""")


def address_of(spec: str, name: str = "") -> Address:
    """Return an address whose domain is in ASCII (RFC 5890). Raises `ValueError` for what is none.

    >>> str(address_of("ada@bücher.example", "Ada"))
    'Ada <ada@xn--bcher-kva.example>'
    """
    found = _USUAL.fullmatch(spec)
    if not found or not f"{spec}{name}".isprintable():
        raise ValueError(f"{spec!r} is no e-mail address")
    try:
        domain = found[2].encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{spec!r} is no e-mail address") from error
    return Address(name, username=found[1], domain=domain)
