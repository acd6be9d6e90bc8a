"""Template syntax of other generators: what it meant is shown, itself never, code is left alone."""

import re
import time

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.markdown import render
from blogapp.text.sanitizing import sanitize
from blogapp.text.templating import resolve


def page(body):
    return BeautifulSoup(render(body).html, "html.parser")


def words(body):
    return " ".join(page(body).get_text().split())


# Liquid


def test_outputs_become_what_they_meant_in_links_and_attributes():
    shown = page(
        '[a]({{ "/b c" | url }}) [d]({{ site.baseurl }}/e)\n\n'
        '<img src="{{ \'/f.png\' | relative_url }}" alt="F">\n\n[g]: {{ "/h" | url }}\n\n[g]\n'
    )

    assert [a["href"] for a in shown.select("a")] == ["/b%20c", "/e", "/h"]
    assert shown.img["src"] == "/f.png"


def test_variables_that_the_post_sets_are_known():
    body = '{% assign base = "https://a.example/" %}\n\n[b]({{ base }}b) {{ "x" | append: "y" }}\n'

    assert page(body).a["href"] == "https://a.example/b"
    assert words(body) == "b xy"
    assert render(body).dropped == ()


def test_links_to_posts_lead_to_them():
    body = "[a]({% post_url 2013-05-06-one-two %}) [b]({% link _posts/2014-01-02-b.md %})"

    assert [a["href"] for a in page(body).select("a")] == ["/posts/one-two", "/posts/b"]


def test_highlighted_text_is_code_of_its_language():
    shown = page(
        "{% highlight ruby linenos %}\n# {{ no }}\n\n    puts 1\n{% endhighlight %}\nAfter"
    )

    assert shown.pre.text == "# {{ no }}\n\n    puts 1\n"
    assert shown.figcaption.span.text == "Ruby"
    assert shown.p.text == "After"


def test_raw_text_is_shown_and_comments_are_not():
    assert words("{% raw %}{{ a }}{% endraw %} b {% comment %}\n# c\n{% endcomment %}d") == (
        "{{ a }} b d"
    )


def test_tags_without_a_meaning_show_nothing_and_are_told():
    post = render("a {{ site.name }}\n\n{% include ad.html %}\n{% include ad.html %}\n\nb\n")

    assert post.text == "a\nb"
    assert post.dropped == ("{{ site.name }}", "{% include ad.html %}")
    assert [tag.line for tag in resolve("a\n\n{% if b %}").dropped] == [3]


def test_tags_that_name_a_picture_show_it():
    for body in (
        '{% image "a/b.png" "A chart" %}',
        "{% photo a/b.png A chart %}",
        '{% include figure.html, src: "a/b.png", alt: "A chart" %}',
    ):
        post = render(f"Text\n\n{body}\n\nMore")
        image = BeautifulSoup(post.html, "html.parser").img
        assert (image["src"], image["alt"]) == ("a/b.png", "A chart"), body
        assert image.has_attr("data-added")
        assert post.pictures == ("a/b.png",)


def test_sentences_given_to_a_tag_are_kept():
    body = (
        '{% include list.md\n  q="Why is *this* here?"\n\n  a="See [the list][x] for it."\n%}'
        "\n\n[x]: /x"
    )

    assert [p.text for p in page(body).select("p")] == ["Why is this here?", "See the list for it."]


def test_braces_of_others_stay():
    for text in ("{{ name }} in a letter", "${{ secrets.KEY }}", "{{wildcard(1)}}", "50{%} {% %}"):
        assert words(text) == text


# Hugo


def test_shortcodes_show_figures_links_and_code():
    shown = page(
        '{{< figure src="a.png" alt="A" caption="Why [so](/x)" >}}\n\n'
        '[b]({{< ref "/blog/b.md#c" >}}) [d]({{% relref "d" %}})\n\n'
        "{{< youtube hjD9jTi_DQ4 >}}\n\n{{< highlight go >}}\nx := 1\n{{< /highlight >}}\n"
    )

    assert shown.figure.img["src"] == "a.png"
    assert shown.figcaption.text == "Why so"
    assert [a["href"] for a in shown.select("a")] == [
        "/blog/b#c",
        "/posts/d",
        "https://www.youtube.com/watch?v=hjD9jTi_DQ4",
    ]
    assert shown.pre.text == "x := 1\n"


