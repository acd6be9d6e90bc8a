"""Another post like this one, to begin with."""

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import get_post
from blogapp.authoring.notices import say
from blogapp.extensions import db
from blogapp.posts.drafting import working_copy
from blogapp.posts.duplicating import duplicate as duplicate_post
from blogapp.web.access import current_author
from blogapp.web.clock import now


def duplicate(id: int) -> AnyResponse:
    """Make a draft with what is saved of a post, and open it."""
    post = get_post(id)
    title = _("%(title)s (copy)", title=working_copy(post)["title"])
    copy = duplicate_post(post, title=title, author_id=current_author().id, now=now())
    db.session.commit()
    say(_("This is a copy, and nobody sees it. The other post is as it was."))
    return redirect(url_for(".edit_post", id=copy.id), code=303)
