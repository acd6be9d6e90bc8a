"""The index of tags, and choosing among all of them."""

import unicodedata
from urllib.parse import quote

import pytest

from blogapp.extensions import db
from blogapp.posts.models import Tag, post_tags
from blogapp.posts.tagging import add_alias
from tests.conftest import parse


@pytest.fixture
def make_tags(make_post):
    """Make a post with tags of these names, written past the form: thousands of them."""

    def make(names):
        post = make_post("All", tags=names[:1])
        rows = [Tag(name=name, slug=f"t-{n}") for n, name in enumerate(names[1:])]
        db.session.add_all(rows)
        db.session.flush()
        links = [{"post_id": post.id, "tag_id": row.id} for row in rows]
        db.session.execute(post_tags.insert(), links)
        db.session.commit()

    return make


def tag(name):
    return db.session.query(Tag).filter_by(name=name).one()


def names(page):
    return [a.text for a in page.select(".index__entry a")]


def headings(page):
    return [h.text for h in page.select(".index__name")]


def rows(page):
    return [row.select_one("label").contents[1] for row in page.select(".tag-dialog__tag")]


def test_names_stand_under_their_letter_without_its_accent(browser, make_post):
    make_post(tags=["élan", "Energy", "Системы", "数据库", "データ", "검색", "3D", ".NET"])

    page = browser.page("/tags")

    assert headings(page) == ["#", "E", "С", "ア", "ㄱ", "漢"]
    assert names(page)[:4] == [".NET", "3D", "Energy", "élan"]


def test_tags_stand_by_use_too_and_both_lead_to_each_other(browser, make_post):
    make_post("One", tags=["a", "b"])
    make_post("Two", tags=["b"])

    page = browser.page("/tags?sort=used")

    assert names(page) == ["b", "a"]
    assert [a["href"] for a in page.select(".index__orders a")] == ["/tags", "/tags?sort=used"]
    assert page.select_one("meta[name=robots]")["content"] == "noindex, follow"
    assert page.select_one("link[rel=canonical]")["href"].endswith("/tags")


def test_tags_are_found_by_name_and_by_alias_whatever_the_case(browser, make_post):
    make_post(tags=["Kubernetes", "Café culture", "Other"])
    add_alias(tag("Kubernetes"), "k8s")
    db.session.commit()

    assert names(browser.page("/tags?find=K8S")) == ["Kubernetes"]
    assert "also k8s" in browser.page("/tags?find=k8").select_one(".index__count").text
    assert names(browser.page("/tags?find=CAFE")) == ["Café culture"]
    assert "No tag has these letters." in browser.page("/tags?find=x%25").get_text()
    fragment = browser.get("/tags?find=cafe&fragment=found")
    assert names(parse(fragment.text)) == ["Café culture"]
    assert "<html" not in fragment.text


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/tags?sort=letter", "/tags"),
        ("/tags?page=1", "/tags"),
        ("/tags?letter=A", "/tags"),
        ("/tags?sort=used&find=a", "/tags?find=a"),
        ("/tags?other=1", "/tags"),
        ("/tags?find=", "/tags"),
    ],
)
def test_each_part_of_the_index_has_one_address(browser, make_post, asked, canonical):
    make_post(tags=["a"])

    assert browser.get(asked).location == canonical


@pytest.mark.parametrize("query", ["sort=size", "page=0", "page=x", f"page={10**19}"])
def test_what_makes_no_sense_is_a_bad_request(browser, query):
    assert browser.get(f"/tags?{query}").status_code == 400


def test_thousands_of_tags_have_a_page_for_each_letter(browser, make_tags, queries):
    make_tags([f"{letter} {n:03}" for letter in "abcdefghij" for n in range(500)])
    browser.get("/tags")
    queries.clear()

    page = browser.page("/tags")

    assert len(queries) <= 4
    assert len(page.select(".index__entry")) == 60
    assert len(page.select(".index__letter-links a")) == 10
    assert len(page.select_one("main").encode()) < 30_000
    letter = browser.page(page.select(".index__letter-links a")[2]["href"])
    assert names(letter)[0] == "c 000"
    assert len(names(letter)) == 500
    by_use = browser.page("/tags?sort=used&page=10")
    assert len(names(by_use)) == 500
    assert not by_use.select_one("a[rel=next]")
    assert browser.get("/tags?sort=used&page=11").status_code == 404
    assert browser.get("/tags?letter=z").status_code == 404
    assert browser.get("/tags?sort=used&page=11&fragment=found").status_code == 404


