"""No text gets past those who must approve it: asked wherever one goes to readers."""

from collections.abc import Sequence

from flask import abort, current_app, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PostForm
from blogapp.authoring.reviews_telling import tell
from blogapp.extensions import db
from blogapp.posts import drafting, publishing, reviewing
from blogapp.posts.approving import clearance, demand_approval
from blogapp.posts.content import content_of
from blogapp.posts.errors import NotApproved
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.review_models import StepKind
from blogapp.posts.rights import may_override
from blogapp.text.name_lists import clean
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.explaining import explain

# So many seconds the button that takes a withdrawal back is good for.
WAY_BACK_FOR = 300


def demand_approved(form: PostForm, post: Post) -> None:
    """Answer with the editor where what was typed may not reach readers yet.

    An owner may let it out all the same, for a reason that is kept.
    """
    content = drafting.working_copy(post)
    found = clearance(post, content)
    if found.is_given:
        return
    author = current_author()
    reason = clean(request.form.get("override_reason")).strip()
    is_overriding = "override" in request.form and may_override(author)
    if is_overriding and reason:
        reviewing.override(post, content, author=author, reason=reason, now=now())
        note("review.overridden", post, reason=reason[:200])
        tell(reviewing.look_at(post), StepKind.OVERRIDDEN, words=reason)
        return
    db.session.rollback()
    form.form_errors.append(
        _("Say why it goes out without approval: the reason is kept.")
        if is_overriding
        else explain(NotApproved(found))
    )
    abort(show_editor(form, find_for_writing(post.id), status=422))


def demand_stored(post: Post) -> None:
    """Raise `NotApproved` where what is stored may not reach readers yet."""
    demand_approval(post, content_of(post))


def bring_back(post: Post) -> None:
    """Bring a post back from the trash; raises `NotApproved` for a text written there."""
    is_on_its_way = post.published_at and not post.withdrawn_at
    if is_on_its_way and post.deleted_at and post.saved_at > post.deleted_at:
        demand_stored(post)
    publishing.restore(post)


def end_reviews(post_ids: Sequence[int]) -> None:
    """Note that posts went to readers, and tell those who had to do with their reviews."""
    author = current_author()
    for review in reviewing.note_publication(post_ids, author=author, now=now()):
        post = find_for_writing(review.post_id)
        assert post is not None
        tell(reviewing.look_at(post), StepKind.PUBLISHED)


def way_back(post: Post) -> str:
    """Return what lets the withdrawal of ``post`` be taken back while nobody changes the post."""
    return _signing().dumps([post.id, post.version])


def is_way_back(post: Post) -> bool:
    """Whether the button that was pressed takes back a withdrawal: readers saw this very text."""
    try:
        signed = _signing().loads(request.args.get("undo", ""), max_age=WAY_BACK_FOR)
    except BadSignature:
        return False
    return bool(signed == [post.id, post.version])


def _signing() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="withdrawal")
