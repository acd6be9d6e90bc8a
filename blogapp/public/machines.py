"""What programs ask every site for: robots.txt, icons, a manifest, a way to search."""

from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from flask import Response, abort, current_app, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from blogapp.caching.keeping import keep
from blogapp.media.icons import ICO
from blogapp.posts.reading import find_page
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.assets import asset_address
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.icons import icon_address, icon_content, present_digest
from blogapp.web.look import paper_colours
from blogapp.web.theming import current_theme

PRIVATE = ("/account", "/invite", "/login", "/logout", "/preview", "/reset", "/write")
# Places that one choice has, and the choices as they stand in an address (`Selection.pairs`).
PLACES = ("/archive", "/authors", "/domains", "/series", "/tags")
CHOICES = ("tag", "match", "not", "domain", "kind", "series", "author", "year")
# Other orders, layouts, searches and batches of what is elsewhere already.
REPEATING = ("q", "sort", "view", "after", "through", "find", "fragment")
A_DAY = 86_400  # seconds
# The file of an owner who wants to be told of holes, in the instance folder.
SECURITY = "security.txt"
# Pages that it names where they are there: who is behind the blog, how holes are dealt with.
_ABOUT, _POLICY = "about", "security"
_VALID = timedelta(days=300)
_ICO_TYPE = "image/vnd.microsoft.icon"


def robots() -> Response:
    """Everything public may be read by anyone, combinations of choices aside (RFC 9309).

    Those are more addresses than a crawler could ever read; Google's advice on such filters
    is to keep it out here, since ``noindex`` is seen only by who has come already. What may be
    indexed stays open: one choice, the pages of a list, and every feed.
    """
    keep(url_for("public.robots"))
    home = request.script_root
    lines = [
        "User-agent: *",
        *(f"Disallow: {home}{path}" for path in (*PRIVATE, "/search?")),
        *(f"Disallow: {home}{place}/*?" for place in PLACES),
        *(f"Allow: {home}{place}/*?page=" for place in PLACES),
        # The second choice, and every other one, follows upon an ampersand.
        *(f"Disallow: {home}/?*&{key}=" for key in (*CHOICES, *REPEATING)),
        *(f"Disallow: {home}/?{key}=" for key in REPEATING),
        f"Sitemap: {absolute_url_for('public.sitemap')}",
    ]
    return _text("".join(f"{line}\n" for line in lines))


def security() -> Response:
    """Whom to tell about a hole (RFC 9116): the owner's file as it is, else one of the settings.

    Where nobody is named, it is the page that says who is behind the blog, or the front page.
    It is never kept: it expires.
    """
    path = Path(current_app.config["INSTANCE"]) / SECURITY
    if path.is_file():
        return _text(path.read_text(encoding="utf-8", errors="replace"))
    pages = [each for each in (_ABOUT, _POLICY) if _is_read(each)]
    contacts = current_app.config["SECURITY_CONTACT"] or [
        absolute_url_for("public.about" if _ABOUT in pages else "public.index")
    ]
    # Some months are left whenever it is read, and it is the same text for a month.
    begun = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    languages = dict.fromkeys((current_site().language, "en"))
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {(begun + _VALID).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Preferred-Languages: {', '.join(languages)}",
        f"Canonical: {absolute_url_for('public.security')}",
    ]
    if _POLICY in pages:
        lines.append(f"Policy: {absolute_url_for('public.page', slug=_POLICY)}")
    return _text("".join(f"{line}\n" for line in lines))


def opensearch() -> Response:
    """How a browser searches this blog from its address bar (OpenSearch 1.1)."""
    keep(url_for("public.opensearch"))
    site, home = current_site(), absolute(f"{request.script_root}/")
    name = escape(site.title[:16].strip())
    about = escape(_("Search %(site)s", site=site.title)[:1024])
    icon = escape(absolute(icon_address("icon-192.png")))
    suggestions = f"{home}search?q={{searchTerms}}&fragment=completions"
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>{name}</ShortName>
  <Description>{about}</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Image width="192" height="192" type="image/png">{icon}</Image>
  <Url type="text/html" template="{escape(home)}?q={{searchTerms}}"/>
  <Url type="application/x-suggestions+json" template="{escape(suggestions)}"/>
  <Url type="application/atom+xml" template="{escape(home)}feed.xml?q={{searchTerms}}"/>
</OpenSearchDescription>
"""
    return Response(text, content_type="application/opensearchdescription+xml; charset=utf-8")


def manifest() -> Response:
    """What a home screen needs to know (W3C Web Application Manifest)."""
    keep(url_for("public.manifest"))
    site, paper = current_site(), paper_colours()[0]
    icons = [
        {"src": icon_address("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": icon_address("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": icon_address("maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    if present_digest() is None:
        house = {"src": asset_address("icons/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
        icons.insert(0, house)
    response = jsonify(
        id=f"{request.script_root}/",
        name=site.title,
        description=site.description or site.intro,
        lang=site.language,
        start_url=f"{request.script_root}/",
        scope=f"{request.script_root}/",
        display="minimal-ui",
        background_color=paper,
        theme_color=paper,
        icons=icons,
    )
    response.content_type = "application/manifest+json"
    return response


def favicon() -> Response:
    """The icon that browsers ask for without having been told of one."""
    keep(url_for("public.favicon"))
    return _icon(ICO, _ICO_TYPE, "favicon.ico")


def touch_icon() -> Response:
    """The icon for home screens, at the address where phones look for it."""
    keep(url_for("public.touch_icon"))
    return _icon("touch-180.png", "image/png", "touch.png")


def icon(digest: str, name: str) -> Answer:
    """An icon made from the owner's logo, at an address that says which."""
    content = icon_content(name) if digest == present_digest() else None
    if content is None:
        abort(404)
    response = Response(content, content_type=_ICO_TYPE if name == ICO else "image/png")
    response.headers["Cache-Control"] = f"public, max-age={365 * A_DAY}, immutable"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def _is_read(slug: str) -> bool:
    page = find_page(slug)
    return page is not None and page.is_public(now())


def _icon(name: str, content_type: str, house: str) -> Response:
    folder = current_app.extensions["assets"] / "icons"
    path = current_theme().static.get(f"icons/{house}") or folder / house
    content = icon_content(name) or path.read_bytes()
    answer = Response(content, content_type=content_type)
    answer.headers["Cache-Control"] = f"public, max-age={A_DAY}"
    return answer


def _text(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
