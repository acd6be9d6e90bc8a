"""What of a text can be searched for: the same terms from posts and from what readers type.

Terms are made here and not by a database, so that every engine finds the same. A term holds
letters and digits alone; the symbols in ``c++`` stand in it as other characters (`term`),
because no tokenizer and no query language knows those.
"""

import re
import unicodedata
from collections.abc import Iterator

from blogapp.text.folding import fold

LONGEST_TERM = 64
# Stands between headings, or names: no phrase reaches across it.
BREAK = "\ue000"
# Stands before what is no word of the text: symbols, and parts of names.
MARKS = "\ue001"

# Scripts without spaces between words, and Hangul, whose words carry their endings.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
)
# Vowel signs and the like, which for Python are no part of a word.
_SIGNS = (
    "\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e00-\u0eff\u0f18-\u0fbc\u1000-\u109f\u1780-\u17d3"
)
_LETTER = rf"(?:[^\W_]|[{_SIGNS}])"
_PLAIN = re.compile(rf"{_LETTER}+")
_WORD = re.compile(rf"{_LETTER}+(?:\+\+(?![+\w])|\#(?![\#\w]))?")
_ASCII = re.compile(r"[a-z0-9]+(?:\+\+(?![+\w])|#(?![#\w]))?")
_ASCII_PLAIN = re.compile(r"[a-z0-9]+")
_RUN = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_NAMED_BY_SYMBOLS = re.compile(r"(?<![\w+#])[a-z]\w*(?:\+\+|#)(?![\w+#])")
# A word led by what makes it an option, a variable, a decorator, a member.
_LED = re.compile(r"(?:(?<!\w)(?:--?|[$@#%.&~])|->|::)[^\W_][\w-]*")
_OPERATOR = re.compile(
    r"<=>|===|!==|\*\*=|<<=|>>=|\.\.\.|&&=|\|\|=|\?\?="
    r"|::|->|=>|<-|==|!=|<=|>=|&&|\|\||\?\?|\?\.|[-+*/%&|^:~]=|\+\+|--|\*\*|//|<<|>>|\.\.|\|>|=~"
)
_SYMBOLS = re.compile(r"[!#$%&*+\-./:<=>?@\\^|~]{2,}")
_NAME = re.compile(r"[A-Za-z0-9]+")
_HUMPED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_EMOJI = re.compile("[\u2600-\u27bf\u2b50-\u2b55\U0001f000-\U0001faff]")
_LONGEST_SYMBOL = 4
_ENDING = re.compile(r"(?:ing|ion|e[drs]?|s|or)s?\Z")
_SHORTEST_ROOT = 4
_STANDS_FOR = {code: 0xE000 + code for code in range(33, 127) if not chr(code).isalnum()}
_TYPED = {stand_in: code for code, stand_in in _STANDS_FOR.items()}


def words(text: str) -> list[str]:
    """Return the words of a text in their order, folded, each as a term.

    Where a script has no spaces, two characters that stand together are a word, and the last
    one by itself; a phrase of them is what was written.

    >>> words("Don't cache Crème_brûlée"), words("数据库 XY")
    (['don', 't', 'cache', 'creme', 'brulee'], ['数据', '据库', '库', 'xy'])
    >>> [word.isalnum() for word in words("C is C++")]
    [True, True, False]
    """
    return list(_words(text, _WORD, _ASCII))


def code_words(text: str) -> list[str]:
    """Return the words of code in their order: `words` without names such as ``C++``."""
    return list(_words(text, _PLAIN, _ASCII_PLAIN))


def marks(text: str) -> list[str]:
    """Return what else a text can be found by, each once: symbols, emoji, parts of names.

    >>> marks("getUserName") == ["get", "user", "name"]
    True
    >>> marks("p->next") == [term("->next"), term("->")]
    True
    """
    found: dict[str, None] = {}
    for name in _NAME.findall(text):
        # Longer ones are keys and pictures in letters; looking for humps takes its time.
        if len(name) <= LONGEST_TERM and _HUMPED.search(name):
            found.update((part.lower(), None) for part in _HUMP.findall(name))
    small = text.lower()
    for pattern in (_NAMED_BY_SYMBOLS, _LED, _OPERATOR, _SYMBOLS):
        for match in pattern.finditer(small):
            if pattern is not _SYMBOLS or len(match[0]) <= _LONGEST_SYMBOL:
                found[term(match[0])] = None
    return [*found, *emoji(text)]


def emoji(text: str) -> list[str]:
    """Return the emoji of a text, each once and without what varies them.

    >>> emoji("\u2764\ufe0f and \u2764") == ["\u2764"]
    True
    """
    return [] if text.isascii() else list(dict.fromkeys(_EMOJI.findall(text)))


def term(text: str) -> str:
    """Return ``text`` as one term, whatever symbols are in it."""
    return fold(text)[:LONGEST_TERM].translate(_STANDS_FOR)


def typed(term: str) -> str:
    """Return a term with its symbols as they are typed.

    >>> typed(term("->next"))
    '->next'
    """
    return term.translate(_TYPED)


def code(text: str) -> str:
    """Return code as its substrings are compared: small letters, single blanks.

    >>> code("if err != nil {\\n\\tReturn")
    'if err != nil { return'
    """
    if text.isascii():
        return " ".join(text.lower().replace("\0", " ").split())
    text = fold(text.replace("\0", " "))
    return text.encode("utf-8", "ignore").decode("utf-8")


def is_unspaced(word: str) -> bool:
    """Return whether a word is of a script without spaces."""
    return bool(_IS_UNSPACED.match(word))


def variants(word: str) -> list[str]:
    """Return a word with its other number, as English makes it; for looking up only.

    >>> variants("lease"), variants("queries"), variants("c")
    (['lease', 'leases'], ['queries', 'query', 'queriess'], ['c'])
    """
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return [word]
    found = [word]
    if word.endswith("ies"):
        found.append(f"{word[:-3]}y")
    elif word.endswith(("ches", "shes", "sses", "xes")):
        found.append(word[:-2])
    elif word.endswith("s") and word[-2] not in "sui":
        return [word, word[:-1]]
    elif word.endswith("y") and word[-2] not in "aeou":
        return [word, f"{word[:-1]}ies"]
    elif word.endswith(("ch", "sh", "ss", "x")):
        return [word, f"{word}es"]
    return [*found, f"{word}s"]


def root(word: str) -> str:
    """Return how an English word and its forms begin; for looking up only.

    >>> [root(word) for word in ("compressing", "emulate", "caches", "ring", "wal")]
    ['compress', 'emulat', 'cach', 'ring', 'wal']
    """
    if not (word.isascii() and word.isalpha()):
        return word
    bare = _ENDING.sub("", word)
    return bare if len(bare) >= _SHORTEST_ROOT else word


def _words(text: str, pattern: re.Pattern[str], ascii_pattern: re.Pattern[str]) -> Iterator[str]:
    if text.isascii():
        for word in ascii_pattern.findall(text.lower()):
            yield word[:LONGEST_TERM] if word.isalnum() else word.translate(_STANDS_FOR)
        return
    # Folding takes syllables of Hangul apart.
    folded = unicodedata.normalize("NFC", fold(text))
    for word in pattern.findall(folded):
        if word.isascii() or not _IS_UNSPACED.search(word):
            yield word[:LONGEST_TERM].translate(_STANDS_FOR)
            continue
        for run in _RUN.findall(word):
            if _IS_UNSPACED.match(run):
                yield from (run[at : at + 2] for at in range(len(run)))
            else:
                yield run[:LONGEST_TERM].translate(_STANDS_FOR)
