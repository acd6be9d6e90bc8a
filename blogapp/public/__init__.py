"""Everything a reader can open without signing in."""

from flask import Blueprint

from blogapp.public import health

bp = Blueprint("public", __name__)

bp.add_url_rule("/healthz", "healthz", health.healthz)
bp.add_url_rule("/readyz", "readyz", health.readyz)
