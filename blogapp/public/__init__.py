"""Everything a reader can open without signing in."""

from flask import Blueprint

from blogapp.extensions import csrf
from blogapp.public import (
    addressing,
    archive,
    cards,
    code,
    describing,
    feeds,
    health,
    listing,
    llms,
    machines,
    media,
    pages,
    posts,
    preview,
    searching,
    sitemap,
    tags,
)
from blogapp.web import icons, policy_reports

bp = Blueprint("public", __name__)
bp.before_app_request(addressing.drop_last_slash)
for function in (
    describing.describe_post,
    describing.describe_page,
    describing.describe_listing,
    describing.describe_overview,
    icons.favicon_address,
    icons.icon_address,
    icons.icon_mark,
):
    bp.add_app_template_global(function)

bp.add_url_rule("/", "index", listing.index)
bp.add_url_rule("/search", "search", searching.show, strict_slashes=False)
bp.add_url_rule("/tags", "tags", tags.index, strict_slashes=False)
bp.add_url_rule("/tags/<slug>", "tag", listing.tag, strict_slashes=False)
bp.add_url_rule("/domains/<slug>", "domain", listing.domain, strict_slashes=False)
bp.add_url_rule("/series/<slug>", "series", listing.series, strict_slashes=False)
bp.add_url_rule("/authors/<slug>", "author", listing.author, strict_slashes=False)
bp.add_url_rule("/archive", "archive", archive.show, strict_slashes=False)
bp.add_url_rule("/archive/<int:year>", "year", listing.year, strict_slashes=False)
bp.add_url_rule("/archive/<int:year>/<int:month>", "month", listing.month, strict_slashes=False)

bp.add_url_rule("/healthz", "healthz", health.healthz)
bp.add_url_rule("/readyz", "readyz", health.readyz)
bp.add_url_rule("/metrics", "metrics", health.metrics)

bp.add_url_rule("/posts/<slug>", "post", posts.show)
bp.add_url_rule("/posts/<slug>/", "post_with_slash", posts.show)
bp.add_url_rule("/posts/<slug>.md", "post_markdown", posts.show_markdown)
bp.add_url_rule("/posts/<slug>/code/<int:number>/<name>", "post_code", code.show_of_post)

bp.add_url_rule("/about", "about", pages.about, strict_slashes=False)
bp.add_url_rule("/pages/<slug>", "page", pages.show, strict_slashes=False)
bp.add_url_rule("/pages/<slug>.md", "page_markdown", pages.show_markdown)
bp.add_url_rule("/pages/<slug>/code/<int:number>/<name>", "page_code", code.show_of_page)

bp.add_url_rule("/preview/<token>", "preview", preview.show)

bp.add_url_rule("/feed.xml", "feed", feeds.atom)
bp.add_url_rule("/rss.xml", "rss", feeds.rss)
bp.add_url_rule("/feed.json", "json_feed", feeds.json)

bp.add_url_rule("/media/cards/<int:id>-<digest>.png", "post_card", cards.post)
bp.add_url_rule("/media/cards/site-<digest>.png", "site_card", cards.site)
bp.add_url_rule("/media/icons/<digest>/<name>", "icon", machines.icon)
bp.add_url_rule("/media/<path:key>", "media", media.show)

bp.add_url_rule("/sitemap.xml", "sitemap", sitemap.whole)
bp.add_url_rule("/sitemap-<int:number>.xml", "sitemap_part", sitemap.part)
bp.add_url_rule("/csp-report", "csp_report", csrf.exempt(policy_reports.take), methods=["POST"])
bp.add_url_rule("/robots.txt", "robots", machines.robots)
bp.add_url_rule("/llms.txt", "llms", llms.show)
bp.add_url_rule("/opensearch.xml", "opensearch", machines.opensearch)
bp.add_url_rule("/.well-known/security.txt", "security", machines.security)
bp.add_url_rule("/site.webmanifest", "manifest", machines.manifest)
bp.add_url_rule("/favicon.ico", "favicon", machines.favicon)
bp.add_url_rule("/apple-touch-icon.png", "touch_icon", machines.touch_icon)
