"""What `make prove` found, written down for people: docs/guide/proof.md."""

import json
from collections import Counter, defaultdict
from pathlib import Path

from tests.promises import PASSED, PROMISES, ROOT, promise_of

GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "proof.md"
FIGURES = GUIDE.with_name("security.jsonl")
SECURITY = GUIDE.with_name("security.md")
# Between these lines of it stands what is written here.
BEGINS, ENDS = "<!-- figures -->", "<!-- end of figures -->"
# Under this name a test's figures stand in its report.
FIGURE = "figure"
HEAD = """# Proof

Written by `make prove`, which runs the long checks at full size: every attack string of the
kits, every post of the corpora, property tests with 5,000 examples. Run it before a release
and keep what it writes. Seconds are of the machine it ran on, and no promise.

What pages, finding and rendering cost is measured apart, by `make bench`:
see [what things cost](../../bench/README.md).

| check | runs | passed | failed | skipped | seconds |
| --- | ---: | ---: | ---: | ---: | ---: |
"""


def write_proof(stats, path=GUIDE):
    """Write a line for each long check, and one for all the rest, to ``path``."""
    lines = defaultdict(lambda: {"passed": 0, "failed": 0, "skipped": 0, "seconds": 0.0})
    for outcome in ("passed", "failed", "skipped"):
        for report in stats.get(outcome, []):
            line = lines[_name(report)]
            line[outcome] += 1
            line["seconds"] += report.duration
    rows = [_row(name, lines[name]) for name in sorted(lines, key=lambda n: (n == REST, n))]
    path.write_text(HEAD + "".join(rows), encoding="utf-8")


def write_figures(stats, path=FIGURES, *, counts=False):
    """Keep the figures that tests of this run gave, in place of what the same ones gave before.

    What the cases of one test count is added up. ``counts`` keeps for each promise, too, how
    many of its tests passed: only right when all of them ran.
    """
    given, passed = defaultdict(int), Counter()
    for report in stats.get("passed", []):
        test = report.nodeid.partition("[")[0]
        if promise := promise_of(test):
            passed[promise.sentence] += 1
        for kind, found in report.user_properties:
            if kind == FIGURE:
                promise, name, value = found
                given[promise, name, test] += value
    rows = [
        {"promise": promise, "name": name, "value": value, "test": test}
        for (promise, name, test), value in given.items()
    ]
    if counts:
        rows += [
            {"promise": sentence, "name": PASSED, "value": number, "test": "make prove-security"}
            for sentence, number in passed.items()
        ]
    keep_figures(rows, path)


def keep_figures(rows, path=FIGURES):
    """Keep figures: the promise, what was counted, how many, and the test that did.

    One JSON object a line; the same promise and name is said once.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = {(each["promise"], each["name"]): each for each in map(json.loads, lines)}
    known |= {(each["promise"], each["name"]): each for each in rows}
    if known:
        text = (json.dumps(known[key], ensure_ascii=False) for key in sorted(known))
        path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")


def write_table(guide=SECURITY, path=FIGURES):
    """Write the figures into the guide, between its two marks, a line for each promise."""
    if not guide.exists() or not path.exists():
        return
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [_promised(promise, lines) for promise in PROMISES]
    known = {promise.sentence for promise in PROMISES}
    others = defaultdict(list)
    for each in lines:
        if each["promise"] not in known and promise_of(each["test"]) is None:
            others[each["promise"], each["test"]].append(each)
    rows += [_line(said, f"`{test}`", others[said, test]) for said, test in sorted(others)]
    before, _, rest = guide.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    table = "| promise | held by | last figures |\n| --- | --- | --- |\n" + "".join(rows)
    guide.write_text(f"{before}{BEGINS}\n{table}{ENDS}{after}", encoding="utf-8")


def _promised(promise, lines):
    there = [path for path in promise.paths if (ROOT / path).exists()]
    links = ", ".join(f"[{name_of(path)}](../../{path})" for path in there)
    ours = [
        each
        for each in lines
        if each["promise"] == promise.sentence or promise_of(each["test"]) is promise
    ]
    return _line(promise.sentence, links, ours)


def name_of(path):
    """The folder and the matter of a test's file.

    >>> name_of("tests/contract/test_csrf.py")
    'contract/csrf'
    """
    return path.removeprefix("tests/").removesuffix(".py").replace("test_", "")


def _line(promise, tests, figures):
    # What a test counted comes before how many there are.
    ordered = sorted(figures, key=lambda each: each["name"] == PASSED)
    told = "; ".join(f"{each['name']}: {each['value']:,}" for each in ordered)
    return f"| {promise} | {tests} | {told or NOTHING} |\n"


# What stands where no test has counted anything yet.
NOTHING = "not run at full size yet"
REST = "everything else, at full size"


def _name(report):
    if "prove" not in report.keywords:
        return REST
    _, _, test = report.nodeid.partition("::")
    return test.partition("[")[0].removeprefix("test_").replace("_", " ")


def _row(name, line):
    runs = line["passed"] + line["failed"] + line["skipped"]
    counts = f"{runs} | {line['passed']} | {line['failed']} | {line['skipped']}"
    return f"| {name} | {counts} | {line['seconds']:.0f} |\n"
