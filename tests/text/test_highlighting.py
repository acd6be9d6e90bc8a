import re
from html import unescape

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_all_lexers

from blogapp.text.code_blocks import complete, plain
from blogapp.text.highlighting import highlight
from blogapp.text.info_strings import Info, read_info
from blogapp.text.markdown import list_code, render


def body_of(code, info=""):
    """Return a post with one block, whose fence is longer than any in the code."""
    return f"~~~~~~ {info}\n{code}\n~~~~~~\n"


def page(body):
    html = complete(render(body).html, raw=lambda number, name: "", fold=lambda lines: "<details>")
    return BeautifulSoup(html, "html.parser")


def block(code, info=""):
    return page(body_of(code, info)).figure


def lines(code, info=""):
    return block(code, info).select(".line")


def test_a_block_names_its_file_and_language():
    caption = block("x = 1", 'python title="app/main.py"').figcaption

    assert caption.b.text == "app/main.py"
    assert caption.span.text == "Python"


@pytest.mark.parametrize(
    ("info", "numbers"),
    [
        ("js {3-5}", [3, 4, 5]),
        ("js{2,5}", [2, 5]),
        ("go {hl_lines=[1]}", [1]),
        ('{.python hl_lines="1 3-4"}', [1, 3, 4]),
        ('go {linenos=table,hl_lines=[2,"4-5"],linenostart=199}', [2, 4, 5]),
        ('py hl="4-5"', [4, 5]),
        ("ts:line-numbers {1}", [1]),
        ("js showLineNumbers{7} {2}", [2]),
        ("js {2-900000}", [2, 3, 4, 5]),
        ("js {0,5-2,99}", []),
    ],
)
def test_lines_are_highlighted_in_any_usual_spelling(info, numbers):
    marked = [line.name == "mark" for line in lines("a\nb\nc\nd\ne", info)]

    assert [n for n, is_marked in enumerate(marked, 1) if is_marked] == numbers


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("yaml=", "yaml"),
        ("clike=", "clike"),
        ("yaml=10", "yaml"),
        ("c++", "c++"),
        ("{r}", "r"),
        ("js{1}", "js"),
        ("{#retry .python}", "python"),
        ('title="a b.txt"', ""),
        ("src/app.py", "py"),
        ("diff-go", "go"),
        ("c# {1}", "c#"),
    ],
)
def test_the_first_word_is_the_language(info, language):
    assert read_info(info).language == language


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("c++", "C++"),
        ("golang", "Go"),
        ("yml", "YAML"),
        ("jsonc", "JSON with comments"),
        ("console", "Console"),
        ("shell-session", "Console"),
        ("tf", "Terraform"),
        ("Dockerfile", "Docker"),
        ("mjs", "JavaScript"),
        ("kt", "Kotlin"),
        ("svelte", "Svelte"),
        ("ps1", "PowerShell"),
        ("rgbasm", "rgbasm"),
        ("", "Text"),
        ("none", "Text"),
    ],
)
def test_a_language_goes_by_any_of_its_names(label, name):
    assert block("x", label).figcaption.span.text == name


def test_an_unknown_language_is_plain_text_under_its_own_name():
    shown = block("mov a, b", "rgbasm")

    assert shown.figcaption.text.startswith("rgbasm")
    assert not shown.select(".line span")


def test_a_title_tells_the_language_of_a_block_without_one():
    assert block("x = 1", 'title="a.py"').select(".m")


def test_languages_that_pygments_knows_keep_every_character():
    assert losing_characters(every=12) == []


@pytest.mark.prove
def test_every_language_that_pygments_knows_keeps_every_character():
    assert losing_characters(every=1) == []


def losing_characters(*, every):
    """Return the languages whose blocks differ from what was written, of each ``every``-th one."""
    code = "<a href='x'>&amp;</a> # 1\n\n\tfoo(\"b\") = [1, 2] -- $ %s\n> :q"
    labels = [aliases[0] for _, aliases, _, _ in get_all_lexers(plugins=False) if aliases]
    assert len(labels) > 500
    return [
        label
        for label in labels[::every]
        if "\n".join(text_of(line.html) for line in highlight(code, Info(label))) != code
    ]


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


# Changes.


def test_a_difference_keeps_its_signs_and_says_what_changed_without_colour():
    shown = lines("--- a.py\n+++ b.py\n-old\n+new\n same", "diff")

    assert [line.name for line in shown] == ["span", "span", "del", "ins", "span"]
    assert shown[2].text == "-old\n"


