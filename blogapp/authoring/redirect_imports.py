"""Taking in lists of redirects: what would become of each is shown before anything is kept."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import demand_site
from blogapp.authoring.notices import say
from blogapp.authoring.redirect_wording import REASONS, VERDICTS
from blogapp.authoring.redirects import base, show_page
from blogapp.extensions import db
from blogapp.importing.redirect_files import MOST_BYTES, UnknownList, read_rules
from blogapp.posts.changing import take_turns
from blogapp.posts.redirect_ruling import Ruling, Verdict, judge, keep
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.language import ngettext
from blogapp.web.moving import answers

# Of each verdict so many are shown: more than anybody reads.
MOST_SHOWN = 200
TEMPLATE = "authoring/redirects_import.html"


def take_in() -> AnyResponse:
    """Show what a list would do; once that was seen, do it."""
    demand_site()
    if request.method != "POST":
        return show_page(TEMPLATE, text="", name="", error="")
    text, name = _sent()
    if not text.strip():
        return show_page(
            TEMPLATE, 422, text="", name="", error=_("Choose a file, or paste a list.")
        )
    try:
        wishes = read_rules(text, name)
    except UnknownList as error:
        shown = "" if len(text) > MOST_BYTES else text.decode("utf-8", "replace")
        return show_page(TEMPLATE, 422, text=shown.replace("\0", ""), name=name, error=str(error))
    if "apply" in request.form:
        take_turns()
    rulings = judge(wishes, base=base(), now=now(), is_fixed=answers)
    if "apply" in request.form:
        return _keep(rulings)
    return _preview(rulings, text, name)


def _sent() -> tuple[bytes, str]:
    """Return the file, or what was pasted, and the file's name."""
    if (file := request.files.get("file")) and file.filename:
        return file.stream.read(MOST_BYTES + 1), file.filename[-200:]
    return request.form.get("text", "").encode(), request.form.get("name", "")[-200:]


def _keep(rulings: Sequence[Ruling]) -> AnyResponse:
    is_meant = "outside" in request.form
    kept = [ruling for ruling in rulings if is_meant or not ruling.leads_out]
    count = keep(kept, came_by="imported", now=now())
    note("redirects.imported", number=count)
    db.session.commit()
    say(ngettext("%(num)s redirect was taken in.", "%(num)s redirects were taken in.", count))
    return redirect(url_for(".edit_redirects", kind="imported"), code=303)


def _preview(rulings: Sequence[Ruling], text: bytes, name: str) -> AnyResponse:
    counts = Counter(ruling.verdict for ruling in rulings)
    hosts = sorted({urlsplit(r.target or "").hostname or "" for r in rulings if r.leads_out})
    order = (Verdict.REFUSED, Verdict.CHANGE, Verdict.ADD, Verdict.SAME)
    groups = [
        (verdict, [r for r in rulings if r.verdict is verdict][:MOST_SHOWN], counts[verdict])
        for verdict in order
        if counts[verdict]
    ]
    return show_page(
        "authoring/redirects_preview.html",
        ruled=groups,
        verdicts=VERDICTS,
        reasons=REASONS,
        hosts=hosts,
        leaving=sum(ruling.leads_out for ruling in rulings),
        taken=counts[Verdict.ADD] + counts[Verdict.CHANGE],
        text=_as_text(text),
        name=name,
    )


def _as_text(content: bytes) -> str:
    is_wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return content.decode("utf-16" if is_wide else "utf-8-sig")
