"""Rendering a text that is not stored, once for all who ask: strangers must not make it twice.

A preview link is opened by whoever holds it, as often as they like. What it shows costs as
much as one rendering per text and process, within the limits of `blogapp.text.confining`.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from blogapp.media.models import Media
from blogapp.posts.rendering import derived, render_body

MOST_KEPT = 24
MOST_BYTES = 16_000_000


def derived_once(
    body: str,
    media: Mapping[str, Media],
    *,
    language: str = "",
    sections: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return what `rendering.derived` does; the same text is rendered once at a time and kept."""
    found: dict[str, Any] = _kept.get(
        _key("derived", body, media, language, sections),
        lambda: derived(body, dict(media), language=language, sections=sections),
        len(body),
    )
    return found


def html_once(
    body: str,
    media: Mapping[str, Media],
    *,
    language: str = "",
    sections: Sequence[dict[str, Any]] = (),
) -> str:
    """Return the HTML of a text, likewise."""
    found: str = _kept.get(
        _key("html", body, media, language, sections),
        lambda: render_body(body, media=dict(media), language=language, sections=sections).html,
        len(body),
    )
    return found


def _key(
    what: str,
    body: str,
    media: Mapping[str, Media],
    language: str,
    sections: Sequence[dict[str, Any]],
) -> str:
    files = sorted((name, file.key) for name, file in media.items())
    said = repr((what, body, files, language, sections))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class _Kept:
    """The last few answers; whoever asks for one that is being made waits for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.making: dict[str, threading.Lock] = {}
        self.answers: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    def get(self, key: str, make: Any, size: int) -> Any:
        with self.lock:
            turn = self.making.setdefault(key, threading.Lock())
        with turn:
            with self.lock:
                if key in self.answers:
                    self.answers.move_to_end(key)
                    return self.answers[key][0]
            try:
                answer = make()
            finally:
                with self.lock:
                    self.making.pop(key, None)
            with self.lock:
                self.answers[key] = (answer, size)
                self.shrink()
            return answer

    def shrink(self) -> None:
        while len(self.answers) > MOST_KEPT or (
            len(self.answers) > 1 and sum(size for _, size in self.answers.values()) > MOST_BYTES
        ):
            self.answers.popitem(last=False)


_kept = _Kept()
