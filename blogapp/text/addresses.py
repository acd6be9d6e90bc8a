"""Addresses that stand in a text as they are."""

import re
from collections.abc import Iterator
from urllib.parse import quote

_BARE_ADDRESS = re.compile(
    r"(?<![\w@/.])(?:(?:https?|ftp)://|www\.(?=[\w-]+\.))[^\s<>\"\x02\x03]+", re.IGNORECASE
)
_BARE = re.compile(
    rf"{_BARE_ADDRESS.pattern}"
    r"|(?<![\w@/.+:-])[\w.+-]{1,64}+@[a-zA-Z0-9_-]{1,63}+(?:\.[a-zA-Z0-9_-]{1,63}+)++(?![@/:\w])",
    re.IGNORECASE,
)
_FINAL_REFERENCE = re.compile(r"&[a-zA-Z0-9]+;\Z")
# What no address may hold as it is (RFC 3986, 2; letters of any script are left to browsers).
_UNFIT = re.compile(r"[\s\"<>\\^`{|}\x00-\x1f\x7f]")
_FINAL_MARKS = "?!.,:;*_~'\"…’”“‘»–—"


def bare_address_at(text: str, at: int) -> str:
    """Return the address that begins at a place, or an empty string.

    >>> bare_address_at("See https://a.example/b_(c).", 4)
    'https://a.example/b_(c)'
    """
    found = _BARE_ADDRESS.match(text, at)
    return without_final_marks(found[0]) if found else ""


def without_final_marks(address: str) -> str:
    """Drop what ends the sentence rather than the address.

    >>> without_final_marks("https://a.example/b_(c)."), without_final_marks("https://a.b/c)")
    ('https://a.example/b_(c)', 'https://a.b/c')
    >>> without_final_marks("www.a.example/?q=a&hl;")
    'www.a.example/?q=a'
    """
    end = len(address)
    surplus = address.count(")") - address.count("(")
    while end:
        last = address[end - 1]
        if last == ")" and surplus > 0:
            surplus -= 1
            end -= 1
        elif last in _FINAL_MARKS:
            reference = _FINAL_REFERENCE.search(address, max(0, end - 40), end)
            end = reference.start() if last == ";" and reference else end - 1
        else:
            break
    return address[:end]


def bare_addresses(text: str) -> Iterator[tuple[int, str]]:
    """Return the addresses of pages and mailboxes in a text, with the place of each.

    >>> list(bare_addresses("Ask a.b@c.example, not git@d.example:e.git or www.f.example."))
    [(4, 'a.b@c.example'), (46, 'www.f.example')]
    """
    for found in _BARE.finditer(text):
        address = without_final_marks(found[0])
        if "@" not in address or "://" in address[:9] or address[-1] not in "-_":
            yield found.start(), address


def encoded(address: str) -> str:
    """Return an address with what cannot stand in one encoded.

    >>> encoded("/a b.png"), encoded("/ä%20b")
    ('/a%20b.png', '/ä%20b')
    """
    return _UNFIT.sub(lambda found: quote(found[0]), address.strip())
