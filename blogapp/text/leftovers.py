"""What a text still holds that was meant for its author: notes to come back to, filler, folders."""

import re
from collections.abc import Iterator

# In capitals, as people write them to find them again: "todo" is a word of Spanish.
_NOTE = re.compile(
    r"(?<![\w`/.#-])(?:TODO|FIXME|TBD|TKTK|TKS?|XXX(?=:)|WIP(?=:)|[ÀA] FAIRE|POR HACER|DA FARE"
    r"|ZU TUN|ДОДЕЛАТЬ)(?![\w/-])"
)
_FILLER = re.compile(
    r"\b(?:lorem\s{1,3}ipsum|dolor\s{1,3}sit\s{1,3}amet|insert\s(?:text|image|link)\shere"
    r"|citation\sneeded|blindtext|platzhaltertext)\b",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?:(?<![\w.])/(?:home|Users)/|\b[A-Z]:\\Users\\)([A-Za-z][\w.-]{1,40})")
_WORDS = """
    user users username name yourname your-name you me myuser someone admin administrator root
    ubuntu debian fedora centos ec2-user azureuser opc vagrant pi node app git runner jovyan vscode
    www www-data linuxbrew deploy builder public default shared guest test tester dev developer
    alice bob carol eve mallory jane john jdoe janedoe johndoe foo bar example circleci gitpod
"""
_NOBODY = frozenset(_WORDS.split())


def find_leftovers(prose: str) -> Iterator[tuple[int, int]]:
    """Yield where notes and filler stand in prose, in no order.

    >>> text = "TODO: cite. Todos saben, the TK-421 and atk. Lorem ipsum dolor."
    >>> [text[start:end] for start, end in find_leftovers(text)]
    ['TODO', 'Lorem ipsum']
    """
    for pattern in (_NOTE, _FILLER):
        yield from (found.span() for found in pattern.finditer(prose))


def find_home_folders(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a path names the account of a person.

    >>> text = "cd /home/mara.k/blog; ls /home/user /home/ubuntu"
    >>> [text[start:end] for start, end in find_home_folders(text)]
    ['/home/mara.k']
    """
    for found in _HOME.finditer(text):
        if found[1].rstrip(".").casefold() not in _NOBODY:
            yield found.start(), found.end()
