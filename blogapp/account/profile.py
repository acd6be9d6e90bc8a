"""What readers see of whoever is signed in."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blogapp.web.access import current_author
from blogapp.web.notices import say
from blogapp.web.profile_form import ProfileForm, change_rows, keep


def edit() -> Response:
    """Show the profile; on POST keep it."""
    author = current_author()
    form = ProfileForm.of(author)
    if request.method == "POST" and not change_rows(form) and keep(form, author):
        say(_("Profile saved."))
        return redirect(url_for("account.edit_profile"), code=303)
    page = render_template(
        "account/profile.html", form=form, person=author, address=url_for("account.edit_profile")
    )
    return make_response(page, 422 if form.errors else 200)
