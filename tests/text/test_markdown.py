import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.markdown import Picture, render
from blogapp.text.sanitizing import sanitize


def page(body, **places):
    return BeautifulSoup(render(body, **places).html, "html.parser")


def texts(body, selector):
    return [" ".join(part.get_text().split()) for part in page(body).select(selector)]


# Blocks


def test_code_in_a_list_belongs_to_its_item():
    body = "1. Install:\n\n   ```sh\n   make run\n   ```\n\n2. Open it.\n"

    assert texts(body, "ol > li pre") == ["make run"]
    assert len(page(body).select("ol > li")) == 2


def test_code_in_a_quote_keeps_its_indents():
    assert page("> ```py\n> if x:\n>     y\n> ```\n").select_one("blockquote pre").text == (
        "if x:\n    y\n"
    )


def test_tabs_in_code_are_kept():
    assert "\tgo test" in page("```make\ntest:\n\tgo test\n```\n").pre.text


def test_a_fence_may_be_followed_by_any_words():
    for info in ('js title="x" {3-5}', "yaml=", "clike=", "go {hl_lines=[1]}"):
        assert texts(f"```{info}\n# x\n```\n\ntext", "pre") == ["# x"]


def test_an_unclosed_fence_swallows_nothing_but_its_own():
    assert texts("a\n\n```\ncode\n# more", "pre") == ["code # more"]


def test_two_spaces_nest_a_list():
    assert texts("- a\n  - b\n    - c\n- d\n", "ul ul ul > li") == ["c"]


def test_a_list_needs_no_blank_line_above():
    assert texts("Rules:\n- one\n- two\n", "li") == ["one", "two"]


def test_a_tight_list_has_no_paragraphs_and_a_loose_one_has():
    assert not page("- a\n- b\n").select("li p")
    assert len(page("- a\n\n- b\n").select("li p")) == 2


def test_a_list_begins_with_its_own_number():
    assert page("3. three\n4. four\n").ol["start"] == "3"


def test_a_year_at_the_start_of_a_line_is_no_list():
    assert not page("It was made in\n1986. A good year.\n").select("ol")


def test_tasks_are_boxes_nobody_can_press():
    boxes = page("- [x] measured\n- [ ] fixed\n").select("li.task-list__item > .task")

    assert [box["aria-label"] for box in boxes] == ["Done", "Not done"]


def test_a_hash_without_a_space_is_no_heading():
    assert not page("#16411] fixed\n#define X\n").select("h1, h2")


def test_a_heading_may_end_in_a_sharp():
    assert texts("## Why C#\n\n## Closed ##\n", "h2") == ["Why C#", "Closed"]


def test_an_underlined_paragraph_is_a_heading():
    assert texts("Two\nlines\n---\n\ntext", "h2") == ["Two lines"]


def test_tables_align_without_styles():
    table = page("Text:\n| a | b |\n|:-:|--:|\n| 1 | `x|y` |\n")

    assert table.select_one("td.cell--right").text == "x|y"
    assert table.select_one("th.cell--center").text == "a"
    assert not table.select("[style], [align]")
    assert table.table.parent["tabindex"] == "0"


def test_callouts_of_several_dialects():
    for body in ("> [!NOTE]\n> Mind *this*.\n", ":::note\nMind *this*.\n:::\n"):
        note = page(body).select_one("div.callout--note")
        assert note.select_one(".callout__title").text == "Note"
        assert note.em.text == "this"


def test_titles_of_callouts_are_markdown_like_any_line():
    for body in (
        "> [!TIP] Use `Vec<T>` & *live*\n> Text.\n",
        ":::tip Use `Vec<T>` & *live*\nText.\n:::",
    ):
        title = page(body).select_one("div.callout--tip > .callout__title")
        assert title.text == "Use Vec<T> & live"
        assert title.code.text == "Vec<T>"
        assert title.em.text == "live"


