"""One address for each page: other spellings of it lead there."""

from urllib.parse import unquote, urlencode

from flask import Response, current_app, make_response, redirect, request
from werkzeug.exceptions import HTTPException, NotFound


def drop_last_slash() -> Response | None:
    """Answer 301 where a public page stands at the same path without its last slash."""
    if not isinstance(request.routing_exception, NotFound) or not request.path.endswith("/"):
        return None
    path = request.path.rstrip("/")
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _ = adapter.match(path, method="GET") if adapter and path else ("", {})
    except HTTPException:
        return None
    if not str(endpoint).startswith("public."):
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = make_response(redirect(f"{request.script_root}{path}{query}", 301))
    response.headers["Cache-Control"] = "no-cache"
    return response


def moved_to(address: str) -> Response | None:
    """Return the redirect to the one spelling of this address, unless this is it.

    Compared decoded, because there are several ways to write a percent sign.
    """
    path, _, query = address.partition("?")
    asked = urlencode(list(request.args.items(multi=True)))
    if unquote(path) == f"{request.script_root}{request.path}" and query == asked:
        return None
    response = make_response(redirect(address, 301))
    response.headers["Cache-Control"] = "no-cache"
    return response
