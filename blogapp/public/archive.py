"""The archive: every year and month that has posts, and the other ways into the blog."""

from flask import Response, request, url_for

from blogapp.posts.counting import count_choices
from blogapp.posts.finding import look
from blogapp.posts.selection import Selection
from blogapp.public.addressing import moved_to
from blogapp.web.clock import now
from blogapp.web.formatting import name_months
from blogapp.web.pages import render_page


def show() -> Response:
    """Years and months, with how many posts each has."""
    if "fragment" not in request.args and (moved := moved_to(url_for("public.archive"))):
        return moved
    choices = count_choices(Selection(), look(now()))
    return render_page(
        "public/archive.html", choices=choices, month_names=name_months(), section="archive"
    )