def test_a_difference_in_a_language_is_coloured_as_one():
    shown = lines(" def f():\n-    return 1\n+    return 2", "diff python")

    assert [line.name for line in shown] == ["span", "del", "ins"]
    assert shown[2].text == "    return 2\n"
    assert shown[2].select(".k, .m")


def test_lines_are_said_to_be_added_or_removed():
    shown = lines("a\nb\nc\nd", "js ins={2-3} del={1} {4}")

    assert [line.name for line in shown] == ["del", "ins", "ins", "mark"]


@pytest.mark.parametrize("comment", ["// {}", "# {}", "-- {}", "/* {} */", "<!-- {} -->"])
def test_a_comment_marks_its_line_and_is_not_shown(comment):
    code = f"a {comment.format('[!code --]')}\nb {comment.format('[!code ++:2]')}\nc\nd"

    shown = lines(code, "text")

    assert [line.name for line in shown] == ["del", "ins", "ins", "span"]
    assert [line.text for line in shown] == ["a\n", "b\n", "c\n", "d\n"]


# Sessions.


@pytest.mark.parametrize(
    ("info", "code", "typed"),
    [
        ("console", "$ date\nMon\n# a remark\n$ ls", ["date", "ls"]),
        ("console", "# apt update\nHit:1", ["apt update"]),
        ("bash", "$ echo it's\nok\n$ ls", ["echo it's", "ls"]),
        ("sh", "$ make \\\n  all\ndone", ["make \\", "  all"]),
        ("console", "$ cat <<EOF > a\n> one\nEOF\nout", ["cat <<EOF > a", "one", "EOF"]),
        ("console", "me@host:~/src (main)$ git log\nabc", ["git log"]),
        ("console", "(venv) $ pip list\nflask", ["pip list"]),
        ("python", ">>> if x:\n...     y\n...\n1", ["if x:", "    y", ""]),
        ("pycon", "In [1]: 1 + 1\nOut[1]: 2", ["1 + 1"]),
        ("powershell", "PS C:\\> Get-Date\n\nMon", ["Get-Date"]),
        ("bat", "C:\\Users> dir\n a.txt", ["dir"]),
        ("psql", "db=# select 1\ndb-# ;\n 1", ["select 1", ";"]),
        ("", "$ date\nMon", ["date"]),
    ],
)
def test_what_was_typed_is_told_from_prompts_and_output(info, code, typed):
    shown = lines(code, info)
    for prompt in (prompt for line in shown for prompt in line.select(".gp")):
        prompt.extract()

    found = [line.text.rstrip("\n") for line in shown if "line--output" not in line["class"]]
    assert found == typed


@pytest.mark.parametrize(
    ("info", "code"),
    [("bash", "ls\n# no prompt"), ("python", "x = 1\n>>> y"), ("console", "npm install")],
)
def test_code_without_a_prompt_is_no_session(info, code):
    assert not block(code, info).select(".gp, .go, .line--output")


# Numbers, addresses, folds.


def test_numbers_are_shown_where_they_are_asked_for_and_in_long_programs():
    assert not block("x\n" * 5, "python").select(".line > a")
    assert len(block("x\n" * 4 + "x", "python linenos").select(".line > a")) == 5
    assert len(block("x\n" * 29 + "x", "python").select(".line > a")) == 30
    assert not block("x\n" * 29 + "x", "python linenos=false").select(".line > a")
    assert not block("x\n" * 29 + "x", "text").select(".line > a")


def test_a_number_is_no_text_and_nothing_that_is_read_aloud():
    link = block("x", "python linenos").select_one(".line > a")

    assert (link.text, link["aria-hidden"], link["tabindex"]) == ("", "true", "-1")
    assert link["href"] == "#c1-L1"


def test_numbers_begin_where_the_author_says():
    links = block("a\nb", "go {linenos=table,linenostart=199}").select(".line > a")

    assert [link["data-line"] for link in links] == ["199", "200"]
    assert [link["href"] for link in links] == ["#c1-L199", "#c1-L200"]


def test_blocks_are_numbered_through_the_post_and_lines_within_them():
    shown = page("    a\n\n- x\n\n  ```\n  b\n  ```\n\n> ```\n> c\n> d\n> ```\n")

    assert [figure["id"] for figure in shown.select("figure")] == ["c1", "c2", "c3"]
    assert [line["id"] for line in shown.select("#c3 .line")] == ["c3-L1", "c3-L2"]


