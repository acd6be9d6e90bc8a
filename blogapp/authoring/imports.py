"""Moving in: a blog's export is uploaded, looked through, and taken in while one watches."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from flask import abort, current_app, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse
from wtforms.validators import ValidationError

from blogapp.authoring.import_forms import KINDS, WAYS, ImportForm, kinds
from blogapp.authoring.notices import complain, say
from blogapp.authoring.sections import SECTIONS, open_groups
from blogapp.config import MEGABYTE
from blogapp.extensions import csrf, db
from blogapp.importing import recognizing, running
from blogapp.importing.arriving import NoRoom, Place, demand_room, new_token, place_of
from blogapp.importing.handing_on import Depot
from blogapp.importing.models import KeptList
from blogapp.importing.run_models import UNDER_WAY, ImportRun, RunState
from blogapp.posts.managing import list_authors
from blogapp.posts.rights import may_move_blog
from blogapp.text.name_lists import one_line
from blogapp.web import jobs, working
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.media_store import media_store
from blogapp.web.pages import render_page
from blogapp.web.streaming import read_the_rest, receive_form

RESULTS = {
    "made": _l("New"),
    "changed": _l("Changed"),
    "unchanged": _l("Unchanged"),
    "skipped": _l("Left out"),
    "changed on both sides": _l("Changed on both sides"),
    "failed": _l("Failed"),
}
_LONGEST_NAME = 300


@csrf.exempt  # looks at the token itself, before the file is read
def index() -> AnyResponse:
    """Where to begin moving in or out, and what was moved before; on POST take a file."""
    demand_moving()
    if request.method != "POST":
        return _show(ImportForm(formdata=None, author=current_author().name))
    return _Arrival().receive()


def show(id: int) -> AnyResponse:
    """One import: what would happen, what happens, or what has happened."""
    return _show_run(_get(id))


def preview(id: int) -> AnyResponse:
    """Look through an upload again, read in another way."""
    run = _get(id)
    form = ImportForm()
    if _is_busy(run):
        return _lead_to(run)
    if not form.validate():
        return _show_run(run, form, status=422)
    _take_choice(run, form)
    running.ask(run, is_preview=True, now=now())
    db.session.commit()
    jobs.wake()
    return _lead_to(run)


def begin(id: int) -> AnyResponse:
    """Take in what was looked through."""
    run = _get(id)
    demand_confirmed()
    if run.state != RunState.PREVIEWED:
        complain(_("This import has gone on meanwhile."))
        return _lead_to(run)
    running.ask(run, is_preview=False, now=now())
    note("import.begun", run.file_name, number=run.id)
    db.session.commit()
    jobs.wake()
    return _lead_to(run)


def cancel(id: int) -> AnyResponse:
    """End what is going on; what was taken in stays."""
    run = _get(id)
    if run.state in UNDER_WAY:
        running.stop(run, now=now())
        note("import.cancelled", run.file_name, number=run.id)
        db.session.commit()
        jobs.wake()
    return _lead_to(run)


def resume(id: int) -> AnyResponse:
    """Go on with an import that failed."""
    run = _get(id)
    demand_confirmed()
    if run.state == RunState.FAILED:
        running.resume(run, now=now())
        note("import.begun", run.file_name, number=run.id, again=True)
        db.session.commit()
        jobs.wake()
    return _lead_to(run)


def remove(id: int) -> AnyResponse:
    """Take an import out of the list, with its upload and its report."""
    run = _get(id)
    if _is_busy(run):
        return _lead_to(run)
    note("import.removed", run.file_name, number=run.id)
    running.forget(run, _folder(), depot())
    db.session.commit()
    say(_("The import is off the list. What it took in stays."))
    return redirect(url_for(".edit_imports"), code=303)


def demand_moving() -> None:
    """Answer 403 to whoever may not take a whole blog in or out."""
    if not may_move_blog(current_author()):
        abort(403)


def depot() -> Depot:
    """Return where uploads wait, and whence reports come."""
    return Depot(media_store())


def get_run(id: int) -> tuple[ImportRun, Place]:
    """Return an import and where its files lie; answers 403 or 404 otherwise."""
    run = _get(id)
    return run, place_of(_folder(), run.token)


class _Arrival:
    """An upload on its way: its fields are looked at before its file is read."""

    def __init__(self) -> None:
        self.form: ImportForm | None = None
        self.place: Place | None = None
        self.file_name = ""

    def receive(self) -> AnyResponse:
        most = current_app.config["IMPORT_MB"] * MEGABYTE
        try:
            fields = receive_form(request, file="file", open_file=self._open, most=most)
            if not self.place:
                self._read(fields)
        except CSRFError:
            read_the_rest(request)
            if _speaks_json():
                return make_response(jsonify(csrf=True), 400)
            raise
        except _Wrong as wrong:
            read_the_rest(request)
            return _refuse(wrong.form, 422)
        except RequestEntityTooLarge:
            read_the_rest(request)
            return self._complain(413, _too_large())
        except BadRequest:
            return self._complain(422, _("The upload broke off, or was no file. Send it again."))
        except NoRoom:
            read_the_rest(request)
            return self._complain(507, _("There is not enough room on the server’s disk for this."))
        except OSError:
            current_app.logger.exception("an upload could not be kept")
            return self._complain(
                507, _("The server’s disk is full. Nothing of the file was kept.")
            )
        return self._keep()

    def _open(self, fields: MultiDict[str, str], name: str) -> AbstractContextManager[IO[bytes]]:
        self._read(fields)
        demand_room(_folder(), request.content_length or 0)
        running.tidy(_folder())
        self.file_name = "".join(filter(str.isprintable, one_line(name)))[:_LONGEST_NAME]
        self.place = place_of(_folder(), new_token())
        self.place.make()
        return self.place.open_upload()

    def _read(self, fields: MultiDict[str, str]) -> None:
        """Raise `CSRFError` or `_Wrong` unless the fields are as they should be."""
        _demand_token(fields.get("csrf_token", ""))
        self.form = ImportForm(fields)
        if not self.form.validate():
            raise _Wrong(self.form)

    def _keep(self) -> AnyResponse:
        if not self.place or not self.form:
            return self._complain(422, _("Choose a file."))
        if not self.place.upload.stat().st_size:
            self.place.remove()
            return self._complain(422, _("The file is empty."))
        run = running.begin(
            self.place.folder.name,
            asked_kind=self.form.kind.data or "",
            file_name=self.file_name,
            size=self.place.upload.stat().st_size,
            options=self.form.options,
            by_id=current_author().id,
            now=now(),
            place=working.place(current_app),
            depot=depot(),
        )
        note("import.uploaded", self.file_name)
        db.session.commit()
        self._hand_on(run)
        jobs.wake()
        if _speaks_json():
            address = url_for(".show_import", id=run.id)
            return make_response(jsonify(address=address), 201)
        return _lead_to(run)

    def _hand_on(self, run: ImportRun) -> None:
        """Put the upload where every machine comes to it; without that there is no import."""
        try:
            running.hand_on(run, _folder(), depot(), now=now())
        except OSError:
            place_of(_folder(), run.token).remove()
            running.withdraw(run)
            db.session.commit()
            raise
        db.session.commit()

    def _complain(self, status: int, why: str) -> AnyResponse:
        form = self.form or ImportForm(formdata=None, author=current_author().name)
        return _refuse(form, status, why)


class _Wrong(Exception):
    """The form needs another look before its file is read."""

    def __init__(self, form: ImportForm) -> None:
        super().__init__("a field is wrong")
        self.form = form


def _demand_token(token: str) -> None:
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(error.args[0]) from error


def _speaks_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _too_large() -> str:
    megabytes = current_app.config["IMPORT_MB"]
    words = _("The file is larger than %(number)s MB.", number=f"{megabytes:,}")
    more = _("Larger ones can be taken in by the command blogapp import, or with BLOG_IMPORT_MB.")
    return f"{words} {more}"


def _refuse(form: ImportForm, status: int, why: str = "") -> AnyResponse:
    if not _speaks_json():
        return _show(form, status=status, problem=why)
    told = [why] if why else [str(error) for errors in form.errors.values() for error in errors]
    return make_response(jsonify(error=" ".join(told)), status)


def _show(form: ImportForm, *, status: int = 200, problem: str = "") -> AnyResponse:
    page = render_page(
        "authoring/imports.html",
        form=form,
        problem=problem,
        runs=running.list_runs(),
        lists=db.session.scalars(select(KeptList).order_by(KeptList.source, KeptList.name)).all(),
        authors=list_authors(),
        most=current_app.config["IMPORT_MB"],
        ways={kind: WAYS[kind] for kind in kinds()},
        labels=KINDS,
        results=RESULTS,
        chosen=SECTIONS["imports"],
        groups=open_groups(),
    )
    return make_response(page, status)


def _show_run(run: ImportRun, form: ImportForm | None = None, *, status: int = 200) -> AnyResponse:
    chosen = {**run.options, "kind": run.kind}
    page = render_page(
        "authoring/import.html",
        run=run,
        summary=run.summary,
        form=form or ImportForm(formdata=None, data=chosen),
        is_under_way=run.state in UNDER_WAY,
        labels=KINDS,
        results=RESULTS,
        failure=_explain(run),
        authors=list_authors(),
        has_report=_has_report(run),
        queue=_count_before(run),
    )
    return make_response(page, status)


def _has_report(run: ImportRun) -> bool:
    if depot().is_shared:
        # Handed back when it is over; nobody asks a bucket for each look at how far it is.
        is_kept = run.state in {RunState.PREVIEWED, RunState.FAILED} or not run.is_preview
        return is_kept and run.state not in UNDER_WAY and bool(run.counts)
    return place_of(_folder(), run.token).report(is_preview=run.is_preview).exists()


def _explain(run: ImportRun) -> str:
    """Return why it failed in the interface's words; "" where only the error has words."""
    match run.error:
        case recognizing.UNKNOWN:
            return _("Nothing in this file looks like posts of a blog.")
        case running.LOST:
            return _("The upload is not on this machine any more. Upload the file again.")
    return ""


