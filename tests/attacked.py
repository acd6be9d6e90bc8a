"""A blog in which every text of every row is an attack, and what must not come of it on pages."""

import json
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from itertools import count
from urllib.parse import quote, urlencode, urlsplit

import html5lib
from bs4 import BeautifulSoup
from sqlalchemy import event

from blogapp.accounts.audit_models import ActorKind, AuditEvent
from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.invitation_models import Invitation
from blogapp.accounts.models import Author, AuthorSession
from blogapp.accounts.tokens import token_hash
from blogapp.extensions import db
from blogapp.importing.models import KeptList
from blogapp.importing.run_models import ImportRun, RunState
from blogapp.mailing.models import Channel, Message
from blogapp.media.models import Media
from blogapp.posts.comment_models import Comment
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Domain, PostMedia, Redirect, Series, Tag, TagAlias
from blogapp.posts.preview_models import PreviewLink
from blogapp.posts.redirect_models import MissingPath
from blogapp.posts.review_models import Review, ReviewStep
from blogapp.posts.revision_models import Revision
from blogapp.posts.undo_models import Undo
from blogapp.site.models import Site
from blogapp.site.report_models import PolicyReport
from blogapp.text.commenting import comment_html, web_address
from blogapp.text.markdown import render
from blogapp.text.origins import is_linkable
from tests.conftest import JANUARY

EVER = JANUARY + timedelta(days=36_500)
PREVIEW = "p" * 43
INVITATION = "i" * 43

# Each breaks out of something else.
OWN_ATTACKS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</title></textarea></style></script><script>alert(1)</script>",
    "javascript:alert(1)",
    "--><svg onload=alert(1)>",
    "' onfocus=alert(1) autofocus x='",
    "{{7*7}}${alert(1)}`-alert(1)-`\\u003cscript\\u003ealert(1)",
    "<p style='background:url(https://evil.example/)' hx-get=https://evil.example hx-trigger=load>",
]

# What no page of the blog has, whoever wrote it.
FOREIGN = {"object", "embed", "applet", "frame", "frameset", "portal"}
HANDLER = re.compile(r"on\w+|srcdoc|style|hx-on\S*", re.IGNORECASE)
ADDRESSES = ("href", "src", "action", "formaction", "poster", "cite", "data", "srcset")
RUNS = re.compile(r"(?:javascript|vbscript|blob|file):|data:(?!image/(?:png|svg\+xml|webp|jpeg))")
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]+")
# What no text of an author has.
DANGEROUS_ELEMENTS = (
    "script, style, link, meta, base, iframe, frame, object, embed, applet, form, input, button,"
    " select, textarea, svg, math, template, noscript, marquee, isindex, portal, animate, set"
)
DANGEROUS_ATTRIBUTES = re.compile(
    r"on.*|hx-.*|data-hx-.*|style|srcdoc|formaction|action|ping|xlink:href|background|is|nonce"
)
DANGEROUS_ADDRESS = re.compile(r"(javascript|vbscript|data|blob|file):")
# Scripts of these types are read, not run.
READ = {"application/ld+json", "application/json", "speculationrules", "importmap"}


def fill(attacks, owner, make_post):
    """Put the attacks into every text there is.

    One row of each kind has all of them at once; and where a text's beginning decides, as with
    addresses, there is a row for each.
    """
    if db.engine.dialect.name != "sqlite":
        # It refuses what is longer than its column, which SQLite takes in.
        event.listen(db.session, "before_flush", _cut)
        try:
            return _fill(attacks, owner, make_post)
        finally:
            event.remove(db.session, "before_flush", _cut)
    return _fill(attacks, owner, make_post)


def _cut(session, _context, _instances):
    for row in (*session.new, *session.dirty):
        for column in row.__table__.columns:
            length, value = getattr(column.type, "length", None), getattr(row, column.key, None)
            if length and isinstance(value, str) and len(value) > length:
                setattr(row, column.key, value[:length])


