import pytest
from bs4 import BeautifulSoup

from blogapp.text.markdown import render


def shown(body, language=""):
    """Return the text of a body as readers see it, without white space around it."""
    return BeautifulSoup(render(body, language=language).html, "html.parser").get_text().strip()


@pytest.mark.parametrize(
    ("typed", "set_in_type"),
    [
        ('"Caches *lie*," he said.', "“Caches lie,” he said."),
        ("\"They call it 'lease'.\"", "“They call it ‘lease’.”"),
        ('("quoted")', "(“quoted”)"),
        ('*"quoted"* and `x`"s', '“quoted” and x"s'),
        ("Don't; the users' and the '90s", "Don’t; the users’ and the ’90s"),
        ("`Queue`'s and Perl 6's", "Queue’s and Perl 6’s"),
        ("one -- two --- three", "one – two — three"),
        ("pages 12--14, or---so", "pages 12–14, or—so"),
        ("And then...", "And then…"),
        ("Done :tada: (:+1:)", "Done 🎉 (👍)"),
    ],
)
def test_typed_marks_are_set_in_type(typed, set_in_type):
    assert shown(typed) == set_in_type


@pytest.mark.parametrize(
    "typed",
    [
        'A 27" screen, 5\' 11"',
        'key="value" and f("x")',
        "Pass --verbose or --no-cache to tool--name",
        "go test ./... and ...args and a...b",
        "At 12:30:45, std::map::size, a:b:c",
        ":no-such-name: and :::",
        "-----",
    ],
)
def test_what_may_be_code_stays_as_it_was_typed(typed):
    assert shown(f"x {typed}") == f"x {typed}"


@pytest.mark.parametrize(
    "body",
    [
        '``"a" -- it\'s... :tada:``',
        '```\n"a" -- it\'s... :tada:\n```',
        '<code>"a" -- it\'s... :tada:</code>',
        '<kbd>"a" -- it\'s... :tada:</kbd>',
        '<p>\n"a" -- it\'s... :tada:\n</p>',
    ],
)
def test_code_and_html_are_not_touched(body):
    assert '"a" -- it\'s... :tada:' in shown(body)


def test_addresses_and_attributes_are_not_touched():
    shown = render("https://a.example/it's--b... [c](/d--e 'f -- g') ![h -- i](j--k.png)\n").html

    assert 'href="https://a.example/it&#x27;s--b"' in shown
    assert 'href="/d--e"' in shown
    assert 'title="f -- g"' in shown
    assert 'src="j--k.png"' in shown


def test_a_backslash_keeps_a_mark_as_it_was_typed():
    assert shown(r"\"a\" it\'s \:tada: \... 1\--2") == '"a" it\'s :tada: ... 1--2'


@pytest.mark.parametrize(
    ("language", "quoted"),
    [
        ("en", "“a ‘b’”"),
        ("de", "„a ‚b‘“"),
        ("de-CH", "„a ‚b‘“"),
        ("fr", "«\u202fa “b”\u202f»"),
        ("sv", "”a ’b’”"),
        ("ja", "“a ‘b’”"),
        ("zxx", "\"a 'b'\""),
    ],
)
def test_quotation_marks_are_those_of_the_language(language, quoted):
    assert shown("\"a 'b'\"", language) == quoted


def test_marks_do_not_change_the_address_of_a_heading():
    assert [h.id for h in render('## What\'s "new" in 1.0...\n').headings] == ["whats-new-in-10"]
