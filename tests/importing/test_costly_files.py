from random import Random

import pytest

from blogapp.text import confining
from tests.bombs import bombs

COSTLY = "# *a*\n\n" * 60_000 + "The end\n"


def test_a_costly_file_is_kept_as_text_and_reported(monkeypatch, tree, take_in, get_post, browser):
    monkeypatch.setattr(confining, "SECONDS", 0.2)
    tree("costly.md", f"---\ntitle: Costly\n---\n{COSTLY}")
    tree("short.md", "A *short* one.")

    report = take_in()

    told = {outcome.path: outcome for outcome in report.outcomes}
    assert {path: str(outcome.result) for path, outcome in told.items()} == {
        "costly.md": "made",
        "short.md": "made",
    }
    assert [str(problem) for problem in told["costly.md"].problems] == [
        "costly.md:4: formatting it costs too much: it is kept, and shown as it was typed"
    ]
    assert get_post("costly").body == COSTLY
    assert browser.page("/posts/costly").select_one(".prose pre").text == COSTLY
    assert browser.page("/posts/short").select_one(".prose em").text == "short"


def test_a_dry_run_reports_a_costly_file_too(monkeypatch, tree, take_in):
    monkeypatch.setattr(confining, "SECONDS", 0.2)
    tree("costly.md", COSTLY)

    [outcome] = take_in(dry_run=True).outcomes

    assert "formatting it costs too much" in str(outcome.problems[0])


def test_a_file_over_a_megabyte_is_refused_by_name(tree, take_in):
    tree("long.md", "a" * 1_000_001)

    [outcome] = take_in().outcomes

    assert (str(outcome.result), outcome.path) == ("failed", "long.md")
    assert "megabyte" in str(outcome.problems[0])


def names_of(report):
    return {(outcome.path, str(outcome.result)) for outcome in report.outcomes}


def heap(tree, size, names):
    """Write texts that are made to cost into the tree; returns what must come of them."""
    for number, name in enumerate(names):
        body = bombs(size)[name]().encode("utf-8", "replace")[:1_000_000].decode(errors="ignore")
        tree(f"{number:03}.md", f"---\ntitle: Number {number}\n---\n{body}")
    return {(f"{number:03}.md", "made") for number in range(len(names))}


def test_files_made_to_cost_come_in(tree, take_in):
    expected = heap(tree, 30_000, Random(3).sample(sorted(bombs(1)), 8))

    assert names_of(take_in()) == expected


@pytest.mark.prove
def test_every_megabyte_made_to_cost_comes_in(tree, take_in):
    expected = heap(tree, 900_000, sorted(bombs(1)))

    assert names_of(take_in()) == expected
