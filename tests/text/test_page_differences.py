import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text import code_blocks, markdown
from blogapp.text.aligning import align
from blogapp.text.page_differences import MOST_CHANGES, TooMuch, Words, compare_pages
from blogapp.text.sanitizing import sanitize
from blogapp.text.trees import NotWellFormed, parse
from blogapp.text.words import cut

WORDS = Words("removed:", "added:", "end.", lambda count: f"{count} alike")


def compared(old, new):
    return BeautifulSoup(compare_pages(old, new, WORDS).html, "html5lib").body


def page(body):
    return code_blocks.plain(markdown.render(body).html)


def said(tree, selector):
    """The texts of what ``selector`` finds, without what is only read out."""
    for unseen in tree.select(".unseen"):
        unseen.extract()
    return [found.get_text() for found in tree.select(selector)]


def test_a_changed_word_stands_struck_beside_the_one_that_took_its_place():
    tree = compared("<p>It waited twenty seconds.</p>", "<p>It waited thirty seconds.</p>")

    assert said(tree, "p > del") == ["twenty"]
    assert said(tree, "p > ins") == ["thirty"]
    assert tree.p.get_text() == "It waited twentythirty seconds."


def test_a_change_is_said_to_who_cannot_see_it():
    tree = compared("<p>one</p>", "<p>two</p>")

    assert [mark.get_text(" ", strip=True) for mark in tree.select("del, ins")] == [
        "removed: one end.",
        "added: two end.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "selector"),
    [
        ("![Cat](https://a.example/1.png)", "![Cat](https://a.example/2.png)", "img"),
        ("# A\n\n## One", "# A\n\n### One", "h3, h4"),
        ("```\na\n```\n\nText", "Text", "pre"),
        ("A $a^2$ b", "A $a^3$ b", "math"),
        ("A *b* c", "A **b** c", "em, strong"),
        ("See [it](https://a.example/)", "See [it](https://b.example/)", "a"),
        ("Text", "Text\n\n---", "hr"),
        ("Text", "Text\n\n| a |\n|---|\n| b |", "table"),
        ("Text", "> Quoted\n\nText", "blockquote"),
    ],
)
def test_what_only_one_text_has_is_marked_whatever_it_is(old, new, selector):
    tree = compared(page(old), page(new))

    found = tree.select(selector)
    assert found
    assert all(each.find_parent(["ins", "del"]) for each in found)


def test_only_the_cell_that_changed_is_marked_in_its_table():
    tree = compared(
        page("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"),
        page("| a | b |\n|---|---|\n| 1 | 5 |\n| 3 | 4 |\n| 6 | 7 |"),
    )

    assert said(tree, "td > del") == ["2"]
    assert said(tree, "td > ins") == ["5", "6", "7"]
    assert [len(row.select("td, th")) for row in tree.select("tr")] == [2, 2, 2, 2]


def test_lines_of_code_are_compared_within_their_block():
    tree = compared(page("```\na = 1\nb = 2\n```"), page("```\na = 1\nb = 3\n```"))

    assert said(tree, "pre > code > del") == ["2"]
    assert said(tree, "pre > code > ins") == ["3"]


def test_a_new_item_is_marked_inside_its_list():
    tree = compared(page("- one\n- two"), page("- one\n- between\n- two"))

    assert [item.get_text() for item in tree.select("ul > li")] == [
        "one",
        "added: between end. ",
        "two",
    ]


def test_paragraphs_that_agree_are_folded_but_for_those_beside_a_change():
    old = "".join(f"<p>number {n}</p>" for n in range(10))

    tree = compared(old, old.replace("number 9", "other 9"))

    assert tree.details.summary.text == "8 alike"
    assert len(tree.select("details p")) == 8
    assert compare_pages(old, old, WORDS).html == old


def test_changes_are_numbered_once_each():
    difference = compare_pages(
        "<p>a b c d</p><p>e</p><hr>", "<p>a x c y</p><p>e</p><p>f</p>", WORDS
    )

    ids = re.findall(r'id="(change-\d+)"', difference.html)
    assert ids == [f"change-{n}" for n in range(1, difference.changes + 1)]
    assert difference.changes == 4


def test_no_id_of_a_text_stands_on_the_page():
    html = compare_pages(page("## A\n\nText[^1]\n\n[^1]: N"), page("## A\n\nOther"), WORDS).html

    assert 'id="a"' not in html
    assert "prose__anchor" not in html


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>x</p>", "<p>" + "word " * 500_000 + "</p>"),
        ("<ul>" + "<li>a</li>" * 5_000 + "</ul>", "<ul>" + "<li>b</li>" * 5_000 + "</ul>"),
    ],
)
def test_what_nobody_could_read_as_one_page_is_refused(old, new):
    assert MOST_CHANGES < 5_000
    with pytest.raises(TooMuch):
        compare_pages(old, new, WORDS)


def test_html_that_is_broken_is_refused():
    for html in ("<p>a", "</p>", "<p><b></p></b>", "<svg><g>"):
        with pytest.raises(NotWellFormed):
            parse(html)


PARTS = st.sampled_from(
    [
        *("one", "two", " ", "\n\n", "**bold** ", "*em* ", "`code` ", "[l](/x) ", "- item\n"),
        *("![i](/i.png) ", "\n\n## Head\n\n", "\n\n```\ncode\n```\n\n", "\n\n> quote\n\n", "<ins>"),
        *("\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n", "<script>alert(1)</script>", "</p>", "<del>x"),
        *("<img src=x onerror=alert(1)>", "</ins></del>", '<p id="main">', "&lt;b&gt;", "<li>"),
    ]
)
TEXTS = st.lists(PARTS, max_size=8).map("".join)


@given(TEXTS, TEXTS)
def test_without_its_marks_the_page_is_each_of_the_two(old, new):
    before, after = page(old), page(new)
    html = compare_pages(before, after, WORDS).html

    for kept, gone, text in (("removed", "added", before), ("added", "removed", after)):
        tree = BeautifulSoup(html, "html5lib")
        for mark in tree.select(f".page-diff__{gone}, .unseen, .page-diff__fold > summary"):
            mark.decompose()
        assert words_in(tree) == words_in(BeautifulSoup(text, "html5lib")), kept


@given(TEXTS, TEXTS)
def test_the_page_holds_nothing_that_the_gate_for_html_would_not_let_in(old, new):
    html = compare_pages(page(old), page(new), WORDS).html

    ours = re.sub(r' class="(?:page-diff__[^"]*|unseen)"| id="change-\d+"', "", html)
    assert tree_of(sanitize(ours)) == tree_of(ours)


def tree_of(html):
    return str(BeautifulSoup(html, "html5lib"))


def words_in(tree):
    return tree.get_text(" ").split()


@given(st.lists(st.integers(0, 4), max_size=30), st.lists(st.integers(0, 4), max_size=30))
def test_an_alignment_leaves_nothing_out(old, new):
    for most in (2, 600):
        i = k = 0
        for at in align(old, new, most=most):
            assert (at.i, at.k) == (i, k)
            assert not at.same or old[at.i : at.j] == new[at.k : at.m]
            i, k = at.j, at.m
        assert (i, k) == (len(old), len(new))


@given(st.text(max_size=60))
def test_words_put_together_are_the_text(text):
    assert "".join(cut(text)) == text


def test_an_accent_is_never_parted_from_its_letter():
    words = ["cafe\u0301", "हिन्दी", "👩\u200d💻", "中", "文"]

    assert [word for word in cut(" ".join(words)) if word != " "] == words