@pytest.mark.parametrize(
    ("body", "led_to"),
    [
        ("{:#a}\nText.\n", "Text."),
        ("Text.\n{: .x #a}\n", "Text."),
        ("## Head\n{: #a}\n\nText.\n", "Head"),
        ("{:#a .x}\n## Head\n", "Head"),
        ("Head\n====\n{:#a}\n", "Head"),
        ("* item\n{:#a}\n", "item"),
    ],
)
def test_ids_of_kramdown_lead_to_their_block(body, led_to):
    place = page(f"[to it](#a)\n\n{body}").select_one("#a")

    block = place.parent if place.name == "span" else place
    assert block.find(string=True, recursive=False).strip() == led_to


def test_ids_of_kramdown_change_no_block():
    post = page("{:#a}\n| a |\n|---|\n{:.wide}\n\n{:#b}\n[x]: /y\n\n{:#c}\n    code\n\n[x]\n")

    assert post.table.text.strip() == "a"
    assert post.select_one("a[href='/y']")
    assert post.pre.text.strip() == "code"


def test_a_note_that_nothing_refers_to_is_shown_and_leads_nowhere():
    shown = page("Text[^a].\n\n[^a]: One.\n[^b]: Two.\n")

    assert [note.p.text.split() for note in shown.select(".footnotes li")] == [
        ["One.", "↩"],
        ["Two."],
    ]
    assert [back["href"] for back in shown.select(".footnotes__back")] == ["#fnref-a"]


def test_boxes_of_other_generators_leave_no_marks():
    table = ":::table-wrapper\n| a |\n|---|\n| b |\n:::\n\n"
    post = page(f"{table}::::wide {{.x}}\n> *q*\n:::\nc\n::::\n\n:::…and\n")

    assert [cell.text for cell in post.select("td")] == ["b"]
    assert post.select_one("blockquote em").text == "q"
    assert post.text.count(":::") == 2


def test_markdown_goes_on_inside_html():
    body = "<details>\n<summary>More</summary>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n</details>\n"

    assert page(body).select("details table td")
    assert page('<div markdown="1">\n*yes*\n</div>').select("div em")


def test_notes_lead_there_and_back():
    body = "Age[^age] matters[^age].\n\n[^age]: In seconds.\n\n    ```\n    3 s\n    ```\n"
    shown = page(body)

    assert shown.select_one("a.footnotes__mark")["href"] == "#fn-age"
    assert texts(body, "section.footnotes li#fn-age pre") == ["3 s"]
    assert [a["href"] for a in shown.select(".footnotes__back")] == ["#fnref-age", "#fnref2-age"]


def test_definitions_abbreviations_and_strikes():
    shown = page("Term\n: Meaning\n\nThe HTML ~~spec~~.\n\n*[HTML]: HyperText\n")

    assert shown.dd.text == "Meaning"
    assert shown.abbr["title"] == "HyperText"
    assert shown.find("del").text == "spec"


def test_a_definition_may_hold_blocks():
    body = "Fence\n: A number.\n\n    ```\n    x\n    ```\n\n    - a\n\nNext.\n"

    assert texts(body, "dl > dd > p, dl > dd pre, dl > dd > ul > li") == ["A number.", "x", "a"]
    assert texts(body, "dl + p") == ["Next."]


def test_abbreviations_are_explained_where_they_are_words():
    body = "HTML, XHTML, `HTML` and <code>HTML</code> at https://a.example/HTML.\n\n"
    body += "*[HTML]: Hyper & more\n"

    assert texts(body, "abbr") == ["HTML"]
    assert page(body).abbr["title"] == "Hyper & more"


def test_an_abbreviation_is_reached_without_a_pointer_once():
    shown = page("The WAL, a WAL.\n\nAnd a WAL.\n\n*[WAL]: write-ahead log\n")

    assert [abbr.get("tabindex") for abbr in shown.select("abbr")] == ["0", None, None]


