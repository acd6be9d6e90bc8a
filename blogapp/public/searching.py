"""The page where one searches; what is found is a listing."""

from flask import Response, abort, request, url_for

from blogapp.posts.counting import count_choices
from blogapp.posts.selection import MalformedSelection, Selection
from blogapp.public import listing
from blogapp.public.addressing import moved_to
from blogapp.web.clock import now
from blogapp.web.pages import render_page

MOST_TAGS = 12


def show() -> Response:
    """A field, the operators, the tags; the listing answers once something is asked for."""
    try:
        selection = Selection.parse(request.args.items(multi=True))
    except MalformedSelection:
        abort(400)
    if selection.pairs():
        return listing.index()
    if "fragment" not in request.args and (moved := moved_to(url_for("public.search"))):
        return moved
    choices = count_choices(selection, now=now())
    return render_page("public/search.html", posts=choices.posts, tags=choices.tags[:MOST_TAGS])