def test_an_address_that_came_decomposed_leads_to_the_composed_one(browser, make_post):
    make_post(tags=["Системный"])
    composed = quote("системный")
    decomposed = quote(unicodedata.normalize("NFD", "системный"))

    assert browser.get(f"/tags/{composed}").status_code == 200
    assert browser.get(f"/tags/{decomposed}").location == f"/tags/{composed}"
    assert browser.get(f"/?tag={decomposed}").location == f"/?tag={composed}"
    assert browser.get(f"/feed.xml?tag={decomposed}").location.endswith(f"?tag={composed}")


# Choosing among all tags of a listing.


def test_the_listing_carries_its_chips_alone(browser, make_tags):
    make_tags([f"tag {n:03}" for n in range(600)])

    page = browser.page("/")
    answer = browser.get("/?fragment=results")

    assert len(page.select("input[name=tag]")) == 12
    assert answer.text.count('name="tag"') == 12


def test_the_dialog_gets_the_most_used_and_the_rest_by_typing(browser, make_post, make_tags):
    make_tags([f"tag {n:03}" for n in range(600)])
    make_post("Often", tags=["tag 000", "Zebra"])

    page = parse(browser.get("/?fragment=tags").text)
    assert (rows(page)[0], len(rows(page))) == ("tag 000", 60)
    assert page.select_one("[data-said]").text == "541 more tags: type to narrow."

    page = parse(browser.get("/?fragment=tags&find=ZEB").text)
    assert rows(page) == ["Zebra"]
    assert [span.contents[0] for span in page.select(".filter-bar__count")] == [" 1", " 1"]


def test_what_is_chosen_stands_on_top_whatever_is_found(browser, make_post):
    make_post("One", tags=["dns", "wal", "rag"])
    make_post("Two", tags=["dns"])

    page = parse(browser.get("/?tag=dns&not=rag&fragment=tags&find=wa").text)

    assert rows(page) == ["wal"]
    chosen = page.select(".tag-dialog__chosen a")
    assert [(a.text.split(" (")[0], a["href"]) for a in chosen] == [
        ("dns", "/?not=rag&find=wa"),
        ("not rag", "/?tag=dns&find=wa"),
    ]


def test_the_dialog_knows_the_tags_of_its_place_alone(browser, make_post):
    make_post("One", tags=["dns", "wal"], domain="Data")
    make_post("Two", tags=["css"], domain="Web")

    assert rows(parse(browser.get("/domains/data?fragment=tags").text)) == ["dns", "wal"]
    assert rows(parse(browser.get("/tags/dns?fragment=tags").text)) == ["wal"]


def test_without_scripts_a_page_does_the_same(browser, make_post):
    make_post("One", tags=["dns", "wal"], domain="Data")
    make_post("Two", tags=["dns"], domain="Data")

    listing = browser.page("/domains/data?tag=wal&sort=oldest")
    page = browser.page(listing.select_one("#tags .tag-finder__list a")["href"])

    assert page.select_one("#tag-form")["action"] == "/domains/data"
    assert page.select_one("[role=status]").text.split() == ["1", "post", "tagged", "wal"]
    assert "noindex" in page.select_one("meta[name=robots]")["content"]
    sent = "/domains/data?find=&sort=oldest&match=all&tag=dns&tag=wal&show=posts"
    assert browser.get(sent).location == "/domains/data?tag=dns&tag=wal&sort=oldest"
    assert browser.get("/domains/data?find=d&tag=wal").location == "/domains/data?tag=wal&find=d"


def test_a_chip_that_was_let_go_is_brought_again(browser, make_post):
    make_post(tags=[f"tag {n:02}" for n in range(15)])

    answer = parse(browser.get("/?fragment=results&beside=tag-14").text)

    assert len(answer.select("input[name=tag]")) == 13
    assert answer.select_one("#chip-tag-14").has_attr("data-stays")
    assert browser.get("/?fragment=results&beside=tag-14").headers["HX-Push-Url"] == "/"
