"""One template, two renderings: the whole page, or one fragment of it."""

from typing import Any

from flask import Response, abort, current_app, make_response, render_template, request

from blogapp.web.theming import render_block


def render_page(template: str, **context: Any) -> Response:
    """Render ``template``, or just the block that ``?fragment=`` asks for.

    Only blocks named ``fragment_…`` can be asked for; another name is a 404. The
    choice lives in the URL, not in a header, so a cache never confuses a
    fragment with a page.
    """
    name = request.args.get("fragment")
    if name is None:
        return make_response(render_template(template, **context))

    current_app.update_template_context(context)
    block = render_block(template, f"fragment_{name}", context)
    if block is None:
        abort(404)
    response = make_response(block)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
