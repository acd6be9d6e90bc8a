"""Comments that came along with a post: seen in full, taken off its page, put back."""

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import demand_publishing, get_post
from blogapp.authoring.notices import say
from blogapp.extensions import db
from blogapp.posts.commenting import anchor_of, find_comment, hide, list_all, show
from blogapp.posts.rights import may_publish
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.pages import render_page

_LONGEST_ID = 9


def index(id: int) -> AnyResponse:
    """All comments of a post, hidden ones too."""
    post = get_post(id)
    return render_page(
        "authoring/list_comments.html",
        post=post,
        discussion=list_all(post.id),
        may_hide=may_publish(current_author(), post),
    )


def change(id: int) -> AnyResponse:
    """Hide the comment that the button names, or show it again."""
    post = get_post(id)
    demand_publishing(post)
    verb = "hide" if "hide" in request.form else "show"
    number = request.form.get(verb, "")
    if not number.isascii() or not number.isdigit() or len(number) > _LONGEST_ID:
        abort(400)
    comment = find_comment(post, int(number))
    if comment is None:
        abort(404)
    if verb == "hide":
        hide(comment, now=now())
    else:
        show(comment)
    note("comments.changed", post, how=verb, comment=comment.id, by=comment.name)
    db.session.commit()
    name = comment.name or _("Anonymous")
    if verb == "hide":
        say(_("The comment by %(name)s is hidden from readers.", name=name))
    else:
        say(_("The comment by %(name)s is shown to readers.", name=name))
    return redirect(url_for(".list_comments", id=id, _anchor=anchor_of(comment)), code=303)
