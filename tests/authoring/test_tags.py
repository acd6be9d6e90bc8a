import pytest

from tests.conftest import parse


@pytest.fixture
def tags(make_post):
    make_post("One", tags=["CI/CD", "Concurrency", "Café"])
    make_post("Two", tags=["Concurrency", "Second order"])


def suggested(author, words):
    fragment = {"fragment": "suggestions", "q": words}
    found = parse(author.get("/write/tags", query_string=fragment).text).select("[data-name]")
    return [(tag["data-name"], tag.select_one("span").text) for tag in found]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("con", [("Concurrency", "2 posts"), ("Second order", "1 post")]),
        ("ci/", [("CI/CD", "1 post")]),
        ("CAFE", [("Café", "1 post")]),
        ("café", [("Café", "1 post")]),
        ("%", []),
        ("unheard", []),
    ],
)
def test_tags_are_suggested_with_their_counts(author, tags, words, found):
    assert suggested(author, words) == found


def test_the_page_of_tags_lists_them_all(author, tags):
    names = [item["data-name"] for item in author.page("/write/tags").select("[data-name]")]

    assert names == ["Concurrency", "Café", "CI/CD", "Second order"]


def test_no_other_block_is_a_fragment(author):
    assert author.get("/write/tags?fragment=desk").status_code == 404
    assert author.get("/write/tags?q=a%00b").status_code == 400
