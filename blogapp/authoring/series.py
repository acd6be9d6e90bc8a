"""The series there are: what they are called, and their parts in order."""

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.name_forms import NameForm, form_of, keep_name
from blogapp.authoring.notices import complain, say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import csrf, db
from blogapp.posts import sequencing
from blogapp.posts.models import Series
from blogapp.posts.renaming import take_turns
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.forms import row_id

STEPS = {"up": -1, "down": 1}
LONGEST_QUERY = 200


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def index() -> AnyResponse:
    """Show all series, and what is odd about their numbers; on POST add one."""
    demand_section("series")
    form = NameForm()
    if request.method == "POST":
        take_turns()
        series = Series()
        if keep_name(form, series, now=now()):
            note("series.made", series)
            db.session.commit()
            return redirect(url_for(".edit_one_series", id=series.id), code=303)
        db.session.rollback()
    return show_section(
        "series",
        "authoring/series.html",
        422 if form.errors else 200,
        form=form,
        entries=sequencing.list_with_counts(),
    )


@csrf.exempt  # as above
def edit(id: int) -> AnyResponse:
    """Show a series and its parts, and posts to add; on POST keep what it is called."""
    series = _get(id)
    form = form_of(series)
    if request.method == "POST":
        was = series.name, series.slug
        if keep_name(form, series, now=now()):
            note("series.changed", series, was=was[0], address=was[1])
            db.session.commit()
            moved, address = was[1] != series.slug, f"/series/{series.slug}"
            saved = _("Saved. The old address leads to %(address)s now.", address=address)
            say(saved if moved else _("Saved."))
            return _lead_to(id)
        db.session.rollback()
    words = request.args.get("q", "").strip()
    if "\0" in words or len(words) > LONGEST_QUERY:
        abort(400)
    parts = sequencing.list_all_parts(series, now=now())
    return show_section(
        "series",
        "authoring/edit_series.html",
        422 if form.errors else 200,
        series=series,
        form=form,
        parts=parts,
        numbering=sequencing.Numbering.of([part.number for part in parts]),
        offered=sequencing.offer_posts(words, besides=series, now=now()),
        words=words,
        moved=request.args.get("moved", ""),
    )


def arrange(id: int) -> AnyResponse:
    """Move a part one place up or down, take one out, or number all of them anew."""
    series = _get(id)
    act, _colon, number = request.form.get("part", "").partition(":")
    if act == "number":
        sequencing.number_anew(series)
        note("series.ordered", series)
        db.session.commit()
        say(_("The parts are numbered from 1."))
        return _lead_to(id)
    if act not in {*STEPS, "remove"}:
        abort(400)
    post = sequencing.find_part(series, _number(number))
    if post is None:
        complain(_("That post is no part of this series any more."))
        return _lead_to(id)
    if act == "remove":
        title = post.title
        sequencing.take_out(post)
        note("series.part-removed", series, post=title)
        db.session.commit()
        say(_("“%(title)s” is no part of it any more. The post stays as it is.", title=title))
        return _lead_to(id)
    sequencing.move(series, post, STEPS[act])
    note("series.ordered", series)
    db.session.commit()
    return redirect(url_for(".edit_one_series", id=id, moved=f"{number}:{act}"), code=303)


def add(id: int) -> AnyResponse:
    """Make a post the last part."""
    series = _get(id)
    post = sequencing.find_candidate(_number(request.form.get("post", "")))
    if post is None:
        complain(_("That post is not there any more."))
    elif post.series_id != series.id:
        title = post.title
        sequencing.add(series, post)
        note("series.part-added", series, post=title)
        db.session.commit()
        say(_("“%(title)s” is the last part now.", title=title))
    return _lead_to(id)


def delete(id: int) -> AnyResponse:
    """Ask before a series is deleted; on POST delete it. Its posts stay."""
    series = _get(id)
    parts = sequencing.count_parts(series)
    if request.method != "POST":
        return show_section("series", "authoring/delete_series.html", series=series, parts=parts)
    name = series.name
    note("series.deleted", series, posts=parts)
    sequencing.delete_series(series, now=now())
    db.session.commit()
    say(_("“%(name)s” is deleted.", name=name))
    return redirect(url_for(".edit_series"), code=303)


def _get(id: int) -> Series:
    demand_section("series")
    if request.method == "POST":
        take_turns()
    series: Series | None = db.session.get(Series, id)
    return series or abort(404)


def _number(text: str) -> int:
    try:
        return row_id(text)
    except ValueError:
        abort(400)


def _lead_to(id: int) -> AnyResponse:
    return redirect(url_for(".edit_one_series", id=id), code=303)
