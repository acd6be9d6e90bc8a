"""Scanners of others against a demo blog: `make scan`.

They live in an environment of their own, `.venv/scan`, since the blog needs none of them. What
they find above informational ends the run with 1; how much they tried and found goes to the
guide. Nothing leaves this machine: the blog is at 127.0.0.1, and its instance is thrown away.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from socket import create_server
from urllib.error import URLError
from urllib.parse import urlencode

from tests.fuzzing import fuzz
from tests.proof import keep_figures, write_table

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".venv" / "scan"
PACKAGES = ("bandit>=1.9", "cyclonedx-python-lib[validation]>=11", "sqlmap>=1.9", "wapiti3>=3.2")
# Seconds for crawling, for each module of wapiti, and for each address of sqlmap.
CRAWL, MODULE, ADDRESS = 40, 20, 120
# Not ldap: it takes any search that leaves punctuation out for a directory.
MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,log4shell,methods,"
    "permanentxss,redirect,shellshock,sql,ssrf,upload,xss,xxe"
)
# What wapiti lists that is no weakness: OPTIONS answers, and here there is no https.
_INFORMATIONAL = {"HTTP Methods", "Secure Flag cookie"}
_PROBED = ("/?q=raft*", "/tags/python*", "/?page=2*", "/?tag=python*", "/feed.xml?q=a*")
# Those that end the session.
_LEFT_ALONE = ("/logout", "/account/sessions*")
# What was tried signed out.
_PUBLIC = ("/?*", "/posts/*", "/archive*", "/tags*", "/domains*", "/series*", "/authors*", "/feed*")


def main() -> int:
    _install()
    rows = [*_bandit(), *_bill()]
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as (address, link):
        rows += _wapiti(address, Path(folder), "signed out")
        cookie = _signed_in(address, link)
        rows += _wapiti(address, Path(folder), "signed in", cookie)
        rows += _sqlmap(address, Path(folder))
        # Last, since it changes what it can.
        rows += fuzz(address, Path(folder), "signed out")
        rows += fuzz(address, Path(folder), "signed in", cookie)
    keep_figures(
        {"promise": promise, "name": name, "value": value, "test": "make scan"}
        for promise, name, value in rows
    )
    write_table()
    for promise, name, value in rows:
        print(f"{promise}: {name}: {value}")
    return int(any(value for _, name, value in rows if "found" in name))


def _install() -> None:
    if not (HOME / "bin" / "wapiti").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)


def _bandit() -> list[tuple[str, str, int]]:
    command = [HOME / "bin" / "bandit", "--quiet", "--recursive", "--format", "json", "blogapp"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    totals = json.loads(done.stdout)["metrics"]["_totals"]
    found = totals["SEVERITY.MEDIUM"] + totals["SEVERITY.HIGH"]
    return [
        ("bandit finds nothing of medium severity", "lines read", totals["loc"]),
        ("bandit finds nothing of medium severity", "found", found),
    ]


def _bill() -> list[tuple[str, str, int]]:
    """Hold the bill of materials to the schema."""
    check = (
        "import sys; from cyclonedx.schema import SchemaVersion;"
        "from cyclonedx.validation.json import JsonStrictValidator as V;"
        "sys.exit(V(SchemaVersion.V1_6).validate_str(open('requirements/sbom.json').read()) and 1)"
    )
    done = subprocess.run([HOME / "bin" / "python", "-c", check], cwd=ROOT)
    return [("The bill of materials is CycloneDX 1.6", "errors found", done.returncode)]


@contextmanager
def _served(folder: Path):  # type: ignore[no-untyped-def]
    """Serve a demo; give its address, and the link by which its owner signs in."""
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = {name: v for name, v in os.environ.items() if not name.startswith("BLOG_")}
    environment |= {"BLOG_INSTANCE": str(folder / "instance"), "BLOG_PORT": str(port)}
    address, log = f"http://127.0.0.1:{port}", folder / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-c", "from blogapp.cli import main; main()", "serve", "--demo"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | {"BLOG_ACCESS_LOG": "0", "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=output,
        )
        try:
            _wait(f"{address}/readyz", process)
            yield address, re.search(rf"{address}/login/\S+", log.read_text())[0]
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < ends:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.2)
    raise SystemExit("the blog did not start")


def _signed_in(address: str, link: str) -> str:
    """Return the cookie of the demo's owner."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(link) as page:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())[1]
    request = urllib.request.Request(
        link, urlencode({"csrf_token": token}).encode(), {"Origin": address}
    )
    with opener.open(request) as page:
        assert "/write" in page.url, page.url
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _wapiti(address: str, folder: Path, who: str, cookie: str = "") -> list[tuple[str, str, int]]:
    report = folder / f"{who}.json"
    start = f"{address}/write/posts" if cookie else f"{address}/"
    command = [
        *(HOME / "bin" / "wapiti", "--url", start, "--scope", "domain", "--no-bugreport"),
        *("--flush-session", "--max-scan-time", str(CRAWL), "--max-attack-time", str(MODULE)),
        *("--depth", "3", "--max-links-per-page", "20", "--max-files-per-dir", "6"),
        *("--max-parameters", "8", "--module", MODULES, "--format", "json", "--output", report),
        *("--store-session", folder / "session", "--store-config", folder / "config"),
    ]
    for path in (*_LEFT_ALONE, *(_PUBLIC if cookie else ())):
        command += ["--exclude", f"{address}{path}"]
    if cookie:
        command += ["--cookie-value", cookie, "--drop-set-cookie"]
    subprocess.run(command, capture_output=True, timeout=1800)
    said = json.loads(report.read_text(encoding="utf-8"))
    found = {
        kind: rows
        for part in ("vulnerabilities", "anomalies", "additionals")
        for kind, rows in said[part].items()
        if rows and kind not in _INFORMATIONAL
    }
    for kind, rows in found.items():
        print(f"wapiti, {who}: {kind}: {rows[0]['method']} {rows[0]['path']} {rows[0]['info']}")
    promise = f"wapiti finds nothing above informational, {who}"
    return [
        (promise, "pages tried", said["infos"]["crawled_pages_nbr"]),
        (promise, "found", sum(map(len, found.values()))),
    ]


def _sqlmap(address: str, folder: Path) -> list[tuple[str, str, int]]:
    found = 0
    for path in _PROBED:
        command = [
            *(HOME / "bin" / "sqlmap", "--url", f"{address}{path}", "--batch", "--level", "2"),
            *("--technique", "BEU", "--retries", "0", "--disable-coloring", "--flush-session"),
            *("--output-dir", folder / "sqlmap", "--ignore-code", "*"),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=ADDRESS)
            said = done.stdout
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode()
        if "is vulnerable" in said or "the following injection point" in said:
            print(f"sqlmap: {path}")
            found += 1
    promise = "sqlmap finds nothing at level 2"
    return [(promise, "parameters probed", len(_PROBED)), (promise, "found", found)]


if __name__ == "__main__":
    sys.exit(main())
