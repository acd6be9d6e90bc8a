"""The words that tell a text from others: what a search for its like would look for."""

import re
from collections import Counter
from math import log

LONGEST_TEXT = 60_000
TITLE_COUNTS = 4
_WORD = re.compile(r"[^\W\d_][^\W_]{2,39}")
# Written without spaces: two characters that stand together are as telling as a word.
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,}|[\u0e00-\u0eff\u1000-\u109f]{2,}"
)
# A blog's own habits are learned from its posts; this is for the first of them.
_GLUE = """
    about above after again against all also always and another any are aren around back because
    been before being below best better between both but can cannot come could did different does
    doesn doing don done down during each either else enough even every everything few find first
    for found from get gets getting give given goes going good got had has have having her here
    him his how however http https into isn its itself just keep know last least less let like
    little long look lot made make makes making many may maybe might more most much must need
    never new next not nothing now off often old once one only other our out over own part people
    put rather really right run said same say see seem set several she should since some something
    still such sure take than that the their them then there these they thing think this those
    though three through time too try two under until use used useful uses using very via want was
    way well went were what when where whether which while who whole why will with within without
    won would www yes yet you your
"""
_GLUE_WORDS = frozenset(_GLUE.split())


def keywords(title: str, text: str, *, most: int) -> dict[str, float]:
    """Return the words that folded texts lean on most, with how much: 1 and up, growing slowly.

    A plural is one with its singular where an "s" makes it.

    >>> keywords("leases", "a lease is a guess about time. the lease ends.", most=1)
    {'lease': 2.791759469228055}
    """
    counts = Counter(_words(text[:LONGEST_TEXT]))
    for word in set(_words(title)):
        counts[word] += TITLE_COUNTS
    return {word: 1 + log(count) for word, count in counts.most_common(most)}


def _words(folded: str) -> list[str]:
    words = [_singular(word) for word in _WORD.findall(folded) if word not in _GLUE_WORDS]
    for run in _UNSPACED.findall(folded):
        words += [run[place : place + 2] for place in range(len(run) - 1)]
    return words


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] == "s" and word[-2] != "s" else word
