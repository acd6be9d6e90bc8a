"""What public pages may load from elsewhere, and the owner's piece of their head."""

from functools import lru_cache

from flask import Flask, current_app, g, has_request_context, request
from markupsafe import Markup

from blogapp.site.models import Site
from blogapp.text.origins import covers, origin_of
from blogapp.text.snippets import BadSnippet, Snippet, read_snippet
from blogapp.web.assets import admit
from blogapp.web.filters import current_site

# The pages where nobody types a password or a text.
_OPEN_TO_OUTSIDE = "public"
# Not in previews, which only those see who are signed in.
_RUNS = {"script", "connect"}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(head_snippet=head_snippet)


def may_allow() -> bool:
    """Whether this answer may load anything from elsewhere."""
    site: Site | None = g.get("site")
    return bool(site and site.origins) and _is_open()


def allowed(kind: str) -> list[str]:
    """Return the origins that this answer may load ``kind`` from: a name of `SOURCES`."""
    site: Site | None = g.get("site")
    if site is None or not _is_open():
        return []
    if g.get("is_preview") and kind in _RUNS:
        return []
    return list((site.origins or {}).get(kind, ()))


def may_frame(address: str) -> bool:
    """Whether this answer may hold a frame with the page at ``address``, which is not ours."""
    origin = origin_of(address)
    own = origin_of(current_app.config["PUBLIC_URL"])
    return bool(origin) and origin != own and any(covers(o, origin) for o in allowed("frame"))


def head_snippet() -> Markup:
    """Return what the owner adds to the head of public pages; nothing anywhere else."""
    text = current_site().head_snippet
    snippet = _read(text) if text and _is_open() and not g.get("is_preview") else None
    if snippet is None:
        return Markup("")
    for kind, inline in snippet.inline:
        admit(kind, inline)
    return Markup(snippet.html)  # written anew by the reader above  # nosec B704


def _is_open() -> bool:
    return has_request_context() and request.blueprint == _OPEN_TO_OUTSIDE


@lru_cache(maxsize=8)
def _read(text: str) -> Snippet | None:
    try:
        return read_snippet(text)
    except BadSnippet:
        # Kept by a version that read less strictly.
        return None
