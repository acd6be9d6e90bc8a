"""The tags there are: found, described, renamed, merged and deleted; suggested while one types."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import demand_tags
from blogapp.authoring.notices import complain, say
from blogapp.authoring.tag_forms import AliasForm, MergerForm, TagForm
from blogapp.extensions import db
from blogapp.posts import tagging
from blogapp.posts.cataloguing import Order, list_tags, list_twins, suggest_tags
from blogapp.posts.errors import NameTaken, SlugTaken
from blogapp.posts.models import Named, Tag, TagAlias
from blogapp.posts.rights import may_manage_tags
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.forms import row_id
from blogapp.web.language import ngettext
from blogapp.web.pages import render_page

KEYS = ("q", "sort", "page")
LONGEST_QUERY = 200
SUGGESTED = 8


def index() -> AnyResponse:
    """Tags by words, most used first or from A to Z; the address is the whole choice."""
    words = request.args.get("q", "")
    if "\0" in words or len(words) > LONGEST_QUERY:
        abort(400)
    if "fragment" in request.args:
        suggested = suggest_tags(words, limit=SUGGESTED)
        return render_page("authoring/list_tags.html", suggested=suggested)

    choice = _read_choice()
    if list(request.args.items(multi=True)) != list(choice.items()):
        return redirect(_address(choice), code=301)
    order, page = Order(choice.get("sort", Order.USED)), int(choice.get("page", 1))
    catalogue = list_tags(words=choice.get("q", ""), order=order, page=page)
    if page > catalogue.pages:
        abort(404)
    manages = may_manage_tags(current_author())
    return render_page(
        "authoring/list_tags.html",
        catalogue=catalogue,
        words=choice.get("q", ""),
        order=order,
        orders=list(Order),
        manages=manages,
        twins=len(list_twins()) if manages else 0,
        turn=lambda **changes: _address(choice | changes),
    )


def edit(id: int) -> AnyResponse:
    """Show a tag with its names; on POST keep what is said of it."""
    tag = _get_tag(id)
    form, was = TagForm(obj=tag), tag.name
    holder = None
    if form.validate_on_submit():
        try:
            tagging.rename(tag, name=form.name.data or "", slug=form.slug.data or "")
        except NameTaken as taken:
            holder = taken.holder
            form.name.errors = [_("“%(name)s” has this name already.", name=holder.name)]
        except SlugTaken:
            form.slug.errors = [_("Another tag has this address.")]
        else:
            tag.description = form.description.data or ""
            note("tag.changed", tag, was=was)
            db.session.commit()
            say(_("Saved."))
            return redirect(url_for(".edit_tag", id=tag.id), code=303)
        db.session.rollback()
    return _show_tag(_get_tag(id), form=form, holder=holder)


def add_alias(id: int) -> AnyResponse:
    """Give a tag another name."""
    tag, form = _get_tag(id), AliasForm()
    holder = None
    if form.validate_on_submit():
        try:
            tagging.add_alias(tag, form.alias.data or "")
        except NameTaken as taken:
            holder = taken.holder
            form.alias.errors = [_("“%(name)s” has this name already.", name=holder.name)]
        else:
            note("tag.changed", tag, another_name=form.alias.data)
            db.session.commit()
            say(_("“%(alias)s” leads to this tag now.", alias=form.alias.data))
            return redirect(url_for(".edit_tag", id=tag.id), code=303)
    return _show_tag(tag, alias_form=form, holder=holder)


def drop_alias(id: int, alias: int) -> AnyResponse:
    """Let another name of a tag go."""
    tag = _get_tag(id)
    dropped = db.session.get(TagAlias, alias)
    if dropped is None or dropped.tag_id != tag.id or not dropped.name:
        abort(404)
    name = dropped.name
    tagging.drop_alias(dropped)
    note("tag.changed", tag, without_name=name)
    db.session.commit()
    say(_("“%(alias)s” is no name of this tag any more.", alias=name))
    return redirect(url_for(".edit_tag", id=tag.id), code=303)


def merge(id: int) -> AnyResponse:
    """Show what making two tags one would do; on POST do it."""
    tag, form = _get_tag(id), MergerForm(request.values)
    into = tagging.find_named_tag(form.into.data or "")
    if into is None or into.id == tag.id:
        if form.into.data:
            is_itself = into is not None
            form.into.errors = [
                _("That is this tag itself.") if is_itself else _("There is no tag of this name.")
            ]
        page = render_template("authoring/merge_tag.html", tag=tag, into=None, form=form)
        return make_response(page, 422 if form.into.errors else 200)
    if request.method == "POST":
        return _merge(tag, into)
    merger, uses = tagging.look_at_merger(tag, into), tagging.count_uses(into)
    page = render_template("authoring/merge_tag.html", tag=tag, into=into, merger=merger, uses=uses)
    return make_response(page)


def delete(id: int) -> AnyResponse:
    """Ask before a tag is deleted; on POST delete it."""
    tag = _get_tag(id)
    uses = tagging.count_uses(tag)
    if request.method != "POST":
        return make_response(render_template("authoring/delete_tag.html", tag=tag, uses=uses))
    name = tag.name
    note("tag.deleted", tag)
    tagging.delete_tag(tag)
    db.session.commit()
    say(_("“%(name)s” is deleted.", name=name))
    return redirect(url_for(".list_tags"), code=303)


def index_twins() -> Response:
    """Pairs of tags that are likely to be one."""
    demand_tags()
    return make_response(render_template("authoring/list_twins.html", twins=list_twins()))


def tell_apart() -> AnyResponse:
    """Note that two tags alike in name are two."""
    demand_tags()
    tagging.take_turns()
    ids = request.form.get("tag", type=row_id), request.form.get("other", type=row_id)
    tags = [tagging.find_tag(id) if id else None for id in ids]
    if not all(tags):
        complain(_("One of the two tags is gone."))
    else:
        first, second = (tag for tag in tags if tag)
        tagging.tell_apart(first, second)
        db.session.commit()
        say(_("“%(one)s” and “%(other)s” stay two.", one=first.name, other=second.name))
    return redirect(url_for(".list_twins"), code=303)


def _get_tag(id: int) -> Tag:
    demand_tags()
    if request.method == "POST":
        tagging.take_turns()
    return tagging.find_tag(id) or abort(404)


def _show_tag(
    tag: Tag,
    *,
    form: TagForm | None = None,
    alias_form: AliasForm | None = None,
    holder: Named | None = None,
) -> Response:
    form = form or TagForm(formdata=None, obj=tag)
    alias_form = alias_form or AliasForm(formdata=None)
    page = render_template(
        "authoring/edit_tag.html",
        tag=tag,
        form=form,
        alias_form=alias_form,
        holder=holder if holder and holder.id != tag.id else None,
        aliases=tagging.list_aliases(tag),
        uses=tagging.count_uses(tag),
    )
    return make_response(page, 422 if form.errors or alias_form.errors else 200)


def _merge(tag: Tag, into: Tag) -> AnyResponse:
    name, uses = tag.name, tagging.count_uses(tag)
    note("tag.merged", tag, into=into.name)
    tagging.merge(tag, into)
    db.session.commit()
    say(
        ngettext(
            "“%(name)s” is part of this tag now, with its %(num)s post.",
            "“%(name)s” is part of this tag now, with its %(num)s posts.",
            uses,
            name=name,
        )
    )
    return redirect(url_for(".edit_tag", id=into.id), code=303)


def _read_choice() -> dict[str, str]:
    """What is chosen, in the one spelling of it."""
    given = {key: request.args.get(key, "").strip() for key in KEYS}
    if given["sort"] and given["sort"] not in set(Order):
        abort(400)
    if given["page"] and not re.fullmatch(r"[1-9][0-9]{0,6}", given["page"]):
        abort(400)
    usual = {"sort": Order.USED.value, "page": "1"}
    return {key: value for key, value in given.items() if value and value != usual.get(key)}


def _address(choice: Mapping[str, str | int | None]) -> str:
    pairs = [(key, choice[key]) for key in KEYS if choice.get(key)]
    path = url_for(".list_tags")
    return f"{path}?{urlencode(pairs)}" if pairs else path
