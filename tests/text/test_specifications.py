"""CommonMark and GitHub's Markdown: every example, and the list of those that differ on purpose."""

import json
from pathlib import Path

import pytest

from blogapp.text.dressing import dress
from blogapp.text.markdown import render
from blogapp.text.sanitizing import sanitize
from tests.trees import tree

ROOT = Path(__file__).parents[2]
DIFFERENCES = Path(__file__).parent / "differences.json"
# Marks stay as they are typed in a text without a language: the examples have straight quotes.
NO_LANGUAGE = "zxx"

OWN = {
    # Blocks
    "a\tb\n\n\tcode\n": "<p>a\tb</p><pre>code</pre>",
    "#a\n\n# b #\n": "<p>#a</p><h1>b</h1>",
    "a\nb\n===\n": "<h1>a\nb</h1>",
    "- one\n\n  ```\n  two\n  ```\n- three\n": (
        "<ul><li><p>one</p><pre>two</pre></li><li><p>three</p></li></ul>"
    ),
    "-     code\n\n  text\n": "<ul><li><pre>code</pre><p>text</p></li></ul>",
    "- a\n* * *\n- b\n": "<ul><li>a</li></ul><hr><ul><li>b</li></ul>",
    "-\n\n  a\n": "<ul><li></li></ul><p>a</p>",
    "> a\nb\n===\n": "<blockquote><p>a\nb\n===</p></blockquote>",
    "1. > a\nb\n": "<ol><li><blockquote><p>a\nb</p></blockquote></li></ol>",
    ">\t\ta\n": "<blockquote><pre>  a</pre></blockquote>",
    "<del>\n\n*a*\n\n</del>\n": "<del><p><em>a</em></p></del>",
    "| a | b |\n| - | -: |\n| `c\\|d` |\n": (
        "<table><thead><tr><th>a</th><th align=right>b</th></tr></thead>"
        "<tbody><tr><td><code>c|d</code></td><td align=right></td></tr></tbody></table>"
    ),
    # Definitions
    '[a]:\n  </b c>\n  "d\ne"\n\n[A]\n': '<p><a href="/b%20c" title="d\ne">A</a></p>',
    "> [a]: /b\n\n[a][], [a]: c\n": (
        '<blockquote></blockquote><p><a href="/b">a</a>, <a href="/b">a</a>: c</p>'
    ),
    "a\n[b]: /c\n": "<p>a\n[b]: /c</p>",
    # Within a paragraph
    "***a** b* *c **d***\n": "<p><em><strong>a</strong> b</em> <em>c <strong>d</strong></em></p>",
    "a_b_c 2*3*4 a * b * c\n": "<p>a_b_c 2<em>3</em>4 a * b * c</p>",
    "~a~ ~~b~~ ~~~c~~~\n": "<p><del>a</del> <del>b</del> ~~~c~~~</p>",
    "`` a`b `` ` c\n": "<p><code>a`b</code> ` c</p>",
    "[a [b](c) d](e) ![f *g*](h 'i')\n": (
        '<p>[a <a href="c">b</a> d](e) <img src="h" alt="f g" title="i"></p>'
    ),
    "[a](b(c)d) [e](f g) [h]( <i> )\n": (
        '<p><a href="b(c)d">a</a> [e](f g) <a href="i">h</a></p>'
    ),
    "&copy; &amp;copy; &nope; &#35; \\&copy;\n": "<p>© &amp;copy; &amp;nope; # &amp;copy;</p>",
    "a  \nb\\\nc\n": "<p>a<br>b<br>c</p>",
    "<https://a.example/?b=*c*> <d@e.example>\n": (
        '<p><a href="https://a.example/?b=*c*">https://a.example/?b=*c*</a>'
        ' <a href="mailto:d@e.example">d@e.example</a></p>'
    ),
    "See www.a.example/b_(c)?d=1, (https://e.example).\n": (
        '<p>See <a href="http://www.a.example/b_(c)?d=1">www.a.example/b_(c)?d=1</a>,'
        ' (<a href="https://e.example">https://e.example</a>).</p>'
    ),
    '<b title="*">*a*</b> <!-- *b* -->\n': '<p><b title="*"><em>a</em></b> </p>',
}  # fmt: skip


@pytest.mark.parametrize("body", OWN)
def test_markdown_is_read_as_it_is_elsewhere(body):
    assert tree(rendered(body)) == tree(expected(OWN[body]))


@pytest.mark.parametrize("name", ["commonmark-0.31.2", "gfm-0.29"])
def test_the_examples_of_a_specification_come_out_as_it_says(shared, name):
    kit = json.loads((shared / "kits" / "markdown" / f"{name}.json").read_text(encoding="utf-8"))

    differing = {
        example["number"]
        for example in kit
        if tree(rendered(example["markdown"])) != tree(expected(example["html"]))
    }

    # What was mended leaves the list, what is new enters it, with a reason.
    assert differing == intended(name)


def test_every_intended_difference_has_one_reason():
    for reasons in json.loads(DIFFERENCES.read_text(encoding="utf-8")).values():
        numbers = [number for group in reasons.values() for number in group]

        assert all(reasons)
        assert len(numbers) == len(set(numbers))


def test_the_guide_says_what_differs_and_how_much():
    guide = " ".join((ROOT / "docs" / "guide" / "writing.md").read_text(encoding="utf-8").split())

    for name, total in (("commonmark-0.31.2", 652), ("gfm-0.29", 673)):
        assert f"{total - len(intended(name))} of {total}" in guide
        for reason in json.loads(DIFFERENCES.read_text(encoding="utf-8"))[name]:
            assert reason in guide


def intended(name):
    reasons = json.loads(DIFFERENCES.read_text(encoding="utf-8"))[name]
    return {number for group in reasons.values() for number in group}


def rendered(body):
    return render(body, language=NO_LANGUAGE).html


def expected(html):
    """Return HTML after what is done to every body: cleaning, heading levels, bare addresses."""
    nothing = lambda reference: None  # noqa: E731
    return dress(sanitize(html.strip()), picture=nothing, link=nothing).html
