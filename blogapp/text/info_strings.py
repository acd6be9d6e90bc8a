"""The words behind an opening fence: language, file name, lines to point at, and how to show it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from blogapp.text.languages import find_lexer_for_file

LONGEST = 500
MOST_NUMBER = 1_000_000

_LANGUAGE = re.compile(r"[.{\s]*(?:lang(?:uage)?-)?([^\s{}\[\]=:,;\"'|]*)")
_CLASS = re.compile(r"\{[^{}]*?\.([\w+#-]+)")
_TITLE = re.compile(
    r"(?<![\w-])(?:title|file|filename|name|caption)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s}]+))",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"[\s:]((?:[\w@.\-]+/)*[\w@\-]*\.\w[\w.\-]*|(?:[\w@.\-]+/)+[\w@.\-]+)\s*(?:$|[{\s])"
)
_FILE_ONLY = re.compile(r"(?:[\w@.\-]+/)*[\w@\-]+\.\w+$")
_SETTING = re.compile(
    r"(?<![\w.-])([\w.-]++)(?:\s*=\s*(\"[^\"]*\"|'[^']*')|=(\{[^}]*\}|\[[^\]]*\]|[^\s,}\"'\[{][^\s,}]*))"
)
_BRACED = re.compile(r"\{([\d\s,\-]+)\}")
_BRACES = re.compile(r"\{[^{}]*\}?")
_RANGE = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?")
_ID = re.compile(r"[\s{]#([A-Za-z][\w-]{0,60})")
_NUMBERED_FROM = re.compile(r"(?:show-?line-?numbers?|line-?numbers?)\{(\d+)\}", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")

_HIGHLIGHTED = {"hl_lines", "hl", "highlight", "mark", "marked", "emphasize-lines", "highlights"}
_ADDED = {"add", "added", "ins", "insert"}
_REMOVED = {"del", "delete", "remove", "removed", "rem"}
_NUMBERS = {"linenos", "lineno", "linenumbers", "showlinenumbers", "numberlines", "linenums"}
_FIRST = {"linenostart", "startfrom", "startline", "startlinenumber", "firstline", "firstnumber"}
_FIRST |= {"linenums", "linenumbers", "showlinenumbers"}
_FOLD = {"fold", "folded", "collapse", "collapsed", "collapsible"}
_OPEN = {"nofold", "expand", "expanded", "unfolded", "nocollapse"}
_NO = {"0", "false", "no", "none", "off"}
_YES = {"1", "true", "yes", "on"}
_DIFFERENCES = {"diff", "patch", "udiff"}

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Info:
    """What an opening fence says.

    ``highlighted``, ``added`` and ``removed`` are ranges of lines, counted from one within the
    block whatever number its first line is shown with. ``numbered`` and ``folded`` are None
    where nothing is said. ``is_difference`` tells that lines begin with ``+``, ``-`` or a space.
    """

    language: str = ""
    title: str = ""
    id: str = ""
    highlighted: Ranges = ()
    added: Ranges = ()
    removed: Ranges = ()
    numbered: bool | None = None
    first: int = 1
    folded: bool | None = None
    is_difference: bool = False


def read_info(info: str) -> Info:
    """Read an info string in any of the usual spellings.

    >>> read_info("js{2,5-7}").highlighted, read_info("yaml=").language
    (((2, 2), (5, 7)), 'yaml')
    >>> read_info("python app/main.py").title, read_info("diff js").is_difference
    ('app/main.py', True)
    """
    info = " ".join(info[:LONGEST].split())
    settings, rest = _settings(info)
    language, is_difference = _language(info, settings, rest)
    title = _title(info)
    if not title and _FILE_ONLY.match(language[:100]) and find_lexer_for_file(language):
        title = info.split()[0]
        language = language.rpartition(".")[2]
    flags = {_plain(word) for word in _WORD.findall(rest)}
    first = _first(info, settings)
    return Info(
        language=language,
        title=title,
        id=named[1] if (named := _ID.search(f" {rest}")) else "",
        highlighted=(*_lines(settings, _HIGHLIGHTED), *_braced(rest)),
        added=tuple(_lines(settings, _ADDED)),
        removed=tuple(_lines(settings, _REMOVED)),
        numbered=_is_numbered(flags, settings, info, first),
        first=1 if first is None else first,
        folded=_switch(flags, settings, _FOLD, _OPEN),
        is_difference=is_difference,
    )


def _settings(info: str) -> tuple[dict[str, str], str]:
    """Return what is written as ``key=value``, and what is left without it."""
    settings = {
        found[1].lower(): (found[2] or found[3]).strip("\"'") for found in _SETTING.finditer(info)
    }
    rest = _NUMBERED_FROM.sub(" linenos ", _SETTING.sub(" ", _TITLE.sub(" ", info)))
    return settings, rest


def _language(info: str, settings: dict[str, str], rest: str) -> tuple[str, bool]:
    found = _LANGUAGE.match(info)
    language = found[1].lower() if found else ""
    if language.startswith("#"):
        named = _CLASS.search(info)
        language = named[1].lower() if named else ""
    is_number = settings.get(language, "").isdecimal()
    if (_TITLE.match(info) or language in settings) and not is_number:
        language = settings.get("lang") or settings.get("language") or ""
    words = [word.lower() for word in re.findall(r"[^\s{}:]+", rest)[:2]]
    inner = settings.get("lang", "")
    for sign in _DIFFERENCES:
        if language.startswith(f"{sign}-"):
            return language.removeprefix(f"{sign}-"), True
        if words[:1] == [sign] and (inner or _is_language(words[1:])):
            return inner or words[1], True
        if words[1:] == [sign] and language:
            return language, True
    return language, False


def _is_language(words: list[str]) -> bool:
    # A title, a flag or an id may follow as well.
    return bool(words) and words[0].isalnum() and _plain(words[0]) not in _FLAGS


def _title(info: str) -> str:
    if titled := _TITLE.search(info):
        return next(filter(None, titled.groups()), "").strip()
    file = _FILE.search(_BRACES.sub(" ", _SETTING.sub(" ", info)))
    return file[1].strip() if file else ""


def _lines(settings: dict[str, str], keys: set[str]) -> Iterator[tuple[int, int]]:
    for key in sorted(keys & settings.keys()):
        yield from _ranges(settings[key])


def _braced(rest: str) -> Iterator[tuple[int, int]]:
    for found in _BRACED.finditer(rest):
        yield from _ranges(found[1])


def _ranges(lines: str) -> Iterator[tuple[int, int]]:
    for first, last in _RANGE.findall(lines):
        yield int(first), int(last or first)


def _first(info: str, settings: dict[str, str]) -> int | None:
    """Return the number that the first line is to carry, where one is given."""
    given = [value for key, value in settings.items() if _plain(key) in _FIRST]
    if first := _LANGUAGE.match(info):
        # HackMD's "python=10".
        given.append(settings.get(first[1].lower(), "") if first[1] else "")
    if braced := _NUMBERED_FROM.search(info):
        given.append(braced[1])
    numbers = [int(value) for value in given if value.isascii() and value.isdecimal()]
    return min(numbers[0], MOST_NUMBER) if numbers else None


def _is_numbered(
    flags: set[str], settings: dict[str, str], info: str, first: int | None
) -> bool | None:
    said = _switch(flags, settings, _NUMBERS, {f"no{word}" for word in _NUMBERS})
    if said is not None:
        return said
    begins = _LANGUAGE.match(info)
    hackmd = bool(begins and begins[1] and info[begins.end() : begins.end() + 1] == "=")
    is_setting = bool(begins and begins[1].lower() in settings)
    return True if first is not None or (hackmd and not is_setting) else None


def _switch(flags: set[str], settings: dict[str, str], on: set[str], off: set[str]) -> bool | None:
    for key, value in settings.items():
        if _plain(key) in on:
            return value.lower() not in _NO
    if flags & off:
        return False
    return True if flags & on else None


def _plain(word: str) -> str:
    """Return a word in the spelling in which flags are looked up: "line-numbers", "lineNumbers"."""
    return word.lower().replace("-", "").replace("_", "")


_FLAGS = _NUMBERS | _FOLD | _OPEN | {f"no{word}" for word in _NUMBERS}
