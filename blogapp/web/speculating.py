"""The post that a reader is about to open is made ready before the click (Speculation Rules)."""

import json
from functools import cache

from flask import Flask, request
from markupsafe import Markup

from blogapp.web.assets import admit

# A moderate guess is a pointer that rests on a link for a fifth of a second, or comes down on it.
# Browsers that save data or energy make none.
EAGERNESS = "moderate"
# Nothing else of this blog is ever asked for without a click.
READY = ("/posts/*", "/pages/*")
# What is saved, not shown.
NEVER = ("/*.md", "/*/code/*")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["inline_rules"] = inline_rules


def inline_rules() -> Markup:
    """Return the text of a <script type="speculationrules">, the same for every page."""
    return admit("script", _rules(request.script_root))


@cache
def _rules(root: str) -> str:
    posts = {"href_matches": [root + path for path in READY]}
    others = {"href_matches": [root + path for path in NEVER]}
    where = {"and": [posts, {"not": others}]}
    rules = {"prerender": [{"where": where, "eagerness": EAGERNESS}]}
    return json.dumps(rules, separators=(",", ":"))
