"""Checks of what is typed: while writing, on a page of their own, and before publishing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.check_wording import say_finding, say_fix
from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PostForm
from blogapp.authoring.guarding import get_post
from blogapp.authoring.notices import say
from blogapp.authoring.taking_over import read_front_matter, take_front_matter
from blogapp.extensions import csrf
from blogapp.posts import checking
from blogapp.posts.content import Content
from blogapp.posts.drafting import head_of, working_copy
from blogapp.posts.findings import CheckKind, Finding, Setting
from blogapp.posts.models import Post
from blogapp.posts.rendering import media_by_name
from blogapp.posts.rendering_once import html_once
from blogapp.posts.writing import MOST_BYTES
from blogapp.text.excerpts import cut
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.language import ngettext
from blogapp.web.pages import render_page

_ID = re.compile(r'\sid="([^"]*)"')
# Where all answers look alike, whatever stands in the address.
_FIXED = {"index", "tags", "archive", "year", "month", "search", "feed", "rss", "json_feed"}
_FIXED |= {"sitemap", "robots", "llms", "opensearch", "security", "manifest", "favicon"}
_FIXED |= {"post_card", "site_card", "icon", "touch_icon"}


@dataclass(frozen=True)
class Checked:
    """What was found in a text, for its author."""

    findings: Sequence[Finding]
    unconfirmed: Sequence[Finding]
    starts: Sequence[tuple[int, int]] = ()

    @property
    def number(self) -> str:
        """What stands in the foot of the editor."""
        warnings = sum(not each.blocks for each in self.findings)
        parts = []
        if self.unconfirmed:
            secrets = len(self.unconfirmed)
            parts.append(ngettext("%(num)s secret", "%(num)s secrets", secrets))
        if warnings:
            parts.append(ngettext("%(num)s to look at", "%(num)s to look at", warnings))
        return ", ".join(parts) or _("Nothing to fix")

    @property
    def digests(self) -> str:
        """What a tick confirms: exactly these findings."""
        return " ".join(each.digest for each in self.unconfirmed)


@dataclass
class Examined:
    """Whether a text may go out; ``answer`` asks first where it may not yet."""

    answer: AnyResponse | None
    confirmed: Sequence[str] = field(default_factory=list)

    def settle(self, post: Post) -> None:
        """Remember what was let through, in the transaction that lets it through."""
        checking.confirm(post, self.confirmed, author_id=current_author().id, now=now())


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def look(id: int | None = None) -> AnyResponse:
    """Say what is worth a look in what was typed; put one thing right where ``fix`` names it."""
    post = get_post(id) if id else None
    form = PostForm()
    form.validate()
    if "csrf_token" in form.errors:
        return show_editor(form, post, status=422)
    content = typed_content(form, post)
    checked = check(content, post)
    if key := request.form.get("fix"):
        return _put_right(key, content, checked.findings, form, post)
    return render_page("authoring/check_post.html", checked=checked, post=post, **_typed(form))


def examine(form: PostForm, post: Post | None) -> Examined:
    """Look at a text that is about to be published, as it was typed.

    Secrets that nobody confirmed stop it. All else is shown once to an author whose editor
    could not show it, having no scripts: their form says ``ask``.
    """
    form.validate()
    if "csrf_token" in form.errors:
        # Whoever saves it answers that.
        return Examined(None)
    checked = check(typed_content(form, post), post)
    ticked = {digest for value in request.form.getlist("confirmed") for digest in value.split()}
    left = [each for each in checked.unconfirmed if each.digest not in ticked]
    confirmed = [each.digest for each in checked.unconfirmed if each.digest in ticked]
    if left or ("ask" in request.form and any(not each.blocks for each in checked.findings)):
        shown = Checked(checked.findings, left, checked.starts)
        page = render_template("authoring/ask_first.html", checked=shown, post=post, **_typed(form))
        return Examined(make_response(page, 422 if left else 200))
    return Examined(None, confirmed)


def hides_secrets(post: Post) -> bool:
    """Whether the stored text holds what looks secret and was never confirmed."""
    return bool(checking.unconfirmed_secrets([post.id]))


def check(content: Content, post: Post | None) -> Checked:
    """Return what is worth a look in a text; a text over the limit is left to saving."""
    if len(content.body) > MOST_BYTES:
        return Checked([], [])
    media = media_by_name(post) if post else {}
    setting = Setting(
        now=now(),
        base=current_app.config["PUBLIC_URL"].rstrip("/"),
        is_fixed=_is_fixed,
        anchors=partial(_anchors, content, post, media),
        opens_with=read_front_matter,
    )
    findings = checking.check(content, post=post, media=media, setting=setting)
    unconfirmed = checking.find_unconfirmed(findings, checking.list_confirmed(post))
    return Checked(findings, unconfirmed, _in_browsers(findings, content.body))


def typed_content(form: PostForm, post: Post | None) -> Content:
    """Return what was typed; what the form does not carry is as it was written before."""
    return form.content(working_copy(post) if post else Content({}, ""))


def offer_to_templates() -> dict[str, Any]:
    """The words of findings, for templates; and how long texts are cut."""
    return {"say_finding": say_finding, "say_fix": say_fix, "cut_at": cut}


def _typed(form: PostForm) -> dict[str, Any]:
    left_out = {"csrf_token", "ask", "confirmed", "fix"}
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in left_out]
    return {"form": form, "fields": fields}


def _put_right(
    key: str, content: Content, findings: Sequence[Finding], form: PostForm, post: Post | None
) -> AnyResponse:
    found = next((each for each in findings if each.key == key), None)
    taken = None
    if found and found.kind is CheckKind.FRONT_MATTER:
        taken = take_front_matter(content, post)
        content = taken.content
    elif found and found.fix:
        content = found.fix.apply(content)
    if request.accept_mimetypes.best == "application/json":
        said = taken.words if taken else []
        return jsonify(fields=dict(content.fields), body=content.body, said=said)
    for sentence in taken.words if taken else []:
        say(sentence)
    head = form.head.data or ""
    known = int(head) if head.isdecimal() else head_of(post) if post else 0
    shown = PostForm.showing(content, post, head=known)
    shown.is_page.data = form.is_page.data
    return show_editor(shown, post, is_saved=False)


def _anchors(content: Content, post: Post | None, media: Any) -> set[str]:
    """The ids on the page that the text becomes."""
    is_known = post is not None and post.is_public(now())
    html = html_once(
        content.body,
        media,
        language=content["language"] or current_site().language,
        sections=post.sections if post and is_known else (),
    )
    return set(_ID.findall(html))


def _is_fixed(path: str) -> bool:
    try:
        endpoint, _values = current_app.url_map.bind("").match(path)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    blueprint, _dot, name = endpoint.partition(".")
    return endpoint == "static" or blueprint == "authoring" or name in _FIXED


def _in_browsers(findings: Sequence[Finding], body: str) -> list[tuple[int, int]]:
    """Return where findings begin and end as browsers count: in UTF-16 units."""
    if not any(character > "\uffff" for character in body):
        return [(each.start, each.end) for each in findings]
    places = sorted({place for each in findings for place in (each.start, each.end)})
    units, before, told = 0, 0, {0: 0}
    for place in places:
        units += len(body[before:place].encode("utf-16-le", "surrogatepass")) // 2
        before, told[place] = place, units
    return [(told[each.start], told[each.end]) for each in findings]
