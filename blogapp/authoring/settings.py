"""What belongs to the blog: its name, its words, its clock."""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.forms import SiteForm
from blogapp.authoring.guarding import demand_site
from blogapp.authoring.notices import say
from blogapp.extensions import csrf, db
from blogapp.posts.managing import recompute_months
from blogapp.web.clock import now
from blogapp.web.filters import current_site, local


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def edit() -> AnyResponse:
    """Show the blog's settings; on POST keep them."""
    demand_site()
    site = current_site()
    form = SiteForm(obj=site)
    form.offer_date_formats(site, example=local(now()))
    if form.validate_on_submit():
        was_zone = site.time_zone
        form.populate_obj(site)
        # From here on the words are the owner's: they stay when the demo goes.
        site.origin = None
        db.session.add(site)
        if site.time_zone != was_zone:
            recompute_months(site.zone)
        db.session.commit()
        say("Settings saved.")
        return redirect(url_for(".edit_settings"), code=303)

    page = render_template("authoring/edit_settings.html", form=form)
    return make_response(page, 422 if request.method == "POST" else 200)