def _fill(attacks, owner, make_post):
    text = " ".join(attacks)
    linkable = [attack for attack in attacks if is_linkable(attack)]
    links = [{"label": attack, "address": attack} for attack in linkable]
    links.append({"label": text, "address": "/x"})
    site = Site(id=1, page_size=30, navigation=links, footer_links=links, social_links=links[-12:])
    for name in ("title", "eyebrow", "heading", "hero", "intro", "description"):
        setattr(site, name, text)
    site.footer_line = site.logo_alt = text
    site.breadcrumb = links
    db.session.add(site)
    other = Author(slug="other", role="author", email="other@example.com", created_at=JANUARY)
    for person in (owner, other):
        person.name, person.bio, person.links = f"{person.slug} {text}", text, links
    media = Media(sha256="0" * 64, key=f"{'0' * 16}/a.png", name=text, content_type="image/png")
    media.size, media.width, media.height, media.created_at = 1, 900, 600, JANUARY
    media.alt = media.caption = media.credit = text
    media.metadata_found, media.uploaded_by_id = [text], owner.id
    db.session.add_all([other, media])
    db.session.flush()
    db.session.add(Domain(name="Elsewhere", slug="elsewhere"))
    post = _posts(attacks, text, owner, make_post, media)
    _beside(post, attacks, text, owner, media)
    for model in (Tag, Domain, Series):
        for row in db.session.query(model):
            row.description = text
    tag = db.session.query(Tag).first()
    db.session.add(TagAlias(tag_id=tag.id, name=f"alias {text}", slug="alias"))
    db.session.commit()


def _posts(attacks, text, owner, make_post, media):
    shown = {"tags": [f"tag {text}"], "domain": f"domain {text}", "series": f"series {text}"}
    body = "\n\n".join([*attacks, "![in words](a.png)"])
    post = make_post(text, body=body, slug="attacked", summary=text, authors=[owner], **shown)
    post.kind = text
    db.session.add(PostMedia(post_id=post.id, name="a.png", media_id=media.id))
    post.cover_id = media.id
    make_post(f"2 {text}", body=text, slug="draft", published_at=None, authors=[owner])
    make_post(f"3 {text}", body=body, slug="kept", is_page=True, authors=[owner], summary=text)
    make_post(f"4 {text}", body="/posts/attacked", slug="linking", authors=[owner], **shown)
    for number, attack in enumerate(attacks):
        make_post(
            attack,
            body=attack,
            slug=f"attack-{number}",
            summary=attack,
            tags=[attack],
            published_at=JANUARY - timedelta(days=number),
            canonical_url=attack if is_linkable(attack) else "",
        )
    return post


