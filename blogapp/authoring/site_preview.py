"""Pages of the blog with settings that are not kept: shown to their owner, stored by nobody."""

from flask import Response, current_app, g, make_response, render_template, request, url_for
from werkzeug.test import EnvironBuilder

from blogapp.authoring.settings_forms import SectionForm
from blogapp.posts.finding import look
from blogapp.posts.listing import list_posts
from blogapp.posts.selection import Selection
from blogapp.site.models import Site
from blogapp.web.clock import now
from blogapp.web.language import look_up_language
from blogapp.web.look import Logo

POST = "post"


def show(draft: Site, *, page: str, logo: Logo | None) -> Response:
    """Answer with the front page, or with the newest post, as ``draft`` would have it."""
    path = _newest_post() if page == POST else url_for("public.index")
    environ = EnvironBuilder(
        path=path.removeprefix(request.script_root), base_url=request.url_root
    ).get_environ()
    app = current_app
    with app.request_context(environ):
        g.site, g.is_preview, g.previewed_logo = draft, True, logo
        look_up_language()  # the draft may speak another language
        response = app.full_dispatch_request()
    del response.headers["ETag"]
    return response


def refuse(form: SectionForm) -> Response:
    """Answer with what is wrong, where the preview would have been."""
    g.is_preview = True
    wrong = [field for field in form if field.errors]
    return make_response(render_template("authoring/refuse_preview.html", wrong=wrong), 422)


def _newest_post() -> str:
    pages = list_posts(Selection(), look(now()), size=1).pages
    if not pages[0].posts:
        return url_for("public.index")
    return url_for("public.post", slug=pages[0].posts[0].slug)
