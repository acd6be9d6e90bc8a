"""Whether this process lives, whether it can serve, and what it counts."""

import json
from collections.abc import Mapping

from flask import Response, abort, current_app, request

from blogapp.web.metrics import Metrics, may_read
from blogapp.web.readiness import DISK, Finding, Readiness, State, worst

# Seconds after which something that is broken is worth another look.
_AGAIN = "5"


def healthz() -> Response:
    """Answer 200 while the process lives, and say whether its disk takes anything.

    Asks no database and no other machine.
    """
    return _tell(_readiness().ask(DISK), 200)


def readyz() -> Response:
    """Answer 200 while pages can be shown, and 503 when not, with a line for each part."""
    findings = _readiness().ask()
    return _tell(findings, 503 if worst(findings) is State.BROKEN else 200)


def metrics() -> Response:
    """Tell Prometheus all figures; to everybody else there is nothing here."""
    if not may_read(request):
        abort(404)
    figures: Metrics = current_app.extensions["metrics"]
    text, media_type = figures.exposition()
    return Response(text, headers={"Cache-Control": "no-store", "Content-Type": media_type})


def _readiness() -> Readiness:
    found: Readiness = current_app.extensions["readiness"]
    return found


def _tell(findings: Mapping[str, Finding], status: int) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": _AGAIN} if status == 503 else {})
    wanted = request.accept_mimetypes
    if wanted["application/json"] > wanted["text/plain"]:
        parts = {
            name: {"state": each.state, "words": each.words} for name, each in findings.items()
        }
        text = json.dumps({"state": worst(findings), "parts": parts})
        return Response(text + "\n", status, headers, mimetype="application/json")
    lines = [worst(findings).value, *(_line(*item) for item in findings.items())]
    return Response("\n".join(lines) + "\n", status, headers, mimetype="text/plain")


def _line(name: str, finding: Finding) -> str:
    return f"{name}: {finding.state}" + (f", {finding.words}" if finding.words else "")
