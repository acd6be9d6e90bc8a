"""Everything a reader can open without signing in."""

from flask import Blueprint

from blogapp.public import feeds, health, machines, posts

bp = Blueprint("public", __name__)

bp.add_url_rule("/healthz", "healthz", health.healthz)
bp.add_url_rule("/readyz", "readyz", health.readyz)

bp.add_url_rule("/posts/<slug>", "post", posts.show)
bp.add_url_rule("/posts/<slug>/", "post_with_slash", posts.show)
bp.add_url_rule("/posts/<slug>.md", "post_markdown", posts.show_markdown)

bp.add_url_rule("/feed.xml", "feed", feeds.atom)

bp.add_url_rule("/robots.txt", "robots", machines.robots)
bp.add_url_rule("/site.webmanifest", "manifest", machines.manifest)
bp.add_url_rule("/favicon.ico", "favicon", machines.favicon)
bp.add_url_rule("/apple-touch-icon.png", "touch_icon", machines.touch_icon)
