"""Where the links of a text lead, and whether its pictures are there and say what they show."""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urljoin, urlsplit

from blogapp.media.models import Media
from blogapp.posts.findings import CheckKind, Finding, Fix, Setting
from blogapp.posts.resolving import Answer, Target, resolve
from blogapp.text.references import plain_reference
from blogapp.text.scanning import Reference

# Bytes: what is larger keeps people on slow lines waiting.
LARGE = 1_500_000
MOST_CHECKED = 2_000
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\{%|\{[a-z]+\}")
_KINDS = {
    Answer.LOST: CheckKind.LOST_LINK,
    Answer.UNPUBLISHED: CheckKind.UNPUBLISHED_LINK,
    Answer.GONE: CheckKind.GONE_LINK,
}


def check_references(
    references: Iterable[Reference], media: Mapping[str, Media], setting: Setting
) -> Iterator[Finding]:
    """Yield what is wrong with the links and pictures of a text.

    ``media`` are the files that it may call by name.
    """
    links: list[tuple[Reference, str]] = []
    for number, reference in enumerate(references):
        if number == MOST_CHECKED:
            break
        target = plain_reference(reference.target.strip())
        own = _named(target, media)
        if reference.is_image:
            yield from _check_image(reference, target, own)
        elif not target:
            yield _at(CheckKind.NO_TARGET, reference, reference.text)
        elif not reference.text and not reference.is_html:
            yield _at(CheckKind.EMPTY_LINK, reference, target)
        if target and own is None and not _TEMPLATE.search(reference.target):
            links.append((reference, target))
    yield from _check_links(links, setting)


def _named(target: str, media: Mapping[str, Media]) -> Media | None:
    bare = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).removeprefix("./")
    return media.get(target) or media.get(bare)


def _check_image(reference: Reference, target: str, own: Media | None) -> Iterator[Finding]:
    is_decorative = reference.is_decorative or getattr(own, "is_decorative", False)
    if not reference.text and not is_decorative:
        at = reference.alt_at
        words = (own.alt if own else "").replace("[", "(").replace("]", ")")
        text = f' alt="{words}"' if reference.is_html else words
        fix = Fix("body", text, at, at) if words and '"' not in words and at is not None else None
        yield _at(CheckKind.NO_ALT, reference, target, fix=fix)
    if not target:
        # What holds the place of a file while it is on its way ends so.
        is_waiting = reference.text.endswith("…")
        kind = CheckKind.UNFINISHED_UPLOAD if is_waiting else CheckKind.NO_TARGET
        yield _at(kind, reference, reference.text)
    elif own and own.size > LARGE:
        yield _at(CheckKind.LARGE_IMAGE, reference, target, other=str(own.size))


def _check_links(links: list[tuple[Reference, str]], setting: Setting) -> Iterator[Finding]:
    placed = [(reference, target, _inside(target, setting.base)) for reference, target in links]
    paths = [path for _, _, (path, _) in placed if path]
    found = resolve(paths, now=setting.now, is_fixed=setting.is_fixed) if paths else {}
    here: Target | None = None
    for reference, target, (path, anchor) in placed:
        if path is None:
            continue
        if path == "":
            here = here or Target(Answer.THERE, anchors=setting.anchors())
        there = found[path] if path else here
        assert there is not None
        if there.answer is not Answer.THERE:
            kind = CheckKind.LOST_IMAGE if reference.is_image else _KINDS[there.answer]
            yield _at(kind, reference, target, other=there.title)
        elif anchor and not there.has(anchor):
            yield _at(CheckKind.LOST_ANCHOR, reference, f"#{anchor}", other=there.title)


def _inside(target: str, base: str) -> tuple[str | None, str]:
    """Return the path below the blog's base, and the anchor; None for what leads elsewhere.

    An empty path is the page itself.
    """
    address = target
    if address.startswith(f"{base}/") or address == base:
        address = address.removeprefix(base) or "/"
    elif _OUTSIDE.match(address):
        return None, ""
    try:
        # As a browser resolves it on the post's own page.
        parts = urlsplit(urljoin("/posts/", address) if address[:1] not in "#?/" else address)
    except ValueError:
        return None, ""
    return unquote(parts.path), unquote(parts.fragment)


def _at(
    kind: CheckKind, reference: Reference, value: str, *, other: str = "", fix: Fix | None = None
) -> Finding:
    return Finding(
        kind, value=value[:200], other=other, start=reference.start, end=reference.end, fix=fix
    )
