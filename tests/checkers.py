"""Other people's checkers of pages: found where they are installed, never installed here."""

import json
import os
import shutil
import subprocess


def find_vnu():
    """Return the command that runs the Nu HTML checker, or None.

    It is ``vnu``, or the jar that the variable VNU_JAR names (npm vnu-jar, with Java).
    """
    jar = os.environ.get("VNU_JAR")
    if jar and shutil.which("java"):
        return ["java", "-jar", jar]
    return [path] if (path := shutil.which("vnu")) else None


def find_lighthouse():
    """Return the path of Lighthouse: what the variable LIGHTHOUSE names, else an installed one."""
    return shutil.which(os.environ.get("LIGHTHOUSE") or "lighthouse")


def check_pages(vnu, folder):
    """Return what the Nu HTML checker says of the files in ``folder``: (file, type, message)."""
    options = ["--format", "json", "--skip-non-html", "--exit-zero-always"]
    found = subprocess.run([*vnu, *options, folder], capture_output=True, text=True, check=True)
    return [
        (
            message.get("url", "").rpartition("/")[2],
            message.get("subType") or message["type"],
            f"{message['message']} {' '.join(message.get('extract', '').split())}",
        )
        for message in json.loads(found.stderr)["messages"]
    ]


def rate_page(lighthouse, address, chromium, folder):
    """Return Lighthouse's scores of a page from 0 to 100, and the audits that are not met."""
    report = folder / "lighthouse.json"
    flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-component-update"
    subprocess.run(
        [
            *(lighthouse, address, "--output=json", f"--output-path={report}", "--quiet"),
            *("--no-enable-error-reporting", f"--chrome-flags={flags}"),
            "--only-categories=accessibility,best-practices,seo",
        ],
        env={**os.environ, "CHROME_PATH": chromium},
        capture_output=True,
        check=True,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: round(100 * part["score"]) for name, part in found["categories"].items()}
    wanted = {ref["id"] for part in found["categories"].values() for ref in part["auditRefs"]}
    unmet = [
        f"{name}: {audit['title']}"
        for name, audit in found["audits"].items()
        if name in wanted and audit["score"] is not None and audit["score"] < 1
    ]
    return scores, unmet
