"""What the tags of site generators show: pictures, films, and links to what they would embed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from blogapp.text.block_patterns import CALLOUTS
from blogapp.text.slugs import clean_slug

_ARGUMENT = re.compile(
    r"(?:([\w.-]{1,60})(?:\s{0,20}=\s{0,20}|:\s{1,20}|:(?=[\"'])))?"
    r"(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|([^\s,\"'`]+))"
)
_PICTURE = re.compile(r"[^<>{}\n]+\.(?:png|jpe?g|gif|webp|avif|svg)(?:[?#]\S*)?", re.I)
_FILM = re.compile(r"[^\s<>{}]+\.(?:mp4|webm|ogv|mov|m4v)(?:[?#]\S*)?", re.I)
_SOUND = re.compile(r"[^\s<>{}]+\.(?:mp3|ogg|oga|wav|flac|m4a)(?:[?#]\S*)?", re.I)
_ADDRESS = re.compile(r"https?://[^\s<>{}\"']+", re.I)
_ID = re.compile(r"[\w@.-]+(?:/[\w-]+)?")
_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-(?=.)")

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]{10}")

_SOURCES = ("src", "image", "img", "url", "path", "file", "href")
_MORE_CALLOUTS = {"error": "caution", "alert": "note", "callout": "note", "admonition": "note"}
_CALLOUT_TAGS = {"notice", "pageinfo", *_MORE_CALLOUTS, *CALLOUTS} - {"error", "success"}


@dataclass(frozen=True)
class Arguments:
    """What stands in a tag behind its name; ``words`` are those without quotes or a name."""

    named: dict[str, str]
    given: tuple[str, ...]
    words: frozenset[str]

    def first(self, *names: str) -> str:
        """Return the first of the named ones that is there, or an empty string."""
        return next((self.named[name] for name in names if self.named.get(name)), "")


@dataclass(frozen=True)
class Shown:
    """HTML for a tag; ``inline`` is what can stand within a paragraph."""

    block: str
    inline: str
    picture: str = ""


def read_arguments(text: str) -> Arguments:
    """Read what follows a tag's name, in Liquid's and Hugo's spellings.

    >>> read_arguments('src="a.png" alt: "A" wide').named
    {'src': 'a.png', 'alt': 'A'}
    """
    named, given, words = dict[str, str](), list[str](), set[str]()
    for match in _ARGUMENT.finditer(text):
        value = next((part for part in match.groups()[1:] if part is not None), "")
        if match[1]:
            named.setdefault(match[1].lower(), value)
        else:
            given.append(value)
        if match[5] and not match[1]:
            words.add(value)
    return Arguments(named, tuple(given), frozenset(words))


def show(name: str, said: Arguments) -> Shown | None:
    """Return what the tag ``name`` stands for, or ``None`` if nobody here can say.

    >>> show("youtube", read_arguments("hjD9jTi_DQ4")).inline
    '<a href="https://www.youtube.com/watch?v=hjD9jTi_DQ4" data-added="">Video on YouTube</a>'
    """
    name, is_include = name.lower(), name.lower().startswith("include")
    if is_include and said.given:
        # {% include figure.html src="…" %} is a tag by the name of its file.
        name = PurePosixPath(said.given[0]).stem.lower()
        said = Arguments(said.named, said.given[1:], said.words)
    found = _film(said) or _picture(name, said) or _embedded(name, said)
    if found or is_include:
        return found
    addresses = [said.first(*_SOURCES, "link"), *said.given]
    address = next((text for text in addresses if _ADDRESS.fullmatch(text)), "")
    return _link(address, said.first("title", "caption", "alt") or address) if address else None


def picture(source: str, alt: str, caption: str = "", *, link: str = "") -> Shown:
    """Return a picture that a tag stands for."""
    image = f'<img src="{escape(source)}" alt="{escape(_plain(alt or caption))}" data-added="">'
    if link:
        image = f'<a href="{escape(link)}" data-added="">{image}</a>'
    words = f"<figcaption>{escape(_plain(caption), quote=False)}</figcaption>" if caption else ""
    return Shown(f"<figure>{image}{words}</figure>", image, source)


def prose(said: Arguments) -> list[str]:
    """Return the arguments that are sentences: a tag that lays text out was given it so.

    >>> prose(read_arguments('q0="Why is it there?" link="https://a.example"'))
    ['Why is it there?']
    """
    values = (" ".join(value.split()) for value in said.named.values())
    return [value for value in values if value.count(" ") >= 3 or _UNSPACED.search(value)]


def address_of(reference: str) -> str:
    """Return the address here of the page that a generator's link names by its file.

    >>> address_of("_posts/2013-05-06-jekyll-1-0-0.markdown"), address_of("/blog/a")
    ('/posts/jekyll-1-0-0', '/blog/a')
    >>> address_of("other.md#why"), address_of("/files/a.pdf")
    ('/posts/other#why', '/files/a.pdf')
    """
    path, _, fragment = reference.strip().partition("#")
    path = path.split("?")[0]
    after = f"#{fragment}" if fragment else ""
    file = PurePosixPath(path)
    stem = file.stem if file.suffix.lower() in {".md", ".markdown", ".mdx"} else file.name
    if not path or not stem:
        return after
    if stem in {"index", "_index"}:
        return f"/{str(file.parent).strip('/.')}{after}"
    if dated := _DATED.match(stem):
        return f"/posts/{clean_slug(stem[dated.end() :])}{after}"
    if len(file.parts) == 1 and "." not in stem:
        return f"/posts/{clean_slug(stem)}{after}"
    return "/" + str(file.parent / stem).lstrip("/") + after


def callout(name: str, said: Arguments) -> tuple[str, str] | None:
    """Return kind and title of the callout that a tag opens, or ``None``.

    >>> callout("notice", read_arguments('tip "Faster"'))
    ('tip', 'Faster')
    """
    if name.lower() not in _CALLOUT_TAGS:
        return None
    kinds = {**_MORE_CALLOUTS, **CALLOUTS}
    named = (said.named.get(key, "") for key in ("type", "kind", "color", "level"))
    said_kinds = [*named, *said.given, name]
    kind = next((kinds[word.lower()] for word in said_kinds if word.lower() in kinds), "note")
    titles = [word for word in said.given if word.lower() not in kinds and word not in said.words]
    return kind, said.first("title", "heading") or next(iter(titles), "")


def _film(said: Arguments) -> Shown | None:
    sources = [said.first(*_SOURCES, "mp4", "webm"), *said.given]
    for pattern, tag in ((_FILM, "video"), (_SOUND, "audio")):
        if source := next((text for text in sources if pattern.fullmatch(text)), ""):
            html = f'<{tag} controls src="{escape(source)}" data-added=""></{tag}>'
            return Shown(f"<figure>{html}</figure>", html)
    return None


def _picture(name: str, said: Arguments) -> Shown | None:
    source = said.first(*_SOURCES)
    caption = said.first("caption", "title")
    alt = said.first("alt")
    if _PICTURE.fullmatch(source) or (source and name in {"figure", "img", "image"}):
        return picture(source, alt, caption, link=said.first("link"))
    for place, text in enumerate(said.given):
        if _PICTURE.fullmatch(text):
            rest = [word for word in said.given[place + 1 :] if not word.isdigit()]
            if all(word in said.words for word in rest):
                return picture(text, alt, caption or " ".join(rest))
            return picture(text, alt or rest[-1], caption)
    return None


def _embedded(name: str, said: Arguments) -> Shown | None:
    for known, (label, address) in _EMBEDS.items():
        if name == known or name.startswith((f"{known}-", f"{known}_")):
            ids = [said.first("user"), said.first("id", "video", "gist")]
            ids = [text for text in (ids if ids[1] else said.given[:2]) if text]
            if ids and _ADDRESS.fullmatch(ids[0]):
                return _link(ids[0], said.first("title") or label)
            if ids and all(_ID.fullmatch(text) for text in ids):
                return _link(address(ids), said.first("title") or label)
    return None


def _link(address: str, label: str) -> Shown:
    words = escape(_plain(label), quote=False)
    html = f'<a href="{escape(address)}" data-added="">{words}</a>'
    return Shown(f"<p>{html}</p>", html)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text).replace("**", "").split())


def _post(ids: Iterable[str]) -> str:
    *user, number = ids
    return f"https://x.com/{(user or ['i'])[0]}/status/{number}"


_EMBEDS: dict[str, tuple[str, Callable[[list[str]], str]]] = {
    "youtube": ("Video on YouTube", lambda ids: f"https://www.youtube.com/watch?v={ids[0]}"),
    "vimeo": ("Video on Vimeo", lambda ids: f"https://vimeo.com/{ids[0]}"),
    "gist": ("Code on GitHub Gist", lambda ids: f"https://gist.github.com/{'/'.join(ids)}"),
    "tweet": ("Post on X", _post),
    "twitter": ("Post on X", _post),
    "x": ("Post on X", _post),
    "instagram": ("Post on Instagram", lambda ids: f"https://www.instagram.com/p/{ids[0]}/"),
    "asciinema": ("Recording on asciinema", lambda ids: f"https://asciinema.org/a/{ids[0]}"),
    "asciicast": ("Recording on asciinema", lambda ids: f"https://asciinema.org/a/{ids[0]}"),
    "codepen": ("Example on CodePen", lambda ids: f"https://codepen.io/{'/pen/'.join(ids)}"),
}
