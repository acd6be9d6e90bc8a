import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text import typesetting
from blogapp.text.markdown import render
from blogapp.text.typesetting import NotSet, Typesetter

# What a formula in a page may hold: elements of MathML Core, and attributes that only draw.
ELEMENTS = re.compile(
    r"math|semantics|annotation|mrow|mi|mo|mn|ms|mtext|mspace|mfrac|msqrt|mroot|mstyle|mpadded"
    r"|mphantom|msub|msup|msubsup|munder|mover|munderover|mtable|mtr|mtd"
)
ATTRIBUTES = re.compile(
    r"accent|accentunder|class|depth|display|displaystyle|encoding|fence|form|height|largeop"
    r"|linethickness|lspace|mathcolor|mathsize|mathvariant|maxsize|minsize|movablelimits|rspace"
    r"|scriptlevel|separator|stretchy|symmetric|voffset|width"
)


def page(body):
    return BeautifulSoup(render(body).html, "html5lib").body


def sources(body):
    return [found.text for found in page(body).select("annotation")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("$x$ and $y_1$, the $n$th; $k$-means ($z$)", ["x", "y_1", "n", "k", "z"]),
        (r"\(x^2\) and \\(y_i\\) and $`a*b`$", ["x^2", "y_i", "a*b"]),
        (r"labelled \\(L\\) and \\(R\\), \\(i,j\\)", ["L", "R", "i,j"]),
        ("**bold $a*b*c$** and [link $q$](/a)", ["a*b*c", "q"]),
        ("Inline $$e=mc^2$$ too", ["e=mc^2"]),
        ("$$\na\n\n- b\n$$", ["a\n- b"]),
        ("Text\n$$x$$\ntext", ["x"]),
        (r"\[ x^2 \]", ["x^2"]),
        ("```math\n\\frac{1}{2}\n```", [r"\frac{1}{2}"]),
        ("> $$\n> x\n> $$\n\n- a\n\n  $$\n  y\n  $$", ["x", "y"]),
        ("| a |\n|---|\n| $x$ |", ["x"]),
        ("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", None),
        ("# On $n^2$", ["n^2"]),
        ("Not $\\text{a word}$ but a formula", [r"\text{a word}"]),
    ],
)
def test_formulas_are_found_in_the_usual_notations(body, found):
    shown = sources(body)

    assert len(shown) == 1 if found is None else shown == found


@pytest.mark.parametrize(
    "body",
    [
        "It costs $5 and $10.",
        "from $5 to 10$ per head, or $1,500/month and $15,000/year",
        "between $20,000 (5% of $400,000) and $30k",
        "US$5 to US$6",
        "$HOME and $PATH; $HOME/$PATH, ($HOME), ${HOME}/${USER}",
        "$_GET['x'] and $_POST['y']; $foo->bar and $baz->qux",
        "run $(cd x)/$(cat y), then $(a)b$(c) and ${a}b${c}",
        r"\$x$ and \$y$",
        "`$x$` and ``\\(y\\)``",
        "```sh\necho $a $b$\n```",
        "    $$\n    x\n    $$",
        "<code>$x$</code>",
        "<div>$x$</div>",
        r"see \(a note\), file\(s\), \(1\), \[optional\]",
        "$ x $ and $$ or $$",
        "[a](https://a.example/$metadata/$x$) and <https://a.example/$a$>",
    ],
)
def test_what_is_no_formula_stays_text(body):
    assert not page(body).select("math")
    assert render(body).troubles == ()


def test_text_around_dollars_is_kept_as_typed():
    body = "It costs $5 and $10, not \\$x\\$."

    assert page(body).text.strip() == "It costs $5 and $10, not $x$."


def test_a_formula_of_its_own_lines_is_displayed_and_may_scroll():
    shown = page("$$\nx = 1\n$$\n\n$$\n" + "+ x".join("a" * 20) + "\n$$")
    short, long = shown.select(".equation")

    assert short.math["display"] == "block"
    assert "tabindex" not in short.attrs
    assert (long["tabindex"], long["role"], long["aria-label"]) == ("0", "group", "Equation")


def test_letters_of_other_alphabets_are_characters():
    # MathML Core knows no `mathvariant` but "normal".
    assert page(r"$\mathbb{R} \mathcal{L} \mathbf{x}$").math.mrow.text == "ℝℒ𝐱"


def test_cells_are_aligned_by_classes():
    cells = page(r"$$\begin{aligned}a&=b\\c&=d\end{aligned}$$").select("mtd")

    assert [cell["class"] for cell in cells[:2]] == [["math__cell--right"], ["math__cell--left"]]


