"""Ghost's cards as HTML and Markdown: every word stays, what only a script can do is told."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from bs4 import BeautifulSoup

from blogapp.importing.bodies import Body, figure, link, quoted

_FRAME = re.compile(r"<(?:iframe|script)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_CALLOUTS = {
    "💡": "TIP", "✅": "TIP", "👍": "TIP", "⚠️": "WARNING", "⚠": "WARNING", "🚨": "CAUTION",
    "🛑": "CAUTION", "⛔": "CAUTION", "❗": "IMPORTANT", "❗️": "IMPORTANT", "📝": "NOTE",
    "\N{INFORMATION SOURCE}\ufe0f": "NOTE", "\N{INFORMATION SOURCE}": "NOTE",
}  # fmt: skip
_WORDS = ("header", "heading", "title", "subheader", "text", "html", "markdown", "content")
_MORE_WORDS = ("description", "caption", "code", "disclaimer")
_STARS = 5


@dataclass
class Cards:
    """Puts cards into a body. What only members were to see goes to ``withheld`` instead."""

    body: Body
    withheld: list[str] = field(default_factory=list)

    def add(self, name: str, given: Mapping[str, Any]) -> None:
        """Add the card ``name`` (Lexical's and Mobiledoc's spellings alike) with its values."""
        kind = name.lower().replace("_", "-").removeprefix("card-").removesuffix("-card")
        values = _Values(given)
        if not _is_for_everybody(given):
            self._withhold(f"a card ({kind}) for members or for e-mails only", values)
            return
        write = _WRITERS.get(kind, Cards._unknown)
        if write is Cards._unknown:
            self.body.note(f"the card “{kind[:40]}” is not known here; its words were kept")
        write(self, values)

    # One method for each kind of card

    def _image(self, card: "_Values") -> None:
        if src := card.text("src"):
            self.body.html(
                figure(
                    src,
                    alt=card.text("alt", "title"),
                    caption=card.html("caption"),
                    href=card.text("href"),
                )
            )

    def _gallery(self, card: "_Values") -> None:
        images = [_Values(image) for image in card.items("images")]
        for image in images:
            self._image(image)
        self._caption(card)

    def _code(self, card: "_Values") -> None:
        self.body.code(card.raw("code"), card.text("language"))
        self._caption(card)

    def _markdown(self, card: "_Values") -> None:
        self.body.markdown(card.raw("markdown"))

    def _html(self, card: "_Values") -> None:
        self.body.html(card.raw("html"))

    def _rule(self, card: "_Values") -> None:
        self.body.html("<hr>")

    def _bookmark(self, card: "_Values") -> None:
        about = _Values(card.mapping("metadata") or card.given)
        url = card.text("url") or about.text("url")
        made_by = " · ".join(filter(None, (about.text("publisher"), about.text("author"))))
        words = [about.text("description"), made_by]
        title = about.text("title") or url
        lines = [f'<a href="{escape(url)}">{escape(title)}</a>' if url else escape(title)]
        lines += [escape(text) for text in words if text]
        self.body.html(f"<p>{'<br>'.join(lines)}</p>")
        self._caption(card)

    def _embed(self, card: "_Values") -> None:
        html, url = card.raw("html"), card.text("url")
        said = BeautifulSoup(html, "html.parser")
        for tag in said.find_all("script"):
            tag.decompose()
        if said.get_text(strip=True):
            # A post of another network, quoted: its words are in the page.
            self.body.html(str(said))
        elif url:
            self.body.html(link(url, url))
            if _FRAME.search(html):
                self.body.note(f"what {url[:200]} showed in a frame is a link now")
        elif said.find("iframe"):
            self.body.html(str(said))
        elif found := _ADDRESS.search(html):
            self.body.html(link(found[0], found[0]))
        self._caption(card)

    def _callout(self, card: "_Values") -> None:
        emoji = card.text("calloutEmoji")
        text = self.body.convert(card.html("calloutText")).strip("\n")
        kind = _CALLOUTS.get(emoji, "NOTE")
        if emoji and emoji not in _CALLOUTS:
            text = f"{emoji} {text}"
        self.body.markdown(f"> [!{kind}]\n{quoted(text)}")

    def _aside(self, card: "_Values") -> None:
        text = card.html("html", "payload", "text", "content")
        self.body.html(f"<blockquote>{text}</blockquote>")

    def _toggle(self, card: "_Values") -> None:
        content = self.body.convert(card.html("content")).strip("\n")
        heading = card.html("heading") or "…"
        heading = " ".join(_plain(heading).split())
        self.body.markdown(
            f"<details>\n<summary>{escape(heading, quote=False)}</summary>\n\n"
            f"{content}\n\n</details>"
        )

    def _button(self, card: "_Values") -> None:
        self._link(card.text("buttonUrl"), card.text("buttonText"))

    def _audio(self, card: "_Values") -> None:
        if title := card.text("title"):
            self.body.html(f"<p>{escape(title)}</p>")
        if src := card.text("src"):
            self.body.html(f'<audio controls src="{escape(src)}"></audio>')
        self._caption(card)

    def _video(self, card: "_Values") -> None:
        if src := card.text("src"):
            self.body.html(f'<video controls src="{escape(src)}"></video>')
        self._caption(card)

    def _file(self, card: "_Values") -> None:
        title = card.text("fileTitle") or card.text("fileName")
        if src := card.text("src"):
            self.body.html(link(src, title))
        elif title:
            self.body.html(f"<p>{escape(title)}</p>")
        if caption := card.text("fileCaption"):
            self.body.html(f"<p>{escape(caption)}</p>")

    def _product(self, card: "_Values") -> None:
        if src := card.text("productImageSrc"):
            self.body.html(figure(src))
        if title := card.html("productTitle"):
            self.body.html(f"<p><strong>{title}</strong></p>")
        if card.flag("productRatingEnabled"):
            stars = min(max(card.number("productStarRating"), 0), _STARS)
            self.body.html(f"<p>{'★' * stars}{'☆' * (_STARS - stars)}</p>")
        self.body.html(f"<div>{card.raw('productDescription')}</div>")
        if card.flag("productButtonEnabled"):
            self._link(card.text("productUrl"), card.text("productButton"))

    def _header(self, card: "_Values") -> None:
        if src := card.text("backgroundImageSrc"):
            self.body.html(figure(src))
        if header := card.html("header"):
            self.body.html(f"<h2>{header}</h2>")
        if subheader := card.html("subheader"):
            self.body.html(f"<p>{subheader}</p>")
        if card.flag("buttonEnabled"):
            self._link(card.text("buttonUrl"), card.text("buttonText"))

    def _signup(self, card: "_Values") -> None:
        self.body.note("a form to sign up was left out; the words around it were kept")
        if header := card.html("header"):
            self.body.html(f"<h2>{header}</h2>")
        for words in (card.html("subheader"), card.html("disclaimer")):
            self.body.html(f"<p>{words}</p>" if words else "")

    def _call(self, card: "_Values") -> None:
        if card.flag("hasSponsorLabel"):
            self.body.html(f"<div>{card.raw('sponsorLabel')}</div>")
        if card.flag("hasImage") and (src := card.text("imageUrl")):
            self.body.html(figure(src))
        self.body.html(f"<div>{card.raw('textValue')}</div>")
        if card.flag("showButton"):
            self._link(card.text("buttonUrl"), card.text("buttonText"))

    def _paywall(self, card: "_Values") -> None:
        self.body.note("where the part for members began is not marked here")

    def _email(self, card: "_Values") -> None:
        self._withhold("a card for e-mails only", card)

    def _collection(self, card: "_Values") -> None:
        if header := card.html("header"):
            self.body.html(f"<h2>{header}</h2>")
        name = card.text("collection")
        self.body.note(f"a list of posts that Ghost filled by itself ({name}) was left out")

    def _transistor(self, card: "_Values") -> None:
        self.body.note("a podcast's player (Transistor) was left out")
        self._unknown(card)

    def _unknown(self, card: "_Values") -> None:
        for name, value in card.given.items():
            said = str(name).lower()
            if isinstance(value, str) and said.endswith(_WORDS + _MORE_WORDS):
                self.body.html(f"<p>{value}</p>" if "<" not in value else value)
            elif isinstance(value, str) and said.endswith(("url", "src", "href")):
                self.body.html(link(value, value) if value.startswith("http") else "")

    # What several cards share

    def _caption(self, card: "_Values") -> None:
        if caption := card.html("caption"):
            self.body.html(f"<p><em>{caption}</em></p>")

    def _link(self, href: str, words: str) -> None:
        if href.startswith(("#/portal", "#/share")) or not href:
            self.body.html(f"<p>{escape(words)}</p>" if words else "")
            if words:
                self.body.note(f"the button “{words[:80]}” leads nowhere here; its words were kept")
        else:
            self.body.html(link(href, words))

    def _withhold(self, what: str, card: "_Values") -> None:
        words = [value for value in card.given.values() if isinstance(value, str)]
        longest = max(words, key=len, default="")
        if longest.strip():
            self.withheld.append(longest)
            self.body.note(f"{what} is kept with the post, and not shown")


def _is_for_everybody(given: Mapping[str, Any]) -> bool:
    """Tell whether the web's visitors saw a card, in the spellings of Ghost 5 and 6."""
    rules = given.get("visibility")
    if not isinstance(rules, Mapping):
        return True
    web = rules.get("web")
    if isinstance(web, Mapping) and web.get("nonMember") is False:
        return False
    return rules.get("showOnWeb") is not False


