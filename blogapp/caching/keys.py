"""Which answer a request means: one key for all spellings of a state.

A key is the path as WSGI has it, a question mark, and the query in its one spelling, which may
be empty. It holds no other question mark, so no path can pass for another's query. Parameters
that say nothing are in no key: they neither fill the memory nor divide it.
"""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from blogapp.posts.selection import MalformedSelection, Selection

# Longer queries are not looked at: no link makes them.
LONGEST = 1_000
# What asks who you are, what no cache may keep, and what is kept elsewhere.
NEVER = (
    *("/write", "/account", "/login", "/logout", "/invite", "/reset", "/preview", "/static"),
    *("/media", "/healthz", "/readyz", "/metrics", "/csp-report"),
)

Pairs = Sequence[tuple[str, str]]


def key_of(path: str, query: str) -> str | None:
    """Return the key of a request; None for what is never kept.

    Slugs stay as they are written: whether this is their spelling only the view knows, which
    says so (`blogapp.caching.keeping.keep`).
    """
    if path.startswith(NEVER) or len(path) + len(query) > LONGEST or not _is_sound(path):
        return None
    spelled = _spelled(query) if query else ""
    return None if spelled is None else f"{path}?{spelled}"


def key_of_address(address: str) -> str | None:
    """Return the key of an address as links have it, without the base path."""
    path, _, query = address.partition("?")
    return key_of(unquote_to_bytes(path).decode("latin-1"), query)


def address_of(key: str) -> str:
    """Return the address that a key stands for, as in links, without the base path."""
    path, _, query = key.partition("?")
    path = quote(path.encode("latin-1"), safe=_IN_PATHS)
    return f"{path}?{query}" if query else path


# RFC 3986, 3.3: what needs no escaping within a path.
_IN_PATHS = "/:@!$&'()*+,;="


def _is_sound(path: str) -> bool:
    """Whether the path is text, and holds nothing that only rubbish holds."""
    if "?" in path or "\0" in path or "//" in path:
        return False
    if path.isascii():
        return True
    try:
        path.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True


@lru_cache(maxsize=1024)
def _spelled(query: str) -> str | None:
    try:
        # As werkzeug reads it, whatever is wrong with it.
        text = query.encode("latin-1").decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")
    except ValueError:
        return None
    if any("\0" in value for _key, value in pairs):
        return None
    fragment = next((value for key, value in pairs if key == "fragment"), None)
    if fragment is None:
        return urlencode(pairs)
    meant = _meant(fragment, pairs)
    return None if meant is None else urlencode([*meant, ("fragment", fragment)])


def _meant(fragment: str, pairs: Pairs) -> Pairs | None:
    """Return those parameters that a fragment depends on, in order; None for another one."""
    if fragment == "found":
        return _of_the_index(pairs)
    try:
        selection = Selection.parse(pairs)
    except MalformedSelection:
        return None
    match fragment:
        case "posts":
            return selection.pairs()
        case "results":
            beside = {value.casefold() for key, value in pairs if key == "beside"}
            return [*selection.pairs(), *(("beside", slug) for slug in sorted(beside))]
        case "tags":
            return [*selection.from_the_top().pairs(), ("find", _first(pairs, "find"))]
        case "suggestions" | "completions":
            return [("q", selection.q)] if selection.q else []
    return None


def _of_the_index(pairs: Pairs) -> Pairs:
    """What the index of all tags is asked for (`blogapp.public.tags`)."""
    given = {key: _first(pairs, key) for key in ("find", "sort", "letter", "page")}
    return [(key, value) for key, value in given.items() if value and (key, value) != ("page", "1")]


def _first(pairs: Pairs, wanted: str) -> str:
    return next((" ".join(value.split()) for key, value in pairs if key == wanted), "")
