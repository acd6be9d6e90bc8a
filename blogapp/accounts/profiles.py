"""What readers see of a person: name, address, a few words, links, a picture.

The few words are plain text: an empty line begins a paragraph, and addresses become links.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.text.addresses import bare_addresses
from blogapp.text.folding import caseless
from blogapp.text.origins import is_linkable

LONGEST_BIO = 1000  # characters
MOST_LINKS = 8
LONGEST_LABEL = 60


@dataclass(frozen=True)
class ProfileLink:
    """Where else somebody is."""

    label: str
    address: str


@dataclass(frozen=True)
class Profile:
    """A person as pages show them; ``picture`` is where theirs lies in the store, or empty."""

    name: str
    bio: str = ""
    links: tuple[ProfileLink, ...] = ()
    picture: str = ""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; with an address, a link."""

    text: str
    address: str = ""


def find_profile(slug: str) -> Profile | None:
    """Return what readers see of the author with this slug, or None; in one statement."""
    author = db.session.scalar(select(Author).where(Author.slug_key == caseless(slug)))
    return profile_of(author) if author else None


def profile_of(author: Author) -> Profile:
    """Return what readers see of ``author``."""
    links = tuple(ProfileLink(link["label"], link["address"]) for link in author.links or ())
    return Profile(author.name, author.bio, links, author.picture)


def paragraphs(bio: str) -> Sequence[Sequence[Piece]]:
    """Return the few words in paragraphs, each in stretches of text and links.

    >>> paragraphs("See https://a.example.")[0][1]
    Piece(text='https://a.example', address='https://a.example')
    """
    blocks = "\n".join(line.strip() for line in bio.splitlines()).split("\n\n")
    return [list(_pieces(block.strip())) for block in blocks if block.strip()]


def initials(name: str) -> str:
    """Return the letters that stand in the place of a picture: at most two.

    >>> initials("Ada King Lovelace"), initials("grace"), initials("(?)")
    ('AL', 'G', '')
    """
    letters = [word.lstrip("(\"'“‘«.-")[:1] for word in name.split()]
    found = [letter for letter in letters if letter.isalnum()]
    return "".join(found[:1] + found[1:][-1:]).upper()


def is_link(link: Any) -> bool:
    """Whether this is a label with a whole web address, as a profile's links are."""
    if not isinstance(link, dict) or link.keys() != {"label", "address"}:
        return False
    label, address = link["label"], link["address"]
    is_text = isinstance(label, str) and isinstance(address, str)
    return is_text and 0 < len(label) <= LONGEST_LABEL and is_web_address(address)


def is_web_address(address: str) -> bool:
    """Whether a profile may link there: a whole address on the web, nothing of this blog.

    >>> is_web_address("https://a.example/@ada"), is_web_address("/tags")
    (True, False)
    """
    return address.startswith(("https://", "http://")) and is_linkable(address)


def _pieces(block: str) -> Iterator[Piece]:
    end = 0
    for start, address in bare_addresses(block):
        if not is_web_address(address):
            continue
        if start > end:
            yield Piece(block[end:start])
        end = start + len(address)
        yield Piece(address, address)
    if end < len(block):
        yield Piece(block[end:])
