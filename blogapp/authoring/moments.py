"""What a day and a time on the site's clock mean, said before anything is set for then."""

from datetime import UTC

from flask import Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from blogapp.authoring.forms import PublicationForm
from blogapp.posts.scheduling import comes_twice
from blogapp.web.clock import now
from blogapp.web.filters import current_site


def tell() -> Response:
    """Say when a typed time is, there and in UTC; that it has passed, comes twice or never."""
    zone = current_site().zone
    typed = {name: request.args.get(name, "") for name in ("date", "time")}
    plan = PublicationForm(formdata=MultiDict({"when": "later", **typed}), meta={"csrf": False})
    plan.zone = zone
    is_valid = plan.validate()
    moment = plan.moment
    page = render_template(
        "authoring/moment.html",
        problems=[] if is_valid else [str(each) for field in plan for each in field.errors],
        moment=moment,
        utc=moment and f"{moment.astimezone(UTC):%H:%M}",
        other_day=moment and moment.astimezone(UTC).date() != moment.astimezone(zone).date(),
        utc_day=moment and moment.astimezone(UTC).date(),
        has_passed=bool(moment and moment <= now()),
        twice=bool(moment and comes_twice(moment, zone)),
        zone=zone.key,
    )
    return make_response(page)
