"""From what was typed to what is stored: neither is lost to the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from blogapp.accounts.models import Author
from blogapp.authoring.editor import show_conflict, show_editor
from blogapp.authoring.forms import PAGE, PostForm
from blogapp.authoring.guarding import demand_token, get_post
from blogapp.extensions import db
from blogapp.posts import writing
from blogapp.posts.errors import BadSlug, BodyTooLong, SlugTaken
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.rights import may_manage_site, may_name_authors, may_pin
from blogapp.web.access import current_author
from blogapp.web.cards import renew_card
from blogapp.web.clock import now
from blogapp.web.explaining import explain


def change(id: int, verb: Callable[[Post], None]) -> Post:
    """Do ``verb`` with a post and commit; sent from the editor, with the text as it was typed."""
    post = get_post(id)
    if "body" in request.form:
        return save_typed(PostForm(), post, then=verb)
    demand_token()
    verb(post)
    db.session.commit()
    renew_card(post.id)
    return post


def save_typed(
    form: PostForm, post: Post | None, then: Callable[[Post], None] | None = None
) -> Post:
    """Save what was typed as ``post`` (None: a new draft), do ``then`` with it, and commit.

    Where that cannot be, answers with the typed text: 422 beside the fields that are
    wrong, 409 beside the text that somebody else saved meanwhile.
    """
    if not form.validate():
        abort(show_editor(form, post, status=422))
    if post and form.version.data != str(post.version):
        abort(show_conflict(form, post))
    if not post and form.is_page.data == PAGE and not may_manage_site(current_author()):
        form.is_page.data = ""
        form.form_errors.append(_("Pages are for editors. Saved now, this becomes a post."))
        abort(show_editor(form, None, status=422))

    id = post.id if post else None
    with _answering_conflicts(form, id):
        saved = _save(form, post)
        if then:
            then(saved)
        db.session.commit()
    renew_card(saved.id)
    return saved


def _save(form: PostForm, post: Post | None) -> Post:
    saved = post or writing.new_post(now=now(), is_page=form.is_page.data == PAGE)
    manuscript = form.manuscript(
        authors=_authors(form, post), pinned=_pinned(form), extra=saved.extra or {}
    )
    was_body = saved.body
    try:
        writing.save(saved, manuscript, now=now())
    except (BadSlug, SlugTaken) as error:
        form.slug.errors = [explain(error)]
    except BodyTooLong as error:
        form.body.errors = [explain(error)]
    else:
        if saved.is_public(now()) and saved.body != was_body:
            saved.updated_at = now()
        return saved
    db.session.rollback()
    abort(show_editor(form, post and find_for_writing(post.id), status=422))


def _authors(form: PostForm, post: Post | None) -> tuple[Author, ...] | None:
    if may_name_authors(current_author()) and form.authors.raw_data:
        return form.named_authors()
    return None if post else (current_author(),)


def _pinned(form: PostForm) -> bool | None:
    is_asked = form.pinned.raw_data and form.is_page.data != PAGE
    return form.pinned.data if is_asked and may_pin(current_author()) else None


@contextmanager
def _answering_conflicts(form: PostForm, id: int | None) -> Iterator[None]:
    """Answer for what only the database can know: that somebody saved in the same moment."""
    try:
        yield
    except StaleDataError:
        db.session.rollback()
        post = find_for_writing(id) if id else None
        abort(show_conflict(form, post) if post else show_editor(form, None, status=422))
    except IntegrityError:
        db.session.rollback()
        form.form_errors.append(_("Somebody else saved at the same moment. Save once more."))
        abort(show_editor(form, find_for_writing(id) if id else None, status=422))
