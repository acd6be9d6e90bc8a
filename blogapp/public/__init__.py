"""Everything a reader can open without signing in."""

from flask import Blueprint

from blogapp.public import addressing, feeds, health, listing, machines, media, pages, posts

bp = Blueprint("public", __name__)
bp.before_app_request(addressing.drop_last_slash)

bp.add_url_rule("/", "index", listing.index)
bp.add_url_rule("/search", "search", listing.index, strict_slashes=False)
bp.add_url_rule("/tags", "tags", listing.tags, strict_slashes=False)
bp.add_url_rule("/tags/<slug>", "tag", listing.tag, strict_slashes=False)
bp.add_url_rule("/domains/<slug>", "domain", listing.domain, strict_slashes=False)
bp.add_url_rule("/series/<slug>", "series", listing.series, strict_slashes=False)
bp.add_url_rule("/authors/<slug>", "author", listing.author, strict_slashes=False)
bp.add_url_rule("/archive", "archive", listing.archive, strict_slashes=False)
bp.add_url_rule("/archive/<int:year>", "year", listing.year, strict_slashes=False)
bp.add_url_rule("/archive/<int:year>/<int:month>", "month", listing.month, strict_slashes=False)

bp.add_url_rule("/healthz", "healthz", health.healthz)
bp.add_url_rule("/readyz", "readyz", health.readyz)

bp.add_url_rule("/posts/<slug>", "post", posts.show)
bp.add_url_rule("/posts/<slug>/", "post_with_slash", posts.show)
bp.add_url_rule("/posts/<slug>.md", "post_markdown", posts.show_markdown)

bp.add_url_rule("/about", "about", pages.about, strict_slashes=False)
bp.add_url_rule("/pages/<slug>", "page", pages.show, strict_slashes=False)
bp.add_url_rule("/pages/<slug>.md", "page_markdown", pages.show_markdown)

bp.add_url_rule("/feed.xml", "feed", feeds.atom)

bp.add_url_rule("/media/<path:key>", "media", media.show)

bp.add_url_rule("/robots.txt", "robots", machines.robots)
bp.add_url_rule("/site.webmanifest", "manifest", machines.manifest)
bp.add_url_rule("/favicon.ico", "favicon", machines.favicon)
bp.add_url_rule("/apple-touch-icon.png", "touch_icon", machines.touch_icon)
