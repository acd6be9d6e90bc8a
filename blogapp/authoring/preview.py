"""What readers would see of a text that is not saved."""

from dataclasses import dataclass
from functools import cached_property

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PostForm
from blogapp.authoring.guarding import get_post
from blogapp.extensions import csrf
from blogapp.posts.rendering import media_by_name, render_body
from blogapp.posts.writing import MOST_BYTES, normalised
from blogapp.text.drawing import Drawing, draw
from blogapp.text.markdown import Rendered
from blogapp.text.tracing import trace
from blogapp.web.bodies import preview_html
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.pages import render_page

MAP_COLUMNS = 170
MAP_HEIGHT = 18


@dataclass(frozen=True)
class Preview:
    """A text as its page would show it, and what the editor says about it."""

    body: str
    rendered: Rendered
    html: Markup

    @property
    def weight(self) -> int:
        """What the text weighs in its drawing, in words."""
        return round(sum(block.weight for block in self.rendered.outline))

    @property
    def code_weight(self) -> int:
        """How much of that is code."""
        code = (block.weight for block in self.rendered.outline if block.kind == "code")
        return round(sum(code))

    @property
    def lines(self) -> list[int]:
        """The line of the source for each block of the text, counted from 1; 0 if unknown."""
        return trace(self.body, self.html)

    @cached_property
    def drawing(self) -> Drawing:
        """The text to scale, for the map beside it."""
        outline, headings = self.rendered.outline, self.rendered.headings
        return draw(outline, headings, columns=MAP_COLUMNS, height=MAP_HEIGHT)

    @property
    def places(self) -> list[tuple[float, str]]:
        """Where the sections of the drawing begin, 0 to 1, with the anchors of their headings."""
        drawing = self.drawing
        return [(round(x / drawing.width, 4), id) for x, _title, id in drawing.sections]


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def show(id: int | None = None) -> AnyResponse:
    """Render what was typed by the public renderer; nothing is stored."""
    post = get_post(id) if id else None
    form = PostForm()
    body = normalised(form.body.data or "")
    form.validate()
    if "csrf_token" in form.errors:
        return show_editor(form, post, status=422)
    if len(body.encode()) > MOST_BYTES:
        form.body.errors = [_("A post holds at most one megabyte of text.")]
        return show_editor(form, post, status=422)
    is_known = post is not None and post.is_public(now())
    rendered = render_body(
        body,
        media=media_by_name(post) if post else {},
        language=form.language.data or current_site().language,
        sections=post.sections if post and is_known else (),
    )
    return render_page(
        "authoring/preview_post.html",
        form=form,
        post=post,
        preview=Preview(body, rendered, preview_html(rendered.html, form.language.data or "")),
        fields=[(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"],
    )
