"""Old addresses and where they lead: found, added, changed, deleted, and written out."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from flask import (
    Response,
    abort,
    current_app,
    redirect,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import demand_site
from blogapp.authoring.notices import say
from blogapp.authoring.redirect_forms import FOR_A_WHILE, GONE, MOVED, RedirectForm
from blogapp.authoring.redirect_wording import KINDS, OF_TARGET, REASONS, SORTS
from blogapp.authoring.sections import show_section
from blogapp.extensions import db
from blogapp.posts.changing import take_turns
from blogapp.posts.models import Redirect
from blogapp.posts.redirect_listing import (
    Entry,
    Kind,
    Sort,
    count_missing,
    find_entry,
    list_redirects,
    table,
)
from blogapp.posts.redirect_ruling import Ruling, Verdict, Wish, change, judge, keep
from blogapp.web import tallying
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.moving import answers

KEYS = ("q", "kind", "sort", "page")
LONGEST_QUERY = 200
NUMBER = re.compile(r"[1-9][0-9]{0,6}")


def index() -> AnyResponse:
    """Old addresses by words and kind; the address is the whole choice."""
    demand_site()
    choice = _read_choice()
    if list(request.args.items(multi=True)) != list(choice.items()):
        return redirect(_address(choice), code=301)
    tallying.write_now()
    kind = Kind(choice["kind"]) if "kind" in choice else None
    sort, page = Sort(choice.get("sort", Sort.NEWEST)), int(choice.get("page", 1))
    words = choice.get("q", "")
    shelf = list_redirects(now=now(), words=words, kind=kind, sort=sort, page=page)
    if page > shelf.pages:
        abort(404)
    return show_page(
        "authoring/redirects.html",
        shelf=shelf,
        words=words,
        kind=kind,
        kinds=KINDS,
        sort=sort,
        sorts=SORTS,
        turn=lambda **changes: _address(choice | changes),
    )


def add() -> AnyResponse:
    """Show the form of a new rule; on POST keep it."""
    demand_site()
    form = RedirectForm(data={"old": request.args.get("old", ""), "how": MOVED})
    if request.method != "POST":
        return show_page("authoring/redirects_edit.html", form=form, entry=None)
    ruling = _ruled(form)
    if ruling and ruling.verdict in {Verdict.CHANGE, Verdict.SAME}:
        form.old.errors = [_("There is a rule for this address already.")]
        found = db.session.scalar(db.select(Redirect.id).where(Redirect.path == ruling.path))
        return _show_again(form, None, ruling, taken=found)
    if ruling is None or form.errors:
        return _show_again(form, None, ruling)
    keep([ruling], came_by="hand", now=now())
    note("redirect.added", ruling.path, to=ruling.target)
    db.session.commit()
    say(_told(ruling))
    return redirect(url_for(".edit_redirects"), code=303)


def edit(id: int) -> AnyResponse:
    """Show a rule; on POST keep what is changed of it."""
    entry, rule = _get(id)
    if request.method != "POST":
        how = GONE if not entry.leads else FOR_A_WHILE if rule.status == 302 else MOVED
        shown = {"old": entry.path, "new": entry.leads, "how": how, "outside": rule.leads_out}
        form = RedirectForm(data=shown)
        return show_page("authoring/redirects_edit.html", form=form, entry=entry)
    form = RedirectForm()
    ruling = _ruled(form)
    if ruling and ruling.path != rule.path and ruling.verdict is not Verdict.ADD:
        form.old.errors = [_("There is a rule for this address already.")]
    if ruling is None or form.errors:
        return _show_again(form, entry, ruling)
    note("redirect.changed", ruling.path, was=entry.path, led_to=entry.leads, to=ruling.target)
    change(rule, ruling)
    db.session.commit()
    say(_told(ruling))
    return redirect(url_for(".edit_redirects"), code=303)


def delete(id: int) -> AnyResponse:
    """Let a rule go: its address is unknown from here on."""
    entry, rule = _get(id)
    note("redirect.deleted", entry.path, led_to=entry.leads)
    db.session.delete(rule)
    db.session.commit()
    say(_("%(path)s leads nowhere any more.", path=entry.path))
    return redirect(url_for(".edit_redirects"), code=303)


def export() -> Response:
    """All rules as CSV, which an import reads back."""
    demand_site()
    tallying.write_now()
    response = Response(stream_with_context(table()))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="redirects.csv"'
    return response


def show_page(template: str, status: int = 200, **values: object) -> Response:
    """Answer with one of the pages about old addresses, which share their head."""
    return show_section(
        "redirects",
        template,
        status,
        waiting=count_missing(),
        now=now(),
        how_it_came=_how_it_came,
        **values,
    )


def base() -> str:
    """Return the blog's public address, without a slash at its end."""
    found: str = current_app.config["PUBLIC_URL"]
    return found.rstrip("/")


