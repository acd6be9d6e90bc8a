import json
from types import SimpleNamespace

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
