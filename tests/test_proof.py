import json
from types import SimpleNamespace

from tests.promises import PROMISES, ROOT
from tests.proof import FIGURE, write_figures, write_proof, write_table


def report(nodeid, *keywords, seconds=1.0):
    return SimpleNamespace(nodeid=nodeid, keywords=dict.fromkeys(keywords, 1), duration=seconds)


def test_each_long_check_has_its_line_and_the_rest_one(tmp_path):
    path = tmp_path / "proof.md"
    passed = [
        report("tests/a.py::test_no_attack_runs[1]", "prove", seconds=2.4),
        report("tests/a.py::test_no_attack_runs[2]", "prove", seconds=2.4),
        report("tests/b.py::test_other"),
    ]

    write_proof({"passed": passed, "failed": [report("tests/b.py::test_worse")]}, path)

    lines = path.read_text().splitlines()
    assert lines[-2] == "| no attack runs | 2 | 2 | 0 | 0 | 5 |"
    assert lines[-1] == "| everything else, at full size | 2 | 1 | 1 | 0 | 2 |"


def test_a_figure_takes_the_place_of_the_one_before(tmp_path):
    path = tmp_path / "figures.jsonl"

    def told(promise, value, name="tried"):
        found = report("tests/a.py::test_redirects[1]", "prove")
        found.user_properties = [(FIGURE, (promise, name, value)), ("other", 1)]
        return found

    write_figures({"passed": [told("Redirects", 3), told("Hosts", 2)]}, path)
    write_figures({"passed": [told("Redirects", 5)], "failed": [told("Hosts", 0)]}, path)

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["promise"], line["value"]) for line in lines] == [("Hosts", 2), ("Redirects", 5)]
    assert lines[0]["test"] == "tests/a.py::test_redirects"

    guide = tmp_path / "security.md"
    guide.write_text("# Security\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\nMore.\n")
    write_table(guide, path)
    write_table(guide, path)

    rows = [line for line in guide.read_text().splitlines() if "`" in line]
    assert rows[1] == "| Redirects | `tests/a.py::test_redirects` | tried: 5 |"
    assert (len(rows), guide.read_text().endswith("\n\nMore.\n")) == (2, True)


def test_what_the_cases_of_a_test_count_is_added_up(tmp_path):
    path = tmp_path / "figures.jsonl"
    cases = [report(f"tests/a.py::test_redirects[{number}]", "prove") for number in (1, 2)]
    for case in cases:
        case.user_properties = [(FIGURE, ("Redirects", "tried", 3))]

    write_figures({"passed": cases}, path)

    assert json.loads(path.read_text())["value"] == 6


def test_a_promise_tells_what_its_tests_counted_and_how_many_there_are(tmp_path):
    path, guide = tmp_path / "figures.jsonl", tmp_path / "security.md"
    guide.write_text("<!-- figures -->\n<!-- end of figures -->\n")
    counted = report("tests/contract/test_csrf.py::test_no_token", "prove")
    counted.user_properties = [(FIGURE, ("Other words", "routes tried", 300))]
    plain = report("tests/contract/test_csrf.py::test_other")
    plain.user_properties = []

    write_figures({"passed": [counted, plain]}, path, counts=True)
    write_table(guide, path)

    [line] = [line for line in guide.read_text().splitlines() if "No other site" in line]
    assert "| [contract/csrf](../../tests/contract/test_csrf.py) |" in line
    assert line.endswith("| routes tried: 300; tests passed: 2 |")
    assert guide.read_text().count("\n| ") == len(PROMISES) + 2


def test_every_promise_names_tests_that_are_there():
    missing = [path for promise in PROMISES for path in promise.paths if not (ROOT / path).exists()]

    assert missing == []
