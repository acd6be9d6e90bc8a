"""What readers would see of a text that is not saved."""

from dataclasses import dataclass

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
from blogapp.text.markdown import Rendered
from blogapp.web.bodies import preview_html
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.pages import render_page


@dataclass(frozen=True)
class Preview:
    """A text as its page would show it, and what the editor says about it."""

    rendered: Rendered
    html: Markup

    @property
    def code_share(self) -> int:
        """How much of the text is code, in percent of its weight."""
        whole = sum(block.weight for block in self.rendered.outline)
        code = sum(block.weight for block in self.rendered.outline if block.kind == "code")
        return round(100 * code / whole) if whole else 0


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
        preview=Preview(rendered, preview_html(rendered.html, form.language.data or "")),
        fields=[(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"],
    )
