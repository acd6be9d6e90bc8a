"""Every text of the interface can be translated, and every shipped translation is whole."""

import ast
import re
import tomllib
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.*ml"))
SPEAKING = [
    path
    for layer in ("web", "public", "authoring", "auth", "account")
    for path in sorted((ROOT / "blogapp" / layer).rglob("*.py"))
]
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
CATALOGUES = sorted((ROOT / "blogapp" / "translations").glob("*/LC_MESSAGES/messages.po"))

GETTEXT = {"N_", "_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext"}
LAZY = {"_l", "lazy_gettext"}
# What is the same in every language.
UNIVERSAL = {"Ctrl", "Enter", "Markdown", "min", "blogapp", "RSS", "JSON"}


def name(path):
    return path.relative_to(ROOT).as_posix()


# The shipped translations.


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
class TestCatalogue:
    def test_every_text_is_translated(self, path):
        catalogue = read(path)

        translated = {key(message) for message in catalogue if message.id and is_whole(message)}
        assert sorted(map(str, texts() - translated)) == [], "run make catalogue, then translate"
        assert sorted(map(str, translated - texts())) == [], "run make catalogue"
        assert not catalogue.obsolete

    def test_nothing_is_left_in_doubt(self, path):
        assert [message.id for message in read(path) if message.id and message.fuzzy] == []

    def test_gaps_and_markup_are_those_of_the_text(self, path):
        for message in read(path):
            if not message.id:
                continue
            texts = strings(message.id)
            for string in strings(message.string):
                assert gaps(string) <= gaps(" ".join(texts)), string
                # The number of one thing may go without saying.
                assert gaps(texts[-1]) - gaps(string) <= {"num"}, string
                assert tags(string) == tags(texts[-1]), string

    def test_what_is_used_is_what_is_written(self, path):
        compiled = BytesIO()
        write_mo(compiled, read(path))

        assert path.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run make catalogue"


def test_one_singular_has_one_plural():
    plurals = defaultdict(set)
    for _, message in texts():
        if isinstance(message, tuple):
            plurals[message[0]].add(message[1])

    assert {one: many for one, many in plurals.items() if len(many) > 1} == {}


# What is written in English where it is used.


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_text_of_a_template_can_be_translated(path):
    assert bare_words(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<p>{{ _("Hello") }}, you</p>',
        '<button aria-label="Close it">{{ icon("x") }}</button>',
        "<p>{{ name or 'Untitled' }}</p>",
        "{% set word = 'Save now' %}",
        '<p class="{% if x %}a{% endif %}">Hello</p>',
        "{{ field(form.name, hint='At least one.') }}",
    ],
)
def test_bare_words_are_found(source):
    assert bare_words(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("Hello") }}</p>',
        "<p>{% trans %}Come <b>in</b>{% endtrans %}</p>",
        '<p class="post-card post-card--lead" hx-get="/x">{{ name }}</p>',
        "<p><code>blogapp demo</code> {{ _('%(n)s of them', n='X') }}</p>",
        "{# A remark in English #}<style>p { color: red }</style>",
        "{{ icon('chevron') }}",
    ],
)
def test_what_is_no_text_is_passed(source):
    assert bare_words(source) == []


@pytest.mark.parametrize("path", SPEAKING, ids=name)
def test_what_python_says_can_be_translated(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]

    said = [
        ast.unparse(argument)
        for call in calls
        if called(call) in {"say", "complain", "flash", "ValidationError"}
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp)
        and not any(called(part) in GETTEXT for part in ast.walk(argument))
    ]
    assert said == []


@pytest.mark.parametrize("path", SPEAKING, ids=name)
def test_python_asks_for_texts_that_can_be_found_and_trusted(path):
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and called(call) in GETTEXT and call.args:
            text = call.args[0]
            assert isinstance(text, ast.Constant) or is_passed_on(path, text), ast.unparse(call)
            # What is spelled out late is not escaped, so nothing of anybody's may be in it.
            assert called(call) not in LAZY or not call.keywords, ast.unparse(call)


@pytest.mark.parametrize("path", SPEAKING, ids=name)
def test_the_catalogue_finds_what_python_asks_for(path):
    found = {text if isinstance(text, str) else text[0] for _, text in texts()}

    asked = [
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if called(call) in GETTEXT - {"pgettext"} and isinstance(call.args[0], ast.Constant)
    ]
    assert set(asked) - found == set()


