"""Whether the settings are spelt as they are read."""

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from flask import Flask

_PACKAGE = Path(__file__).parents[2]
_NAME = re.compile(r"""["'](BLOG_[A-Z0-9_]+)["']""")
# Of the tests.
_OTHERS = "BLOG_TEST_"
_NO_KEY = (
    "BLOG_SECRET_KEY is not set: where several machines serve this blog, give all of them the "
    "same, or whoever signs in at one is a stranger to the others"
)


def check(app: Flask) -> Iterator[tuple[str, str]]:
    """Look for names that nothing reads, and for a key that machines ought to share."""
    found = list(misspelt(os.environ))
    given = sum(name.startswith("BLOG_") for name in os.environ) - len(found)
    yield "ok", f"settings: {given} are given, the others are as they come"
    for sentence in found:
        yield "warning", sentence
    is_given = bool({"BLOG_SECRET_KEY", "BLOG_SECRET_KEY_FILE"} & os.environ.keys())
    if (app.config["REDIS_URL"] or app.config["BUCKET"]) and not is_given:
        yield "warning", _NO_KEY


def misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each setting that nothing reads, and which may be meant."""
    given = {name for name in environ if name.startswith("BLOG_")}
    if not (given := {name for name in given if not name.startswith(_OTHERS)}):
        return
    known = known_settings()
    for name in sorted(given):
        if name not in known and name.removesuffix("_FILE") not in known:
            close = get_close_matches(name.removesuffix("_FILE"), known, n=1, cutoff=0.7)
            hint = f"is {close[0]} meant?" if close else "the guide's page on settings lists all"
            yield f"{name} is no setting and is not read: {hint}"


def known_settings() -> set[str]:
    """Return the settings there are, as the software's own text names them."""
    sources = [*_PACKAGE.rglob("*.py"), *_PACKAGE.parent.glob("gunicorn.conf.py")]
    return {
        name
        for path in sources
        if not path.is_relative_to(_PACKAGE / "cli" / "examining")
        for name in _NAME.findall(path.read_text(encoding="utf-8"))
    }
