"""What is done with posts in the list, one or many at once, and taking it back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import abort, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring import acts, reviews_gate
from blogapp.authoring.acts import Errand
from blogapp.authoring.forms import PublicationForm, tags_out_of_reach
from blogapp.authoring.guarding import demand_site
from blogapp.authoring.notices import complain, say
from blogapp.authoring.shelf import Query
from blogapp.authoring.telling import tell_many
from blogapp.extensions import db
from blogapp.posts import changing, emptying, exporting, retagging, undoing
from blogapp.posts.changing import MOST, Act, Order
from blogapp.posts.checking import unconfirmed_secrets
from blogapp.posts.leaving_out import LeftOut
from blogapp.posts.managing import keep_signed, list_domains, list_titles
from blogapp.posts.rights import may_see_all
from blogapp.posts.shelving import PAGE_SIZE, Group, find_ids
from blogapp.text.name_lists import one_line, split_names
from blogapp.web.access import current_author
from blogapp.web.addresses import local_path
from blogapp.web.auditing import note
from blogapp.web.cards import forget_cards
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.formatting import listed
from blogapp.web.language import ngettext

LONGEST_NAME = 200
SHOWN_TITLES = 5
# So many titles of posts that are gone are remembered.
MOST_NAMED = 20
MEGABYTE = 1_000_000
# What asks for more than posts.
_ASKING = {Act.SCHEDULE, Act.TAG, Act.UNTAG, Act.MOVE}


@dataclass(frozen=True)
class Asked:
    """What somebody wants done, with which posts."""

    act: Act | Errand
    ids: Sequence[int]
    query: Query
    is_all: bool  # everything that the list matches, not what was ticked in it
    back: str

    @property
    def is_counted(self) -> bool:
        """Whether the author was shown as many posts as these are, and said yes."""
        return request.form.get("confirmed") == str(len(self.ids))

    @property
    def asks_first(self) -> bool:
        """Whether a page stands between the button and what it does."""
        return self.act in _ASKING or self.act is Errand.DELETE or self.is_all


def change() -> AnyResponse:
    """Do something with the chosen posts; ask first where more has to be said."""
    asked = _read()
    if isinstance(asked, str):
        complain(asked)
        return redirect(_back(), code=303)
    if asked.act is Errand.EXPORT:
        return _export(asked)
    if asked.asks_first and not asked.is_counted:
        return _ask(asked)
    if asked.act is Errand.DELETE:
        return _delete(asked)
    order = _order(asked)
    if isinstance(order, _Wrong):
        return _ask(asked, order)
    undo = changing.change_posts(
        asked.ids,
        order,
        author=current_author(),
        now=now(),
        zone=current_site().zone,
        with_secrets=_with_secrets(asked) if order.act.publishes else (),
    )
    left = acts.left_out(LeftOut.from_json(undo.left_out))
    if not undo.count:
        db.session.rollback()
        complain(" ".join([_("Nothing was changed."), left]).strip())
        return redirect(_landing(asked), code=303)
    if order.act.publishes or order.act is Act.WITHDRAW:
        tell_many([id for id, *_columns in undo.changes["columns"]], order.act)
    if order.act.publishes:
        reviews_gate.end_reviews([id for id, *_columns in undo.changes["columns"]])
    note("posts.changed", how=order.act.value, number=undo.count, of=asked.ids)
    db.session.commit()
    if order.act in (Act.WITHDRAW, Act.TRASH):
        forget_cards(asked.ids)
    return redirect(_landing(asked), code=303)


def undo(id: int) -> AnyResponse:
    """Take back what was done to many posts."""
    author = current_author()
    found = undoing.find_undo(id, author=author, now=now())
    if found is None:
        complain(_("That cannot be taken back any more."))
        return redirect(_back(), code=303)
    taken = undoing.take_back(found, author=author, now=now())
    note("undo.done", posts=taken.count)
    db.session.commit()
    text = ngettext(
        "Taken back: %(num)s post is as it was.",
        "Taken back: %(num)s posts are as they were.",
        taken.count,
    )
    (say if taken.count else complain)(" ".join([text, acts.left_out(taken.left_out)]).strip())
    return redirect(_back(), code=303)


def _read() -> Asked | str:
    """Return what is asked for, or what is missing in a sentence."""
    back = _back()
    split = urlsplit(back)
    of_pages = split.path == url_for(".list_pages")
    if of_pages:
        demand_site()
    query = Query.read(MultiDict(parse_qsl(split.query)), of_pages=of_pages)
    if "empty" in request.form:
        query = Query({"state": Group.TRASHED.value}, of_pages)
        back = query.address()
    name, _blank, row = _pressed()
    act = _act(name or request.form.get("act", ""))
    if act is None:
        return _("Choose what to do with the posts first.")
    is_all = not row and ("empty" in request.form or request.form.get("scope") == "all")
    given = [row] if row else request.form.getlist("post")
    if not all(re.fullmatch(r"[0-9]{1,9}", id) for id in given):
        abort(400)
    ids: Sequence[int] = [*dict.fromkeys(map(int, given))]
    if is_all:
        ids = find_ids(query.choice, now=now(), limit=MOST + 1)
    elif not may_see_all(current_author()):
        # Not even the titles of others' drafts are told.
        ids = keep_signed(ids[: MOST + 1], author_id=current_author().id)
    if not ids:
        return _("No post is chosen. Tick one, or all that match.")
    if len(ids) > MOST:
        return _("That is more than %(most)s posts at once. Narrow the list first.", most=MOST)
    return Asked(act, ids, query, is_all, back)


def _pressed() -> tuple[str, str, str]:
    """Return what the button of one row asks for: the act, a blank, and the post."""
    if "empty" in request.form:
        return Errand.DELETE, "", ""
    return request.form.get("row", "").partition(" ")


def _act(name: str) -> Act | Errand | None:
    if name in set(Act):
        return Act(name)
    return Errand(name) if name in set(Errand) else None


def _back() -> str:
    """Return the list that the button was on; it is what "all that match" goes by, too."""
    given = local_path(request.form.get("back")) or ""
    base = url_for(".dashboard")
    is_ours = given == base or given.startswith((f"{base}/", f"{base}?"))
    return given if is_ours else url_for(".list_posts")


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with what was said besides the posts, by field."""

    errors: dict[str, str]


