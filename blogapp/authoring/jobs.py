"""Work in the background: what waits, what failed and why, and who does it, for owners to see."""

from collections.abc import Sequence

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from blogapp.accounts.auditing import TRIM
from blogapp.accounts.directory.sessions import ASK
from blogapp.authoring.notices import say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import db
from blogapp.importing.running import IMPORT
from blogapp.jobs import overseeing
from blogapp.jobs.models import Job, JobState
from blogapp.jobs.overseeing import Trouble
from blogapp.jobs.queueing import count_by_state
from blogapp.mailing.queueing import CHAT, MAIL
from blogapp.media.gathering import PARTS
from blogapp.media.storing import PURGE, VARIANTS
from blogapp.posts.publishing import EMPTY
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.jobs import drop_jobs
from blogapp.web.language import ngettext
from blogapp.web.letting_in import LINKS
from blogapp.web.purging import CACHES

NAMES = {
    LINKS: _l("Links to sign in"),
    VARIANTS: _l("Smaller versions of a picture"),
    PURGE: _l("Deleted file"),
    PARTS: _l("Upload that was not finished"),
    EMPTY: _l("Emptying the trash"),
    IMPORT: _l("Import"),
    MAIL: _l("Mail"),
    CHAT: _l("Message to the chat"),
    ASK: _l("Asking the directory"),
    TRIM: _l("Trimming the audit log"),
    CACHES: _l("Telling caches in front of the blog"),
}
# What its key is the number of, as the address that shows it.
_SHOWN = {VARIANTS: "authoring.edit_media", IMPORT: "authoring.show_import"}
_ORDER = (JobState.GIVEN_UP, JobState.TRIED, JobState.RUNNING, JobState.WAITING)
# More of a kind than anybody reads are counted and not listed.
_MOST = 50
_ALL = 10_000


def show() -> Response:
    """List what is done in the background, what is in the way first."""
    demand_section("jobs")
    moment = now()
    return show_section(
        "jobs",
        "authoring/jobs.html",
        now=moment,
        counts=count_by_state(),
        listed={state.name: overseeing.list_in_state(state, limit=_MOST) for state in _ORDER},
        kinds=overseeing.count_by_kind(moment),
        runners=overseeing.list_runners(moment),
        last_seen=overseeing.last_seen(),
        trouble=_trouble(overseeing.find_trouble(moment)),
        name_of=name_of,
        address_of=address_of,
        may_be_dropped=lambda job: job.kind != IMPORT,
    )


def answer(id: int) -> AnyResponse:
    """Try one piece of work at once, or never."""
    demand_section("jobs")
    return _answer(overseeing.get_jobs([id]))


def answer_all() -> AnyResponse:
    """Try all that was given up again, or drop it."""
    demand_section("jobs")
    return _answer(overseeing.list_in_state(JobState.GIVEN_UP, limit=_ALL))


def name_of(kind: str) -> str:
    """Return a kind of work in words; one of another version by its own name."""
    return str(NAMES.get(kind, kind))


def address_of(job: Job) -> str:
    """Return where one sees what a job is about, nothing where that is nowhere."""
    endpoint = _SHOWN.get(job.kind)
    return url_for(endpoint, id=int(job.key)) if endpoint else ""


def _answer(jobs: Sequence[Job]) -> AnyResponse:
    act = request.form.get("act")
    if act not in ("again", "drop"):
        abort(400)
    if act == "again":
        if count := overseeing.try_now(jobs, now=now()):
            note("job.retried", number=count)
            said = ngettext(
                "%(num)s piece of work is tried again.",
                "%(num)s pieces of work are tried again.",
                count,
            )
    elif count := drop_jobs(jobs):
        note("job.dropped", number=count)
        said = ngettext(
            "%(num)s piece of work was dropped.", "%(num)s pieces of work were dropped.", count
        )
    db.session.commit()
    say(said if count else _("That is done already, or somebody is at it."))
    return redirect(url_for("authoring.edit_jobs"), code=303)


def _trouble(found: Trouble | None) -> str:
    match found:
        case Trouble.NOBODY:
            return _(
                "Nobody does the work: no runner was seen lately. With BLOG_JOBS=apart, start "
                "“blogapp worker”; otherwise look into the log of the server."
            )
        case Trouble.LATE:
            return _(
                "Work has been due for more than ten minutes: there is more than the runners can "
                "do, or none of them does this kind."
            )
    return ""
