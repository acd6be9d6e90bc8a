"""Whether an old address can lead where somebody wants it to, and where that is in the end.

A rule that would never be asked, that leads in a circle, or to nothing, is refused with its
reason; one that leads to another rule leads to the end of that instead.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import Select, delete, select

from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect, permalink
from blogapp.posts.redirect_models import MissingPath
from blogapp.posts.redirecting import BELOW, is_outside, path_of, spelled
from blogapp.posts.resolving import Answer, Target, find_standing

MOST = 20_000
LONGEST_TARGET = 2_000
# So many rules one after the other are followed to their end.
_LONGEST_CHAIN = 20
_AT_ONCE = 400

_Item = TypeVar("_Item")


class Reason(StrEnum):
    """Why an old address cannot lead where it should."""

    NO_ADDRESS = "no old address is given"
    ODD_ADDRESS = "this is not an address a reader could ask for"
    PATTERN = "patterns are not understood, but for all below a folder: /old/*"
    REWRITE = "this shows one page at another's address, or is no redirect"
    CONDITION = "it depends on who asks"
    TWICE = "the same address leads elsewhere in an earlier line"
    ITSELF = "something answers at this address by itself"
    DRAFT = "a post that is not published yet has this address"
    TAKEN_DOWN = "a withdrawn or trashed post has this address, and answers that it is gone"
    NO_TARGET = "it is not said where it leads"
    ODD_TARGET = "it leads neither to a path of this blog nor to an https:// address"
    INSECURE = "it leads to an address that begins with http://; only https:// is led to"
    LOOP = "it would lead in a circle"
    LOST = "nothing answers where it leads"
    GONE = "it leads to what is gone"
    TOO_MANY = "there are too many in one file"


class Verdict(StrEnum):
    """What becomes of a wish."""

    ADD = "new"
    CHANGE = "changed"
    SAME = "there already"
    REFUSED = "refused"


@dataclass(frozen=True)
class Wish:
    """What somebody wants: ``old`` leads to ``new``, or is gone where that is None.

    ``problem`` is what is wrong with it before anybody looks; ``line`` is where it stands.
    """

    old: str
    new: str | None
    status: int = 301
    line: int = 0
    problem: Reason | None = None


@dataclass(frozen=True)
class Ruling:
    """What was decided: a rule as it would be kept, or the reason why there is none."""

    wish: Wish
    path: str = ""
    post_id: int | None = None
    target: str | None = None
    leads_out: bool = False
    verdict: Verdict = Verdict.REFUSED
    reason: Reason | None = None
    # Where it leads, as a reader sees it; and whether that is the end of what was asked for.
    shown: str = ""
    is_shortened: bool = False

    @property
    def is_gone(self) -> bool:
        return self.wish.new is None


@dataclass
class _End:
    post_id: int | None = None
    target: str | None = None
    shown: str = ""
    reason: Reason | None = None
    hops: int = 0


# Where a rule leads: a post, a target, or, with neither, nowhere.
_Lead = tuple[int | None, str | None]


@dataclass
class _Known:
    """What stands where, and which rules there would be."""

    standing: dict[str, Target] = field(default_factory=dict)
    rules: dict[str, _Lead] = field(default_factory=dict)
    folders: dict[str, _Lead] = field(default_factory=dict)
    kept: dict[str, Redirect] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)


def judge(
    wishes: Iterable[Wish], *, base: str, now: datetime, is_fixed: Callable[[str], bool]
) -> list[Ruling]:
    """Return what becomes of each wish, in order; nothing is changed.

    ``base`` is the blog's public address: targets below it are its own. ``is_fixed`` tells
    which paths always answer.
    """
    drafts = _drafted(wishes, base)
    known = _find_out(drafts, now=now, is_fixed=is_fixed)
    open_ones = [_refuse_standing(draft, known) for draft in drafts]
    for draft in open_ones:
        if draft.reason is None:
            rules = known.folders if draft.path.endswith(BELOW) else known.rules
            rules[draft.path] = (None, draft.target)
    return [_decide(draft, known) if draft.reason is None else draft for draft in open_ones]


def keep(rulings: Iterable[Ruling], *, came_by: str, now: datetime) -> int:
    """Let the rules be as they were decided; return how many are new or changed.

    Rules that led to one of them lead to its end. What was missing there is not any more.
    """
    count = 0
    for some in _some([ruling for ruling in rulings if ruling.reason is None]):
        paths = [ruling.path for ruling in some]
        there = {r.path: r for r in db.session.scalars(_at(paths))}
        for ruling in some:
            if ruling.verdict in {Verdict.ADD, Verdict.CHANGE}:
                _put(ruling, there.get(ruling.path), came_by, now)
                count += 1
        _shorten({ruling.path: ruling for ruling in some})
        db.session.execute(
            delete(MissingPath)
            .where(MissingPath.path.in_(paths))
            .execution_options(synchronize_session=False)
        )
    return count


def change(redirect: Redirect, ruling: Ruling) -> None:
    """Let an existing rule be as it was decided, whatever its address was; its hits stay."""
    redirect.path = ruling.path
    _write(redirect, ruling, "hand")
    _shorten({ruling.path: ruling})


def as_target(address: str, base: str) -> str | Reason:
    """Return where ``address`` leads as rules keep it, or why it leads nowhere they may.

    >>> as_target("https://blog.example/archive/", "https://blog.example")
    '/archive'
    >>> as_target("//evil.example", "https://blog.example").name
    'ODD_TARGET'
    """
    address = unicodedata.normalize("NFC", address.strip())
    if not address:
        return Reason.NO_TARGET
    if len(address) > LONGEST_TARGET or not address.isprintable():
        return Reason.ODD_TARGET
    if address == base or address.startswith((f"{base}/", f"{base}?", f"{base}#")):
        address = "/" + address[len(base) :].removeprefix("/")
    if address.lower().startswith("http://"):
        return Reason.INSECURE
    if address.startswith("/") and not address.startswith(("//", "/\\")):
        return _own(address)
    is_whole = is_outside(address) and _names_a_host(address)
    return address if is_whole else Reason.ODD_TARGET


def _drafted(wishes: Iterable[Wish], base: str) -> list[Ruling]:
    """What the wishes say by themselves."""
    seen = dict[str, str | None]()
    drafts = []
    for number, wish in enumerate(wishes):
        draft = _draft(wish, base) if number < MOST else Ruling(wish, reason=Reason.TOO_MANY)
        if draft.reason is None and draft.path in seen:
            same = seen[draft.path] == draft.target
            draft = replace(draft, reason=None if same else Reason.TWICE)
        if draft.reason is None:
            seen[draft.path] = draft.target
        drafts.append(draft)
    return drafts


def _draft(wish: Wish, base: str) -> Ruling:
    if wish.problem or not wish.old.strip():
        return Ruling(wish, reason=wish.problem or Reason.NO_ADDRESS)
    path = spelled(wish.old)
    if path is None:
        return Ruling(wish, reason=Reason.ODD_ADDRESS)
    if "*" in path.removesuffix(BELOW):
        return Ruling(wish, path, reason=Reason.PATTERN)
    if path in {"/", BELOW} and (path == "/" or wish.new is None):
        return Ruling(wish, path, reason=Reason.ITSELF)
    if wish.new is None:
        return Ruling(wish, path)
    target = as_target(wish.new, base)
    if isinstance(target, Reason):
        return Ruling(wish, path, reason=target)
    if target.endswith(BELOW) and not path.endswith(BELOW):
        return Ruling(wish, path, reason=Reason.PATTERN)
    return Ruling(wish, path, target=target, leads_out=not target.startswith("/"), shown=target)


def _own(address: str) -> str | Reason:
    try:
        path = re.sub(
            "/+", "/", unquote(re.split(r"[?#]", address, maxsplit=1)[0], errors="strict")
        )
    except UnicodeError:
        return Reason.ODD_TARGET
    if re.search(r"[\x00-\x1f\x7f\\]|/\.\.?(?:/|$)", path):
        return Reason.ODD_TARGET
    rest = re.search(r"[?#].*", address)
    # As people read it; what would mean something else is escaped.
    plain = "".join(c if c.isalnum() or c in "/-._~!$&'()*+,;=:@" else quote(c) for c in path)
    return (plain.rstrip("/") or "/") + (rest[0] if rest else "")


def _names_a_host(address: str) -> bool:
    """Whether a pattern, if any, begins behind the host and its slash."""
    parts = urlsplit(address)
    return "*" not in address.removesuffix(BELOW) and "*" not in parts.netloc


def _find_out(
    drafts: Sequence[Ruling], *, now: datetime, is_fixed: Callable[[str], bool]
) -> _Known:
    """Look up all that the drafts and what they lead to are about, a few hundred at a time."""
    known, looked = _Known(), set[str]()
    for redirect in db.session.scalars(select(Redirect).where(Redirect.path.endswith(BELOW))):
        known.kept[redirect.path] = redirect
        known.folders[redirect.path] = (redirect.post_id, redirect.target)
    ahead = {each for draft in drafts for each in _named(draft)}
    for _ in range(_LONGEST_CHAIN):
        ahead -= looked
        if not ahead:
            break
        looked |= ahead
        looking = _some(sorted(ahead))
        ahead = {path for some in looking for path in _look_up(some, known, now, is_fixed)}
    for some in _some(sorted({id for id, _ in known.rules.values() if id})):
        query = select(Post.id, Post.slug, Post.is_page).where(Post.id.in_(some))
        known.paths |= {id: permalink(slug, page) for id, slug, page in db.session.execute(query)}
    return known


def _named(draft: Ruling) -> Iterator[str]:
    if draft.path and not draft.path.endswith(BELOW):
        yield draft.path
    if draft.target and not draft.leads_out and not draft.target.endswith(BELOW):
        yield path_of(draft.target)
        if key := spelled(draft.target):
            yield key


def _look_up(
    paths: Sequence[str], known: _Known, now: datetime, is_fixed: Callable[[str], bool]
) -> Iterator[str]:
    """Take in what is known of the paths; yield those that they lead to."""
    known.standing |= find_standing([p for p in paths if "?" not in p], now=now, is_fixed=is_fixed)
    for redirect in db.session.scalars(_at(paths)):
        known.kept[redirect.path] = redirect
        known.rules[redirect.path] = (redirect.post_id, redirect.target)
        if redirect.target and not redirect.leads_out:
            yield from _named(Ruling(Wish("", ""), target=redirect.target))
    slugs = {path.rpartition("/")[2].casefold() for path in paths}
    query = select(Post.id, Post.slug, Post.is_page).where(Post.slug_key.in_(slugs))
    for id, slug, is_page in db.session.execute(query):
        known.paths[id] = permalink(slug, is_page)
        known.posts[known.paths[id].casefold()] = id


def _refuse_standing(draft: Ruling, known: _Known) -> Ruling:
    there = known.standing.get(draft.path)
    if draft.reason or there is None:
        return draft
    reasons = {Answer.UNPUBLISHED: Reason.DRAFT, Answer.GONE: Reason.TAKEN_DOWN}
    # A tag that was deleted may lead elsewhere; a post that was taken down says so itself.
    if there.answer is Answer.GONE and not there.title:
        return draft
    return replace(draft, reason=reasons.get(there.answer, Reason.ITSELF))


def _decide(draft: Ruling, known: _Known) -> Ruling:
    if draft.is_gone:
        ruled = draft
    else:
        end = _follow(draft, known)
        if end.reason:
            return replace(draft, reason=end.reason)
        ruled = replace(
            draft,
            post_id=end.post_id,
            target=end.target,
            shown=end.shown,
            leads_out=bool(end.target and not end.target.startswith("/")),
            is_shortened=end.hops > 0,
        )
    return replace(ruled, verdict=_verdict(ruled, known.kept.get(draft.path)))


def _follow(draft: Ruling, known: _Known) -> _End:
    """Return where a draft leads in the end."""
    target, seen = draft.target or "", {draft.path}
    for hops in range(_LONGEST_CHAIN):
        if not target.startswith("/"):
            return _End(target=target, shown=target, hops=hops)
        if target.endswith(BELOW):
            return _follow_folder(draft.path, target, known, hops)
        path = path_of(target)
        there = known.standing.get(path)
        if there and there.answer is Answer.GONE and there.title:
            return _End(reason=Reason.GONE)
        if there and there.answer is not Answer.GONE:
            id = known.posts.get(path.casefold()) if target == _plain(target) else None
            return _End(id, None if id else target, known.paths.get(id or 0, target), hops=hops)
        key = spelled(target) or path
        if key in seen or (draft.path.endswith(BELOW) and _is_below(path, draft.path)):
            return _End(reason=Reason.LOOP)
        seen.add(key)
        lead = known.rules.get(key)
        if lead is None:
            # A folder's rule may lead on, which is asked when somebody comes by.
            folder = _folder_of(path, known)
            lead = known.folders[folder] if folder and folder != draft.path else None
            if lead and lead[1] and lead[1].endswith(BELOW):
                return _End(reason=Reason.LOST)
        if lead is None:
            return _End(reason=Reason.LOST)
        post_id, next_target = lead
        if post_id:
            return _End(post_id, None, known.paths.get(post_id, ""), hops=hops + 1)
        if next_target is None:
            return _End(reason=Reason.GONE)
        target = next_target
    return _End(reason=Reason.LOOP)


def _follow_folder(path: str, target: str, known: _Known, hops: int) -> _End:
    """All below a folder leads below another, which no rule may lead back from."""
    seen, there = {path}, target
    for _ in range(_LONGEST_CHAIN):
        folder = _folder_of(f"{path_of(there).removesuffix('*')}x", known)
        if folder is None:
            return _End(target=target, shown=target, hops=hops)
        if folder in seen:
            return _End(reason=Reason.LOOP)
        seen.add(folder)
        there = known.folders[folder][1] or ""
        if not there.startswith("/"):
            return _End(target=target, shown=target, hops=hops)
    return _End(reason=Reason.LOOP)


def _folder_of(path: str, known: _Known) -> str | None:
    parts = path.lower().split("/")
    folders = ("/".join(parts[:count]) + BELOW for count in range(len(parts), 0, -1))
    return next((folder for folder in folders if folder in known.folders), None)


def _is_below(path: str, folder: str) -> bool:
    return f"{path.lower()}/".startswith(folder.removesuffix("*"))


def _plain(target: str) -> str:
    return re.split(r"[?#]", target, maxsplit=1)[0]


def _verdict(ruled: Ruling, kept: Redirect | None) -> Verdict:
    if kept is None:
        return Verdict.ADD
    now_so = (kept.post_id, kept.target, kept.leads_out)
    status = ruled.wish.status if not ruled.is_gone else kept.status
    is_same = now_so == (ruled.post_id, ruled.target, ruled.leads_out) and kept.status == status
    return Verdict.SAME if is_same else Verdict.CHANGE


def _put(ruling: Ruling, kept: Redirect | None, came_by: str, now: datetime) -> None:
    redirect = kept or Redirect(path=ruling.path, created_at=now)
    _write(redirect, ruling, came_by)
    if kept is None:
        db.session.add(redirect)


def _write(redirect: Redirect, ruling: Ruling, came_by: str) -> None:
    redirect.post_id, redirect.target = ruling.post_id, ruling.target
    redirect.status, redirect.leads_out = ruling.wish.status, ruling.leads_out
    redirect.came_by = came_by


def _shorten(rulings: dict[str, Ruling]) -> None:
    """Let rules that led to one of these lead to its end."""
    db.session.flush()
    led = [path for path in rulings if not path.endswith(BELOW)]
    for redirect in db.session.scalars(select(Redirect).where(Redirect.target.in_(led))):
        ruling = rulings[redirect.target or ""]
        if redirect.path != ruling.path:
            redirect.post_id, redirect.target = ruling.post_id, ruling.target
            redirect.leads_out = ruling.leads_out


def _at(paths: Sequence[str]) -> Select[Redirect]:
    return select(Redirect).where(Redirect.path.in_(paths))


def _some(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield them a few hundred at a time: a statement holds no more."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
