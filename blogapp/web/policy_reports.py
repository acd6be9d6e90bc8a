"""What browsers refused on our pages (CSP level 3, 5; Reporting API), counted beside requests.

A report says which directive, which origin and which page, and nothing of who read it. Anybody
can send one: so little of it is kept, and only so much.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from blogapp.extensions import db
from blogapp.site.report_counting import Refusal, add_reports
from blogapp.text.origins import origin_of
from blogapp.web.batching import Batch
from blogapp.web.clock import now
from blogapp.web.proxies import client_address

# Bytes of a body; a browser sends some reports at once.
LONGEST = 64_000
MOST_AT_ONCE = 50
# So many different ones are counted between two writes.
MOST_WAITING = 300
# So many bodies a minute from one address, and so many addresses are told apart.
PER_MINUTE, MOST_SENDERS = 60, 5_000
_TYPES = {"application/csp-report", "application/reports+json", "application/json"}
_DIRECTIVE = re.compile(r"[a-z]{3,20}(?:-[a-z]{2,12}){1,4}")
_WORD = re.compile(r"[a-z][a-z-]{1,30}")
# Of what stands in the browser, not in the page: its reader's own business.
_EXTENSION = re.compile(
    r"(?:chrome|moz|safari|safari-web|ms-browser|edge|opera|webkit-masked-url|about|resource|view-source)"
    r"(?:-extension)?(?::|$)",
    re.IGNORECASE,
)
# What stands behind these opens something.
_SECRET = re.compile("(/(?:preview|login|invite|reset))/.+")


def init_app(app: Flask) -> None:
    """Count in ``app.extensions["policy_reports"]``."""
    app.extensions["policy_reports"] = Reports(app)


def take() -> Response:
    """Take reports of a browser; answers 204, or 400, 413, 415 or 429 for what is none."""
    reports: Reports = current_app.extensions["policy_reports"]
    if request.mimetype not in _TYPES:
        abort(415)
    if not reports.admit(client_address(request, current_app.config["TRUSTED_PROXIES"])):
        answer = make_response("", 429)
        answer.headers["Retry-After"] = "60"
        return answer
    request.max_content_length = LONGEST
    try:
        said = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        abort(400)
    for refusal in read_reports(said, current_app.config["PUBLIC_URL"]):
        reports.count(refusal)
    return make_response("", 204)


def read_reports(said: Any, public: str) -> Iterator[Refusal]:
    """Yield what a body of either form tells of pages at ``public``, and leave out all else."""
    told = said if isinstance(said, list) else [said]
    for each in told[:MOST_AT_ONCE]:
        if not isinstance(each, dict):
            continue
        body = each.get("csp-report", each.get("body"))
        if isinstance(body, dict) and each.get("type", "csp-violation") == "csp-violation":
            refusal = _read(body, public)
            if refusal:
                yield refusal


class Reports(Batch):
    """What one process was told and has not written yet."""

    what = "what browsers refused"

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._counts: dict[Refusal, int] = {}
        self._senders: dict[str, int] = {}
        self._minute = 0

    def admit(self, address: str) -> bool:
        """Return whether this address may report once more in this minute."""
        minute = int(now().timestamp()) // 60
        with self._lock:
            if minute != self._minute:
                self._minute, self._senders = minute, {}
            seen = self._senders.get(address, 0)
            if seen >= PER_MINUTE or (not seen and len(self._senders) >= MOST_SENDERS):
                return False
            self._senders[address] = seen + 1
            return True

    def count(self, refusal: Refusal) -> None:
        """Count one; what would be too many different ones is dropped."""
        with self._lock:
            if refusal in self._counts or len(self._counts) < MOST_WAITING:
                self._counts[refusal] = self._counts.get(refusal, 0) + 1
        self.tell()

    def flush(self) -> None:
        with self._writing:
            with self._lock:
                counts, self._counts = self._counts, {}
            if not counts:
                return
            try:
                with self.app.app_context():
                    add_reports(counts.items(), now=now())
                    db.session.commit()
            except (SQLAlchemyError, OSError):
                with self._lock:
                    for refusal, hits in counts.items():
                        self._counts[refusal] = self._counts.get(refusal, 0) + hits
                raise


def write_now() -> None:
    """Write what this process was told, for a page that shows it."""
    try:
        current_app.extensions["policy_reports"].flush()
    except (SQLAlchemyError, OSError):
        return  # it shows what is written already


def _read(body: Mapping[str, Any], public: str) -> Refusal | None:
    def text(*names: str) -> str:
        found = next((body[name] for name in names if isinstance(body.get(name), str)), "")
        return str(found)

    directive = text("effectiveDirective", "effective-directive", "violated-directive")
    directive = directive.partition(" ")[0]
    blocked = _blocked(text("blockedURL", "blocked-uri"), public)
    page = _page(text("documentURL", "document-uri"), public)
    by_extension = _EXTENSION.match(text("sourceFile", "source-file"))
    if by_extension or not _DIRECTIVE.fullmatch(directive) or not blocked or not page:
        return None
    return Refusal(directive[:40], blocked, page)


def _blocked(address: str, public: str) -> str:
    """Return the origin of what was refused, or the word for it; empty for what is nobody's."""
    if _EXTENSION.match(address):
        return ""
    if _WORD.fullmatch(address):
        return address
    origin = origin_of(address[:2000])
    if not origin:
        scheme = address.partition(":")[0]
        return scheme if _WORD.fullmatch(scheme) and ":" in address else ""
    if origin == origin_of(public):
        return "self"
    return origin if re.fullmatch(r"[!-~]{1,255}", origin) else ""


def _page(address: str, public: str) -> str:
    """Return the path of a page of ours, without its query and without secrets."""
    try:
        parts, own = urlsplit(address[:4000]), urlsplit(public)
    except ValueError:
        return ""
    base = own.path.rstrip("/")
    path = parts.path or "/"
    if parts.hostname != own.hostname or not f"{path}/".startswith(f"{base}/"):
        return ""
    path = _SECRET.sub(r"\1/…", path.removeprefix(base) or "/")
    return path[:500] if path.isprintable() else ""
