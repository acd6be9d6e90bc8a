"""The page on engines promises nothing that no test holds."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "guide" / "engines.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::([\w:]+))?`")


def rows():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        line
        for line in lines
        if line.startswith("| ") and not re.match(r"\| (---|what happens|aimed at|engine )", line)
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.split("|")[1].strip())
def test_each_row_names_a_test_that_there_is(row):
    named = NAMED.findall(row)

    assert len(named) == 1
    [(file, name)] = named
    assert (ROOT / file).is_file()
    assert not name or name.split("::")[-1] in functions(ROOT / file)


def functions(file: Path):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