def test_a_note_inside_a_note_is_a_note():
    body = "a[^1] b[^2]\n\n[^1]: One.\n\n    [^2]: Two.\n"

    assert texts(body, "#fn-1 > p, #fn-2 > p") == ["One. ↩", "Two. ↩"]


def test_notes_are_numbered_as_they_are_used():
    body = "a[^z] b[^y]\n\n[^y]: Second.\n[^z]: First.\n"

    assert texts(body, ".footnotes__mark") == ["1", "2"]
    assert texts(body, ".footnotes li > p") == ["First. ↩", "Second. ↩"]


def test_an_element_that_nothing_ends_takes_nothing_with_it():
    for body in ("The <title> and\n\nthe rest", "<script>\n\nthe rest", "a <svg b\n\nthe rest"):
        assert texts(body, "p")[-1] == "the rest"
    assert texts("a <script>b</script> c", "p") == ["a c"]


def test_a_callout_may_begin_without_its_sign():
    assert texts("> [!WARNING]\n Mind the gap.\n", ".callout > p")[-1] == "Mind the gap."


def test_markdown_goes_on_behind_the_end_of_html_that_holds_some():
    body = '1. One\n   <div markdown="1">\n   ![a](a.png)\n   </div>\n   *and* so on\n'

    assert page(body).select("li div img")
    assert texts(body, "li em") == ["and"]


def test_html_in_an_item_ends_where_its_tags_end():
    body = "- a\n\n  <div>\n<b>x</b>\n</div>\n\n  c\n"

    assert texts(body, "li > div > b") == ["x"]
    assert texts(body, "li > p") == ["a", "c"]


def test_addresses_of_mailboxes_are_links_and_those_of_repositories_are_not():
    shown = page("Ask a.b@c.example. Clone git@d.example:e/f.git or ssh://g@h.example.\n")

    assert [a["href"] for a in shown.select("a")] == ["mailto:a.b@c.example"]


def test_what_no_address_may_hold_is_encoded():
    assert page("[a](<b c.html>) ![d](<e f.png>)").a["href"] == "b%20c.html"
    assert page("![d](<e f.png>)").img["src"] == "e%20f.png"


def test_reference_labels_may_hold_code():
    assert page("See [`Name`].\n\n[`Name`]: https://a.example\n").a["href"] == "https://a.example"


@pytest.mark.parametrize("mark", ["[TOC]", "[[_TOC_]]", "* TOC\n{:toc}", "1. Contents\n{: toc }"])
def test_the_place_of_a_table_of_contents_is_not_shown(mark):
    assert render(f"a\n\n{mark}\n\nb").html == "<p>a</p>\n<p>b</p>"


def test_the_mark_of_an_excerpt_is_not_shown():
    assert render("a\n\n<!--more-->\n\nb").html == "<p>a</p>\n\n<p>b</p>"


# The page


def test_the_page_has_one_first_heading():
    assert [h.level for h in render("# Title\n\n## A\n\n## B\n").headings] == [2, 2, 2]
    assert [h.level for h in render("# A\n\n## a\n\n# B\n").headings] == [2, 3, 2]


def test_headings_have_stable_ids_in_any_script():
    body = "## What's new in 1.0?\n\n## Кэш\n\n## Кэш\n\n## Named {#own}\n"

    assert [h.id for h in render(body).headings] == ["whats-new-in-10", "кэш", "кэш-1", "own"]


def test_an_anchor_of_a_heading_says_that_it_was_added():
    anchor = page("## Age\n").select_one("h2 > a.prose__anchor[data-added]")

    assert anchor["href"] == "#age"
    assert anchor["aria-label"]


def test_braces_in_a_heading_stay_text():
    assert texts("## Use {name} here {now}\n", "h2") == ["Use {name} here {now}"]


def test_bare_addresses_are_links_without_the_end_of_the_sentence():
    shown = page("See https://a.example/b_(c), and `https://no.example`.")

    assert [a["href"] for a in shown.select("a")] == ["https://a.example/b_(c)"]
    assert shown.a.has_attr("data-added")


