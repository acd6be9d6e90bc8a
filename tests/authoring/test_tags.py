import re

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.models import Tag
from blogapp.posts.tagging import add_alias
from tests.conftest import parse


@pytest.fixture
def tags(make_post):
    make_post("One", tags=["CI/CD", "Concurrency", "Café"])
    make_post("Two", tags=["Concurrency", "Second order"])


@pytest.fixture
def editor(make_author, as_author):
    return as_author(make_author("Edda", role="editor"))


def suggested(author, words):
    fragment = {"fragment": "suggestions", "q": words}
    found = parse(author.get("/write/tags", query_string=fragment).text).select("[data-name]")
    return [(tag["data-name"], tag.select_one("span").text) for tag in found]


def names(page):
    return [item["data-name"] for item in page.select("[data-name]")]


def sent(browser, address, *, data=None, status=200):
    """The page that answers a form, after the redirect."""
    answer = browser.post(address, data=data, follow_redirects=True)
    assert answer.status_code == status, f"{address}: {answer.status}"
    return parse(answer.text)


def tag(name):
    return db.session.scalar(select(Tag).where(Tag.name == name))


def told(page):
    return page.select_one("#notices").get_text(" ", strip=True)


def words_of(page):
    return " ".join(page.select_one(".shelf").get_text(" ").split())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("con", [("Concurrency", "2 posts"), ("Second order", "1 post")]),
        ("ci/", [("CI/CD", "1 post")]),
        ("CAFE", [("Café", "1 post")]),
        ("café", [("Café", "1 post")]),
        ("cafe\N{COMBINING ACUTE ACCENT}", [("Café", "1 post")]),
        ("%", []),
        ("unheard", []),
    ],
)
def test_tags_are_suggested_with_their_counts(author, tags, words, found):
    assert suggested(author, words) == found


def test_a_tag_is_suggested_by_its_alias(author, tags):
    add_alias(tag("Concurrency"), "Parallelism")
    db.session.commit()

    assert suggested(author, "para") == [("Concurrency", "2 posts, also Parallelism")]


def test_what_an_author_calls_by_an_alias_gets_the_tag(author, tags):
    add_alias(tag("Concurrency"), "Parallelism")
    db.session.commit()

    form = {"title": "Third", "body": "Text.", "tags": "parallelism, Concurrency, Café"}
    page = sent(author, "/write/posts/new", data=form)

    assert page.select_one("#tags")["value"] == "Café, Concurrency"


def test_the_page_of_tags_lists_them_by_use_or_by_name(author, tags):
    assert names(author.page("/write/tags")) == ["Concurrency", "Café", "CI/CD", "Second order"]
    assert names(author.page("/write/tags?sort=name")) == [
        "Café",
        "CI/CD",
        "Concurrency",
        "Second order",
    ]


def test_the_page_of_tags_is_searched_by_name_and_by_alias(editor, tags):
    add_alias(tag("Concurrency"), "Parallelism")
    db.session.commit()

    assert names(editor.page("/write/tags?q=parallel")) == ["Concurrency"]
    assert names(editor.page("/write/tags?q=o&sort=name")) == ["Concurrency", "Second order"]
    page = editor.page("/write/tags?q=nothing")
    assert names(page) == []
    assert page.select_one("a[href='/write/tags']:-soup-contains('Show all tags')")


def test_thousands_of_tags_stand_on_pages(editor, make_post, queries):
    db.session.add_all([Tag(name=f"Tag {n:04}", slug=f"tag-{n:04}") for n in range(230)])
    db.session.commit()
    queries.clear()

    page = editor.page("/write/tags?sort=name")

    assert len(queries) <= 10
    assert len(names(page)) == 100
    assert "230 tags, page 1 of 3" in words_of(page)
    last = editor.page(page.select_one("a[rel=next]")["href"].replace("page=2", "page=3"))
    assert names(last)[-1] == "Tag 0229"
    assert not last.select_one("a[rel=next]")
    assert editor.get("/write/tags?page=4").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=x", "sort=size", "q=a%00b"])
