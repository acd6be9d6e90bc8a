import pytest

from blogapp.extensions import db
from blogapp.site.models import Site

# Wording and markup, out of rows that other tests read on either database.


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


@pytest.fixture
def blog(make_post, make_author):
    """Posts about caches, two authors, two domains."""
    ada, alan = make_author(), make_author("Alan Turing")
    rest = {"kind": "note", "series": "On leases", "authors": [ada]}
    make_post("Leases", tags=["CI/CD", "DNS"], domain="Data", body="hello wal world", **rest)
    make_post("Clocks", tags=["DNS", "Go"], domain="Data", body="hello wal", **rest)
    make_post("Pages", tags=["Go"], domain="Web", kind="guide", authors=[alan])


def tokens(page):
    """What each press is called, and where it leads."""
    return {a["aria-label"]: a["href"] for a in page.select(".chosen__one")}


def status(page):
    return " ".join(page.select_one("[role=status]").get_text().split())


ALL = (
    "/?tag=ci-cd&tag=dns&not=go&domain=data&kind=note&series=on-leases&author=ada-lovelace"
    "&year=2026&q=hello&month=1"
)


def test_each_thing_that_is_chosen_can_be_taken_back_by_itself(browser, blog):
    page = browser.page(ALL)

    found = tokens(page)
    assert list(found) == [
        *("Remove tag CI/CD", "Remove tag DNS", "Remove “not Go”", "Remove domain Data"),
        *("Remove kind note", "Remove series On leases", "Remove author Ada Lovelace"),
        *("Remove January 2026", "Remove hello"),
    ]
    dropped = [
        *("tag=ci-cd&", "tag=dns&", "not=go&", "domain=data&", "kind=note&"),
        *("series=on-leases&", "author=ada-lovelace&", None, "q=hello&"),
    ]
    for href, part in zip(found.values(), dropped, strict=True):
        expected = ALL.replace(part, "") if part else ALL.replace("year=2026&", "")[:-8]
        assert href == expected
    assert page.select_one(".chosen__clear")["href"] == "/"


def test_the_words_over_the_list_and_the_tokens_say_the_same(browser, blog):
    page = browser.page("/?tag=dns&not=go&domain=data&year=2026")

    assert [a.find(string=True).strip() for a in page.select(".chosen__one")] == [
        *("DNS", "not Go", "Data", "2026"),
    ]
    assert status(page) == "1 post tagged DNS, not tagged Go, in Data, from 2026"


@pytest.mark.parametrize(
    "address",
    [
        *("/?tag=dns&tag=go", "/?tag=dns&tag=go&match=any&domain=data", "/tags/dns?not=go"),
        *("/?domain=data&kind=note&q=wal", "/?tag=go&year=2026&month=1", "/?tag=nobody&not=go"),
    ],
)
def test_the_number_of_a_token_is_what_is_left(browser, blog, address):
    for token in browser.page(address).select(".chosen__one"):
        promised = token["title"].removeprefix("Then ")
        assert status(browser.page(token["href"])).startswith(promised)


def test_every_operator_of_a_search_is_a_token(browser, blog):
    page = browser.page('/?q=wal+"hello+wal"+-world+in%3Acode+tag%3Adns+before%3A2027')

    found = tokens(page)
    assert list(found) == [
        *("Remove wal", 'Remove "hello wal"', "Remove -world"),
        *("Remove in:code", "Remove tag:dns", "Remove before:2027"),
    ]
    assert "world" not in found["Remove -world"]
    assert "before" not in found["Remove before:2027"]
    assert browser.page(found["Remove -world"]).select(".chosen__one")


def test_nothing_chosen_is_nothing_to_take_back(browser, blog):
    assert browser.page("/").select(".chosen") == []
    assert browser.page("/tags/dns").select(".chosen") == []


def test_what_names_nothing_can_be_taken_back_too(browser, blog):
    found = tokens(browser.page("/?tag=%3Cb%3E&not=no+one&domain=nowhere"))

    assert list(found) == ["Remove tag <b>", "Remove “not no one”", "Remove domain nowhere"]


def test_the_last_tag_that_is_let_go_takes_the_way_of_matching_along(browser, blog):
    found = tokens(browser.page("/?tag=dns&tag=go&match=any"))
    assert found["Remove tag DNS"] == "/?tag=go&match=any"

    assert tokens(browser.page("/?tag=go&match=any"))["Remove tag Go"] == "/"


ENGLISH = {
    "tag=dns": "2 posts tagged DNS",
    "tag=dns&tag=go": "1 post tagged DNS and Go",
    "tag=dns&tag=go&match=any": "3 posts tagged DNS or Go",
    "tag=ci-cd&tag=dns&tag=go&match=any": "3 posts tagged CI/CD, DNS or Go",
    "not=dns": "1 post not tagged DNS",
    "not=ci-cd&not=go": "0 posts not tagged CI/CD or Go",
    "tag=dns&not=go&author=ada-lovelace": "1 post tagged DNS, not tagged Go, by Ada Lovelace",
    "domain=web&kind=guide": "1 post in Web, of the kind guide",
    "series=on-leases&year=2026": "2 posts in the series On leases, from 2026",
    "year=2026&month=1": "3 posts from January 2026",
    "month=1": "3 posts from January",
    "domain=data&sort=oldest": "2 posts in Data, oldest first",
    "sort=oldest": "3 posts, oldest first",
    "tag=dns&q=world": "1 post tagged DNS, with the word “world”",
    "q=hello+tag%3Adns+-tag%3Ago": "1 post with the word “hello”, tagged DNS, not tagged Go",
    "q=-world": "2 posts without “world”",
    'q=world+"hello+wal"': "1 post with the word “world”, with exactly “hello wal”",
    "q=author%3Aalan-turing+domain%3Aweb": "1 post in Web, by Alan Turing",
    "q=-domain%3Aweb+after%3A2026": "2 posts not in Web, from 2026 on",
    "q=after%3A2025-12-31+before%3A2026-06": ("3 posts from 31 December 2025 on, before June 2026"),
}
GERMAN = {
    "tag=dns&tag=go&match=any": "3 Beiträge zu DNS oder Go",
    "tag=dns&not=go&domain=data": "1 Beitrag zu DNS, nicht zu Go, im Bereich Data",
    "domain=web&kind=guide": "1 Beitrag im Bereich Web, der Art guide",
    "series=on-leases&author=ada-lovelace": "2 Beiträge in der Serie On leases, von Ada Lovelace",
    "year=2026&month=1": "3 Beiträge aus dem Januar 2026",
    "q=-domain%3Aweb+-kind%3Aguide": "2 Beiträge nicht im Bereich Web, nicht der Art guide",
    "q=hello+-world": "1 Beitrag mit dem Wort „hello“, ohne „world“",
    "q=after%3A2025-12-31+before%3A2026-06": ("3 Beiträge ab dem 31. Dezember 2025, vor Juni 2026"),
}


def test_the_sentence_in_english(browser, blog):
    said = {query: status(browser.page(f"/?{query}")) for query in ENGLISH}

    assert said == ENGLISH


def test_the_sentence_in_german(browser, blog):
    db.session.add(Site(id=1, title="Blog", language="de"))
    db.session.commit()

    said = {query: status(browser.page(f"/?{query}")) for query in GERMAN}

    assert said == GERMAN
    labels = list(tokens(browser.page("/?tag=dns&not=go&domain=data")))
    assert labels == ["Schlagwort DNS entfernen", "„ohne Go“ entfernen", "Bereich Data entfernen"]