@pytest.mark.parametrize("path", SPEAKING, ids=name)
def test_no_text_hides_in_an_f_string(path):
    """Before Python 3.12 the catalogue's reader does not look into them."""
    hidden = [
        ast.unparse(call)
        for joined in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if called(call) in GETTEXT
    ]
    assert hidden == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_translate_texts_that_stand_there(path):
    """A text counts as markup, so it must be ours; what is put into it is escaped."""
    tree = environment().parse(path.read_text(encoding="utf-8"))

    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in GETTEXT:
            assert isinstance(call.args[0], nodes.Const), f"line {call.lineno}"
            assert call.node.name != "pgettext" or isinstance(call.args[1], nodes.Const)


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_what_scripts_say_comes_from_their_elements(path):
    source = path.read_text(encoding="utf-8")
    words = {dashed(word) for word in re.findall(r"\bword[A-Z]\w*", source)}

    offered = "".join(file.read_text(encoding="utf-8") for file in [*TEMPLATES, *SPEAKING])
    made = set(re.findall(r"data-word-([a-z-]+)=", offered)) | set(WRITTEN_BY_PYTHON)
    assert words <= made
    assert spelled_out(source) == []


def test_what_a_script_spells_out_is_found():
    assert spelled_out('button.textContent = "Copy"') == ["Copy"]
    assert spelled_out('this.#say("saved", `Saved ${name}`)') == ["Saved "]
    assert spelled_out('this.#say("saved", this.dataset.wordSaved)') == []


SAYING = r"""(?:textContent = |placeholder = |"aria-label", |#say\((?:"[a-z]+", )?)"""
# These stand on every block of code, written by `blogapp/web/bodies.py`.
WRITTEN_BY_PYTHON = {"copy", "copied", "press", "wrap", "line"}


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").rglob("*.css")), ids=name)
def test_styles_do_not_hang_on_words(path):
    assert re.findall(r"\[(?:aria-label|title|alt|placeholder)[$^*|~]?=", path.read_text()) == []


def texts():
    """Every text that `make catalogue` would find, and what it is about; plurals are pairs."""
    if not FOUND:
        mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
        options = next(m for m in mappings if m["method"] == "jinja2")
        keywords = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
        for method, paths in (
            ("python", (ROOT / "blogapp").rglob("*.py")),
            ("jinja2", [*TEMPLATES, *(ROOT / "templates" / "mail").rglob("*.txt")]),
        ):
            for path in paths:
                found = extract_from_file(method, path, keywords, options=options)
                FOUND.update((context, message) for _, message, _, context in found)
    return FOUND


FOUND = set()


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def key(message):
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def strings(text):
    return (text,) if isinstance(text, str) else tuple(text)


def is_whole(message):
    return all(strings(message.string))


def gaps(text):
    return set(re.findall(r"%\((\w+)\)s", text))


def tags(text):
    return re.findall(r"<[^>]*>", text)


def spelled_out(script):
    """Return the texts and labels that a script holds itself."""
    said = re.findall(SAYING + r"""["`]([^"`]*)["`]\)?$""", script, re.MULTILINE)
    bare = (re.sub(r"\$\{.*?\}", "", literal) for literal in said)
    return [text for text in bare if words_in(text)]


def environment():
    return Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)


def bare_words(source):
    """Return the words of a template that people see and that nothing can translate."""
    tree = environment().parse(source)
    page = re.sub(r"(?s)<(style|script|code|kbd|svg)\b.*?</\1>", " ", "".join(pieces(tree)))
    shown = re.findall(r'\s(?:aria-label|title|placeholder|alt)="([^"]*)"', page)
    shown += re.sub(r"(?s)<[^>]*>", "\n", page).split("\n")
    found = [text.strip() for text in shown if words_in(text)]
    found += [text for text in constants(tree) if re.match(r"[A-Z][a-z]", text)]
    return [text for text in found if not re.match(NO_TEXT, text)]


# A class, an attribute, a path or address, a shortcut.
NO_TEXT = r"[a-z]+(-[a-z]+)+$|[a-z-]+=\"|/|https://|Ctrl\+"


def words_in(text):
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", " ", text))) - UNIVERSAL


def pieces(tree):
    """The template as it stands, with a sign in place of every expression."""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            yield part.data if isinstance(part, nodes.TemplateData) else "\0"


def constants(node):
    """Texts in expressions, but for those on their way to be translated or compared."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str):
            yield node.value
        return
    if isinstance(node, nodes.Compare | nodes.Getitem | nodes.Test):
        return
    is_translated = isinstance(node, nodes.Call) and getattr(node.node, "name", "") in GETTEXT
    for child in node.kwargs if is_translated else node.iter_child_nodes():
        yield from constants(child)


def called(node):
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def is_passed_on(path, text):
    """Whether this is where our own functions hand a text over to the catalogue."""
    return path.name == "language.py" and isinstance(text, ast.Name)


def dashed(word):
    return re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", word.removeprefix("word"))[1:]
