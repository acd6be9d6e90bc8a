"""What a post said at other times: listed, compared, named, and brought back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.forms import PostForm
from blogapp.authoring.guarding import demand_publishing, demand_token, get_post
from blogapp.authoring.notices import complain, say
from blogapp.authoring.saving import keep_typed
from blogapp.authoring.typed import decided_by_others
from blogapp.extensions import csrf, db
from blogapp.posts import restoring
from blogapp.posts.content import FIELDS, SWITCHES, Content, content_of
from blogapp.posts.drafting import head_of, working_copy
from blogapp.posts.models import Post
from blogapp.posts.rendering import media_by_name
from blogapp.posts.revising import content_in, find_revision, list_revisions
from blogapp.posts.revision_models import Revision
from blogapp.posts.rights import may_publish
from blogapp.text.differences import Kind, Line, compare, compare_words, count_words, cut_out
from blogapp.text.name_lists import clean, one_line, split_names
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.comparing import ComparedPage, compare_as_page
from blogapp.web.filters import current_site
from blogapp.web.pages import render_page

DRAFT, LIVE = "draft", "live"
AS_PAGE, AS_SOURCE = "page", "source"
LONGEST_NAME = 200
LONGEST_NOTE = 1_000
# Lines of source on one page: more are more than anybody reads, or than a phone can show.
MOST_LINES = 3_000
MANY_WORDS = 50
MOST_EXCERPTS = 3
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Side:
    """One of two that are compared: the working copy, what the post says, or a revision."""

    key: str
    content: Content
    revision: Revision | None = None


@dataclass(frozen=True)
class ChangedField:
    """A field that differs, as stretches that both have, one has, or the other."""

    label: str
    stretches: Sequence[tuple[Kind, str]]


@dataclass(frozen=True)
class Comparison:
    """What became of ``old`` in ``new``."""

    post: Post
    old: Side
    new: Side

    @property
    def is_same(self) -> bool:
        return self.old.content == self.new.content

    @cached_property
    def words(self) -> tuple[int, int]:
        """How many words of the text were added and removed."""
        return count_words(self.old.content.body, self.new.content.body)

    @property
    def is_large(self) -> bool:
        """Whether somebody who has read the one would miss something of the other."""
        return sum(self.words) >= MANY_WORDS

    @cached_property
    def excerpts(self) -> list[list[tuple[Kind, str]]]:
        """The first few changes of the text, each with some words around it."""
        return cut_out(self.old.content.body, self.new.content.body, most=MOST_EXCERPTS)

    @cached_property
    def fields(self) -> list[ChangedField]:
        form = PostForm(formdata=None)
        old, new = self.old.content, self.new.content
        return [
            ChangedField(form[name].label.text, _stretches(name, old[name], new[name]))
            for name in FIELDS
            if _said(name, old[name]) != _said(name, new[name])
        ]

    @cached_property
    def page(self) -> ComparedPage | None:
        """Both as readers see them; None where that costs too much."""
        language = self.new.content["language"] or current_site().language
        media = media_by_name(self.post)
        bodies = self.old.content.body, self.new.content.body
        return compare_as_page(*bodies, media=media, language=language)

    @cached_property
    def lines(self) -> list[Line]:
        return compare(self.old.content.body, self.new.content.body)


def index(id: int) -> AnyResponse:
    """The revisions of a post, newest first, and its working copy above them."""
    post = get_post(id)
    given = request.args.get("page", "1")
    if not _NUMBER.fullmatch(given):
        abort(400)
    history = list_revisions(post, page=int(given))
    if history.page > history.pages:
        abort(404)
    return render_page(
        "authoring/list_revisions.html",
        post=post,
        state=post.state(now()),
        history=history,
        is_pending=working_copy(post) != content_of(post),
        tells_readers=may_publish(current_author(), post),
    )


def compare_two(id: int) -> AnyResponse:
    """Two states of a post beside each other, as readers see them or in their source."""
    post = get_post(id)
    old = _side(post, request.args.get("from", LIVE))
    new = _side(post, request.args.get("to", DRAFT))
    view = request.args.get("view", AS_PAGE)
    if view not in (AS_PAGE, AS_SOURCE):
        abort(400)
    return _show(Comparison(post, old, new), view)


def summarize(id: int) -> AnyResponse:
    """What readers would see change, in short: a part of the editor's page."""
    post = get_post(id)
    comparison = Comparison(post, _side(post, LIVE), _side(post, DRAFT))
    return render_page("authoring/summarize_changes.html", comparison=comparison)


