"""Templates carry structure only: nothing inline, nothing marked safe by hand."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(path for path in ROOT.rglob("*") if path.suffix in {".html", ".xml", ".txt"})

PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
# A script or style whose text is one expression is admitted by its hash.
ADMITTED = re.compile(
    r"\s*(\{%.*?%\}\s*)*\{\{ ?inline_(css|imports|rules|script)\(.*?\) ?\}\}\s*(\{%.*?%\}\s*)*"
)

# What browsers do not run (WHATWG HTML, "data block"), written so that it cannot end itself.
DATA = re.compile(r"\{\{ ?[\w.]+\|tojson ?\}\}")


def name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_templates_carry_no_inline_code(path):
    assert inline_code(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_do_not_vouch_for_text(path):
    assert vouching(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color: red">x</p>',
        '<a href="/" {% if x %}onclick="f()"{% endif %}>x</a>',
        '<a href="javascript:f()">x</a>',
        "<script>f()</script>",
        "<script>{{ inline_script('theme') }}; f()</script>",
        "<style>p { color: red }</style>",
        '<script type="application/ld+json">{{ data }}</script>',
        '<script type="module">{{ data|tojson }}</script>',
        '<p hx-on:click="f()">x</p>',
        '<p hx-vals="js:{a: 1}">x</p>',
        """<p hx-trigger="keyup[key=='Enter']">x</p>""",
        '{{ field(style="color: red") }}',
        '{{ field(onclick="f()") }}',
    ],
)
def test_inline_code_is_found(source):
    assert inline_code(source)


@pytest.mark.parametrize(
    "source",
    [
        "<style>{% block css %}{{ inline_css('post-card') }}{% endblock %}</style>",
        "<script>{{ inline_script('theme') }}</script>",
        "<script type='module' src=\"{{ asset('js/page.js') }}\"></script>",
        '<a href="{{ url }}" hx-trigger="revealed">on it: x</a>',
        '<script type="application/ld+json">{{ data|tojson }}</script>',
    ],
)
def test_what_the_policy_admits_is_no_inline_code(source):
    assert inline_code(source) == []


@pytest.mark.parametrize(
    "source", ["{{ x | safe }}", "{% autoescape false %}{{ x }}{% endautoescape %}"]
)
def test_vouching_is_found(source):
    assert vouching(source)


def inline_code(source):
    """Return what a strict Content-Security-Policy would refuse in ``source``."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    found = [
        match[0]
        for match in re.finditer(
            r"<(script|style)\b([^>]*)>(.*?)</\1>", source, re.DOTALL | re.IGNORECASE
        )
        if not (match[1] == "script" and re.search(r"\bsrc=", match[2]))
        and not ADMITTED.fullmatch(match[3])
        and not ('type="application/ld+json"' in match[2] and DATA.fullmatch(match[3]))
    ]
    found += re.findall(r"\{\{[^}]*[(,\s](?:style|on\w+)\s*=[^=][^}]*\}\}", source)

    markup = re.sub(r"\{%.*?%\}", " ", source, flags=re.DOTALL)
    markup = re.sub(r"\{\{.*?\}\}", "x", markup, flags=re.DOTALL)
    for element in BeautifulSoup(markup, "html.parser").find_all(True):
        found += [f"{element.name} {name}={value}" for name, value in refused(element.attrs)]
    return found


def refused(attributes):
    for name, value in attributes.items():
        text = " ".join(value) if isinstance(value, list) else value
        is_code = name == "style" or name.startswith(("on", "hx-on"))
        is_evaluated = text.strip().startswith(("javascript:", "js:")) and name != "alt"
        is_filter = name == "hx-trigger" and "[" in text
        if is_code or is_evaluated or is_filter:
            yield name, value


def vouching(source):
    """Return the places where ``source`` switches escaping off."""
    tree = Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n"]).parse(source)
    filters = [node for node in tree.find_all(nodes.Filter) if node.name == "safe"]
    return filters + list(tree.find_all(nodes.ScopedEvalContextModifier))