def test_what_makes_no_sense_is_a_bad_request(author, query):
    assert author.get(f"/write/tags?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "canonical"), [("sort=used", ""), ("page=1", ""), ("sort=name&q=a", "?q=a&sort=name")]
)
def test_each_choice_has_one_address(author, query, canonical):
    assert author.get(f"/write/tags?{query}").location == f"/write/tags{canonical}"


def test_no_other_block_is_a_fragment(author):
    assert author.get("/write/tags?fragment=desk").status_code == 404


def test_a_blog_without_tags_says_where_they_come_from(editor):
    assert "There is no tag yet." in words_of(editor.page("/write/tags"))


def test_an_author_sees_tags_and_changes_none(author, tags):
    page = author.page("/write/tags")

    assert not page.select("a[href^='/write/tags/']")
    assert page.select_one("a[href='/tags/ci-cd']")


def test_an_editor_renames_a_tag_and_describes_it(editor, browser, tags):
    id = tag("CI/CD").id
    form = {"name": "Delivery", "slug": "", "description": "From commit to\nserver."}

    page = sent(editor, f"/write/tags/{id}", data=form)

    assert told(page) == "Saved."
    assert browser.get("/tags/ci-cd?sort=oldest").location == "/tags/delivery?sort=oldest"
    assert browser.get("/feed.xml?tag=ci-cd").location.endswith("/feed.xml?tag=delivery")
    shown = browser.page("/tags/delivery")
    assert shown.select_one(".masthead__lede").text == "From commit to server."
    described = shown.select_one("meta[name=description]")["content"]
    assert described == "From commit to server."
    assert '"description":"From commit to server."' in str(
        shown.select_one("script[type='application/ld+json']")
    ).replace(": ", ":")