def test_notices_are_callouts():
    note = page('{{% notice tip "Faster" %}}\nMind *this*.\n{{% /notice %}}\n\nAfter').select_one(
        "div.callout--tip"
    )

    assert note.select_one(".callout__title").text == "Faster"
    assert note.em.text == "this"
    assert "After" not in note.text


def test_unknown_pairs_keep_what_is_in_them():
    post = render("{{< wide >}}\n*a*\n{{< /wide >}}\n\n{{< counter 3 >}}\n")

    assert post.text == "a"
    assert post.dropped == ("{{< wide >}}", "{{< counter 3 >}}")


def test_an_escaped_shortcode_is_shown():
    assert words("Write {{</* ref */>}} here") == "Write {{< ref >}} here"


# MDX


def test_components_go_and_what_is_in_them_stays():
    post = render(
        'import Tabs from "x"\nimport chart from "./chart.png"\n\n<Tabs>\n'
        '    <Tab label="Go">\n        *one* <Person handle="ann" />\n    </Tab>\n</Tabs>\n\n'
        '<Image src={chart} alt="A" />\n\n<Counter n={{ a: 1 }} />\n'
    )

    assert post.text == "Go\none ann"
    assert post.pictures == ("./chart.png",)
    assert post.dropped == ("<Tabs>", "<Counter n={{ a: 1 }} />")


def test_without_imports_letters_in_brackets_are_nobody_s_component():
    assert resolve("import is a word\n\n<Vec> {{").text == "import is a word\n\n<Vec> {{"


# Code, and what is odd


@pytest.mark.parametrize(
    "code",
    [
        "```liquid\n{{ site.a }}\n```",
        "> ~~~\n> {% if a %}\n> ~~~",
        "- a\n\n  ```\n  {% raw %}\n  ```",
        "a\n\n    {{ site.a }} {% b %}",
        "`{{ site.a }}` and ``{% b ` %}``",
        "<pre>{% a %}\n\n{{ site.b }}</pre>",
        "<code>{{ site.a }}</code>",
        "<!-- {% a %} -->",
        "\\{{ site.a }} \\{% b %}",
    ],
)
def test_code_is_left_as_it_is(code):
    body = f'{{% include a.html %}}\n\n{code}\n\n[x]({{{{ "/y" | url }}}})\n'

    assert resolve(body).text == f"\n\n{code}\n\n[x](/y)\n"


@pytest.mark.parametrize(
    "odd",
    [
        *("{% a", "{{ site.a", "{{< figure", "{% raw %}", "{% comment %}", "{% highlight go %}"),
        *("{{< highlight go >}}", "{{% notice %}}", "{{< /x >}}", "{% endif %}", "<!--", "`{{"),
    ],
)
def test_what_does_not_close_eats_nothing(odd):
    assert "Kept *all* of it." in resolve(f"{odd}\n\nKept *all* of it.\n\n`%}}` `}}}}`").text


HEAPED = (
    *(
        "{{",
        "{%",
        "{{<",
        "{% raw %}",
        "{% x",
        "{% x %}",
        "{{ x }}",
        "{{< a >}}",
        "{{< x",
        "%}",
        "}}",
    ),
    *(
        "{% highlight a %}",
        "{{ 'a' ",
        '{% a b="',
        "`{{",
        "<Ab {",
        "<A",
        "{/*",
        "<pre",
        "<!--",
        "``` ",
    ),
    *("{% image a.png %}\n", "{{% note %}}\n\n", "{{ a|", "{{ a[", "import a from 'b'\n"),
)


@pytest.mark.parametrize("heap", HEAPED)
def test_a_heap_costs_no_more_than_its_length(heap):
    for start in ("", "import a from 'b'\n\n"):
        began = time.process_time()
        resolve(start + heap * (100_000 // len(heap)) + " {{ site.url }} %}")
        assert time.process_time() - began < 5


MARKS = (
    *HEAPED,
    "{% endraw %}",
    "{{< /a >}}",
    ">}}",
    "\n",
    "\n\n",
    "    ",
    "- ",
    "> ",
    "a",
    "`",
    "](",
)

# Made after the sanitiser, with attributes that it would not let through.
CODE = re.compile(r"<copy-code>.*?</copy-code>", re.DOTALL)


@given(st.lists(st.sampled_from(MARKS), max_size=30).map("".join))
def test_any_heap_of_tags_is_rendered(body):
    html = CODE.sub("", render(body).html)

    assert sanitize(html).replace("&nbsp;", "\xa0") == html
