"""The table of OWASP ASVS: from docs/asvs.toml to docs/guide/asvs.md."""

import tomllib
from collections import Counter
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
DATA = DOCS / "asvs.toml"
PAGE = DOCS / "guide" / "asvs.md"
STATES = ("met", "not applicable", "open")
CHAPTERS = {
    "V1": "Encoding and sanitising",
    "V2": "Validation and business logic",
    "V3": "Browsers",
    "V4": "HTTP",
    "V5": "Files",
    "V6": "Authentication",
    "V7": "Sessions",
    "V8": "Authorisation",
    "V9": "Tokens that say something themselves",
    "V10": "OAuth and OpenID Connect",
    "V11": "Cryptography",
    "V12": "Transport",
    "V13": "Configuration",
    "V14": "Data protection",
    "V15": "Architecture and dependencies",
    "V16": "Logs and errors",
    "V17": "WebRTC",
}
HEAD = """# OWASP ASVS

Each requirement of levels 1 and 2 of OWASP's Application Security Verification Standard 5.0.0,
by its number: met, open, or about something that the blog does not have. What the standard says
stands [there](https://owasp.org/www-project-application-security-verification-standard/) and is
not repeated here; how it is met is said in our words, with the tests that hold it or the section
that it asks for. We looked ourselves; nobody has certified it.

Written by `make prove`, and by `python -m tests.asvs`, from `docs/asvs.toml`.
"""


def read():
    """Return what is said of each requirement by its number, in the order of the standard."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def rendered(entries):
    """Return the page: how many there are of each state, what is open, and all by chapter."""
    parts = [HEAD, _counts(entries), _open(entries)]
    for chapter, name in CHAPTERS.items():
        parts.append(f"## {chapter} {name}\n\n" + _table(_of(entries, chapter)))
    return "\n".join(parts)


def write():
    """Write the page."""
    PAGE.write_text(rendered(read()), encoding="utf-8")


def _of(entries, chapter):
    return {id: each for id, each in entries.items() if id.partition(".")[0] == chapter}


def _counts(entries):
    states = Counter(each["state"] for each in entries.values())
    tested = sum("tests" in each for each in entries.values())
    written = states["met"] - tested
    lines = [
        f"Of {len(entries)} requirements {states['met'] + states['open']} apply. "
        f"{states['met']} are met: {tested} by what tests hold, "
        f"{written} by what is written down or set up. "
        f"{states['open']} are open.\n",
        "| chapter | met, level 1 | level 2 | open, level 1 | level 2 | not applicable |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for chapter, name in CHAPTERS.items():
        lines.append(_count(f"{chapter} {name}", _of(entries, chapter)))
    return "\n".join([*lines, _count("**all**", entries), ""])


def _count(name, entries):
    found = Counter((each["state"], each["level"]) for each in entries.values())
    without = found["not applicable", 1] + found["not applicable", 2]
    numbers = [found[state, level] for state in ("met", "open") for level in (1, 2)]
    return f"| {name} | {' | '.join(map(str, [*numbers, without]))} |"


def _open(entries):
    found = [(id, each) for id, each in entries.items() if each["state"] == "open"]
    lines = [f"- **{id}** (level {each['level']}): {each['how']}" for id, each in found]
    return "\n".join(["## What is open\n", *lines, ""])


def _table(entries):
    lines = ["| requirement | level | state | how | held by |", "| --- | ---: | --- | --- | --- |"]
    for id, each in entries.items():
        held = "; ".join(
            [*map(_test, each.get("tests", [])), *map(_link, each.get("sections", []))]
        )
        lines.append(f"| {id} | {each['level']} | {each['state']} | {each['how']} | {held} |")
    return "\n".join([*lines, ""])


def _test(name):
    path, _, test = name.partition("::")
    return f"[`{test}`](../../{path})"


def _link(section):
    page, _, anchor = section.removeprefix("docs/guide/").partition("#")
    return f"[{anchor.replace('-', ' ')}]({page}#{anchor})"


if __name__ == "__main__":
    write()
