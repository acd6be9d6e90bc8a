"""What readers asked for in vain, with where each could lead, to be decided with one press."""

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import demand_site
from blogapp.authoring.notices import complain, say
from blogapp.authoring.redirect_wording import REASONS, TABS, WHYS
from blogapp.authoring.redirects import NUMBER, decide, show_page
from blogapp.extensions import db
from blogapp.posts.changing import take_turns
from blogapp.posts.proposing import propose
from blogapp.posts.redirect_listing import list_missing
from blogapp.posts.redirect_models import MissingPath
from blogapp.posts.redirect_ruling import Reason, Wish, keep
from blogapp.web import tallying
from blogapp.web.auditing import note
from blogapp.web.clock import now


def index() -> AnyResponse:
    """Addresses that nobody knows, the most asked for first."""
    demand_site()
    tab, page = request.args.get("tab", "open"), request.args.get("page", "1")
    if tab not in TABS or not NUMBER.fullmatch(page):
        abort(400)
    tallying.write_now()
    log = list_missing(tab=tab, page=int(page))
    if log.page > log.pages:
        abort(404)
    proposals = propose([each.path for each in log.paths], now=now()) if tab == "open" else {}
    return show_page(
        "authoring/redirects_missing.html", log=log, proposals=proposals, tabs=TABS, whys=WHYS
    )


def answer(id: int) -> AnyResponse:
    """Decide on one address: it leads somewhere, is gone, is dismissed, or waits again."""
    demand_site()
    take_turns()
    missing = db.session.get(MissingPath, id)
    if missing is None:
        abort(404)
    path, act = missing.path, request.form.get("act", "")
    if target := request.form.get("lead"):
        _lead(missing, Wish(path, target))
    elif act == "gone":
        _lead(missing, Wish(path, None))
    elif act == "dismiss":
        missing.dismissed_at = now()
        say(_("%(path)s is dismissed.", path=path))
    elif act == "recall":
        missing.dismissed_at = None
        say(_("%(path)s waits for a decision again.", path=path))
    else:
        abort(400)
    if target or act == "gone":
        note("redirect.added", path, to=target)
    db.session.commit()
    return redirect(_back(), code=303)


def _lead(missing: MissingPath, wish: Wish) -> None:
    ruling = decide(wish)
    if ruling.reason is Reason.ITSELF:
        db.session.delete(missing)
        say(_("Something answers at %(path)s by now.", path=missing.path))
    elif ruling.reason or ruling.leads_out:
        # Another site is named in the form of a rule, where that is asked about.
        reason = REASONS[ruling.reason or Reason.ODD_TARGET]
        complain(_("%(path)s leads nowhere yet. %(reason)s", path=missing.path, reason=reason))
    else:
        keep([ruling], came_by="hand", now=now())
        if ruling.is_gone:
            say(_("%(old)s answers that it is gone.", old=ruling.path))
        else:
            say(_("%(old)s leads to %(new)s.", old=ruling.path, new=ruling.shown))


def _back() -> str:
    tab = request.form.get("tab", "open")
    return url_for(".list_missing", tab=tab if tab in TABS and tab != "open" else None)