def _beside(post, attacks, text, owner, media):
    numbers = count(1)
    for attack in [text, *attacks]:
        number = next(numbers)
        comment = Comment(post_id=post.id, source_id=str(number), at=JANUARY, name=attack)
        comment.body, comment.html, comment.url = attack, comment_html(attack), web_address(attack)
        session = AuthorSession(token_hash=f"{number:064}", author_id=owner.id, user_agent=attack)
        session.created_at = session.last_seen_at = JANUARY
        session.expires_at = session.ends_at = EVER
        key = Passkey(author_id=owner.id, name=attack, credential_id=str(number), public_key=b"")
        key.sign_count, key.aaguid, key.transports, key.created_at = 0, attack, attack, JANUARY
        key.may_be_backed_up = key.is_backed_up = False
        leading = Redirect(path=f"/old/{number}/{attack}", target=f"/{attack}", came_by="hand")
        leading.created_at = JANUARY
        event = AuditEvent(at=JANUARY, actor_kind=ActorKind.PERSON, actor_label=attack)
        event.network, event.act, event.about_type = attack, "post.published", attack
        event.about_id, event.about_label, event.details = attack, attack, {attack: attack}
        times = {"hits": 5, "first_at": JANUARY, "last_at": JANUARY}
        db.session.add_all(
            [
                *(comment, session, key, leading, event),
                MissingPath(path=f"/{number}/{attack}", referrer=attack, **times),
                PolicyReport(directive="img-src", blocked=attack, page=f"/{attack}", **times),
            ]
        )
    _reviewed(post, attacks, text, owner)
    fields = {"title": text, "summary": text, "tags": text, "slug": text, "kind": text}
    fields |= {"domain": text, "series": text, "canonical_url": text, "authors": text}
    for number in (101, 102):
        kept = Revision(post_id=post.id, number=number, kind="updated", at=JANUARY)
        kept.begun_at, kept.author_id, kept.name, kept.note = JANUARY, owner.id, text, text
        kept.change_type, kept.digest = "update", f"{number:064}"
        kept.fields, kept.body = {**fields, "title": f"{number} {text}"}, f"{number}\n\n{text}"
        db.session.add(kept)
    draft = db.session.get(Draft, post.id) or Draft(post_id=post.id, changed_at=JANUARY)
    draft.fields, draft.body, draft.is_pending = fields, text, True
    run = ImportRun(token="0" * 32, by_id=owner.id, kind="feed", file_name=text, size=1)
    run.state, run.created_at, run.error = RunState.PREVIEWED, JANUARY, text
    row = {"title": text, "slug": text, "date": text, "tags": [text], "path": text}
    run.summary = {"rows": [{**row, "result": "created"}], "losses": [[text, 1, [[text, text]]]]}
    run.summary |= {"others": 1, "lists": {text: 1}, "addresses": attacks, "to_fetch": 1}
    failed = ImportRun(token="1" * 32, by_id=owner.id, kind="feed", file_name=text, size=1)
    failed.state, failed.created_at, failed.error = RunState.FAILED, JANUARY, text
    mail = Message(channel=Channel.MAIL, recipient=text, name="test", content="", error=text)
    mail.created_at = mail.given_up_at = JANUARY
    held = {"created_at": JANUARY, "expires_at": EVER}
    hashes = {"token_hash": token_hash(INVITATION), "role": "author", "invited_by_id": owner.id}
    people = KeptList(source=text, name=text, columns=[text], rows=f'"{text}"', count=1)
    people.imported_at = JANUARY
    db.session.add_all(
        [
            *(draft, run, failed, mail, people),
            Invitation(name=text, email=text, **hashes, **held),
            PreviewLink(post_id=post.id + 1, token_hash=token_hash(PREVIEW), **held),
            Undo(author_id=owner.id, at=JANUARY, act="tag", count=1, title=text, words=text),
        ]
    )


def _reviewed(post, attacks, text, owner):
    review = Review(post_id=post.id, asked_by_id=owner.id, asked_at=JANUARY, revision_number=101)
    review.digest = "0" * 64
    db.session.add(review)
    db.session.flush()
    for kind, said in (("asked", text), *(("commented", attack) for attack in attacks)):
        step = ReviewStep(review_id=review.id, kind=kind, author_id=owner.id, at=JANUARY)
        step.body = step.quote = said
        step.html = comment_html(render(said).html)
        db.session.add(step)


def addresses(app, attacks):
    """The address of every page there is to be read, and what can be asked of the listing."""
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint not in NOT_SHOWN:
            for values in _values(rule):
                yield rule.build(values)[1].removeprefix("/") or "./"
    words = " ".join(attacks)[:180]
    asked = {"tag": words, "not": words, "domain": words, "series": words, "author": words}
    for query in (
        *({"view": view} for view in ("log", "cards", "minimal")),
        *({"q": words}, asked, {"find": words}, {"tag": f"tag-{words}", "match": "any"}),
    ):
        yield f"./?{urlencode(query)}"
    for path, name in (("search", "q"), ("login", "next"), ("reset", "next")):
        yield f"{path}?{urlencode({name: words})}"
    for path in ("posts", "tags", "media", "links", "settings/audit", "settings/redirects"):
        yield f"write/{path}?{urlencode({'q': words})}"
    yield f"write/settings/redirects/test?{urlencode({'path': words, 'address': words})}"
    yield f"write/settings/outside?{urlencode({'kind': 'img', 'origin': words})}"
    yield "write/posts/1/comparison?before=101&after=102"
    yield quote(words, safe="")


NOT_SHOWN = {
    *("static", "public.media", "public.post_card", "public.site_card", "public.icon"),
    *("public.favicon", "public.touch_icon", "public.manifest", "authoring.show_card"),
    *("authoring.show_first_card", "auth.logout", "authoring.show_upload"),
}
SLUGS = {
    "public.post": ("attacked", "linking"),
    "public.post_with_slash": ("attacked",),
    "public.post_markdown": ("attacked",),
    "public.page": ("kept",),
    "public.page_markdown": ("kept",),
    "public.author": ("grace-hopper",),
}


