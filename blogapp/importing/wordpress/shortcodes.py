"""WordPress's shortcodes: what the site's own code would have put in their place."""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape

from blogapp.importing.wordpress.indexing import Attachment, Index

MOST = 5_000
# The names that highlighters answer to; the language is the name or an argument.
_CODE = ("code", "sourcecode", "source-code", "highlight", "syntax", "cc", "codesyntax")
_LANGUAGES = tuple(
    word
    for line in (
        "bash c cpp csharp css delphi diff erlang fsharp go groovy haskell html java javascript js",
        "javafx jscript latex matlab objc perl php plain powershell ps py python r rails rb ruby",
        "scala shell sql swift text typescript vb xml yaml",
    )
    for word in line.split()
)
_TAG = re.compile(r"\[(\[?)(/?)([a-zA-Z][\w-]{0,60})((?:[\s=][^\[\]]{0,4000})?)\](\]?)")
_BEGIN_OF_CODE = re.compile(
    rf"(?<!\[)\[({'|'.join((*_CODE, *_LANGUAGES))})((?:[\s=][^\[\]]{{0,1000}})?)\]", re.IGNORECASE
)
_ARGUMENT = re.compile(
    r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'\]]+))|\"([^\"]*)\"|'([^']*)'|(\S+)"
)
# Where a block of code, or code within a line, was set aside.
_ASIDE = re.compile(r"(?:<p>\s*)?\x01(\d+)\x01(?:\s*</p>)?|\x03(\d+)\x03")
_PAIRED = {"caption", "wp_caption", "audio", "video", "embed", "playlist", "gallery", "gist"}
_FILES = {
    "audio": ("src", "mp3", "m4a", "ogg", "wav", "wma", "flac"),
    "video": ("src", "mp4", "m4v", "webm", "ogv", "mov", "flv", "wmv"),
}


@dataclass
class Shortcodes:
    """Puts HTML in place of the shortcodes of one item, and tells those that it cannot."""

    index: Index
    id: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def set_code_aside(self, text: str) -> str:
        """Return the text with each block of code behind a mark, since nothing in it is read."""
        written: list[str] = []
        at, ends = 0, _ends(text)
        for begin in _BEGIN_OF_CODE.finditer(text):
            end = _next(ends.get(begin[1].lower(), []), begin.end())
            if begin.start() >= at and end:
                code = self._code(begin[1].lower(), begin[2], text[begin.end() : end[0]])
                written += [text[at : begin.start()], code]
                at = end[1]
        return "".join([*written, text[at:]])

    def put_code_back(self, text: str) -> str:
        return _ASIDE.sub(lambda mark: self.kept[int(mark[1] or mark[2])], text)

    def show(self, text: str) -> str:
        """Return the text with what the shortcodes stand for."""
        written: list[str] = []
        at = 0
        ends = _ends(text)
        for number, tag in enumerate(_TAG.finditer(text)):
            if tag.start() < at or number > MOST:
                continue
            name = tag[3].lower()
            if tag[1] and tag[5]:
                written += [text[at : tag.start()], tag[0][1:-1]]
                at = tag.end()
                continue
            end = _next(ends.get(name, []), tag.end())
            inside, after = "", tag.end() - len(tag[5])
            is_known = name in _SHOWN and not tag[2]
            if is_known and name in _PAIRED and end and not tag[4].rstrip().endswith("/"):
                inside, after = text[tag.end() : end[0]], end[1]
            shown = self._shown(name, tag[4], inside) if is_known else None
            if shown is None:
                self._note(name, tag[2], tag[4], has_end=end is not None)
                continue
            written += [text[at : tag.start() + len(tag[1])], shown]
            at = after
        return "".join([*written, text[at:]])

    def _shown(self, name: str, said: str, inside: str) -> str | None:
        arguments = _arguments(said)
        return _SHOWN[name](self, arguments, inside)

    def _note(self, name: str, closing: str, said: str, *, has_end: bool) -> None:
        """Remember what looks like a shortcode; words in brackets are only words."""
        if not closing and (has_end or "=" in said or "_" in name):
            self.unknown[name] = self.unknown.get(name, 0) + 1

    def _code(self, name: str, said: str, inside: str) -> str:
        arguments = _arguments(said)
        language = next(
            (arguments[key] for key in ("language", "lang", "0") if arguments.get(key)), ""
        )
        language = (language or (name if name in _LANGUAGES else "")).strip(" =:'\"").lower()
        code = unescape(inside) if "&lt;" in inside or "&gt;" in inside else inside
        code = re.sub(r"</?(?:pre|p)\b[^<>]*>|<br\s*/?>\n?", "\n", code).strip("\n")
        if "\n" not in code and name == "code" and not language:
            self.kept.append(f"<code>{escape(code, quote=False)}</code>")
            return f"\x03{len(self.kept) - 1}\x03"
        told = f' class="language-{escape(language)}"' if language else ""
        self.kept.append(f"<pre><code{told}>{escape(code, quote=False)}</code></pre>")
        return f"\n\n\x01{len(self.kept) - 1}\x01\n\n"

    def caption(self, said: dict[str, str], inside: str) -> str | None:
        words = said.get("caption", "")
        picture = re.match(
            r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)", inside, re.IGNORECASE
        )
        if not picture:
            return inside
        words = words or inside[picture.end() :].strip()
        caption = f"<figcaption>{words}</figcaption>" if words else ""
        return f"\n\n<figure>{picture[1]}{caption}</figure>\n\n"

    def gallery(self, said: dict[str, str], inside: str) -> str | None:
        shown = [found for found in self._chosen(said) if found.url]
        if not shown:
            self.notes.append("a gallery without pictures in the export shows nothing")
            return ""
        return "\n\n" + "\n\n".join(_figure(found) for found in shown) + "\n\n"

    def playlist(self, said: dict[str, str], inside: str) -> str | None:
        kind = "video" if said.get("type") == "video" else "audio"
        files = [found for found in self._chosen(said) if found.url]
        if not files:
            self.notes.append("a playlist without files in the export shows nothing")
        return "".join(_player(kind, found.url) for found in files)

    def audio(self, said: dict[str, str], inside: str) -> str | None:
        return self._film("audio", said, inside)

    def video(self, said: dict[str, str], inside: str) -> str | None:
        return self._film("video", said, inside)

    def _film(self, kind: str, said: dict[str, str], inside: str) -> str | None:
        given = [said.get(key, "") for key in _FILES[kind]] + [said.get("0", ""), inside.strip()]
        address = next((text for text in given if re.match(r"(?:https?:)?/", text)), "")
        if not address and (found := self.index.attachments.get(_number(said.get("id", "")))):
            address = found.url
        return _player(kind, address, said.get("poster", "")) if address else None

    def embed(self, said: dict[str, str], inside: str) -> str | None:
        return self._link(inside.strip() or said.get("src", "") or said.get("0", ""))

    def youtube(self, said: dict[str, str], inside: str) -> str | None:
        given = said.get("id") or said.get("url") or said.get("0", "") or inside.strip()
        if re.fullmatch(r"[\w-]{6,20}", given):
            given = f"https://www.youtube.com/watch?v={given}"
        return self._link(given.split("&#")[0])

    def vimeo(self, said: dict[str, str], inside: str) -> str | None:
        given = said.get("id") or said.get("url") or said.get("0", "") or inside.strip()
        return self._link(f"https://vimeo.com/{given}" if given.isdigit() else given)

    def gist(self, said: dict[str, str], inside: str) -> str | None:
        given = said.get("id") or said.get("url") or said.get("0", "") or inside.strip()
        if re.fullmatch(r"(?:[\w-]+/)?[0-9a-f]{5,40}", given):
            given = f"https://gist.github.com/{given}"
        return self._link(given)

    def linked(self, said: dict[str, str], inside: str) -> str | None:
        return self._link(said.get("url") or said.get("0", "") or inside.strip())

    def _link(self, address: str) -> str | None:
        address = unescape(address.strip())
        if not re.match(r"https?://[^\s<>\"]+$", address):
            return None
        text = escape(address)
        return f'\n\n<p><a href="{text}">{text}</a></p>\n\n'

    def _chosen(self, said: dict[str, str]) -> list[Attachment]:
        chosen = said.get("ids") or said.get("include")
        known = self.index.attachments
        if chosen:
            numbers = [_number(text) for text in chosen.split(",")]
            missing = [number for number in numbers if number not in known]
            if missing:
                told = ", ".join(map(str, missing[:5]))
                self.notes.append(f"the export lacks the attachments {told} of a gallery")
        else:
            without = {_number(text) for text in said.get("exclude", "").split(",")}
            found = self.index.children.get(_number(said.get("id", "")) or self.id, [])
            numbers = sorted(set(found) - without, key=lambda number: (known[number].order, number))
        return [known[number] for number in numbers if number in known]


def _ends(text: str) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for end in re.finditer(r"\[/([a-zA-Z][\w-]{0,60})\]", text):
        found.setdefault(end[1].lower(), []).append(end.span())
    return found


def _next(ends: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    place = bisect_left(ends, (at, 0))
    return ends[place] if place < len(ends) else None


def _arguments(text: str) -> dict[str, str]:
    """Return what stands behind a shortcode's name; what has no name goes by its number.

    >>> _arguments(' ids="1,2" =https://a.example')
    {'ids': '1,2', '0': 'https://a.example'}
    """
    said: dict[str, str] = {}
    text = text.replace("\xa0", " ").replace("&quot;", '"').replace("”", '"').replace("“", '"')
    if text.lstrip().startswith("="):
        return {"0": text.lstrip().removeprefix("=").strip().split(" ")[0].strip("\"'")}
    for found in _ARGUMENT.finditer(text):
        value = next((part for part in found.groups()[1:] if part is not None), "")
        if found[1]:
            said.setdefault(found[1].lower(), value)
        else:
            said.setdefault(str(sum(key.isdigit() for key in said)), value.strip("="))
    return said


def _figure(found: Attachment) -> str:
    alt, caption = escape(found.alt), found.caption
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{escape(found.url)}" alt="{alt}">{words}</figure>'


def _player(kind: str, address: str, poster: str = "") -> str:
    shown = f' poster="{escape(poster)}"' if poster else ""
    return f'\n\n<p><{kind} controls src="{escape(address)}"{shown}></{kind}></p>\n\n'


def _number(text: str) -> int:
    return int(text.strip()) if text.strip().isdigit() and len(text) < 19 else 0


_SHOWN: dict[str, Callable[[Shortcodes, dict[str, str], str], str | None]] = {
    "caption": Shortcodes.caption,
    "wp_caption": Shortcodes.caption,
    "gallery": Shortcodes.gallery,
    "playlist": Shortcodes.playlist,
    "audio": Shortcodes.audio,
    "video": Shortcodes.video,
    "embed": Shortcodes.embed,
    "youtube": Shortcodes.youtube,
    "vimeo": Shortcodes.vimeo,
    "gist": Shortcodes.gist,
    **dict.fromkeys(
        ("tweet", "twitter", "instagram", "soundcloud", "googlemaps", "ted", "dailymotion"),
        Shortcodes.linked,
    ),
    **dict.fromkeys(("slideshare", "spotify", "vine", "scribd", "facebook"), Shortcodes.linked),
}
