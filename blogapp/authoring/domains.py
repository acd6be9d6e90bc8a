"""The domains there are: in which order they stand, what they are called, which two are one."""

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.name_forms import NameForm, form_of, keep_name
from blogapp.authoring.notices import complain, say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import csrf, db
from blogapp.posts import arranging
from blogapp.posts.managing import list_domains
from blogapp.posts.models import Domain
from blogapp.posts.renaming import take_turns
from blogapp.posts.rights import may_rule_reviews
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.forms import row_id
from blogapp.web.language import ngettext

STEPS = {"up": -1, "down": 1}


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def index() -> AnyResponse:
    """Show all domains in their order; on POST add one."""
    demand_section("domains")
    form = NameForm()
    if request.method == "POST":
        take_turns()
        domain = Domain()
        if keep_name(form, domain, now=now()):
            note("domain.made", domain)
            db.session.commit()
            say(_("“%(name)s” is there. Posts get it beside their text.", name=domain.name))
            return redirect(url_for(".edit_domains"), code=303)
        db.session.rollback()
    entries = arranging.list_with_counts()
    return show_section(
        "domains",
        "authoring/domains.html",
        422 if form.errors else 200,
        form=form,
        entries=entries,
        is_ordered=any(entry.is_ordered for entry in entries),
        moved=request.args.get("moved", ""),
    )


def arrange() -> AnyResponse:
    """Move a domain one place up or down, or let all of them stand from A to Z."""
    demand_section("domains")
    take_turns()
    if request.form.get("by") == "name":
        arranging.order_by_name()
        note("domain.ordered", by="name")
        db.session.commit()
        say(_("They stand from A to Z."))
        return redirect(url_for(".edit_domains"), code=303)
    id, _colon, step = request.form.get("move", "").partition(":")
    try:
        domain = db.session.get(Domain, row_id(id))
    except ValueError:
        abort(400)
    if step not in STEPS:
        abort(400)
    if domain is None:
        complain(_("That domain is gone."))
        return redirect(url_for(".edit_domains"), code=303)
    arranging.move(domain, STEPS[step])
    note("domain.moved", domain, to=step)
    db.session.commit()
    return redirect(url_for(".edit_domains", moved=f"{domain.id}:{step}"), code=303)


@csrf.exempt  # as above
def edit(id: int) -> AnyResponse:
    """Show what a domain is called; on POST keep it."""
    domain = _get(id)
    form = form_of(domain)
    if request.method == "POST":
        was = domain.name, domain.slug
        if keep_name(form, domain, now=now()):
            note("domain.changed", domain, was=was[0], address=was[1])
            db.session.commit()
            moved = was[1] != domain.slug
            saved = _("Saved. The old address leads to %(address)s now.", address=_path(domain))
            say(saved if moved else _("Saved."))
            return redirect(url_for(".edit_domain", id=id), code=303)
        db.session.rollback()
    return _show(domain, form)


def merge(id: int) -> AnyResponse:
    """Show what making two domains one would do; on POST do it."""
    domain = _get(id)
    into, is_asked = _other(domain), bool(request.values.get("into"))
    if into is None:
        if is_asked:
            complain(_("That domain is gone. Choose another one."))
        return redirect(url_for(".edit_domain", id=id), code=303)
    posts = arranging.count_posts(domain)
    if request.method != "POST":
        return show_section(
            "domains",
            "authoring/merge_domain.html",
            domain=domain,
            into=into,
            posts=posts,
            others=arranging.count_posts(into),
        )
    return _merge(domain, into, posts)


def delete(id: int) -> AnyResponse:
    """Ask what becomes of a domain's posts; on POST delete it."""
    domain = _get(id)
    posts = arranging.count_posts(domain)
    if request.method != "POST":
        return show_section(
            "domains",
            "authoring/delete_domain.html",
            domain=domain,
            posts=posts,
            others=_others(id),
        )
    choice = request.form.get("into", "")
    if choice and choice != "none":
        into = _other(domain)
        if into is None:
            complain(_("That domain is gone. Choose another one."))
            return redirect(url_for(".delete_domain", id=id), code=303)
        return _merge(domain, into, posts)
    if posts and choice != "none":
        complain(_("Say what becomes of its posts first."))
        return redirect(url_for(".delete_domain", id=id), code=303)
    if posts and arranging.loosens_reviews(domain) and not may_rule_reviews(current_author()):
        complain(_("Its posts need approvals that posts without a domain do not. Ask an owner."))
        return redirect(url_for(".delete_domain", id=id), code=303)
    name = domain.name
    note("domain.deleted", domain, posts=posts)
    arranging.delete_domain(domain, now=now())
    db.session.commit()
    say(_("“%(name)s” is deleted.", name=name))
    return redirect(url_for(".edit_domains"), code=303)


def _get(id: int) -> Domain:
    demand_section("domains")
    if request.method == "POST":
        take_turns()
    domain: Domain | None = db.session.get(Domain, id)
    return domain or abort(404)


def _other(domain: Domain) -> Domain | None:
    """Return the domain that is to stay; None where there is none of that number."""
    id = request.values.get("into", type=row_id)
    return db.session.get(Domain, id) if id and id != domain.id else None


def _others(id: int) -> list[Domain]:
    return [domain for domain in list_domains() if domain.id != id]


def _show(domain: Domain, form: NameForm) -> AnyResponse:
    return show_section(
        "domains",
        "authoring/edit_domain.html",
        422 if form.errors else 200,
        domain=domain,
        form=form,
        posts=arranging.count_posts(domain),
        others=_others(domain.id),
    )


def _merge(domain: Domain, into: Domain, posts: int) -> AnyResponse:
    name = domain.name
    note("domain.merged", domain, into=into.name, posts=posts)
    arranging.merge(domain, into, now=now())
    db.session.commit()
    say(
        ngettext(
            "“%(name)s” is part of this domain now, with its %(num)s post.",
            "“%(name)s” is part of this domain now, with its %(num)s posts.",
            posts,
            name=name,
        )
    )
    return redirect(url_for(".edit_domain", id=into.id), code=303)


def _path(domain: Domain) -> str:
    return f"/domains/{domain.slug}"
