"""The cookie by which a browser is known again, long after its session is over."""

import re

from flask import Response, after_this_request, current_app, request

from blogapp.accounts import devices
from blogapp.accounts.models import Author
from blogapp.accounts.tokens import new_token
from blogapp.web.clock import now


def device_of(email: str) -> str:
    """Return what names this browser where ``email`` has signed in by it before, else nothing."""
    return devices.find_device(email, _token(), now=now())


def know_device(author: Author) -> bool:
    """Know this browser from here on; return whether ``author`` was never seen in it."""
    token = _token() or new_token()
    agent = request.headers.get("User-Agent", "")
    is_new = devices.know_device(author, token, now=now(), user_agent=agent)

    @after_this_request
    def give_cookie(response: Response) -> Response:
        response.set_cookie(
            _name(),
            token,
            max_age=devices.KEPT,
            secure=current_app.config["SECURE"],
            httponly=True,
            samesite="Lax",
            path="/",  # RFC 6265bis: a cookie named __Host-… has this one
        )
        return response

    return is_new


def _token() -> str:
    token = request.cookies.get(_name(), "")
    return token if re.fullmatch(r"[\w-]{43}", token, re.ASCII) else ""


def _name() -> str:
    return "__Host-device" if current_app.config["SECURE"] else "device"
