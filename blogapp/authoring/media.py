"""The library: all files, what is said of each, where it is used, and what may be done with it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import abort, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from blogapp.accounts.models import Author
from blogapp.authoring.media_forms import MediaForm, ReplacementForm, UploadForm
from blogapp.authoring.notices import complain, say
from blogapp.extensions import db
from blogapp.jobs.queueing import count_given_up, enqueue, find_jobs
from blogapp.media.errors import NotAnImage
from blogapp.media.models import Media
from blogapp.media.storing import VARIANTS, store_upload
from blogapp.media.variants import plan_variants, thumbnail_key, variant_key
from blogapp.posts import media_keeping
from blogapp.posts.media_keeping import InUse
from blogapp.posts.media_library import (
    Show,
    count_media,
    find_many,
    find_media,
    list_media,
    sees,
)
from blogapp.posts.media_uses import Use, find_uses
from blogapp.posts.rights import may_describe, may_edit, may_replace
from blogapp.web import jobs
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.cards import renew_card
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import row_id
from blogapp.web.language import ngettext
from blogapp.web.media_store import REFUSED, media_store
from blogapp.web.pages import render_page

KEYS = ("show", "q", "page")
LONGEST_QUERY = 200
MOST_AT_ONCE = 48
# As many as one looks through beside a text.
CHOICES = 12


def index() -> AnyResponse:
    """Files by words and by kind, newest first; the address is the whole choice."""
    return _show_library(UploadForm(formdata=None))


def add() -> AnyResponse:
    """Keep files that a plain form brings, then ask what they show."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _show_library(form, status=422)
    kept: list[Media] = []
    for file in form.files.data:
        if file and file.filename:
            try:
                kept.append(_store(file))
                db.session.commit()
            except REFUSED as error:
                db.session.rollback()
                complain(_("“%(name)s”: %(why)s", name=file.filename, why=explain(error)))
    jobs.wake()
    if not kept:
        return redirect(url_for(".list_media"), code=303)
    say(ngettext("%(num)s file is in the library.", "%(num)s files are in the library.", len(kept)))
    return redirect(url_for(".describe_media", id=[media.id for media in kept]), code=303)


def describe() -> AnyResponse:
    """Ask what several files show, one below the other; on POST keep what was said."""
    author = current_author()
    ids = [int(id) for id in request.args.getlist("id") if re.fullmatch(r"[1-9][0-9]{0,8}", id)]
    files = [each for each in find_many(ids[:MOST_AT_ONCE]) if may_describe(author, each)]
    if not files:
        return redirect(url_for(".list_media"), code=303)
    forms = {each.id: MediaForm(prefix=f"m{each.id}-", obj=each) for each in files}
    if request.method == "POST" and _are_valid(forms.values()):
        for each in files:
            _take_words(forms[each.id], each)
        db.session.commit()
        say(_("Saved."))
        return redirect(url_for(".list_media"), code=303)
    page = render_page("authoring/media/describe.html", files=files, forms=forms, **_looks())
    return make_response(page, 422 if any(form.errors for form in forms.values()) else 200)


def edit(id: int) -> AnyResponse:
    """Show a file with its uses and its versions; on POST keep what is said of it."""
    media = _get_media(id)
    if media.replaced_by_id and request.method != "POST":
        return redirect(url_for(".edit_media", id=media.replaced_by_id), code=302)
    form = MediaForm(obj=media)
    if request.method == "POST":
        _demand(may_describe(current_author(), media))
        if form.validate():
            _take_words(form, media)
            db.session.commit()
            say(_("Saved."))
            return redirect(url_for(".edit_media", id=id), code=303)
    return _show_file(media, form=form, status=422 if form.errors else 200)


