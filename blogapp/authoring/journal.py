"""The journal over HTTP: what an open editor typed, kept before anything is checked."""

from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, jsonify, make_response, request, url_for
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from wtforms.validators import ValidationError

from blogapp.accounts.models import Author
from blogapp.authoring.typed import permitted, says_nothing
from blogapp.config import MEGABYTE
from blogapp.extensions import csrf, db
from blogapp.posts import drafting
from blogapp.posts.content import FIELDS, ON, SWITCHES
from blogapp.posts.drafting import Burst, Typing, Written
from blogapp.posts.errors import BodyTooLong, OutOfStep
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.rights import may_edit, may_manage_site
from blogapp.posts.writing import MOST_BYTES
from blogapp.text.name_lists import clean, one_line
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site

# A megabyte of text, every character of it escaped.
LARGEST = 8 * MEGABYTE
LONGEST_FIELD = 10_000  # characters
LONGEST_CLIENT = 40
LARGEST_NUMBER = 2**31 - 1
# How often a request that met another one is tried.
TRIES = 3


@csrf.exempt  # checks the token itself: a script wants to be told in JSON
def write(id: int | None = None) -> Response:
    """Keep a burst of typing and say which head it made; a text without a post gets one."""
    try:
        _demand_token()
        if id:
            _get_post(id)
        burst, is_page = _read(id)
        for attempt in range(TRIES):
            try:
                return _kept(id, burst, is_page=is_page)
            except IntegrityError:
                # The same burst in another process, just committed: it is found there now.
                db.session.rollback()
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("the loop returns or raises")
    except OutOfStep:
        return _refuse(400, whole=True)
    except BodyTooLong:
        return _refuse(413, most=MOST_BYTES)
    except IntegrityError:
        db.session.rollback()
        return _refuse(503, retry=True)
    except HTTPException as error:
        return error.response or _refuse(error.code or 500)  # type: ignore[return-value]


def addresses_of(post: Post) -> dict[str, str]:
    """Return where an editor sends what it does to ``post``."""
    names = {
        "edit": "edit_post",
        "journal": "write_journal",
        "preview": "preview_post",
        "publication": "publish_post",
        "images": "add_image",
        "checks": "check_post",
        "card": "show_card",
        "trash": "trash_post",
    }
    return {name: url_for(f"authoring.{view}", id=post.id) for name, view in names.items()}


def _kept(id: int | None, burst: Burst, *, is_page: bool) -> Response:
    author, known_at = current_author(), id
    if id is None:
        if is_page and not may_manage_site(author):
            abort(403)
        if _says_nothing(burst, author):
            return jsonify(head=0, at=now().isoformat(), post=None, version="", merged=None)
        language = current_site().language
        id = drafting.start(
            burst.client, author=author, language=language, is_page=is_page, now=now()
        ).id
    post = _get_post(id)
    fields = permitted(dict(burst.fields), author, post)
    burst = replace(burst, fields=fields)
    written = drafting.write(post, burst, author_id=author.id, now=now())
    db.session.commit()
    if b"\\r" in request.get_data():
        # Line ends were changed: what the sender shows may be longer.
        written = replace(written, is_merged=True)
    return _answer(post, written, is_new=known_at is None)


def _get_post(id: int) -> Post:
    post = find_for_writing(id)
    if post is None:
        abort(404)
    if not may_edit(current_author(), post):
        abort(403)
    return post


def _answer(post: Post, written: Written, *, is_new: bool) -> Response:
    answer: dict[str, Any] = {
        "head": written.head,
        "at": written.at.isoformat(),
        "post": post.id,
        "version": str(post.version),
        "is_pending": written.is_pending,
    }
    if is_new:
        answer["addresses"] = addresses_of(post)
    if branch := written.branch:
        address = url_for(".show_conflict", id=post.id, branch=branch.id)
        answer |= {
            "branch": branch.id,
            "conflict": {"by": ", ".join(filter(None, written.by)), "address": address},
        }
        return make_response(jsonify(answer), 409)
    answer["merged"] = _merged(written)
    return jsonify(answer)


def _merged(written: Written) -> dict[str, Any] | None:
    if not written.is_merged:
        return None
    return {
        "by": ", ".join(filter(None, written.by)),
        "text": written.content.body,
        "fields": dict(written.content.fields),
        "where": [heading for heading in written.where if heading],
    }


def _says_nothing(burst: Burst, author: Author) -> bool:
    typed = burst.body.inserted if isinstance(burst.body, Typing) else burst.body or ""
    return says_nothing(burst.fields, typed, author) and not drafting.is_known(burst.client)


# Reading: what is malformed is answered 400.


def _demand_token() -> None:
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except ValidationError:
        abort(_refuse(400, csrf=True))


def _read(id: int | None) -> tuple[Burst, bool]:
    request.max_content_length = LARGEST
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict):
        abort(400)
    client = sent.get("client")
    if not isinstance(client, str) or not 8 <= len(client) <= LONGEST_CLIENT:
        abort(400)
    if not client.replace("-", "").isalnum() or not client.isascii():
        abort(400)
    burst = Burst(
        client=client,
        sequence=_number(sent.get("sequence"), least=1),
        base=_number(sent.get("base"), least=0) if id else 0,
        fields=_fields(sent.get("fields") or {}),
        body=_body(sent.get("body")),
        version=str(sent.get("version") or ""),
    )
    return burst, bool(sent.get("is_page"))


def _number(sent: object, *, least: int) -> int:
    if not isinstance(sent, int) or isinstance(sent, bool) or not least <= sent <= LARGEST_NUMBER:
        abort(400)
    return sent


def _fields(sent: object) -> dict[str, str]:
    if not isinstance(sent, dict):
        abort(400)
    fields = {}
    for name, value in sent.items():
        if not isinstance(value, str):
            abort(400)
        if len(value) > LONGEST_FIELD:
            abort(413)
        if name in FIELDS:
            fields[name] = one_line(value)
    for name in SWITCHES:
        if name in fields:
            fields[name] = ON if fields[name] in (ON, "1") else ""
    return fields


def _body(sent: object) -> str | Typing | None:
    if sent is None:
        return None
    if not isinstance(sent, dict):
        abort(400)
    if "text" in sent:
        if not isinstance(sent["text"], str):
            abort(400)
        return clean(_with_line_feeds(sent["text"]))
    inserted = sent.get("inserted", "")
    if not isinstance(inserted, str):
        abort(400)
    return Typing(
        start=_number(sent.get("start"), least=0),
        removed=_number(sent.get("removed", 0), least=0),
        inserted=_with_line_feeds(inserted),
    )


def _with_line_feeds(text: str) -> str:
    """Return ``text`` with LF for every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse(status: int, **words: object) -> Response:
    return make_response(jsonify(words), status)
