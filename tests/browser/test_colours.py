"""What the source's colours take for what, in the browser that draws them."""

import pytest

_READ = """async ([address, text]) => {
  const { Colours } = await import(address)
  const lines = text.split("\\n")
  const starts = lines.map((_line, at) => lines.slice(0, at).join("\\n").length + (at ? 1 : 0))
  const line = (number) => ({ number, from: starts[number - 1], text: lines[number - 1],
    to: starts[number - 1] + lines[number - 1].length })
  const doc = { lines: lines.length, line,
    lineAt: (place) => line(starts.findLastIndex((start) => start <= place) + 1),
    iterLines: (from, to) => lines.slice(from - 1, to - 1) }
  const found = []
  const put = (kind, from, to) => found.push([kind, text.slice(from, to)])
  new Colours().show(doc, 0, text.length, put)
  return found
}"""

LINES = {
    "# A *b* #": ["heading # A *b* #", "emphasis *b*"],
    "One\ntwo\n===": ["heading One\ntwo"],
    "#tag": [],
    "**a *b* c**": ["strong **a *b* c**", "emphasis *b*"],
    "***a***": ["emphasis ***a***", "strong **a**"],
    "a_b_c and 2 * 3 * 4": [],
    "*over\ntwo lines*": ["emphasis *over\ntwo lines*"],
    "*over\n\ntwo paragraphs*": [],
    "~~a~~ ~b~": ["gone ~~a~~"],
    "`a *b*` ``c ` d``": ["code a *b*", "code c ` d"],
    "`never closed *a*": ["emphasis *a*"],
    r"\*a\* \[b](c)": [],
    "[a *b*](c 'd') ![e](f)": ["link [a *b*](c 'd')", "emphasis *b*", "link ![e](f)"],
    "[a ![b](c) d](e)": ["link ![b](c)", "link [a ![b](c) d](e)"],
    "[a [b](c) d](e)": ["link [b](c)"],
    "[a][b] [c][] [^d] list[0]": ["link [a][b]", "link [c][]", "link [^d]"],
    "*a [b*](c)": ["link [b*](c)"],
    "[a]: https://b.example 'c'\n[d]: e": ["link [a]: https://b.example 'c'", "link [d]: e"],
    "[^a]: Words.": ["link [^a]"],
    "<https://a.example> www.b.example.": ["link <https://a.example>", "link www.b.example"],
    'a <b title="*c*">*d*</b>': ["emphasis *d*"],
    "> *a*\nb\n\nc": ["quote > *a*", "quote b", "emphasis *a*"],
    "```py\n*a*\n```\n*b*": ["emphasis *b*"],
    "> ```\n> *a*\n\n*b*": ["quote > ```", "quote > *a*", "emphasis *b*"],
    "~~~\n```\n*a*\n~~~\n*b*": ["emphasis *b*"],
    "    *a*": [],
    "- a\n\n    *b*": ["emphasis *b*"],
    "* * *\n- *a*": ["emphasis *a*"],
    "<div>\n*a*\n</div>\n\n*b*": ["emphasis *b*"],
    "<!-- a\n\n*b* -->\n*c*": ["emphasis *c*"],
    "| *a* | b |\n| --- | --- |\n| c | *d* |": [
        "heading | *a* | b |",
        "emphasis *a*",
        "emphasis *d*",
    ],
}


@pytest.fixture
def read(page, server):
    """The kinds and words that a text's colours are for, marks aside, in the order of the text."""
    page.goto("./login")
    path = server.split("/", 3)[3:] or [""]
    address = f"/{path[0]}/static/js/editor/colours.js".replace("//", "/")

    def parts(text):
        return [f"{k} {words}" for k, words in page.evaluate(_READ, [address, text]) if k != "mark"]

    return parts


def test_the_source_is_read_as_markdown(read):
    found = {text: sorted(read(text)) for text in LINES}

    assert found == {text: sorted(parts) for text, parts in LINES.items()}


def test_no_text_takes_long_to_colour(read):
    each = 6_000
    texts = [
        "*a " * each,
        "a* " * each,
        "[" * each,
        "`a" * each,
        "> " * 200,
        "*a_ " * each,
        "]" * each,
    ]

    assert [len(read(text)) <= 3 * each for text in texts] == [True] * len(texts)
