"""What is said of OWASP ASVS is said of each requirement once, and held by what there is."""

import csv
import re
from collections import Counter
from functools import cache

from tests import asvs
from tests.conftest import ROOT

ENTRIES = asvs.read()
# How many requirements of levels 1 and 2 the standard has in each chapter, for a checkout that
# stands alone (5.0.0).
HOW_MANY = (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7)
FIRST_LEVEL = 70
MOST_OPEN = 10


@cache
def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def anchors_of(path):
    """Return the addresses of headings within a page, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_each_requirement_is_looked_at_once(shared):
    with (shared / "kits" / "asvs" / "ASVS-5.0.0-en.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["L"] in {"1", "2"}]

    assert list(ENTRIES) == [row["req_id"] for row in rows]
    assert [each["level"] for each in ENTRIES.values()] == [int(row["L"]) for row in rows]


def test_no_requirement_is_missing():
    found = Counter(id.partition(".")[0] for id in ENTRIES)

    assert found == dict(zip(asvs.CHAPTERS, HOW_MANY, strict=True))
    assert sum(each["level"] == 1 for each in ENTRIES.values()) == FIRST_LEVEL


def test_none_of_the_first_level_is_open_and_few_of_the_second():
    still_open = {id: each["level"] for id, each in ENTRIES.items() if each["state"] == "open"}

    assert 1 not in still_open.values()
    assert len(still_open) <= MOST_OPEN


def test_what_holds_each_is_there():
    faults = [(id, fault) for id, each in ENTRIES.items() for fault in faults_of(each)]

    assert not faults


def test_what_holds_nothing_is_noticed():
    sound = {"level": 1, "state": "met", "how": "By a test of ours.", "sections": ["README.md#x"]}

    assert list(faults_of({**sound, "sections": ["SECURITY.md#threat-model"]})) == []
    assert list(faults_of(sound)) == ["README.md#x"]
    assert list(faults_of({**sound, "tests": ["tests/test_config.py::test_x"], "sections": []}))
    assert list(faults_of({**sound, "state": "open"}))
    assert list(faults_of({"level": 1, "state": "met", "how": "By a test of ours."}))


def faults_of(each):
    """Yield what is wrong with an entry: what is met is held by something, the rest by reasons."""
    held = bool(each.get("tests") or each.get("sections"))
    if each["state"] not in asvs.STATES or (each["state"] == "met") != held:
        yield each["state"]
    if not each["how"] or "|" in each["how"]:
        yield each["how"]
    for test in each.get("tests", ()):
        path, _, name = test.partition("::")
        if not re.search(rf"^ *def {name}\(", text_of(path), re.MULTILINE):
            yield test
    for section in each.get("sections", ()):
        path, _, anchor = section.partition("#")
        if anchor not in anchors_of(path):
            yield section


def test_the_guide_says_what_was_found():
    assert asvs.PAGE.read_text(encoding="utf-8") == asvs.rendered(ENTRIES), "python -m tests.asvs"
