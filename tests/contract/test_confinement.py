"""No process that serves pages renders a body itself: a child with limits does."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = "blogapp.text.markdown"
RENDERING = {"blogapp/text/confined.py", "blogapp/text/markdown.py"}


def renders(path):
    """Whether a module calls, or imports for itself, what renders a body without limits."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names = {name.name for node in imports for name in node.names if node.module == MODULE}
    return "render" in names or "markdown.render" in {
        ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)
    }


def test_only_the_child_renders_bodies():
    paths = sorted((ROOT / "blogapp").rglob("*.py"))

    found = {path.relative_to(ROOT).as_posix() for path in paths if renders(path)}

    assert found <= RENDERING
    assert "blogapp/text/confined.py" in found
