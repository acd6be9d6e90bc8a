"""Who is signed in, for a page that stays open longer than its session may."""

from flask import jsonify
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from blogapp.web.access import current_author


def show() -> Response:
    """Answer with who is signed in and with a token for their forms; 401 to nobody."""
    author = current_author()
    return jsonify(csrf=generate_csrf(), author=author.id, name=author.name)
