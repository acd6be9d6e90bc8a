"""One rule for each odd address of a listing, whatever stands in it."""

import os
import re
from itertools import product
from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blogapp.extensions import db
from blogapp.posts.selection import LARGEST, Cursor
from blogapp.site.reading import get_site
from tests.conftest import JANUARY
from tests.contract.rubbish import TEXTS
from tests.contract.surface import LISTING

PLACES = ("/", "/tags/a", "/archive/2026", "/search", "/feed.xml", "/feed.json")
MALFORMED = {
    "page": ("abc", "0", "-1", "1.0", "1e3", "0x1F", "٣", "１", "1²", "9" * 19, "9" * 5000, "+1"),
    "through": ("abc", "0", "-1", "NaN", str(LARGEST + 1), "1_000"),
    "year": ("0", "10000", "-1", "2026.0", "MMXXVI"),
    "month": ("0", "13", "January"),
    "sort": ("up", "newest'", "NEWEST", "newest,oldest"),
    "match": ("some", "ALL"),
    "view": ("grid", "../x"),
    "after": ("a", "AAAA", "%", "MTIz", "é", "a" * 4000, "MC4wLjA=", "LTEuLTEuLTE="),
    "tag": ("a\0", "\0", "a" * 201, "a\x01b", "a\x7f"),
    "not": ("\0", "a" * 201),
    "domain": ("\0", "a" * 201),
    "q": ("a\0b", "\0"),
}
WORDS = {
    "sort": {"newest", "oldest", "relevance"},
    "match": {"all", "any"},
    "view": {"cards", "log", "minimal"},
}
MOST_STATEMENTS = 40
VALUES = st.one_of(st.sampled_from(TEXTS), st.text(max_size=20), st.integers().map(str))
IN_FULL = 10_000
ANYTHING = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=2_000 if os.environ.get("PROVE") else 120,
)


@pytest.fixture
def blog(browser, make_post):
    """A listing of three pages."""
    for title, tags in {"One": ["a"], "Two": ["a", "b"], "Three": ["a"]}.items():
        make_post(title, tags=tags, body="cache")
    get_site().page_size = 1
    db.session.commit()
    return browser


def ask(browser, path, pairs):
    """Return the answer, one redirect behind: it leads to the one spelling at once."""
    answer = browser.get(f"{path}?{urlencode(pairs)}" if pairs else path)
    if answer.status_code == 301:
        answer = browser.get(answer.location)
        assert answer.status_code != 301, answer.location
    return answer


def test_what_is_malformed_is_refused_everywhere(blog):
    wrong = [
        (path, key, value[:40])
        for path in PLACES
        for key, values in MALFORMED.items()
        for value in values
        if blog.get(f"{path}?{urlencode({key: value})}").status_code != 400
    ]

    assert wrong == []


def test_a_nul_is_refused_behind_a_value_of_the_same_name(blog):
    for path in PLACES:
        for key in (*LISTING, "utm_source"):
            query = urlencode([(key, ""), (key, "\0")])

            assert blog.get(f"{path}?{query}").status_code == 400, (path, key)


def test_what_names_nothing_matches_nothing(blog):
    for key in ("tag", "domain", "kind", "series", "author"):
        for value in ("nothing", "../a", "'; --", "数据", "\u202ea", "%", "a" * 200):
            page = blog.page(f"/?{urlencode({key: value})}")

            assert page.select_one("meta[name=robots]")["content"].startswith("noindex")
            assert page.select_one("[role=status]").text.startswith("0 ")
            assert blog.get(f"/feed.xml?{urlencode({key: value})}").status_code == 404


def test_no_bit_of_a_cursor_may_be_changed(blog):
    cursor = str(Cursor(JANUARY, 2))
    flipped = [
        cursor[:place] + chr(ord(cursor[place]) ^ 1 << bit) + cursor[place + 1 :]
        for place, bit in product(range(len(cursor)), range(7))
    ]
    if not os.environ.get("PROVE"):
        flipped = Random(1).sample(flipped, 25)

    answers = {each: ask(blog, "/", [("after", each)]).status_code for each in flipped}

    # Another time, or another id, is another place in the listing.
    assert set(answers.values()) <= {200, 400, 404}
    assert list(answers.values()).count(400) > len(answers) / 3


class TestAnything:
    @ANYTHING
    @given(
        st.sampled_from(PLACES),
        st.lists(
            st.tuples(st.sampled_from([*LISTING, "x", "tag[]", "page[]"]), VALUES), max_size=5
        ),
    )
    def test_any_query_is_answered_by_the_rules(self, blog, queries, path, pairs):
        queries.clear()

        answer = ask(blog, path, pairs)

        assert answer.status_code in {200, 303, 400, 404}
        assert len(queries) <= MOST_STATEMENTS
        if "\0" in "".join(value for _, value in pairs):
            assert answer.status_code == 400

    @pytest.mark.prove
    def test_one_value_is_meant_or_refused(self, blog, figure):
        @settings(max_examples=IN_FULL)
        @given(st.sampled_from(["tag", "q", "sort", "page"]), VALUES)
        def try_one(key, value):
            status = ask(blog, "/", [(key, value)]).status_code
            assert status == 400 or (status in {200, 404} and not is_malformed(key, value))

        try_one()

        figure("Whatever stands in tag, search, sort and page is answered", "values tried", IN_FULL)
        figure("Whatever stands in tag, search, sort and page is answered", "answered with 500", 0)


def is_malformed(key, value):
    """Whether the design refuses a value, said another way than the blog says it."""
    if not value.strip():
        return False
    if key == "page":
        return not re.fullmatch(r"0*[1-9][0-9]*", value) or int(value) > LARGEST
    if key in WORDS:
        return value not in WORDS[key]
    return "\0" in value
