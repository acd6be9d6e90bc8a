"""Whatever is typed into the search gives an answer, in a bounded number of statements."""

from datetime import timedelta
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blogapp.extensions import db
from blogapp.posts.facet_index import facet_index
from blogapp.posts.search_query import parse
from blogapp.posts.searching import find, suggest
from tests.conftest import JANUARY

NOW = JANUARY + timedelta(days=1)
MOST_STATEMENTS = 18
PIECES = (
    *('"', "'", "*", "^", "+", "-", "(", ")", "{", "}", ":", "::", "->", "=>", "\\", "%", "_", "&"),
    *("|", "!", "<->", "NEAR(", "NEAR(a b, 5)", "AND", "OR", "NOT", "a*", "col:x", "title : x"),
    *("in:code", "in:title", "in:headings", "in:title,code", "in:code a", 'in:code "', "tag:", "-"),
    *("tag:x", "-tag:x", "after:9999", "before:0001-01-01", "lang:de", "after:2026-02-30"),
    *("\0", "\ud800", "\udfff\ud800", "\u202e", "\u200f", "\ufeff", "\ue000", "\ue001", "\ue100"),
    *("\U0001f600", "e\u0301", "\u0301", "ß", "İ", "ﬁ", "数据库", "数", "ก", "가", "ᄀ", "مرحبا"),
    *("cache", "cahce", "C++", "errgroup.Wait", "group.Wa", "x" * 300, "a" * 3000, "1e400", "0x1F"),
    *("cast(1 as int)", "'; DROP TABLE posts; --", "{title}: x", "\\'", "%s", ":v0", "$1", "?"),
)
SEARCHES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.text(st.characters(), max_size=40),
    st.text("ab \"'*-:(){}&|!<>\\^~.,+#", max_size=30),
)
ANYTHING = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def blog(make_post):
    """A few posts that hold much of what is looked for."""
    make_post("A cache", body="## C++ and `errgroup.Wait`\n\ncache a b 数据库 \U0001f600 x")
    make_post("In:code", body="```\na->next :: => 0x1F %s $1 ? ' \" \\\ncast(1 as int)\n```")
    make_post("Draft", body="a b cache", published_at=None)


@ANYTHING
@given(SEARCHES)
def test_any_search_is_answered(blog, queries, q):
    index = facet_index()
    queries.clear()

    found = find(parse(q), index, NOW)
    order = found.order
    suggestions = suggest(q, index, NOW)

    assert len(queries) <= MOST_STATEMENTS
    assert found.matches <= index.listed(NOW)
    assert sorted(order) == list(found.matches)
    assert len(suggestions.titles) <= 6
    # What failed inside a transaction would make the next statement fail.
    assert db.session.scalar(db.select(1)) == 1


@pytest.mark.parametrize(
    "q",
    [
        " ".join(f"word{number}" for number in range(10_000)),
        " ".join(f'"{number} x"' for number in range(10_000)),
        "a" * 1_000_000,
        "数" * 100_000,
        "->" * 100_000,
        "in:code " + "ab" * 100_000,
        " ".join(["-cache"] * 10_000),
        " ".join(f"-w{number}" for number in range(10_000)),
        "(" * 10_000 + '"' * 10_000,
    ],
    ids=range(9),
)
def test_a_search_of_any_length_is_cut(blog, queries, q):
    index = facet_index()
    queries.clear()

    found = find(parse(q), index, NOW)

    assert len(found.order) == len(found.matches)
    assert len(queries) <= MOST_STATEMENTS


@ANYTHING
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=20))
def test_any_post_can_be_indexed_and_found_by_its_first_word(app, make_post, pieces):
    body = " ".join(pieces).replace("\0", "").encode("utf-8", "ignore").decode()
    word = f"w{crc32(body.encode()):x}"
    post = make_post(f"{word} {body}"[:200], summary=body, body=f"{body}\n\n```\n{body}\n```")
    index = facet_index()

    found = find(parse(word), index, NOW)

    assert post.id in [index.ids[position] for position in found.matches]
