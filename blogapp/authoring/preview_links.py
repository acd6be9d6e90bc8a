"""Links to a preview for people without an account: made, listed, revoked."""

from flask import abort, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField

from blogapp.authoring.guarding import get_post
from blogapp.authoring.notices import complain, say
from blogapp.extensions import db
from blogapp.posts import previewing
from blogapp.posts.models import Post
from blogapp.posts.preview_models import PreviewLink
from blogapp.posts.previewing import DAYS, USUAL_DAYS, NoSuchPreview, TooManyLinks
from blogapp.posts.revising import list_revisions
from blogapp.web.access import current_author
from blogapp.web.addresses import absolute
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.formatting import day
from blogapp.web.forms import Form
from blogapp.web.language import ngettext
from blogapp.web.pages import render_page

LATEST = "latest"


class ShareForm(Form):
    """What a link shows, and for how long."""

    shows = SelectField(lazy_gettext("Shows"), default=LATEST)
    days = SelectField(lazy_gettext("Works for"), default=str(USUAL_DAYS))

    @classmethod
    def of(cls, post: Post) -> "ShareForm":
        """Return the form with the choices that ``post`` has."""
        form = cls()
        form.shows.choices = [(LATEST, _("The text as it is when somebody looks"))]
        for each in list_revisions(post).revisions:
            label = _("Revision %(number)s, %(day)s", number=each.number, day=day(each.at))
            form.shows.choices.append((str(each.number), label))
        form.days.choices = [
            (str(days), ngettext("%(num)s day", "%(num)s days", days)) for days in DAYS
        ]
        if request.method == "GET" and request.args.get("revision", "").isdecimal():
            form.shows.data = request.args["revision"]
        return form


def index(id: int) -> AnyResponse:
    """The links of a post; on POST another, whose address is shown this once."""
    post = get_post(id)
    form = ShareForm.of(post)
    address = ""
    if form.validate_on_submit():
        address = _share(post, form)
    page = render_page(
        "authoring/list_previews.html",
        post=post,
        form=form,
        address=address,
        links=previewing.list_links(post),
        now=now(),
    )
    # The address is in no other answer: nothing to lead on to.
    status = 201 if address else 422 if form.errors else 200
    return make_response(page, status)


def revoke(id: int, link: int) -> AnyResponse:
    """End a link at once."""
    post = get_post(id)
    found = db.session.get(PreviewLink, link)
    if found is None or found.post_id != post.id:
        abort(404)
    previewing.revoke(found, now=now())
    note("preview.revoked", post)
    db.session.commit()
    say(_("The link shows nothing any more."))
    return redirect(url_for(".list_previews", id=id), code=303)


def _share(post: Post, form: ShareForm) -> str:
    revision = None if form.shows.data == LATEST else int(form.shows.data)
    try:
        _link, token = previewing.share(
            post,
            author_id=current_author().id,
            now=now(),
            days=int(form.days.data),
            revision=revision,
        )
    except (TooManyLinks, NoSuchPreview):
        complain(_("This post has many open links already. Revoke some first."))
        return ""
    note("preview.made", post, days=form.days.data)
    db.session.commit()
    return absolute(url_for("public.preview", token=token))
