"""One address for each page: a slash at its end leads to the one without."""

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
