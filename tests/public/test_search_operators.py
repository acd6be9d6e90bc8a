"""Operators typed into the search field, as a reader sees them taken."""

import pytest


@pytest.fixture
def blog(make_post):
    make_post("Locks", tags=["Système"], body="## Fencing\n\nA lease ends - and nobody knows.")
    make_post("Names", tags=["DNS"], kind="note", body="Nothing.")


def found(page):
    return [title.text.strip() for title in page.select(".post-card__title")]


def test_operators_narrow_and_are_put_into_words(browser, blog):
    page = browser.page("/?q=lease+tag:systeme")

    assert found(page) == ["Locks"]
    text = " ".join(page.select_one("main").text.split())
    assert "with the word “lease”, tagged Système" in text


def test_an_operator_that_names_nothing_finds_nothing_and_is_named(browser, blog):
    page = browser.page("/?q=tag:nothing+lang:xx")

    assert found(page) == []
    text = " ".join(page.select_one("main").text.split())
    assert "There is no tag “nothing” here." in text
    assert "Nothing here is written in the language “xx”." in text


def test_a_result_opens_at_its_heading_with_the_words_marked(browser, blog):
    hit = browser.page("/?q=lease").select_one(".search-hit")

    assert [mark.text for mark in hit.select(".search-hit__passage mark")] == ["lease"]
    assert hit.select_one("a")["href"] == ("/posts/locks#fencing:~:text=A-,lease,-ends%20%2D%20and")
    assert hit.select_one("a").text == "Fencing"
