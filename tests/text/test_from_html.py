import random
import re
from html import escape
from time import process_time

import pytest
from bs4 import BeautifulSoup

from blogapp.text.from_html import to_markdown
from blogapp.text.markdown import render

# Signs that mean something to Markdown, to templates or to HTML, as words of a text.
WORDS = (
    "alpha", "b*c", "_d_", "__e", "`f`", "[g]", "[h](i)", "<j>", "&amp;", "{{k}}", "{%l%}",
    "{#m}", "$n$", "$5", "a|b", "~~o~~", "^p^", "1.", "2)", "#", "##q", "-", "+", "*", ">", "=",
    "---", "===", "```", ":::", "r:", "\\", "\\*", "!", "![s]", "[^1]", "[^1]:", "*[T]:",
    "http://x.example/a_b", "é", "日本", "import", "export", "<!--", "-->", "</p>", "%}", "||",
    ":--", "t_u_v", "**", "www.x.example", "a@b.example", "{:", "[ ]", "~~~", "==hi==",
)  # fmt: skip
INLINE = ("strong", "em", "b", "i", "del", "code", "a", "kbd", "sub", "u", "mark", "span")
BLOCKS = ("p", "p", "p", "h2", "ul", "ol", "blockquote", "pre", "table", "dl", "div", "figure")


def markdown(html, **options):
    return to_markdown(html, **options).markdown.rstrip("\n")


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("<p>Caches <b>lie</b> <i>a lot</i>.</p>", "Caches **lie** *a lot*."),
        ("<h1>One</h1><h3>Three</h3>", "# One\n\n### Three"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ol start=7><li>a</li><li>b</li></ol>", "7. a\n8. b"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\n:   b"),
        ("<blockquote>a<p>b</p></blockquote>", "> a\n>\n> b"),
        ("<p>a<br>b</p>", "a\\\nb"),
        ("<p>a<br><br>b</p>", "a\n\nb"),
        ("<p>http://x.example/a<br>b</p>", "http://x.example/a<br>\nb"),
        ("<ul><li>a<pre>b \\\n  c</pre></li></ul>", "- a\n\n  ```\n  b \\\n    c\n  ```"),
        ("<p>H<sub>2</sub>O <kbd>Esc</kbd></p>", "H<sub>2</sub>O <kbd>Esc</kbd>"),
        ("<p><abbr title='Long'>L</abbr></p>", '<abbr title="Long">L</abbr>'),
        ("<p>&nbsp;a&nbsp;&nbsp; b&nbsp;</p><p>&nbsp;</p>", "a b"),
        ("a<p>b</p>c", "a\n\nb\n\nc"),
        ("<p>1. not a list</p><p># nor a heading</p>", "1\\. not a list\n\n\\# nor a heading"),
        ("<p>{{ page.title }} costs $5 or $6</p>", "\\{{ page.title }} costs \\$5 or \\$6"),
        ("<p>With \\(a_1 * b^2\\) and $latex x_i$.</p>", "With \\(a_1 * b^2\\) and \\(x_i\\)."),
        ("<p>snake_case and 2 * 3</p>", "snake_case and 2 \\* 3"),
        ("<details><summary>More</summary><p>b</p></details>",
         "<details><summary>More</summary>\n\nb\n\n</details>"),
        ("<table><tr><th>A</th><th align=right>B</th></tr><tr><td>1|2</td><td>x</td></tr></table>",
         "| A | B |\n| --- | --: |\n| 1\\|2 | x |"),
        ("<figure><img src='a.png' alt='A'><figcaption>Why</figcaption></figure>",
         '![A](a.png "Why")'),
        ("<a href='big.jpg'><img src='big-300x200.jpg' alt='B'></a>", "![B](big.jpg)"),
        ("<img src='data:image/gif;base64,AAAA' data-src='late.png' alt=''>", "![](late.png)"),
        ("<p class='MsoNormal'>a<o:p></o:p></p><!--[if mso]><xml>b</xml><![endif]-->", "a"),
        ("<b style='font-weight:normal'><p><span style='font-weight:700'>a</span></b>", "**a**"),
        ("<ul class='gallery'><li><img src='a.png'></li><li><img src='b.png'></li></ul>",
         "![](a.png)\n\n![](b.png)"),
    ],
)  # fmt: skip
def test_html_becomes_the_markdown_that_people_write(html, written):
    assert markdown(html) == written