def test_a_block_with_a_name_keeps_its_address_when_others_come_before_it():
    named = "```py {#backoff}\nx\n```\n"

    assert page(named).figure["id"] == "backoff"
    shown = page(f"```\nnew\n```\n\n{named}")
    assert shown.select("figure")[1]["id"] == "backoff"
    assert shown.select("figure")[1].select_one(".line")["id"] == "backoff-L1"


def test_nothing_an_author_writes_answers_for_a_block_or_a_line():
    shown = page(
        '<p id="c1">a</p><p id="c1-L1">b</p>\n\n## C1\n\n```\nx\n```\n\n'
        '<copy-code><figure class="code-block"><pre class="line gp">y</pre></figure></copy-code>\n'
        "\n```py {#main}\nz\n```\n"
    )

    assert [tag.name for tag in shown.select("#c1")] == ["figure"]
    assert len(shown.select("#c1-L1")) == 1
    assert len(shown.select("copy-code")) == len(shown.select(".code-block")) == 2
    assert shown.select("figure")[-1]["id"] == "s-main"


def test_a_post_may_link_to_its_lines():
    body = "[a](#c1-L1) [b](#c1-L1-2) [c](#c1)\n\n```\nx\ny\n```\n"

    assert [a["href"] for a in page(body).select("p a")] == ["#c1-L1", "#c1-L1-2", "#c1"]


def test_long_blocks_are_folded_unless_something_below_is_pointed_at():
    long = "x\n" * 59 + "x"

    assert block(long, "python").details
    assert not block(long, "python nofold").details
    assert not block(long, "python {55}").details
    assert not block("x\n" * 19 + "x", "python").details
    assert block("x\n" * 19 + "x", "python fold").details


def test_only_what_may_be_wider_than_its_place_takes_the_focus():
    assert block("short").pre.get("tabindex") is None
    assert block("a line of more than twenty characters").pre["tabindex"] == "0"


# Bounds, and other ways out.


def test_a_huge_block_is_shown_without_colours():
    assert not block("x = 1\n" * 12_000, "python").select(".line span")


def test_what_a_body_may_cost_in_colours_is_bounded(monkeypatch):
    monkeypatch.setattr("blogapp.text.code_blocks.MOST_COLOURED", 12)

    shown = page(body_of("x = 1", "python") * 3).select("figure")

    assert [len(figure.select(".m")) for figure in shown] == [1, 1, 0]


def test_a_post_of_thousands_of_blocks_stays_in_proportion():
    body = "```\nx\n```\n\n" * 3_000

    assert len(render(body).html) < 12 * len(body)


@given(st.text(st.characters(exclude_characters="\r\x00~", exclude_categories=["Cs"])))
def test_the_code_is_shown_and_sent_as_it_was_written(code):
    code = "".join(character for character in code if character.isprintable() or character == "\n")
    for info in ("", "python", "console", "diff", "js linenos"):
        body = body_of(code, info)
        assert block(code, info).pre.text == code.strip("\n") + "\n"
        assert [file.text for file in list_code(body)] == [f"{code}\n" if code else ""]


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ('python title="app/retry.py"', "retry.py"),
        ('python title="../../etc/passwd.d/x.py"', "x.py"),
        ('title="Dockerfile"', "Dockerfile"),
        ('title="a session"', "code-1.txt"),
        ('go title="what <you> write.go"', "code-1.go"),
        ("rust", "code-1.rs"),
        ("py {#retry}", "retry.py"),
        ("console", "code-1.txt"),
        ("diff js", "code-1.diff"),
        ('diff title="a.py"', "a.py.diff"),
        ('diff python title="a.patch"', "a.patch"),
        ("rgbasm", "code-1.txt"),
        ('title="кэш.py"', "кэш.py"),
    ],
)
def test_a_file_is_called_as_its_block_says(info, name):
    assert list_code(body_of("x", info))[0].name == name


def test_programs_get_code_as_they_know_it():
    html = plain(render('```python title="a.py" linenos {2}\nx = 1\ny = "<"\n```\n').html)

    assert html == (
        "<figure><figcaption><code>a.py</code></figcaption>"
        '<pre><code class="language-python">x = 1\n<mark>y = "&lt;"\n</mark></code></pre></figure>'
    )
    assert not re.search("[\ufdd0-\ufdef]", plain(render("```\nx\n" * 60).html))


def test_a_lexer_that_takes_too_long_has_no_say(monkeypatch):
    monkeypatch.setattr("blogapp.text.highlighting.SECONDS_PER_BLOCK", -1)

    shown = block("x = 1", "python")

    assert shown.pre.text == "x = 1\n"
    assert not shown.select(".m")