def _order(asked: Asked) -> Order | _Wrong:
    act = Act(asked.act)
    if act in (Act.TAG, Act.UNTAG):
        return _order_tags(act)
    if act is Act.MOVE:
        domain = one_line(request.form.get("domain", ""))
        if len(domain) > LONGEST_NAME:
            return _Wrong({"domain": _("A domain’s name holds at most 200 characters.")})
        return Order(act=act, domain=domain)
    if act is Act.SCHEDULE:
        plan = _plan()
        if not plan.validate() or plan.moment is None:
            return _Wrong({"date": " ".join(str(e) for field in plan for e in field.errors)})
        if plan.moment <= now():
            return _Wrong({"date": _("That time has passed. Choose one to come, or publish now.")})
        return Order(act=act, moment=plan.moment)
    return Order(act=act)


def _order_tags(act: Act) -> Order | _Wrong:
    names = split_names(request.form.get("tags", ""))
    if not names:
        return _Wrong({"tags": _("Name at least one tag.")})
    if len(names) > retagging.MOST_TAGS:
        found = {"found": len(names), "most": retagging.MOST_TAGS}
        return _Wrong({"tags": _("%(found)s tags are too many; %(most)s is the most.", **found)})
    if any(len(name) > LONGEST_NAME for name in names):
        return _Wrong({"tags": _("A tag holds at most 200 characters.")})
    if act is Act.TAG and (new := tags_out_of_reach(names)):
        text = _("No tag is called %(names)s, and new ones are for others here to create.")
        return _Wrong({"tags": text % {"names": listed(new, "or")}})
    if act is Act.UNTAG and (unknown := retagging.unknown(names)):
        return _Wrong({"tags": _("There is no tag called %(names)s.", names=listed(unknown, "or"))})
    return Order(act=act, tags=tuple(names))


def _plan() -> PublicationForm:
    plan = PublicationForm(meta={"csrf": False}, data={"when": "later"})
    plan.when.data = "later"
    plan.zone = current_site().zone
    return plan


def _ask(asked: Asked, wrong: _Wrong | None = None) -> AnyResponse:
    """Show how many posts it is about, and ask for what else is needed."""
    counted = request.form.get("confirmed") or (request.form.get("count") if asked.is_all else "")
    page = render_template(
        "authoring/change_posts.html",
        asked=asked,
        act=asked.act.value,
        question=acts.question(asked.act, len(asked.ids)),
        doing=acts.doing(asked.act),
        consequence=acts.consequence(asked.act),
        titles=list_titles(asked.ids[:SHOWN_TITLES]),
        was=int(counted) if counted and counted.isdecimal() else len(asked.ids),
        errors=wrong.errors if wrong else {},
        given=request.form,
        domains=list_domains() if asked.act is Act.MOVE else [],
        zone=current_site().time_zone,
    )
    return make_response(page, 422 if wrong else 200)


def _export(asked: Asked) -> AnyResponse:
    file: Any = SpooledTemporaryFile(max_size=4 * MEGABYTE)  # noqa: SIM115  # sent, then closed
    count = exporting.write_archive(file, asked.ids, author=current_author())
    if not count:
        file.close()
        complain(_("None of these posts is yours to export."))
        return redirect(_landing(asked), code=303)
    file.seek(0)
    note("export.made", number=count, by="chosen posts")
    db.session.commit()
    name = f"posts-{now():%Y-%m-%d}.zip"
    return send_file(file, "application/zip", as_attachment=True, download_name=name)


def _delete(asked: Asked) -> AnyResponse:
    titles = list_titles(asked.ids[:MOST_NAMED])
    gone, left = emptying.delete_posts(asked.ids, author=current_author(), now=now())
    note("post.deleted", number=len(gone), posts=gone, titles=titles)
    db.session.commit()
    forget_cards(gone)
    text = ngettext("%(num)s post is deleted.", "%(num)s posts are deleted.", len(gone))
    (say if gone else complain)(" ".join([text, acts.left_out(left)]).strip())
    return redirect(_landing(asked), code=303)


def _landing(asked: Asked) -> str:
    """Return the list again; its first page where there is no such page any more."""
    before = PAGE_SIZE * (asked.query.page - 1)
    if before and len(find_ids(asked.query.choice, now=now(), limit=before + 1)) <= before:
        return asked.query.address(page=None)
    return asked.back


def _with_secrets(asked: Asked) -> set[int]:
    """Return the posts that must not go live: asked before anything is locked."""
    waiting = changing.not_live(asked.ids, now=now())
    return {
        id
        for start in range(0, len(waiting), changing.BATCH)
        for id in unconfirmed_secrets(waiting[start : start + changing.BATCH])
    }