@pytest.mark.parametrize(
    "html",
    [
        "<pre><code class='language-php'>CODE</code></pre>",
        "<pre class='brush: php; title: ; notranslate'>CODE</pre>",
        "<pre lang='php' line='1'>CODE</pre>",
        "<pre class='lang:php decode:true'>CODE</pre>",
        "<pre class='EnlighterJSRAW' data-enlighter-language='php'>CODE</pre>",
        "<pre class='prettyprint lang-php'>CODE</pre>",
        "<pre class='hljs php'><code>CODE</code></pre>",
        "<div class='highlight highlight-source-php'><pre>CODE</pre></div>",
        "<div class='language-php highlighter-rouge'><div class='highlight'><pre class='highlight'>"
        "<code>CODE</code></pre></div></div>",
        "<div class='sourceCode'><pre class='sourceCode php'><code>CODE</code></pre></div>",
        "<figure class='highlight php'><table><tr><td class='gutter'><pre>1<br>2</pre></td>"
        "<td class='code'><pre>CODE</pre></td></tr></table></figure>",
    ],
)
def test_code_of_every_highlighter_becomes_a_fence_with_its_language(html):
    shown = "<span class='k'>if</span> (a &lt; b) {<br>  echo *1*;<br><br>}"

    assert markdown(html.replace("CODE", shown)) == ("```php\nif (a < b) {\n  echo *1*;\n\n}\n```")


def test_footnotes_stay_footnotes():
    html = (
        '<p>So<sup id="r1"><a href="#n1">1</a></sup>, and<a id="r2" href="#n2">[2]</a>.</p>'
        '<div class="footnotes"><hr><ol><li id="n1"><p>One <b>b</b> <a href="#r1">↩</a></p></li>'
        '<li id="n2">Two <a href="#r2">↩</a></li></ol></div>'
    )

    assert markdown(html) == "So[^1], and[^2].\n\n[^1]: One **b**\n\n[^2]: Two"


def test_frames_and_gists_become_links_that_pages_make_cards_of():
    converted = to_markdown(
        '<iframe src="https://www.youtube.com/embed/hjD9jTi_DQ4?start=90"></iframe>'
        '<iframe src="//player.vimeo.com/video/123"></iframe>'
        '<script src="https://gist.github.com/mara/5fca1.js"></script>'
        '<iframe src="https://forms.example/9"></iframe>'
    )

    assert converted.markdown.split() == [
        "<https://www.youtube.com/watch?v=hjD9jTi_DQ4&t=90s>",
        "<https://vimeo.com/123>",
        "<https://gist.github.com/mara/5fca1>",
        "<https://forms.example/9>",
    ]
    assert converted.problems == ("what forms.example showed in a frame is a link now",)


def test_what_markdown_cannot_say_stays_html():
    table = "<table><tr><th colspan=2>A</th></tr><tr><td>1</td><td>2</td></tr></table>"

    converted = to_markdown(f"<p>Before</p>{table}<p>After</p>")

    assert len(converted.kept_html) == 1
    assert "colspan" in converted.kept_html[0]
    assert converted.markdown.startswith("Before\n\n<table>")
    assert (
        BeautifulSoup(render(converted.markdown).html, "html.parser").find("th")["colspan"] == "2"
    )


def test_what_is_left_out_is_told():
    converted = to_markdown(
        "<script>x</script><style>y</style><form><input name=q><p>Words</p></form>"
        '<a href="javascript:x">Run</a><p>donâ€™t</p>'
    )

    assert converted.markdown == "Words\n\nRun\n\ndonâ€™t\n"
    assert converted.problems == (
        "a script was left out",
        "a style sheet was left out",
        "a form was left out; its words stay",
        "“donâ€™t” looks like “don’t” read in the wrong encoding; left as it is",
    )