def _plain(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text()


@dataclass(frozen=True)
class _Values:
    """What a card holds; a value of the wrong kind counts as missing."""

    given: Mapping[str, Any]

    def raw(self, name: str) -> str:
        value = self.given.get(name)
        return value if isinstance(value, str) else ""

    def text(self, *names: str) -> str:
        return next((text for name in names if (text := self.raw(name).strip())), "")

    def html(self, *names: str) -> str:
        """Return HTML that may stand in a paragraph: one around all of it is taken off."""
        html = self.text(*names)
        found = re.fullmatch(r"<p[^<>]*>((?:(?!</?p\b).)*)</p>", html, re.DOTALL | re.IGNORECASE)
        return found[1] if found else html

    def flag(self, name: str) -> bool:
        return self.given.get(name) in (True, 1, "true")

    def number(self, name: str) -> int:
        value = self.given.get(name)
        return int(value) if isinstance(value, int | float) else 0

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.given.get(name)
        return value if isinstance(value, Mapping) else {}

    def items(self, name: str) -> list[Mapping[str, Any]]:
        value = self.given.get(name)
        items = value if isinstance(value, list) else []
        return [item for item in items if isinstance(item, Mapping)]


_WRITERS: dict[str, Callable[[Cards, _Values], None]] = {
    "aside": Cards._aside,
    "audio": Cards._audio,
    "bookmark": Cards._bookmark,
    "button": Cards._button,
    "call-to-action": Cards._call,
    "cta": Cards._call,
    "callout": Cards._callout,
    "code": Cards._code,
    "codeblock": Cards._code,
    "collection": Cards._collection,
    "email": Cards._email,
    "email-cta": Cards._email,
    "embed": Cards._embed,
    "file": Cards._file,
    "gallery": Cards._gallery,
    "header": Cards._header,
    "horizontalrule": Cards._rule,
    "hr": Cards._rule,
    "html": Cards._html,
    "image": Cards._image,
    "markdown": Cards._markdown,
    "paywall": Cards._paywall,
    "product": Cards._product,
    "signup": Cards._signup,
    "toggle": Cards._toggle,
    "transistor": Cards._transistor,
    "video": Cards._video,
}
