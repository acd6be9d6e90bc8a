"""Taking back what was published a moment ago."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.forms import PostForm
from blogapp.authoring.guarding import demand_publishing, demand_token, get_post
from blogapp.authoring.notices import complain, say
from blogapp.authoring.saving import keep_typed
from blogapp.extensions import csrf, db
from blogapp.posts import taking_back
from blogapp.posts.models import Post
from blogapp.posts.publication_models import Publication
from blogapp.posts.taking_back import TooLate
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.cards import renew_card
from blogapp.web.clock import now
from blogapp.web.filters import current_site


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def publication(id: int) -> AnyResponse:
    """Show readers again what they saw before; what was typed since goes on as a draft."""
    post = get_post(id)
    demand_publishing(post)
    if "body" in request.form:
        post = keep_typed(PostForm(), post)
    else:
        demand_token()
    try:
        taking_back.take_back(
            post, author_id=current_author().id, now=now(), zone=current_site().zone
        )
    except TooLate:
        db.session.rollback()
        complain(_("Too late to take it back: a minute has passed, or the post was changed."))
        return redirect(url_for(".edit_post", id=id), code=303)
    note("publication.undone", post)
    db.session.commit()
    renew_card(id)
    say(_("Taken back. Who opened it or had a feed fetched meanwhile has seen it."))
    return redirect(url_for(".edit_post", id=id), code=303)


def prepare(post: Post | None) -> Publication:
    """Return what readers see until now; asked before anything is published."""
    return taking_back.before(post, author_id=current_author().id, now=now())


def offer(before: Publication, post: Post, text: str) -> None:
    """Say what was published, with a way to see it and a way back that lasts a minute."""
    taking_back.remember(before, post)
    db.session.commit()
    view = post.path if post.is_public(now()) else ""
    say(text, undo=url_for(".undo_publication", id=post.id), view=view)
