from types import SimpleNamespace

from tests.proof import write_proof


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