def replace(id: int) -> AnyResponse:
    """Put another file, or an earlier one, wherever this one is used."""
    media = _get_media(id)
    _demand(may_replace(current_author(), media, _uses_of(media)))
    earlier = request.form.get("earlier", type=row_id)
    form = ReplacementForm()
    if earlier:
        chosen = {each.id: each for each in media_keeping.list_earlier(media, media_store())}
        by = chosen.get(earlier) or abort(404)
    elif not form.validate_on_submit() or not form.file.data:
        return _show_file(media, replacement=form, status=422)
    else:
        try:
            by = _store(form.file.data)
            if _is_image(media) and not _is_image(by):
                raise NotAnImage("Texts show an image where only a link could be.")
        except REFUSED as error:
            db.session.rollback()
            form.file.errors = [explain(error)]
            return _show_file(_get_media(id), replacement=form, status=422)
    if by.id == media.id:
        form.file.errors = [_("This is the same file.")]
        return _show_file(media, replacement=form, status=422)
    changed = media_keeping.replace(media, by, now=now())
    new_id = by.id
    note("media.replaced", media, by=by.name, number=new_id)
    db.session.commit()
    for post_id in changed:
        renew_card(post_id)
    jobs.wake()
    say(_("The new file stands wherever the old one did; the old address leads to it."))
    return redirect(url_for(".edit_media", id=new_id), code=303)


def delete(id: int) -> AnyResponse:
    """Take a file out of the library, unless something shows it."""
    media = _get_media(id)
    _demand(may_replace(current_author(), media, ()))
    try:
        media_keeping.delete(media, now=now())
    except InUse as error:
        return _show_file(media, refused=error.uses, status=409)
    name = media.name
    note("media.deleted", media)
    db.session.commit()
    say(_("“%(name)s” is deleted.", name=name), undo=url_for(".restore_media", id=[id]))
    return redirect(url_for(".list_media"), code=303)


def delete_many() -> AnyResponse:
    """Delete the chosen files that nothing shows."""
    ids = request.form.getlist("id", type=row_id)[:MOST_AT_ONCE]
    files = [each for each in find_many(ids) if may_describe(current_author(), each)]
    deleted, in_use = [], []
    for media in files:
        try:
            media_keeping.delete(media, now=now())
            deleted.append(media.id)
            note("media.deleted", media)
        except InUse:
            in_use.append(media.name)
    db.session.commit()
    if deleted:
        words = ngettext("%(num)s file is deleted.", "%(num)s files are deleted.", len(deleted))
        say(words, undo=url_for(".restore_media", id=deleted))
    if in_use:
        complain(_("Not deleted, because they are in use: %(names)s.", names=", ".join(in_use)))
    if not files:
        complain(_("Choose at least one file."))
    return redirect(_back(), code=303)


def restore() -> AnyResponse:
    """Put deleted files back into the library."""
    ids = request.args.getlist("id", type=row_id)[:MOST_AT_ONCE]
    query = db.select(Media).where(Media.id.in_(ids), Media.deleted_at.is_not(None))
    found = [each for each in db.session.scalars(query) if may_describe(current_author(), each)]
    for media in found:
        media_keeping.bring_back(media)
        note("media.restored", media)
    db.session.commit()
    say(ngettext("%(num)s file is back.", "%(num)s files are back.", len(found)))
    if len(found) == 1:
        return redirect(url_for(".edit_media", id=found[0].id), code=303)
    return redirect(url_for(".list_media"), code=303)


def make_again(id: int) -> AnyResponse:
    """Try once more to make the smaller versions of a picture."""
    media = _get_media(id)
    _demand(may_describe(current_author(), media))
    enqueue(VARIANTS, str(media.id), now=now())
    db.session.commit()
    jobs.wake()
    say(_("The smaller versions are being made."))
    return redirect(url_for(".edit_media", id=id), code=303)


