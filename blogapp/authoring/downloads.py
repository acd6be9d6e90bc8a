"""What an owner may carry away: reports of imports, lists of people, the whole blog."""

import csv
import fcntl
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.imports import demand_moving, depot, get_run
from blogapp.authoring.notices import complain
from blogapp.extensions import db
from blogapp.importing.following import read_lines
from blogapp.importing.models import KeptList
from blogapp.text.slugs import slugify
from blogapp.web import jobs
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.filters import current_site, local

_COLUMNS = ("path", "result", "title", "slug", "date", "error", "problems")
_BATCH = 65_536
# What writes the archive to its output.
COMMAND = (sys.executable, "-P", "-c", "from blogapp.cli import main; main()", "export", "-")
# A cell that begins so is a formula to programs that calculate
# (OWASP, "CSV Injection"); full-width twins are read as the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def report(id: int, form: str) -> Response:
    """The report of an import, a line for each item: JSON Lines, or a table."""
    run, place = get_run(id)
    depot().fetch_report(place, is_preview=run.is_preview)
    path = place.report(is_preview=run.is_preview)
    if not path.exists():
        abort(404)
    name = f"import-{run.id}{'-preview' if run.is_preview else ''}.{form}"
    if form == "jsonl":
        return download(_bytes_of(path), name, "application/jsonl")
    rows = ([_cell(line.get(column)) for column in _COLUMNS] for line in read_lines(path))
    return download(table(_COLUMNS, rows), name, "text/csv; charset=utf-8")


def kept_list(id: int) -> Response:
    """People of another blog, as a table."""
    demand_moving()
    demand_confirmed()
    found: KeptList | None = db.session.get(KeptList, id, options=[undefer(KeptList.rows)])
    kept = found or abort(404)
    name = f"{slugify(kept.source)}-{slugify(kept.name)}.csv"
    # Lines as they were written: a cell may hold breaks of any kind.
    rows = csv.reader(StringIO(kept.rows, newline=""))
    return download(table(kept.columns, rows), name, "text/csv; charset=utf-8")


def whole_blog() -> AnyResponse:
    """The whole blog as a ZIP, sent while a process of its own writes it."""
    demand_moving()
    demand_confirmed()
    try:
        sent = _Export(Path(current_app.instance_path) / "export.lock")
    except BlockingIOError:
        complain(_("Another download of the blog is going on. Try again when it is through."))
        return redirect(url_for(".edit_imports"), code=303)
    if sent.is_broken:
        complain(_("The blog could not be packed. The server’s log says why."))
        return redirect(url_for(".edit_imports"), code=303)
    note("export.made", by="download of the whole blog")
    db.session.commit()
    name = f"{slugify(current_site().title, fallback='blog')}-{local(now()):%Y-%m-%d}.zip"
    answer = download(sent, name, "application/zip")
    answer.headers["X-Accel-Buffering"] = "no"  # nginx would keep a copy on its disk
    return answer


class _Export:
    """The bytes of the archive, as its process writes them; one at a time on this machine.

    Raises `BlockingIOError` while another is under way. An archive that its process does not
    finish ends by an error, so that no browser takes it for whole.
    """

    def __init__(self, lock: Path) -> None:
        self._lock = lock.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                env=jobs.surroundings(current_app),
                cwd="/",
            )
        except OSError:
            self._lock.close()
            raise
        self._first = self._read()
        self.is_broken = not self._first
        if self.is_broken:
            self.close()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        part, self._first = self._first or self._read(), b""
        if part:
            return part
        if self._process.wait():
            raise RuntimeError(f"the export ended with status {self._process.returncode}")
        raise StopIteration

    def close(self) -> None:
        """End the process, whether or not all was sent."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._lock.close()

    def _read(self) -> bytes:
        assert self._process.stdout
        return self._process.stdout.read(_BATCH)


def download(parts: Iterable[bytes], name: str, kind: str) -> Response:
    answer = Response(parts, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _bytes_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_BATCH):
            yield part


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Yield a table (RFC 4180) in which no cell is a formula, part by part."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_harmless(cell) for cell in columns)
    for row in rows:
        writer.writerow(_harmless(cell) for cell in row)
        if text.tell() > _BATCH:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    """Return a cell that is shown and never calculated.

    >>> _harmless('=HYPERLINK("https://evil.example")'), _harmless("Ada")
    ('\\'=HYPERLINK("https://evil.example")', 'Ada')
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
