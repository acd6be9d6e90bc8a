import re

import pytest
from bs4 import BeautifulSoup

from blogapp.text import diagramming
from blogapp.text.diagramming import Draughtsman, NotDrawn
from blogapp.text.markdown import render

FLOW = """```mermaid title="The way of a request"
flowchart LR
  A[Browser] -->|GET /| B{Cached?}
  B -- yes --> C[(Edge cache)]
```
"""
KINDS = {
    "Flowchart": "graph TD\n  a --> b",
    "Sequence diagram": "sequenceDiagram\n  A->>B: hello\n  loop daily\n  B-->>A: bye\n  end",
    "Class diagram": "classDiagram\n  Animal <|-- Duck\n  Animal : +int age",
    "State diagram": "stateDiagram-v2\n  [*] --> Draft\n  Draft --> [*]",
    "Entity relationship diagram": "erDiagram\n  A ||--o{ B : has",
    "Gantt chart": "gantt\n  dateFormat YYYY-MM-DD\n  section S\n  Task :a1, 2024-01-01, 3d",
    "Pie chart": 'pie\n  "Dogs" : 3\n  "Cats" : 1',
    "Git graph": "gitGraph\n  commit\n  branch dev\n  commit",
    "Mind map": "mindmap\n  root\n    one\n    two",
    "Timeline": "timeline\n  2002 : LinkedIn",
}
ELEMENTS = re.compile(
    "svg|g|defs|marker|path|rect|circle|ellipse|line|polygon|polyline|text|tspan|stop"
    "|linearGradient"
)
ATTRIBUTES = re.compile(
    "(?:cx|cy|d|dx|dy|fill|height|id|offset|opacity|orient|points|r|role|rx|ry|stroke|transform"
    "|viewBox|width|x|x1|x2|y|y1|y2|refX|refY|display|visibility|marker(?:Units|Width|Height)"
    "|marker-(?:start|mid|end)|fill-opacity|stroke-[a-z]+|stop-color|font-(?:size|style|weight)"
    "|text-(?:anchor|decoration)|dominant-baseline|aria-label|preserveAspectRatio|gradientUnits)"
)


def page(body):
    return BeautifulSoup(render(body).html, "html5lib").body


def fence(source):
    return f"```mermaid\n{source}\n```\n"


def test_a_diagram_is_a_figure_with_its_source_at_hand():
    figure = page(FLOW).select_one("figure.diagram")

    assert figure.svg["role"] == "img"
    assert figure.svg["aria-label"] == "Flowchart: The way of a request"
    assert figure.figcaption.span.text == "The way of a request"
    assert figure.details.summary.text == "Source of the diagram"
    assert "A[Browser] -->|GET /| B{Cached?}" in figure.details.pre.text
    assert not figure.details.has_attr("open")


def test_its_words_can_be_found_and_it_is_measured_as_a_figure():
    post = render(f"One two three.\n\n{FLOW}")

    assert "Edge cache" in post.text
    assert "flowchart LR" not in post.text
    assert (post.figures, post.code_lines, post.words) == (1, 0, 3)
    assert [block.kind for block in post.outline] == ["prose", "figure"]


def test_it_has_its_size_and_the_colours_of_the_page():
    svg = page(FLOW).svg

    assert (svg["width"].isdecimal(), svg["height"].isdecimal()) == (True, True)
    paints = {found[name] for name in ("fill", "stroke") for found in svg.select(f"[{name}]")}
    assert {paint for paint in paints if paint[:4] != "var("} <= {"none", "currentColor"}
    assert {text["fill"] for text in svg.select("text")} == {"currentColor"}
    assert not svg.select("[style], [class], style")


@pytest.mark.parametrize(("kind", "source"), KINDS.items(), ids=list(KINDS))
def test_the_usual_kinds_are_drawn(kind, source):
    shown = page(fence(source))

    assert shown.svg["aria-label"].startswith(kind)
    assert shown.svg.select("path, rect, line, circle")


def test_ids_of_two_diagrams_do_not_meet():
    ids = [found["id"] for found in page(FLOW + "\n" + FLOW).select("svg [id]")]

    assert ids
    assert len(ids) == len(set(ids))
    assert all(id.startswith("diagram-") for id in ids)


def test_the_colours_of_an_author_are_light_enough_for_text():
    svg = page(fence("flowchart LR\n a-->b\n style a fill:#c00,color:#fff,stroke:#333")).svg

    assert [found["fill-opacity"] for found in svg.select('[fill="#cc0000"]')] == ["0.25"]
    assert not svg.select('[fill="#ffffff"], [stroke="#333333"]')


