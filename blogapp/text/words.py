"""Text cut into what people would call a word, and what stands between words."""

import re
import unicodedata

# Scripts that set no blanks between words: there every character is one.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
# What belongs to the character before it: an accent must not stand in an element of its own.
_MARKS = "".join(
    re.escape(char)
    for char in map(chr, range(0x300, 0x10000))
    if unicodedata.category(char).startswith("M")
)
_JOINED = rf"{_MARKS}\u200c\u200d"
_CUT = re.compile(
    rf"\s+"
    rf"|[{_UNSPACED}](?<!\s)[{_JOINED}]*"
    rf"|(?:(?![{_UNSPACED}])\w[{_JOINED}]*)+(?:['’](?:(?![{_UNSPACED}])\w[{_JOINED}]*)+)*"
    rf"|[^\w\s](?:[{_JOINED}\U0001f3fb-\U0001f3ff]|(?<=\u200d)[^\w\s])*"
)


def cut(text: str) -> list[str]:
    """Return the words of ``text`` and what is between them: joined, they are the text again.

    >>> cut("don’t stop: 中文")
    ['don’t', ' ', 'stop', ':', ' ', '中', '文']
    """
    return _CUT.findall(text)


def is_blank(word: str) -> bool:
    """Whether there is nothing to read in it."""
    return not word.strip()


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` alone.

    >>> words_of("Wait: 20 seconds…")
    ['Wait', '20', 'seconds']
    """
    return [word for word in cut(text) if word[0].isalnum() or word[0] == "_"]