def test_tex_that_was_escaped_for_markdown_is_meant_plainly():
    assert page(r"$x^\*\_{i} &lt; 1$").math.mrow.text == page("$x^*_{i} < 1$").math.mrow.text


def test_search_excerpt_and_headings_get_words():
    post = render("# Sorting in $O(n \\log n)$\n\nIt needs $\\frac{n}{2}$ and $x_i^2$.\n")

    assert post.headings[0].text == "Sorting in O(n log n)"
    assert post.headings[0].id == "sorting-in-on-log-n"
    assert post.excerpt == "It needs n/2 and x_i^2."
    assert "O(n log n)" in post.text
    assert post.words == 14


def test_wrong_tex_is_shown_as_code_and_reported():
    post = render("A $\\frac{1$ b\n\n$$\n\\nothing\n$$\n\nand $x$.")
    shown = BeautifulSoup(post.html, "html5lib").body

    assert [code.text for code in shown.select("code")] == [r"\frac{1", r"\nothing"]
    assert len(shown.select("math")) == 1
    assert [trouble.partition(": ")[0] for trouble in post.troubles] == [r"\frac{1", r"\nothing"]
    assert "Expected" in post.troubles[0] or "expected" in post.troubles[0]


HOSTILE = [
    r"\href{javascript:alert(1)}{x}",
    r"\url{https://evil.example}",
    r"\includegraphics{https://evil.example/a.png}",
    r"\htmlStyle{position:fixed}{x}",
    r"\htmlData{hx-get=/logout}{x}",
    r"\htmlClass{post__title}{x}",
    r"\htmlId{main}{x}",
    r"\text{<script>alert(1)</script>}",
    r"\text{</annotation></semantics></math><img src=x onerror=alert(1)>}",
    r"\class{a}{x}\style{color:red}{y}\unicode{x}",
    r"\textcolor{red;background:url(//evil.example)}{x}",
    r"\color{#123456} x \colorbox{url(//evil.example)}{y}",
    r"\def\a{\a\a}\a",
    r"\rule{1000000em}{1000000em}",
    r"\kern1000000em x \hspace{-99999999em}",
    r"\underset{\text{a}}{\operatorname{b}}\mathop{\text{<style>*{}</style>}}",
    r"x" * 6_000,
    "{" * 2_000 + "}" * 2_000,
    r"\begin{matrix}" + "&" * 4_000 + r"\end{matrix}",
    r"\newcommand{\x}{</p><script>}\x",
    r"\verb|<img src=x onerror=alert(1)>|",
]


@pytest.mark.parametrize("tex", HOSTILE, ids=lambda tex: tex[:30])
def test_hostile_formulas_are_inert(tex):
    post = render(f"Before ${tex}$ after\n\n```math\n{tex}\n```\n")
    shown = BeautifulSoup(post.html, "html5lib").body

    outside = {found.name for found in shown.find_all() if not found.find_parent("math")}
    assert outside <= {"p", "math", "code", "span"}
    for math in shown.select("math"):
        for element in [math, *math.find_all()]:
            assert ELEMENTS.fullmatch(element.name)
            assert all(ATTRIBUTES.fullmatch(name) for name in element.attrs)
    assert "evil.example" not in "".join(
        str(value) for found in shown.find_all() for value in found.attrs.values()
    )
    assert shown.find("p").text.startswith("Before")


def test_no_length_is_longer_than_a_page():
    widths = re.findall(r'(?:width|height)="(-?[\d.]+)em"', render(r"$\rule{9e9em}{9e9em}$").html)

    assert all(abs(float(width)) <= 20 for width in widths)


def test_what_one_formula_defines_another_does_not_know():
    assert len(render(r"$\gdef\mine{x}\mine$ and $\mine$").troubles) == 1


def test_a_body_sets_only_so_many_formulas():
    typesetter = Typesetter()
    typesetter.left = 0

    with pytest.raises(NotSet, match="more formulas than one post"):
        typesetter.set("x")


def test_without_the_engine_formulas_are_their_source(monkeypatch):
    monkeypatch.setattr(typesetting, "is_possible", lambda: False)

    post = render("A $q_{without}$ b.")

    assert post.html == "<p>A <code>q_{without}</code> b.</p>"
    assert "not installed" in post.troubles[0]


@given(st.text(alphabet=st.sampled_from("$\\(){}[]_^&`*<x1 \n"), max_size=60))
def test_any_heap_of_signs_is_rendered(body):
    shown = page(body)

    for element in shown.select("math, math *"):
        assert ELEMENTS.fullmatch(element.name)
    assert not shown.select("script, [onclick]")