def _values(rule):
    """What fills the places of a rule: a way for each thing that is worth being seen."""
    arguments = rule.arguments - set(rule.defaults or ())
    if not arguments:
        return [dict(rule.defaults or {})]
    if "slug" in arguments:
        slugs = SLUGS.get(rule.endpoint) or _first_slugs(rule.endpoint)
        rest = {"number": 1, "name": "x", "section": "x"}
        return [{k: {**rest, "slug": slug}[k] for k in arguments} for slug in slugs]
    if "token" in arguments:
        tokens = {"public.preview": PREVIEW, "auth.invite": INVITATION}
        return [{"token": tokens.get(rule.endpoint, "0" * 43)}]
    if "year" in arguments:
        return [{k: {"year": 2026, "month": 1}[k] for k in arguments}]
    ids = (2,) if rule.rule.startswith(("/write/people/", "/write/settings/domains/")) else (1,)
    return [{**dict.fromkeys(arguments, id), **(rule.defaults or {})} for id in ids]


def _first_slugs(endpoint):
    models = {"public.tag": Tag, "public.domain": Domain, "public.series": Series}
    model = models.get(endpoint)
    return [row.slug for row in db.session.query(model).limit(2)] if model else ["x"]


def filled_in(page, address, text):
    """The forms of a page as somebody sends them who writes ``text`` into every field.

    Gives address and fields of each form that takes a text.
    """
    for form in page.select("form[method=post i]"):
        free = form.select("textarea, input:not([type]), " + ", ".join(FREE))
        if not any(field.get("name") for field in free):
            continue
        fields = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
        fields |= {field["name"]: text for field in free if field.get("name")}
        buttons = form.select("button[formaction]")
        for action in [form, *(b for b in buttons if "preview" in b["formaction"])]:
            yield action.get("formaction") or action.get("action") or f"/{address}", fields


FREE = [f"input[type={kind}]" for kind in ("text", "search", "url", "email", "password", "hidden")]


def residue(response):
    """What in an answer would run in a browser, and was put there by nobody of ours.

    Scripts and styles in the page are ours when the policy names their hashes.
    """
    if response.mimetype not in {"text/html", "application/xhtml+xml", "image/svg+xml"}:
        return []
    policy = response.headers.get("Content-Security-Policy", "")
    html = response.get_data(as_text=True)
    found = []
    # Elements alone, without a tree on top: pages full of attacks are long.
    for element in html5lib.parse(html, namespaceHTMLElements=False).iter():
        if isinstance(element.tag, str):
            found += _foreign(element, element.tag.rpartition("}")[2], policy)
    return found


def _foreign(element, tag, policy):
    said = element.attrib
    if tag in FOREIGN or (tag == "base" and "href" in said) or said.get("http-equiv") == "refresh":
        yield f"{tag} {said}"[:80]
    for name, value in said.items():
        bare = name.rpartition("}")[2]
        if HANDLER.fullmatch(bare) or (
            bare in ADDRESSES and RUNS.match(UNSEEN.sub("", value).lower())
        ):
            yield f"{tag} {bare}={value[:60]}"
    if tag in {"script", "style"} and not _is_ours(element, policy):
        yield f"{tag} {said} {element.text}"[:80]


def _is_ours(element, policy):
    text = element.text or ""
    if source := element.get("src"):
        return not urlsplit(source).netloc and "static/" in source
    if element.get("type") in READ:
        return json.loads(text) is not None
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'" in policy


def dangers(html):
    """What in a sanitised body could run, by the parser that browsers use."""
    tree = BeautifulSoup(html, "html5lib").body
    found = [element.name for element in tree.select(DANGEROUS_ELEMENTS)]
    for element in tree.find_all(True):
        found += [name for name in element.attrs if DANGEROUS_ATTRIBUTES.fullmatch(name.lower())]
        addresses = (str(element.get(name, "")) for name in ADDRESSES)
        found += [a for a in addresses if DANGEROUS_ADDRESS.match(UNSEEN.sub("", a).lower())]
    return found
