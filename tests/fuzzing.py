"""Schemathesis against a demo blog that is served: a part of `make scan`.

It makes requests up from a description of every address and of what each of them reads. It lives
in an environment of its own, `.venv/fuzz`, since it asks for other versions than the scanners.
"""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from blogapp import create_app
from blogapp.config import Config
from tests.conftest import ROOT
from tests.contract.surface import describe

HOME = ROOT / ".venv" / "fuzz"
# Seconds for those signed out, and again for those signed in.
SECONDS = 90
# Those that end the session, or close the account that is signed in.
_LEFT_ALONE = "^(?:/logout|/account/sessions|/account/password|/write/people/)"


def fuzz(address: str, folder: Path, who: str, cookie: str = "") -> list[tuple[str, str, int]]:
    """Return promise, name and value of each figure; an answer of 5xx is found.

    What is written goes into ``folder``.
    """
    _install()
    described, report = folder / "openapi.json", folder / f"{who}.report.json"
    config = Config.from_env({"BLOG_INSTANCE": str(folder / f"described {who}")})
    described.write_text(json.dumps(describe(create_app(config))), encoding="utf-8")
    headers = {"Origin": address}
    if cookie:
        headers |= {"Cookie": cookie, "X-CSRFToken": _form_token(address, cookie)}
    command = [
        *(HOME / "bin" / "schemathesis", "run", described, "--url", address, "--seed", "1"),
        *("--checks", "not_a_server_error", "--phases", "coverage,fuzzing", "--warnings", "off"),
        *("--max-time", str(SECONDS), "--max-examples", "5", "--request-timeout", "60"),
        *("--exclude-path-regex", _LEFT_ALONE, "--suppress-health-check", "all"),
        *("--report", "json", "--report-json-path", report, "--generation-database", "none"),
    ]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    said = json.loads(report.read_text(encoding="utf-8"))
    if said["failures"] or said["errors"]:
        print(done.stdout)
    promise = f"schemathesis gets no answer of 5xx, {who}"
    return [
        (promise, "kinds of request", said["operations"]["tested"]),
        (promise, "requests", said["test_cases"]["generated"]),
        (promise, "found", len(said["failures"]) + len(said["errors"])),
    ]


def _install() -> None:
    if not (HOME / "bin" / "schemathesis").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        pip = [HOME / "bin" / "pip", "install", "--quiet", "schemathesis>=4.32,<5"]
        subprocess.run(pip, check=True)


def _form_token(address: str, cookie: str) -> str:
    request = urllib.request.Request(f"{address}/account", headers={"Cookie": cookie})
    with urllib.request.urlopen(request) as page:
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())[1]
