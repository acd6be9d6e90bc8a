"""Old addresses: how they are spelled, which rule is meant by a request, and where it leads.

A rule's path is kept in one spelling: decoded, in NFC and small letters, without the slash at
its end. ``/?p=7`` is an address by its query, ``/old/*`` everything below ``/old``.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect

LONGEST = 1000
BELOW = "/*"
# What blogs put into the query where others have a path: WordPress, then others.
OLD_KEYS = frozenset(
    {"p", "page_id", "attachment_id", "cat", "tag", "author", "m", "feed", "w", "name", "pagename"}
    | {"id", "post", "entry", "article", "story", "node", "itemid", "postid"}
)
# These say something here, too: what they name here comes first.
SHARED_KEYS = frozenset({"tag", "author"})
# A path is not asked for deeper than this.
_DEEPEST = 12
_INDEXES = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")
_ODD = re.compile(r"[\x00-\x1f\x7f\\]|(?:^|/)\.\.?(?:/|$)")


def spelled(address: str) -> str | None:
    """Return an old address in the spelling that rules are kept in; None for what is no address.

    Of a whole address (RFC 3986) the path and the query count. Of the query only those
    parameters do by which other systems name a page; another one makes it no address.

    >>> spelled("https://old.example/2019/%C3%9Cber/index.html#top")
    '/2019/über'
    >>> spelled("/?page_id=2&p=7")
    '/?p=7&page_id=2'
    >>> spelled("Old Page/"), spelled("//host/a"), spelled("/a?utm_source=b")
    ('/old page', None, None)
    >>> spelled("/docs/*")
    '/docs/*'
    """
    try:
        parts = urlsplit(address.strip())
        path = unquote(parts.path, errors="strict")
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict")
    except (UnicodeError, ValueError):
        return None
    if parts.scheme not in {"", "http", "https"} or (parts.netloc and not parts.scheme):
        return None
    if any(key.lower() not in OLD_KEYS or not value for key, value in pairs):
        return None
    path = _tidy(path if path.startswith("/") else f"/{path}")
    found = f"{path or '/'}{_query(pairs)}"
    is_odd = _ODD.search(path) or not found.isprintable() or len(found) > LONGEST
    return None if is_odd else found


def find_redirect(path: str, pairs: Iterable[tuple[str, str]] = ()) -> Redirect | None:
    """Return the rule for ``path`` (decoded, below the base path), with its post loaded.

    ``pairs`` are those of the query. What is asked for in it is looked at first, then the
    path, then rules for all that is below a folder, the longest first. One statement.
    """
    asked = list(dict.fromkeys(spellings(path, pairs)))
    query = select(Redirect).where(Redirect.path.in_(asked)).options(joinedload(Redirect.post))
    found = {redirect.path: redirect for redirect in db.session.scalars(query)}
    return next((found[each] for each in asked if each in found), None)


def spellings(path: str, pairs: Iterable[tuple[str, str]] = ()) -> Iterator[str]:
    """Yield the paths of rules that an address may mean, the nearest first."""
    if len(path) > LONGEST:
        return
    plain, tidy = path.rstrip("/"), _tidy(path)
    for query in _queries(list(pairs)):
        yield from (f"{tidy}{query}", f"{tidy}/{query}", f"/{query}")
    yield from (plain, plain.lower(), tidy)
    parts = tidy.split("/")
    for count in range(min(len(parts), _DEEPEST), 0, -1):
        yield f"{'/'.join(parts[:count])}{BELOW}"


def find_by_query(pairs: Iterable[tuple[str, str]]) -> Redirect | None:
    """Return the rule for the front page with this query; None where it holds no old key."""
    asked = [f"/{query}" for query in _queries(list(pairs))]
    if not asked:
        return None
    query = select(Redirect).where(Redirect.path.in_(asked)).options(joinedload(Redirect.post))
    found = {redirect.path: redirect for redirect in db.session.scalars(query)}
    return next((found[each] for each in asked if each in found), None)


def target_of(redirect: Redirect, path: str) -> str | None:
    """Return where a rule without a post leads from ``path``; None if nowhere it may.

    The blog's own addresses begin with one slash, without its base path. Another host is named
    only where an editor decided that: nothing of the request gets before its path.
    """
    target = redirect.target or ""
    if target.endswith(BELOW) and redirect.path.endswith(BELOW):
        below = _rest(redirect.path, path)
        target = target.removesuffix("*") + below if below else target.removesuffix(BELOW) or "/"
    if redirect.leads_out and is_outside(target):
        return target
    # "//host" and "/\host" are other hosts to a browser (WHATWG URL, 4.4).
    leads_away = not target.startswith("/") or target.startswith(("//", "/\\"))
    is_itself = path_of(target) == path or target == redirect.path
    return None if leads_away or is_itself or re.search(r"[\x00-\x1f\x7f]", target) else target


def is_outside(target: str) -> bool:
    """Whether this is a whole https address: a host, no name and password, nothing odd.

    >>> is_outside("https://example.com/a"), is_outside("https://a@example.com/")
    (True, False)
    """
    try:
        parts = urlsplit(target)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    is_plain = parts.scheme == "https" and "@" not in parts.netloc and port_is_fine
    is_name = re.fullmatch(r"\[[0-9a-f:.]+\]|[^\W_](?:[\w.-]*[^\W_])?", host) is not None
    return is_plain and is_name and not re.search(r"[\x00-\x20\x7f\\]", target)


def path_of(target: str) -> str:
    """Return the path that an own address names, decoded.

    >>> path_of("/posts/a%20b?x=1#c")
    '/posts/a b'
    """
    return unquote(re.split(r"[?#]", target, maxsplit=1)[0])


def follow_rename(old_path: str, post: Post) -> None:
    """Let rules that led to the post's old path lead to the post, as one hop.

    Those that led to a place on it keep that.
    """
    # In a LIKE, what is in a slug may be a pattern.
    places = [Redirect.target.startswith(f"{old_path}{mark}", autoescape=True) for mark in "#?"]
    for redirect in db.session.scalars(select(Redirect).where(or_(*places))):
        redirect.target = post.path + (redirect.target or "")[len(old_path) :]
    db.session.execute(
        update(Redirect)
        .where(Redirect.target == old_path)
        .values(post_id=post.id, target=None)
        .execution_options(synchronize_session=False)
    )


def forget_path(path: str) -> None:
    """Let go of the rule for a path that something stands at from now on."""
    db.session.execute(delete(Redirect).where(Redirect.path.in_({path, path.lower()})))


def lead(old_path: str, post: Post, *, now: datetime) -> None:
    """Let the path that the post had lead to it."""
    forget_path(old_path)
    follow_rename(old_path, post)
    # In small letters, so that `find_redirect` finds it in any.
    db.session.add(Redirect(path=old_path.lower(), post_id=post.id, created_at=now))


def _tidy(path: str) -> str:
    path = re.sub("/+", "/", unicodedata.normalize("NFC", path))
    return _INDEXES.sub("", path.lower()).rstrip("/")


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    known = sorted({(key.lower(), value) for key, value in pairs if key.lower() in OLD_KEYS})
    return f"?{urlencode(known)}" if known else ""


def _queries(pairs: list[tuple[str, str]]) -> Iterator[str]:
    """All of what is asked for, then each of it by itself."""
    if query := _query(pairs):
        yield query
    for pair in pairs[:_DEEPEST]:
        if query := _query([pair]):
            yield query


def _rest(rule: str, path: str) -> str:
    """Return what ``path`` has below the folder of ``rule``, encoded and without odd slashes."""
    parts = [part for part in re.split(r"[/\\]+", path) if part]
    below = parts[rule.count("/") - 1 :]
    return quote("/".join(below), safe="/:@!$&'()*+,;=")