def _count_before(run: ImportRun) -> int:
    """Return how many imports go before this one."""
    if run.state != RunState.WAITING:
        return 0
    goes_first = db.or_(ImportRun.state == RunState.RUNNING, ImportRun.id < run.id)
    # This one may have begun since it was read.
    query = db.select(db.func.count()).where(ImportRun.id != run.id)
    return db.session.scalar(query.where(ImportRun.state.in_(UNDER_WAY), goes_first)) or 0


def _take_choice(run: ImportRun, form: ImportForm) -> None:
    kind = form.kind.data or ""
    # Whoever says again what the file did not look like shall have it.
    insists = bool(kind) and kind != run.kind
    is_same = kind == run.kind and run.options.get("insists", False)
    run.options = {**form.options, "insists": insists or is_same}
    run.asked_kind = run.kind = kind


def _get(id: int) -> ImportRun:
    demand_moving()
    query = db.select(ImportRun).where(ImportRun.id == id)
    run: ImportRun | None = db.session.scalar(query.options(db.undefer(ImportRun.summary)))
    return run or abort(404)


def _is_busy(run: ImportRun) -> bool:
    if run.state not in UNDER_WAY:
        return False
    complain(_("This import is going on. Cancel it first."))
    return True


def _lead_to(run: ImportRun) -> AnyResponse:
    return redirect(url_for(".show_import", id=run.id), code=303)


def _folder() -> Path:
    folder: Path = current_app.config["IMPORTS_FOLDER"]
    return folder
