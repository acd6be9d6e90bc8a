"""Where authors write. Every page here asks who you are."""

from flask import Blueprint

bp = Blueprint("authoring", __name__, url_prefix="/write")
