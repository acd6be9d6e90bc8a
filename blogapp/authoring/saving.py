"""From what was typed to what is stored: neither is lost to the other.

All that was typed goes to the journal before it is checked, and is committed there; a save on
purpose then makes it a revision, and the post where readers do not see it. What they see is
changed by publishing alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, IntegrityError

from blogapp.authoring.conflicts import show_branch
from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PAGE, PostForm
from blogapp.authoring.guarding import demand_token, get_post
from blogapp.authoring.notices import say
from blogapp.authoring.reviews_gate import demand_approved, end_reviews
from blogapp.authoring.typed import permitted, says_nothing
from blogapp.extensions import db
from blogapp.posts import drafting, journaling, writing
from blogapp.posts.approving import holds_back
from blogapp.posts.content import content_of
from blogapp.posts.drafting import UNKNOWN, Burst, Written
from blogapp.posts.errors import BadSlug, BodyTooLong, SlugTaken
from blogapp.posts.journaling import content_in
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.revising import keep_revision, keep_standing
from blogapp.posts.revision_models import ChangeType, RevisionKind
from blogapp.posts.rights import may_manage_site
from blogapp.posts.writing import Manuscript
from blogapp.web.access import current_author
from blogapp.web.cards import renew_card
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.failing import failure_of, write_down
from blogapp.web.filters import current_site

Verb = Callable[[Post], None]


def change(id: int, verb: Verb) -> Post:
    """Do ``verb`` with a post and commit; what was typed along with it is kept first."""
    post = get_post(id)
    if "body" in request.form:
        post = keep_typed(PostForm(), post)
    else:
        demand_token()
    verb(post)
    db.session.commit()
    renew_card(post.id)
    return post


def keep_typed(form: PostForm, post: Post | None) -> Post:
    """Keep what was typed in the journal, checked by nobody, and return the post.

    Nothing else is changed. What cannot be merged is answered 409 with both texts.
    """
    _demand_fresh(form, post)
    return _kept(form, post)


def save_typed(form: PostForm, post: Post | None, then: Verb | None = None) -> Post:
    """Save what was typed on purpose (None: as a new draft), do ``then`` with it, and commit.

    A post that readers see stays as they see it, and so does one that goes to them by itself
    where that takes approval: the working copy alone is changed. Where
    saving cannot be, answers with the typed text, which the journal has: 422 beside the
    fields that are wrong, 409 beside the text that it could not be merged with.
    """
    _demand_fresh(form, post)
    post = _kept(form, post)
    with _answering(form, post.id):
        form, post = _form_of_all(form, post)
        if post.is_public(now()) or holds_back(post, drafting.working_copy(post)):
            _save_beside(form, post)
            if then:
                then(post)
        else:
            _write(form, post, RevisionKind.SAVED, then)
        db.session.commit()
    renew_card(post.id)
    return post


def publish_typed(
    form: PostForm, post: Post | None, then: Verb, *, change_type: str = "", note: str = ""
) -> Post:
    """Make what was typed what the post says, do ``then`` with it, and commit.

    ``change_type`` and ``note`` say what the change means to readers who have seen the post.
    Otherwise as `save_typed`.
    """
    _demand_fresh(form, post)
    post = _kept(form, post)
    with _answering(form, post.id):
        form, post = _form_of_all(form, post)
        demand_approved(form, post)
        was_public = post.is_public(now())
        kind = RevisionKind.UPDATED if was_public else RevisionKind.PUBLISHED
        _write(form, post, kind, then, change_type=change_type if was_public else "", note=note)
        if was_public and change_type and ChangeType(change_type).is_told:
            post.updated_at = now()
        end_reviews([post.id])
        db.session.commit()
    renew_card(post.id)
    return post


def _demand_fresh(form: PostForm, post: Post | None) -> None:
    """Answer a form with a stale token by itself: who sent it is not known."""
    form.validate()
    if "csrf_token" in form.errors:
        abort(show_editor(form, post, status=422))


def _kept(form: PostForm, post: Post | None) -> Post:
    """Write what was typed to the journal, for good."""
    with _answering(form, post.id if post else None):
        try:
            post, written = _journal(form, post)
        except BodyTooLong as error:
            db.session.rollback()
            form.body.errors = [explain(error)]
            abort(show_editor(form, post and find_for_writing(post.id), status=422))
        db.session.commit()
    if written.branch:
        abort(show_branch(written.branch, status=409))
    if written.by:
        names = ", ".join(filter(None, written.by)) or _("somebody else")
        say(_("What %(names)s changed meanwhile is merged in.", names=names))
    kept = find_for_writing(post.id)
    assert kept is not None
    return kept


def _journal(form: PostForm, post: Post | None) -> tuple[Post, Written]:
    author = current_author()
    body = form.typed_body()
    client = journaling.new_client()
    if post is None:
        is_page = _demand_page(form)
        if says_nothing(permitted(form.typed_fields(), author, None), body or "", author):
            abort(show_editor(form, None, status=422))
        language = current_site().language
        post = drafting.start(client, author=author, language=language, is_page=is_page, now=now())
    burst = Burst(
        client,
        1,
        base=_base(form, post),
        fields=permitted(form.typed_fields(), author, post),
        body=body,
        version=form.version.data or "none",
    )
    return post, drafting.write(post, burst, author_id=author.id, now=now())


def _demand_page(form: PostForm) -> bool:
    """Return whether a static page is asked for, by somebody who may make one."""
    if form.is_page.data != PAGE:
        return False
    if may_manage_site(current_author()):
        return True
    form.is_page.data = ""
    form.form_errors.append(_("Pages are for editors. Saved now, this becomes a post."))
    abort(show_editor(form, None, status=422))


def _base(form: PostForm, post: Post) -> int:
    """Return the head that the form was shown with."""
    head = form.head.data or ""
    if head.isascii() and head.isdigit() and len(head) < 10:
        return int(head)
    state = drafting.find_state(post.id)
    if state and not state.is_pending and form.version.data == str(post.version):
        return state.head
    return UNKNOWN if state else 0


def _form_of_all(form: PostForm, post: Post) -> tuple[PostForm, Post]:
    """Return the form with all that is in the working copy, valid, and the post, read anew.

    Nobody else writes to it from here on. Answers 422 where something is wrong.
    """
    journaling.take_turn(post.id)
    post = _read(post.id)
    draft = drafting.open_draft(post, now=now())
    token = form.csrf_token.data if "csrf_token" in form else ""
    form = PostForm.showing(content_in(draft), post, head=draft.head, token=token or "")
    if not form.validate():
        abort(show_editor(form, post, status=422))
    return form, post


def _save_beside(form: PostForm, post: Post) -> None:
    """Save the working copy of a post that readers see, and leave the post alone."""
    with _explaining(form, post):
        writing.check(post, _manuscript(form, post))
    content = drafting.working_copy(post)
    keep_standing(post, now=now())
    keep_revision(post, content, kind=RevisionKind.SAVED, author_id=current_author().id, now=now())
    drafting.mark_saved(post, now=now())


def _write(
    form: PostForm,
    post: Post,
    kind: RevisionKind,
    then: Verb | None,
    *,
    change_type: str = "",
    note: str = "",
) -> None:
    """Make the working copy what the post says."""
    if post.title or post.body:
        keep_standing(post, now=now())
    with _explaining(form, post):
        writing.save(post, _manuscript(form, post), now=now())
    if then:
        then(post)
    content = drafting.settle(post, author_id=current_author().id, now=now())
    keep_revision(
        post,
        content,
        kind=kind,
        author_id=current_author().id,
        now=now(),
        change_type=change_type,
        note=note,
    )


def _manuscript(form: PostForm, post: Post) -> Manuscript:
    is_signed_anew = form.authors.raw_data != [content_of(post)["authors"]]
    return form.manuscript(
        authors=form.named_authors() if is_signed_anew else None,
        pinned=None if post.is_page else form.pinned.data,
        extra=post.extra or {},
    )


@contextmanager
def _explaining(form: PostForm, post: Post) -> Iterator[None]:
    try:
        yield
    except (BadSlug, SlugTaken) as error:
        form.slug.errors = [explain(error)]
    except BodyTooLong as error:
        form.body.errors = [explain(error)]
    else:
        return
    db.session.rollback()
    abort(show_editor(form, _read(post.id), status=422))


@contextmanager
def _answering(form: PostForm, id: int | None) -> Iterator[None]:
    """Answer for what only the database can know, with the text as it was typed."""
    failure = None
    try:
        yield
    except IntegrityError:
        problem = _("Somebody else saved at the same moment. Save once more.")
    except DBAPIError as error:
        failure = failure_of(error)
        # Without a database there is no editor either: a page of its own holds the text.
        if failure is None or not failure.is_readable:
            raise
        write_down(failure, error)
        problem = failure.told
    else:
        return
    db.session.rollback()
    form.form_errors.append(problem)
    post = find_for_writing(id) if id else None
    page = show_editor(form, post, status=failure.code if failure else 422)
    page.headers.extend(failure.said if failure else {})
    abort(page)


def _read(id: int) -> Post:
    post = find_for_writing(id)
    if post is None:
        abort(404)
    return post