def test_images_learn_their_place_and_size():
    image = page("![A chart](chart.png)", picture=lambda src: Picture(f"/m/{src}", 800, 600)).img

    assert (image["src"], image["width"], image["height"]) == ("/m/chart.png", "800", "600")
    assert image["alt"] == "A chart"


def test_unknown_images_stay_as_they_were_written():
    post = render("![](a.png) <img src='b c.png'> ![](a.png)")

    assert post.pictures == ("a.png", "b c.png")
    assert [image["alt"] for image in page("![](a.png) <img src='b.png'>").select("img")] == [
        "",
        "",
    ]


def test_links_can_be_led_elsewhere():
    shown = page("[a](old.md) [b](#here)", link=lambda href: href.replace("old.md", "/posts/new"))

    assert [a["href"] for a in shown.select("a")] == ["/posts/new", "#here"]


def test_a_link_cannot_be_led_to_a_script():
    assert page("[a](x)", link=lambda href: "javascript:x").a["href"] == "x"


# The measure


def test_what_is_read_is_counted_apart():
    post = render("One two three.\n\n```\na\nb\n```\n\n![x](x.png)\n\n- four five\n")

    assert (post.words, post.code_lines, post.figures, post.minutes) == (5, 2, 1, 1)
    assert [block.kind for block in post.outline] == ["prose", "code", "figure", "list"]


def test_words_are_counted_without_spaces_too():
    assert render("日本語の文章です。").words == 4


def test_a_search_finds_prose_and_code_but_no_marks():
    text = render("Use *leases*[^1].\n\n```py\nx = 1\n```\n\n[^1]: Really.\n").text

    assert text == "Use leases.\nx = 1\nReally."


def test_long_posts_take_longer():
    assert render("word " * 2200).minutes == 10


# Any text


@given(st.text())
def test_any_text_is_rendered(text):
    post = render(text)

    assert sanitize(post.html).replace("&nbsp;", "\xa0") == post.html
    assert post.minutes >= 1


MARKS = (
    *("# ", " #", "- ", "1. ", "> ", "``` ", "~~~", "    ", "[", "](", ")", "![", "*", "**", "_"),
    *("`", "<", ">", "<div>", "</div>", "<b", "&", "\\", ": ", "[^1]", "[^1]: ", "[x]: ", "{: #a}"),
    *("{#a}", "a", "é", "---", "===", ":::note", "> [!TIP]", "<details>", "<pre>", "<!--", "-->"),
    *("<table><td>", "<p", "[ ] ", "*[a]: ", "|", "|-|-|", "  \n", "\n", "\n\n", "\t", "\x02"),
    "\ud800",
)
HEAPED = (
    *("[", "![", "*", "*a ", "_a ", "`", "<b>", "<div>", "[a](", "<", "&", "~", "\\", "[^a]", "<a"),
    *("<!--", "$", "`|", "#", "|", "> ", "- ", "# a\n", "-\n", "a\n: b\n", "*[a]: b\n"),
    *("[a]: b\n", "- ```\n"),
)


@given(st.lists(st.sampled_from(MARKS), max_size=40).map("".join))
def test_any_heap_of_marks_is_rendered(body):
    post = render(body)

    assert sanitize(post.html).replace("&nbsp;", "\xa0") == post.html


@pytest.mark.parametrize("mark", HEAPED)
def test_no_heap_of_one_mark_blows_up(mark):
    body = mark * (40_000 // len(mark))

    assert len(render(body).html) < 60 * len(body)


def test_short_references_cannot_blow_up_a_page():
    body = "[a] " * 20_000 + "\n\n[a]: /" + "x" * 5_000 + "\n"

    assert len(render(body).html) < 2_000_000


def test_a_wide_table_cannot_blow_up_a_page():
    body = "|a" * 900 + "|\n" + "|-" * 900 + "|\n" + "|\n" * 20_000

    assert len(render(body).html) < 2_000_000