@pytest.mark.parametrize(
    "source",
    [
        "nothing that Mermaid knows",
        "flowchart LR\n a --",
        "flowchart LR\n" + "a-->b\n" * 500,
        "flowchart LR\n a[" + "x" * 20_000 + "]",
        "flowchart TD\n" + "\n".join(f"a{i} --> b{j}" for i in range(18) for j in range(18)) * 3,
    ],
    ids=lambda source: source[:20],
)
def test_what_cannot_be_drawn_is_a_block_of_code(source):
    post = render(fence(source))
    shown = BeautifulSoup(post.html, "html5lib").body

    assert not shown.select("svg, .diagram")
    assert shown.pre.text.strip() == source.strip()
    assert len(post.troubles) == 1


HOSTILE = [
    'flowchart LR\n a-->b\n click a href "javascript:alert(1)"',
    'flowchart LR\n a-->b\n click a "https://evil.example" _blank',
    "flowchart LR\n a-->b\n click a call alert(1)",
    "flowchart LR\n a-->b\n click a alert",
    'flowchart LR\n a["<img src=x onerror=alert(1)><script>alert(1)</script>"]-->b',
    'flowchart LR\n a["</text></svg><script>alert(1)</script>"]-->b',
    '%%{init: {"themeCSS": "} * { background: url(https://evil.example) }"}}%%\ngraph LR\n a-->b',
    '%%{init: {"theme": "base", "themeVariables": {"primaryColor": "url(//evil.example)"}}}%%\n'
    "graph LR\n a-->b",
    "---\nconfig:\n  themeCSS: '* { background: url(//evil.example) }'\n---\ngraph LR\n a-->b",
    '%%{init: {"securityLevel": "loose", "flowchart": {"htmlLabels": true}}}%%\n'
    'graph LR\n a["<b onclick=alert(1)>x</b>"]-->b',
    "graph LR\n a-->b\n style a fill:url(https://evil.example),stroke:red",
    "graph LR\n a-->b\n classDef x fill:red,background:url(//evil.example)\n class a x",
    'graph LR\n a@{ img: "https://evil.example/a.png", label: "x" } --> b',
    'graph LR\n a["`**bold** [x](javascript:alert(1))`"] --> b',
    "sequenceDiagram\n participant A\n link A: x @ javascript:alert(1)\n A->>A: <script>x</script>",
    'classDiagram\n class A\n link A "javascript:alert(1)"',
    'gantt\n dateFormat YYYY-MM-DD\n T :a, 2024-01-01, 1d\n click a href "javascript:alert(1)"',
    'C4Context\n Person(a, "A", "b", $sprite="x", $link="javascript:alert(1)")',
    'flowchart LR\n a["&lt;script&gt;"] --> b["&#60;img src=x&#62;"]',
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_diagrams_are_inert(source):
    shown = page(fence(source))

    for svg in shown.select("svg"):
        for element in [svg, *svg.find_all()]:
            assert ELEMENTS.fullmatch(element.name)
            assert all(ATTRIBUTES.fullmatch(name) for name in element.attrs)
            for name, value in element.attrs.items():
                assert name == "aria-label" or not re.search(r"evil|script|url\((?!#)", value)
    assert not shown.select("script, img, style, svg a, [onclick], [href*=evil], [href*=script]")


def test_settings_of_a_diagram_do_not_change_how_it_looks():
    plain = page(fence("graph LR\n a-->b")).svg
    told = page(fence('%%{init: {"theme": "dark", "fontSize": 40}}%%\ngraph LR\n a-->b')).svg

    assert str(plain) == str(told)


def test_a_body_draws_only_so_many():
    draughtsman = Draughtsman()
    draughtsman.left = 0

    with pytest.raises(NotDrawn, match="more diagrams than one post"):
        draughtsman.draw("graph LR\n a-->b")


def test_without_the_library_a_diagram_is_its_source(monkeypatch):
    monkeypatch.setattr(diagramming, "is_possible", lambda: False)

    post = render(fence("graph LR\n without --> library"))

    assert "<svg" not in post.html
    assert "without --&gt; library" in post.html
    assert "not installed" in post.troubles[0]


def test_html_that_only_looks_like_a_diagram_stays_harmless():
    shown = page('<div class="diagram">no code</div>\n\n<div class="diagram"><p>open')

    assert not shown.select("svg")
    assert shown.text.split() == ["no", "code", "open"]


@pytest.mark.parametrize(
    "body",
    [
        "{{< mermaid >}}\ngraph LR\n  a --> b\n{{< /mermaid >}}",
        '{{< mermaid align="left" >}}\ngraph LR\n  a --> b\n{{< /mermaid >}}',
        "{% mermaid %}\ngraph LR\n  a --> b\n{% endmermaid %}",
    ],
)
def test_tags_of_other_generators_are_drawn(body):
    assert page(f"Before.\n\n{body}\n\nAfter.").select_one("figure.diagram svg")