def decide(wish: Wish) -> Ruling:
    """Return what becomes of one wish."""
    return judge([wish], base=base(), now=now(), is_fixed=answers)[0]


def _how_it_came(entry: Entry) -> str:
    """Say how a rule came here."""
    return str(KINDS[Kind(entry.came_by)] if entry.came_by in set(Kind) else entry.came_by)


def _get(id: int) -> tuple[Entry, Redirect]:
    demand_site()
    if request.method == "POST":
        take_turns()
    entry, rule = find_entry(id, now=now()), db.session.get(Redirect, id)
    if entry is None or rule is None:
        abort(404)
    return entry, rule


def _ruled(form: RedirectForm) -> Ruling | None:
    """Return what becomes of the form; what is wrong stands beside its fields."""
    if not form.validate_on_submit():
        return None
    take_turns()
    is_gone = form.how.data == GONE
    new = None if is_gone else form.new.data or ""
    ruling = decide(Wish(form.old.data or "", new, 302 if form.how.data == FOR_A_WHILE else 301))
    if ruling.reason:
        field = form.new if ruling.reason in OF_TARGET else form.old
        field.errors = [REASONS[ruling.reason]]
    elif ruling.leads_out and not form.outside.data:
        host = urlsplit(ruling.target or "").hostname
        said = _("This leads readers to %(host)s. Tick the box if that is meant.", host=host)
        form.outside.errors = [said]
    elif ruling.is_shortened and request.form.get("end") != ruling.shown:
        form.new.errors = [_("That address leads on to %(end)s.", end=ruling.shown)]
    return ruling


def _show_again(
    form: RedirectForm, entry: Entry | None, ruling: Ruling | None, *, taken: int | None = None
) -> Response:
    db.session.rollback()
    end = ruling.shown if ruling and ruling.is_shortened and not ruling.reason else ""
    return show_page(
        "authoring/redirects_edit.html", 422, form=form, entry=entry, end=end, taken=taken
    )


def _told(ruling: Ruling) -> str:
    if ruling.is_gone:
        return _("%(old)s answers that it is gone.", old=ruling.path)
    return _("%(old)s leads to %(new)s.", old=ruling.path, new=ruling.shown)


def _read_choice() -> dict[str, str]:
    """What is chosen, in the one spelling of it."""
    given = {key: request.args.get(key, "").strip() for key in KEYS}
    words = given["q"]
    if "\0" in words or len(words) > LONGEST_QUERY:
        abort(400)
    if given["kind"] not in {"", *Kind} or given["sort"] not in {"", *Sort}:
        abort(400)
    if given["page"] and not NUMBER.fullmatch(given["page"]):
        abort(400)
    usual = {"sort": Sort.NEWEST.value, "page": "1"}
    return {key: value for key, value in given.items() if value and value != usual.get(key)}


def _address(choice: Mapping[str, str | int | None]) -> str:
    pairs = [(key, choice[key]) for key in KEYS if choice.get(key)]
    path = url_for(".edit_redirects")
    return f"{path}?{urlencode(pairs)}" if pairs else path
