"""What a reader types into the search field, and what it is taken for."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blogapp.posts.search_query import (
    LONGEST,
    MOST_CONDITIONS,
    MOST_TERMS,
    Condition,
    SearchQuery,
    Term,
    parse,
)

# Pieces of which searches are made, right and wrong, so that chance meets the grammar.
PIECES = [
    *(
        "wal",
        "Café",
        "C++",
        "->next",
        "::",
        "--amend",
        "-redis",
        "日本語",
        "שלום",
        "👩‍💻",
        "e\u0301",
    ),
    *('"', "“", "”", "„", "«", "»", "「", "」", "＂", '-"', "-", "－", "\u2212", "–", "--", "'"),
    *("tag:", "-tag:", "TAG：", "domain:", "lang:", "in:", "in:title", "-in:code", "before:"),
    *("after:", "-before:", "2025", "2025-06", "2025/6/1", "2025-13", "0000", "foo:", ":", "//"),
    *(" ", "  ", "\u3000", "\t", "\0", "\u202e", "\u200b", "\ud800", "title,code", "a:b", "\\"),
]
SEARCHES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


@given(SEARCHES)
@example('tag:":x"')
@example("tag:a「b c」")
@example('"ab"' * 400)
@example(" ".join(f'"{n}"' + "x" * 70 for n in range(16)))
@example('-"a b"-c')
@example('000 IN:" 000')
@example("in:「foo bar」 in:「title」")
def test_any_text_is_a_search_and_its_one_spelling_reads_back(text):
    query = parse(text)

    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(SEARCHES)
def test_what_is_looked_for_is_a_text_without_stray_blanks(text):
    for term in parse(text).terms:
        assert term.text == " ".join(term.text.split()) != ""


@given(SEARCHES)
def test_every_part_can_be_taken_back(text):
    query = parse(text)

    for part, rest in query.one_by_one():
        assert len(str(rest)) < len(str(query))
        assert part in str(query)


def test_words_phrases_and_what_is_left_out():
    query = parse('lease "fencing token" -redis -"split brain"')

    assert query.words == ("lease",)
    assert query.phrases == ("fencing token",)
    assert query.excluded == (
        Term("redis", excluded=True),
        Term("split brain", phrase=True, excluded=True),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "“so it goes”",
        "„so it goes“",
        "«so it goes»",
        "»so it goes«",
        "「so it goes」",
        '"so  it\tgoes',
    ],
)
def test_any_quotation_marks_make_a_phrase_closed_or_not(typed):
    assert parse(typed).phrases == ("so it goes",)


def test_a_phrase_in_corner_brackets_needs_no_blank_before_it():
    assert parse("検索「全文 検索」") == parse('検索 "全文 検索"')


@pytest.mark.parametrize("typed", ["", "   ", '""', "“”", "-", " - – — ", '-""', "\0\u202e"])
def test_nothing_to_look_for_is_an_empty_search(typed):
    assert parse(typed) == SearchQuery()


@pytest.mark.parametrize(
    "word",
    [
        *("std::vector", "kind::value", "->next", "--amend", "-=", "C++", "C:\\\\path", "a:b"),
        *("http://x.org/?q=1", "author://x", "foo:bar", "in:production", '5"', 'printf("x")'),
        *("::", "...", "don't", "שלום", "日本語", "👩‍💻", "@media", "#define", "node:fs", "key：v"),
    ],
)
def test_what_is_no_operator_is_a_word(word):
    assert parse(word) == SearchQuery(terms=(Term(word),))


def test_a_dash_between_words_asks_for_nothing():
    assert parse("Retries – a loan - and more").words == ("Retries", "a", "loan", "and", "more")


@pytest.mark.parametrize("typed", ["-redis", "－redis", "\u2212redis"])
def test_a_minus_excludes_in_any_of_its_forms(typed):
    assert parse(typed).excluded == (Term("redis", excluded=True),)


@pytest.mark.parametrize("excluded", ["_private", "#define", "@media", ".NET", "$HOME", "日本語"])
def test_names_that_begin_with_a_symbol_can_be_excluded(excluded):
    assert parse(f"-{excluded}").excluded == (Term(excluded, excluded=True),)


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ("tag:dns", Condition("tag", "dns")),
        ("TAG:C++", Condition("tag", "C++")),
        ("tag：dns", Condition("tag", "dns")),
        ("ｔａｇ:dns", Condition("tag", "dns")),
        ("tags:dns", Condition("tag", "dns")),
        ("-tag:CI/CD", Condition("tag", "CI/CD", excluded=True)),
        ('tag:"machine  learning"', Condition("tag", "machine learning")),
        ("tag:«machine learning»", Condition("tag", "machine learning")),
        ('-author:"Ada Lovelace"', Condition("author", "Ada Lovelace", excluded=True)),
        ("domain:Системы", Condition("domain", "Системы")),
        ("kind:note", Condition("kind", "note")),
        ('series:"Freshness budgets', Condition("series", "Freshness budgets")),
        ("language:pt-BR", Condition("lang", "pt-BR")),
    ],
)
def test_operators_narrow(typed, condition):
    assert parse(typed).conditions == (condition,)
    assert parse(typed).terms == ()


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ("before:2025", Condition("before", "2025")),
        ("before:2025-6", Condition("before", "2025-06")),
        ("after:2025/06/01", Condition("after", "2025-06-01")),
        ("after:2024-02-29", Condition("after", "2024-02-29")),
        ("AFTER:２０２５", Condition("after", "2025")),
        ("-before:2025", Condition("after", "2025")),
        ('-after:"2025"', Condition("before", "2025")),
    ],
)
def test_dates_are_years_months_or_days(typed, condition):
    assert parse(typed).conditions == (condition,)


@pytest.mark.parametrize(
    "typed",
    [
        *("before:yesterday", "after:2025-13", "after:2025-02-30", "before:0000", "before:25"),
        *("after:20250601", "before:", "tag:", "-domain:", "in:", "-in:title"),
    ],
)
def test_an_operator_that_says_nothing_is_named_and_changes_nothing(typed):
    query = parse(f"lease {typed}")

    assert query == SearchQuery(terms=(Term("lease"),), not_understood=(typed,))


def test_places_count_for_the_whole_search_wherever_they_stand():
    assert parse("in:title lease clock").places == ("title",)
    assert parse("lease in:CODE clock in:Title") == parse("lease clock in:title,code")
    assert parse("in:heading x").places == ("headings",)


def test_what_says_the_same_twice_is_one():
    assert str(parse("Café cafe CAFÉ tag:DNS tag:dns before:2025-6 before:2025-06")) == (
        "Café tag:DNS before:2025-06"
    )


def test_conditions_have_one_order_and_words_keep_theirs():
    assert str(parse("before:2026 b kind:note a tag:x in:code -c")) == (
        "b a -c in:code tag:x kind:note before:2026"
    )


def test_a_word_can_be_corrected_in_its_place():
    query = parse('postgers "postgers" lock tag:postgers')

    corrected = query.correcting({"postgers": "postgres"})

    assert str(corrected) == 'postgres "postgers" lock tag:postgers'


def test_only_so_much_of_a_search_is_read():
    many = parse(" ".join(f"word{n}" for n in range(40)))
    conditions = parse(" ".join(f"tag:t{n}" for n in range(50)))
    long = parse("x" * 5_000)

    assert (len(many.terms), many.is_cut) == (MOST_TERMS, True)
    assert (len(conditions.conditions), conditions.is_cut) == (MOST_CONDITIONS, True)
    assert (len(long.terms), len(str(long)) <= LONGEST, long.is_cut) == (1, True, True)
    assert not parse("lease").is_cut
