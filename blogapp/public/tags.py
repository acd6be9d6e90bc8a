"""The index of tags: by letter, and by use."""

from collections.abc import Sequence
from itertools import groupby

from flask import Response, request, url_for

from blogapp.posts.counting import TagChoice, count_choices
from blogapp.posts.finding import look
from blogapp.posts.selection import Selection
from blogapp.public.addressing import moved_to
from blogapp.web.clock import now
from blogapp.web.pages import render_page


def index() -> Response:
    """Every tag, with how many posts it has: the most used, then all from A to Z."""
    if "fragment" not in request.args and (moved := moved_to(url_for("public.tags"))):
        return moved
    tags = count_choices(Selection(), look(now())).tags
    return render_page("public/tags.html", tags=tags, letters=_by_letter(tags), section="tags")


def _by_letter(tags: Sequence[TagChoice]) -> list[tuple[str, list[TagChoice]]]:
    """Return tags in groups by the first letter of their names; signs and digits under #."""

    def letter(tag: TagChoice) -> str:
        return tag.name[:1].upper() if tag.name[:1].isalpha() else "#"

    ordered = sorted(tags, key=lambda tag: (letter(tag), tag.name.casefold()))
    return [(key, list(group)) for key, group in groupby(ordered, key=letter)]