def _show_library(form: UploadForm, *, status: int = 200) -> AnyResponse:
    choice = _read_choice()
    is_page = request.method == "GET" and "fragment" not in request.args
    if is_page and list(request.args.items(multi=True)) != list(choice.items()):
        return redirect(_address(choice), code=301)
    author, words = current_author(), choice.get("q", "")
    show, number = Show(choice.get("show", Show.ALL)), int(choice.get("page", 1))
    if request.args.get("fragment") == "choices":
        library = list_media(author, words=words, show=show, page=number, size=CHOICES)
        return render_page("authoring/media/choices.html", library=library, words=words, **_looks())
    library = list_media(author, words=words, show=show, page=number)
    if number > library.pages:
        abort(404)
    page = render_page(
        "authoring/media/list.html",
        library=library,
        words=words,
        show=show,
        counts=count_media(author),
        form=form,
        given_up=count_given_up(),
        may_describe=lambda media: may_describe(author, media),
        turn=lambda **changes: _address(choice | changes),
        **_looks(),
    )
    return make_response(page, status)


def _show_file(
    media: Media,
    *,
    form: MediaForm | None = None,
    replacement: ReplacementForm | None = None,
    refused: Sequence[Use] = (),
    status: int = 200,
) -> AnyResponse:
    author, uses = current_author(), _uses_of(media)
    page = render_page(
        "authoring/media/edit.html",
        media=media,
        form=form or MediaForm(formdata=None, obj=media),
        replacement=replacement or ReplacementForm(formdata=None),
        uses=uses,
        # Names of posts are for those who may open them.
        may_edit=lambda post: may_edit(author, post),
        refused=refused,
        may_describe=may_describe(author, media),
        may_replace=may_replace(author, media, uses),
        earlier=media_keeping.list_earlier(media, media_store()),
        planned=plan_variants(media),
        job=find_jobs(VARIANTS, [str(media.id)]).get(str(media.id)),
        uploader=media.uploaded_by_id and _name_of(media.uploaded_by_id),
        **_looks(),
    )
    return make_response(page, status)


def _looks() -> dict[str, Any]:
    """What templates of the library call to show a file."""
    return {"thumbnail_key": thumbnail_key, "variant_key": variant_key}


def _name_of(author_id: int) -> str:
    return db.session.scalar(db.select(Author.name).where(Author.id == author_id)) or ""


def _get_media(id: int) -> Media:
    media = find_media(id) or abort(404)
    _demand(sees(current_author(), media))
    return media


def _is_image(media: Media) -> bool:
    return media.content_type.startswith("image/")


def _uses_of(media: Media) -> Sequence[Use]:
    return find_uses([media.id]).get(media.id, ())


def _demand(is_allowed: bool) -> None:
    if not is_allowed:
        abort(403)


def _store(file: FileStorage) -> Media:
    with file.stream as stream:
        data = stream.read()
    return store_upload(
        data,
        file.filename or "",
        store=media_store(),
        now=now(),
        uploaded_by_id=current_author().id,
    )


def _are_valid(forms: Iterable[MediaForm]) -> bool:
    # All of them are looked at, so that each says what is wrong with it.
    return [form.validate() for form in forms].count(False) == 0


def _take_words(form: MediaForm, media: Media) -> None:
    """Take over what the form says; what it does not carry stays as it is."""
    for name in ("alt", "caption", "credit"):
        if form[name].raw_data:
            setattr(media, name, form[name].data or "")
    if form.alt.raw_data:
        media.is_decorative = bool(form.is_decorative.data and not media.alt)


def _read_choice() -> dict[str, str]:
    """What is chosen, in the one spelling of it."""
    given = {key: " ".join(request.args.get(key, "").split()) for key in KEYS}
    if "\0" in given["q"] or len(given["q"]) > LONGEST_QUERY:
        abort(400)
    if given["show"] and given["show"] not in set(Show):
        abort(400)
    if given["page"] and not re.fullmatch(r"[1-9][0-9]{0,6}", given["page"]):
        abort(400)
    usual = {"show": Show.ALL.value, "page": "1"}
    return {key: value for key, value in given.items() if value and value != usual.get(key)}


def _address(choice: Mapping[str, Any]) -> str:
    pairs = [(key, choice[key]) for key in KEYS if choice.get(key)]
    path = url_for(".list_media")
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _back() -> str:
    """The part of the library in which the button stood."""
    show = request.form.get("show", "")
    return url_for(".list_media", show=show if show in set(Show) - {Show.ALL} else None)
