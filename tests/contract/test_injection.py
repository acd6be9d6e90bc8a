"""What is typed stays a value: in SQL, in pages, in commands."""

import ast
import re

import pytest

from tests.conftest import ROOT

BLOGAPP = ROOT / "blogapp"
# Where SQL is put together, and of what. None of it is ever typed by anybody.
BUILT_SQL = {
    "backups/postgres.py": "names of tables and columns of the schema, quoted",
    "backups/sqlite.py": "names of tables of the schema, quoted",
    "caching/asking.py": "a number and a placeholder of ours",
    "migrations/triggers.py": "names of tables and columns of the schema",
    "migrations/versions/0003_finding.py": "names of tables of this step",
    "posts/facet_index.py": "ids that the database gave",
    "posts/search/postgres.py": "names of columns, and numbers of ours",
    "posts/search/sqlite.py": "names of columns, and numbers of ours",
    "posts/search/vocabulary.py": "names of columns",
    "upgrading/changing.py": "names of tables and columns of ours",
    "upgrading/copying.py": "names of ours, and one of random figures",
    "upgrading/pages.py": "an order and a number of ours",
}
# What bandit would take for a weakness, and why it is none.
EXCUSED = {
    "B104": {
        "config.py": "asks whether it is that address",
        "upgrading/masters.py": "the same",
    },
    "B108": {"telemetry/sharing.py": "a folder with a name that nobody can guess is made in it"},
    "B103": {
        "caching/freezing.py": "a web server of another user reads public pages",
        "caching/storing.py": "the same",
    },
    "B310": {"cli/examining/stores.py": "the operator's own address, which the settings hold"},
    "B311": {"telemetry/work.py": "a number for the log, not a secret"},
    "B314": {
        "text/mathml.py": "made by the formula's renderer a moment ago, without entities",
        "text/restyling.py": "made by the diagram's renderer a moment ago, without entities",
    },
    "B506": {"exporting/documents.py": "a loader of plain values made of SafeLoader"},
    "B606": {"cli/running.py": "Python itself, with words of ours and no shell"},
    "B608": dict.fromkeys(BUILT_SQL, "see above"),
    "B704": {
        "caching/shedding.py": "our own files",
        "text/sanitizing.py": "the one door for what was sanitised",
        "web/assets.py": "our own files",
        "web/language.py": "texts of the catalogue; what is put in is escaped",
        "web/outside.py": "written anew by the reader of snippets",
    },
}
_SQL = re.compile(
    r"\s*(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(?:TABLE|INDEX|UNIQUE|TRIGGER|OR REPLACE)\s|DROP\s+(?:TABLE|INDEX|TRIGGER)\s"
    r"|ALTER\s+TABLE\s|COPY\s|TRUNCATE\s|WITH\s+\w+\s+AS\s)"
)
# Where scripts turn text into elements, and whose text it is.
SINKS = re.compile(
    r"\.(?:innerHTML|outerHTML|srcdoc)\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\("
    r"|new Function|createContextualFragment|setHTMLUnsafe|parseHTMLUnsafe|javascript:"
    r"|set(?:Timeout|Interval)\(\s*[\"'`]"
)
ALLOWED_SINKS = {
    "elements/theme-toggle.js": "a drawing of its own",
    "elements/search-box.js": "the server's answer, into a template that runs nothing",
}


def sources():
    for path in sorted(BLOGAPP.rglob("*.py")):
        yield path.relative_to(BLOGAPP).as_posix(), path.read_text(encoding="utf-8")


def beginning(node):
    """The first words of a text that is put together; empty for other nodes."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *rest]):
            return text if any(isinstance(each, ast.FormattedValue) for each in rest) else ""
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=left):
            literal = isinstance(left, ast.Constant) and isinstance(left.value, str)
            return left.value if literal else beginning(left)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return text
    return ""


def test_sql_is_put_together_only_where_it_is_said_of_what():
    built = {
        name
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if _SQL.match(beginning(node))
    }

    assert built - BUILT_SQL.keys() == set()
    assert {name for name in BUILT_SQL if not (BLOGAPP / name).is_file()} == set()


@pytest.mark.parametrize(
    "code",
    [
        'f"SELECT * FROM posts WHERE slug = {slug}"',
        '"SELECT * FROM posts WHERE slug = %s" % slug',
        '"DELETE FROM posts WHERE slug = " + slug',
        '"UPDATE posts SET a = {}".format(a)',
        'f"  INSERT INTO tags VALUES ({name})"',
    ],
)
def test_the_test_finds_what_it_is_for(code):
    assert _SQL.match(beginning(ast.parse(code, mode="eval").body))


def test_nothing_is_excused_without_a_reason():
    found = {
        (id, name)
        for name, text in sources()
        for comment in re.findall(r"#\s*nosec\b(.*)", text)
        for id in re.findall(r"B\d{3}", comment) or [f"everything in {name}"]
    }

    assert found == {(id, name) for id, names in EXCUSED.items() for name in names} & found
    assert {id for id, _ in found} == EXCUSED.keys()


def test_no_script_turns_text_into_elements_that_somebody_typed():
    scripts = ROOT / "static" / "js"
    found = {
        path.relative_to(scripts).as_posix()
        for path in scripts.rglob("*.js")
        if SINKS.search(re.sub(r"//.*|/\*.*?\*/", "", path.read_text(encoding="utf-8")))
    }

    assert found == ALLOWED_SINKS.keys()


def test_no_template_prints_what_it_is_given_as_markup():
    found = [
        path.name
        for path in (ROOT / "templates").rglob("*.*ml")
        if re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", path.read_text(encoding="utf-8"))
    ]

    assert found == []


_DANGEROUS = re.compile(
    r"(?:run|Popen|call|output)\([^)]*shell\s*=\s*True|os\.(?:system|popen)\("
    r"|pickle\.load|marshal\.load"
)


def test_no_command_is_given_to_a_shell():
    given = [
        name
        for name, text in sources()
        if re.search(
            r"(?:run|Popen|call|output)\([^)]*shell\s*=\s*True|os\.(?:system|popen)\(|pickle\.load|marshal\.load",
            text,
        )
    ]

    assert given == []