@csrf.exempt  # checked below, where a text that comes along is kept first
def restore(id: int, number: int) -> AnyResponse:
    """Put a revision into the editor; what was there is kept as one, and comes back by Undo."""
    post = get_post(id)
    revision = _find(post, number)
    post = _keep_what_was_typed(post)
    is_from_editor = "body" in request.form
    if not is_from_editor and request.form.get("head", type=int) not in (None, head_of(post)):
        sides = _side(post, DRAFT), Side(str(number), content_in(revision), revision)
        complain(_("Somebody typed meanwhile: this is the difference now."))
        return _show(Comparison(post, *sides), AS_PAGE, status=409)
    author = current_author()
    kept = restoring.restore(
        post,
        revision,
        author_id=author.id,
        now=now(),
        except_for=decided_by_others(author, post),
    )
    db.session.commit()
    undo = url_for(".restore_revision", id=id, number=kept.number)
    text = _("Revision %(number)s is in the editor now.", number=number)
    if post.is_public(now()):
        text += " " + _("Readers see it when you update the post.")
    say(text, undo=undo if kept.number != number else None)
    return redirect(url_for(".edit_post", id=id), code=303)


@csrf.exempt  # as above
def discard(id: int) -> AnyResponse:
    """Make the working copy what the post says; what was there comes back by Undo."""
    post = _keep_what_was_typed(get_post(id))
    if working_copy(post) == content_of(post):
        say(_("There was nothing to discard."))
    else:
        kept = restoring.discard(post, author_id=current_author().id, now=now())
        db.session.commit()
        undo = url_for(".restore_revision", id=id, number=kept.number)
        said = {"number": kept.number}
        say(_("Changes discarded. Revision %(number)s has them.", **said), undo=undo)
    return redirect(url_for(".edit_post", id=id), code=303)


def name(id: int, number: int) -> AnyResponse:
    """Give a revision a name and a note; what readers are told takes the right to publish."""
    post = get_post(id)
    revision = _find(post, number)
    note = clean(request.form.get("note", revision.note)).strip()[:LONGEST_NOTE]
    if revision.is_told and note != revision.note:
        demand_publishing(post)
        if not note:
            note = revision.note
    revision.name = one_line(request.form.get("name", revision.name))[:LONGEST_NAME]
    revision.note = note
    db.session.commit()
    say(_("Revision %(number)s is noted.", number=number))
    return redirect(url_for(".list_revisions", id=id, _anchor=f"revision-{number}"), code=303)


def _side(post: Post, key: str) -> Side:
    """Return what ``key`` names; answers 400 to what is malformed, 404 to what is not there."""
    if key == DRAFT:
        return Side(key, working_copy(post))
    if key == LIVE:
        return Side(key, content_of(post))
    if not _NUMBER.fullmatch(key):
        abort(400)
    revision = _find(post, int(key))
    return Side(key, content_in(revision), revision)


def _find(post: Post, number: int) -> Revision:
    revision = find_revision(post, number)
    if revision is None:
        abort(404)
    return revision


def _show(comparison: Comparison, view: str, *, status: int = 200) -> AnyResponse:
    post = comparison.post
    response = render_page(
        "authoring/compare_revisions.html",
        post=post,
        state=post.state(now()),
        comparison=comparison,
        view=view,
        most_lines=MOST_LINES,
        history=list_revisions(post),
        restored=_restorable(comparison),
        head=head_of(post),
    )
    response.status_code = status
    return response


def _restorable(comparison: Comparison) -> Revision | None:
    """Return the revision that the button brings back: the difference is on the page."""
    is_ahead = comparison.old.key == DRAFT and not comparison.is_same
    return comparison.new.revision if is_ahead else None


def _keep_what_was_typed(post: Post) -> Post:
    """Return the post, with the text in the journal that came along from the editor."""
    if "body" in request.form:
        return keep_typed(PostForm(), post)
    demand_token()
    return post


def _said(name: str, value: str) -> str | list[str]:
    """Return what a field says: the order of tags says nothing."""
    return sorted(split_names(value)) if name == "tags" else value


def _stretches(name: str, old: str, new: str) -> Sequence[tuple[Kind, str]]:
    if name in SWITCHES:
        old, new = (_("yes") if value else _("no") for value in (old, new))
    return compare_words(old, new)