def test_relative_addresses_are_completed():
    html = '<a href="/b">a</a> <img src="c.png"> <a href="#d">d</a><h2 id="d">D</h2>'

    written = markdown(html, base_url="https://old.example/blog/")

    assert written == (
        "[a](https://old.example/b) ![](https://old.example/blog/c.png) [d](#d)\n\n## D {#d}"
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_word_is_lost(seed):
    html = a_text(random.Random(seed))

    written = to_markdown(html).markdown

    assert words(render(written, language="zxx").html) == words(html)


def test_links_within_a_text_find_their_place():
    html = '<p><a href="#a">a</a> <a href="#b">b</a></p><p id="a">A</p><ul><li id="b">B</li></ul>'

    assert markdown(html) == ('[a](#a) [b](#b)\n\n<span id="a"></span>A\n\n- <span id="b"></span>B')


def test_twice_converted_is_once_converted():
    source = random.Random(7)
    for html in [a_text(source) for _ in range(20)]:
        once = to_markdown(html)

        assert to_markdown(html) == once


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>" * 30_000 + "x",
        "<ul><li>" * 20_000 + "x",
        "<em>x</em>y" * 1_500,
        "<ol><li>x</li></ol>" * 600,
        "<figure><img src=a><figcaption>x</figcaption></figure>" * 500,
        "<code>x<br>" * 1_000,
        "<script src='https://gist.github.com/a/b.js" * 5_000,
        "<p>&lt;" + "`*[" * 30_000,
        "<!--" * 100_000,
        "<p>a</p>" * 60_000,
        "<pre>" + "\n" * 50_000 + "x",
        "<pre class=verse>" + "\n " * 30_000 + "x",
        "<p>" + "-" * 60_000 + "x",
        "<p>" + "<br> " * 20_000,
        "<p>" + "\ud800" * 10_000,
        "<object" * 60_000,
        "<p><a href='/" + "t" * 300_000 + "'>x</a>",
    ],
    ids=range(17),
)
def test_hostile_html_takes_seconds_at_most(html):
    before = process_time()

    to_markdown(html)

    assert process_time() - before < 5


def a_text(source):
    return "".join(a_block(source) for _ in range(source.randint(1, 4)))


def a_block(source, depth=0):
    name = source.choice(BLOCKS) if depth < 3 else "p"
    if name in ("p", "h2"):
        return f"<{name}>{a_run(source)}</{name}>"
    if name in ("ul", "ol"):
        items = (a_run(source) + a_block(source, depth + 1) for _ in range(source.randint(1, 3)))
        return f"<{name}>{''.join(f'<li>{item}</li>' for item in items)}</{name}>"
    if name == "pre":
        lines = "\n".join(some_words(source) for _ in range(3))
        return f"<pre><code>{escape(lines)}</code></pre>"
    if name == "table":
        rows = "".join(f"<tr><td>{a_run(source)}</td><td>{a_run(source)}</td></tr>" for _ in "ab")
        return f"<table><tr><th>{a_run(source)}</th><th>x</th></tr>{rows}</table>"
    if name == "dl":
        return f"<dl><dt>{a_run(source)}</dt><dd>{a_run(source)}</dd></dl>"
    if name == "figure":
        return f"<figure><img src=a.png><figcaption>{a_run(source)}</figcaption></figure>"
    return f"<{name}>{a_run(source)}{a_block(source, depth + 1)}</{name}>"


def a_run(source, depth=0):
    run = ""
    for _ in range(source.randint(1, 3)):
        if depth > 2 or source.random() < 0.5:
            run += escape(some_words(source), quote=False)
        elif source.random() < 0.85:
            name = source.choice(INLINE)
            href = " href=/x?a=1&amp;b=2" if name == "a" else ""
            run += f"<{name}{href}>{a_run(source, depth + 1)}</{name}>"
        else:
            run += "<br>"
        run += source.choice(["", " "])
    return run


def some_words(source):
    return " ".join(source.choice(WORDS) for _ in range(source.randint(1, 5)))


def words(html):
    """Return the text of HTML without what pages add to it."""
    page = BeautifulSoup(html, "html.parser")
    for code in page.find_all("copy-code"):
        code.replace_with(code.find("pre").extract())
    for anchor in page.find_all("a", class_="prose__anchor"):
        anchor.decompose()
    return re.sub(r"\s+", "", page.get_text())