def test_an_address_that_is_left_alone_stays(editor, tags):
    id = tag("CI/CD").id

    editor.post(f"/write/tags/{id}", data={"name": "Delivery", "slug": "ci-cd"})

    assert tag("Delivery").slug == "ci-cd"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "A tag needs a name."),
        ({"name": "x" * 201}, "name", "At most 200 characters."),
        ({"slug": "a b"}, "slug", "An address may hold"),
        ({"slug": "cafe"}, "slug", "Another tag has this address."),
        ({"name": "CAFÉ"}, "name", "“Café” has this name already."),
        ({"description": "x" * 501}, "description", "At most 500 characters."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(editor, tags, changed, field, words):
    id = tag("CI/CD").id
    form = {"name": "CI/CD", "slug": "ci-cd", "description": ""} | changed

    page = sent(editor, f"/write/tags/{id}", data=form, status=422)

    assert words in page.select_one(f"#{field}-errors").text
    assert page.select_one(f"#{field}").get("value", changed[field]) == changed[field]
    assert tag("CI/CD").slug == "ci-cd"


def test_a_name_that_another_tag_has_leads_to_merging_them(editor, tags):
    id = tag("CI/CD").id

    page = sent(editor, f"/write/tags/{id}", data={"name": "café", "slug": "ci-cd"}, status=422)

    merging = page.select_one("[role=alert] a")["href"]
    assert "Merge CI/CD into Café" in words_of(editor.page(merging))


def test_other_names_are_added_and_removed(editor, browser, tags):
    id = tag("Concurrency").id

    page = sent(
        editor,
        f"/write/tags/{id}/aliases",
        data={"alias": "Parallelism"},
    )
    assert told(page) == "“Parallelism” leads to this tag now."
    assert browser.get("/tags/parallelism").location == "/tags/concurrency"

    removal = page.select_one("form[action$='/removal']")["action"]
    page = sent(editor, removal)
    assert told(page) == "“Parallelism” is no name of this tag any more."
    assert browser.get("/tags/parallelism").location == "/tags/concurrency"
    assert editor.post(removal).status_code == 404


def test_an_alias_that_is_a_tag_is_refused(editor, tags):
    id = tag("Concurrency").id

    page = sent(editor, f"/write/tags/{id}/aliases", data={"alias": "cafe\u0301"}, status=422)

    assert "“Café” has this name already." in page.select_one("#alias-errors").text
    assert page.select_one("[role=alert] a")


def test_merging_says_first_what_will_happen(editor, browser, make_post):
    make_post("One", tags=["micro-services"])
    make_post("Two", tags=["microservices", "micro-services"])
    tag("micro-services").description = "Small ones."
    db.session.commit()
    id, into = tag("micro-services").id, tag("microservices").id

    page = editor.page(f"/write/tags/{id}/merger?into=microservices")
    said = words_of(page)
    assert "1 post gets “microservices” in place of “micro-services”." in said
    assert "1 post has both and keeps “microservices”." in said
    assert "“microservices” then has 2 posts." in said
    assert "takes this one: Small ones." in said
    assert browser.get("/tags/micro-services").status_code == 200

    form = page.select_one("form[method=post]")
    fields = {field["name"]: field["value"] for field in form.select("input[value]")}
    done = editor.post(form["action"], data=fields)
    assert done.location == f"/write/tags/{into}"
    assert "with its 2 posts" in told(editor.page(done.location))
    assert browser.get("/tags/micro-services").location == "/tags/microservices"
    assert browser.get("/?tag=micro-services&tag=x").location == "/?tag=microservices&tag=x"


@pytest.mark.parametrize(
    ("into", "words"),
    [("nobody", "There is no tag of this name."), ("ci/cd", "That is this tag itself.")],
)
def test_merging_needs_another_tag(editor, tags, into, words):
    id = tag("CI/CD").id

    page = editor.page(f"/write/tags/{id}/merger", query_string={"into": into}, status=422)

    assert words in page.select_one("#into-errors").text
    assert editor.post(f"/write/tags/{id}/merger", data={"into": into}).status_code == 422


def test_a_used_tag_is_deleted_after_a_question(editor, browser, tags):
    id = tag("Concurrency").id

    page = editor.page(f"/write/tags/{id}/deletion")
    assert "2 posts lose this tag." in words_of(page)
    assert browser.get("/tags/concurrency").status_code == 200

    page = sent(editor, f"/write/tags/{id}/deletion")
    assert told(page) == "“Concurrency” is deleted."
    assert browser.get("/tags/concurrency").status_code == 410
    assert browser.get("/feed.xml?tag=concurrency").status_code == 410
    assert "There is no tag" in browser.page("/?tag=concurrency").get_text()
    assert editor.get(f"/write/tags/{id}").status_code == 404


def test_twins_are_merged_from_their_page_or_told_apart_for_good(editor, make_post):
    make_post("One", tags=["websocket", "C Sharp"])
    make_post("Two", tags=["WebSockets", "csharp"])
    make_post("Three", tags=["WebSockets", "HTTP 2", "HTTP 3"])

    assert "2 pairs that look alike" in words_of(editor.page("/write/tags"))
    page = editor.page("/write/tags/twins")
    found = [[a.text for a in row.select(".tag-table__name")] for row in page.select("li")]
    assert [row for row in found if row] == [["websocket", "WebSockets"], ["csharp", "C Sharp"]]

    form = page.select("form[method=post]")[1]
    fields = {field["name"]: field["value"] for field in form.select("input[value]")}
    page = sent(editor, form["action"], data=fields)
    assert "stay two" in told(page)
    assert len(page.select(".tag-table__row")) == 1
    merging = editor.page(page.select_one(".tag-table__row a.button")["href"])
    assert "Merge websocket into WebSockets" in words_of(merging)


def test_telling_apart_what_is_gone_says_so(editor, tags):
    page = sent(editor, "/write/tags/distinctions", data={"tag": "99"})

    assert told(page) == "One of the two tags is gone."
    assert re.search("No two tags look alike", words_of(page))


def test_a_question_for_the_head_alone_deletes_no_tag(editor, make_post):
    make_post("A", tags=["SQLite"])
    tag = db.session.scalar(db.select(Tag))

    assert editor.head(f"/write/tags/{tag.id}/deletion").status_code == 200

    db.session.rollback()
    assert db.session.scalar(db.select(Tag)) is not None
