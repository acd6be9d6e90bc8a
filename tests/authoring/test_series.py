import pytest
from sqlalchemy import select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.extensions import db
from blogapp.posts.models import Series
from blogapp.posts.sequencing import Numbering
from tests.authoring.conftest import stored
from tests.conftest import parse

ALL = "/write/settings/series"


@pytest.fixture
def parts(make_post):
    """Three parts, the last of which nobody may read yet; and a post by itself."""
    return [
        make_post("Lexing", series="Compilers", series_position=1),
        make_post("Parsing", series="Compilers", series_position=2),
        make_post("Typing", series="Compilers", series_position=4, published_at=None),
        make_post("Gardening"),
    ]


@pytest.fixture
def address(parts):
    return f"{ALL}/{one('Compilers').id}"


def one(name):
    db.session.rollback()
    return db.session.scalar(select(Series).where(Series.name == name))


def sent(browser, address, data=None, status=200):
    """The page that answers a form, after the redirect."""
    answer = browser.post(address, data=data, follow_redirects=True)
    assert answer.status_code == status, f"{address}: {answer.status}"
    return parse(answer.text)


def listed(page):
    rows = page.select("#parts ~ form .name-list__row")
    return [
        (row.select_one(".name-list__number").text, row.select_one(".name-list__name").text)
        for row in rows
    ]


def words(page, selector="main"):
    return " ".join(page.select_one(selector).get_text(" ").split())


def done():
    acts = select(AuditEvent.act).where(AuditEvent.act.startswith("series."))
    return db.session.scalars(acts.order_by(AuditEvent.id)).all()


@pytest.mark.parametrize(
    ("numbers", "missing", "twice", "without"),
    [
        ([], [], [], 0),
        ([None, None], [], [], 0),
        ([1, 2, 3], [], [], 0),
        ([2, 3], [1], [], 0),
        ([1, 1, 4, None], [2, 3], [1], 1),
        ([1, 2024], [2, 3, 4, 5, 6], [], 0),
    ],
)
def test_numbers_are_looked_at(numbers, missing, twice, without):
    numbering = Numbering.of(numbers)

    assert [*numbering.missing] == missing
    assert [*numbering.twice] == twice
    assert numbering.without == without


def test_a_blog_without_series_says_where_they_come_from(editor):
    assert "There is no series yet." in words(editor.page(ALL))


def test_series_stand_with_what_is_odd_about_their_numbers(editor, parts, make_post):
    make_post("Other start", series="Compilers", series_position=1)

    page = editor.page(ALL)

    row = words(page, ".name-list__row")
    assert row == "Compilers Part 3 is missing. Part 1 is there more than once. 4 parts"


def test_the_pages_cost_the_same_for_any_number(editor, address, parts, make_post, queries):
    def cost():
        queries.clear()
        editor.page(ALL)
        editor.page(address)
        return len(queries)

    cost()
    few = cost()
    for number in range(5, 12):
        make_post(f"Part {number}", series="Compilers", series_position=number)
    db.session.add_all([Series(name=f"Series {n}", slug=f"s-{n}") for n in range(20)])
    db.session.commit()

    assert cost() == few


def test_authors_see_parts_that_readers_do_not(editor, browser, address):
    page = editor.page(address)

    assert listed(page) == [("1", "Lexing"), ("2", "Parsing"), ("4", "Typing")]
    assert words(page, ".name-list .pill") == "Draft"
    assert "Typing" not in browser.get("/series/compilers").text


def test_a_part_changes_its_number_with_its_neighbour(editor, browser, address, parts):
    versions = [stored(post.id).version for post in parts]

    page = sent(editor, f"{address}/order", {"part": f"up:{parts[2].id}"})

    assert listed(page) == [("1", "Lexing"), ("2", "Typing"), ("4", "Parsing")]
    assert page.select_one("[autofocus]")["aria-label"] == "Move Typing up"
    raised = [stored(post.id).version - was for post, was in zip(parts, versions, strict=True)]
    assert raised == [0, 1, 1, 0]

    page = sent(editor, f"{address}/order", {"part": "number"})

    assert listed(page) == [("1", "Lexing"), ("2", "Typing"), ("3", "Parsing")]
    assert done() == ["series.ordered", "series.ordered"]


def test_moving_where_numbers_are_twice_or_missing_numbers_all(editor, address, parts, make_post):
    make_post("Late", series="Compilers")
    twice = make_post("Twice", series="Compilers", series_position=2)

    page = sent(editor, f"{address}/order", {"part": f"up:{twice.id}"})

    assert listed(page) == [
        *[("1", "Lexing"), ("2", "Twice"), ("3", "Parsing"), ("4", "Typing"), ("5", "Late")]
    ]


def test_posts_join_and_leave(editor, browser, address, parts):
    garden = parts[3].id
    found = editor.page(f"{address}?q=GARD")
    assert [row.text for row in found.select("#more ~ form .name-list__name")] == ["Gardening"]

    page = sent(editor, f"{address}/parts", {"post": str(garden)})
    assert listed(page)[-1] == ("5", "Gardening")
    assert "Gardening" in browser.get("/series/compilers").text

    page = sent(editor, f"{address}/order", {"part": f"remove:{garden}"})
    assert len(listed(page)) == 3
    assert "Gardening" not in browser.get("/series/compilers").text
    assert stored(garden).series_position is None
    assert done() == ["series.part-added", "series.part-removed"]


def test_a_post_of_another_series_says_so_before_it_leaves_it(editor, address, make_post):
    other = make_post("Linking", series="Linkers", series_position=1)

    page = editor.page(f"{address}?q=linking")
    assert "is in “Linkers” and leaves it" in words(page, "#more ~ form:last-of-type")
    sent(editor, f"{address}/parts", {"post": str(other.id)})

    assert stored(other.id).series.name == "Compilers"


def test_what_is_not_there_any_more_is_said(editor, address, parts):
    page = sent(editor, f"{address}/order", {"part": f"up:{parts[3].id}"})
    assert "no part of this series any more" in words(page, "#notices")

    page = sent(editor, f"{address}/parts", {"post": "999"})
    assert "not there any more" in words(page, "#notices")


@pytest.mark.parametrize("part", ["", "up:x", "fly:1", "remove:0"])
def test_what_is_no_act_is_a_bad_request(editor, address, part):
    assert editor.post(f"{address}/order", data={"part": part}).status_code == 400


def test_pages_and_what_lies_in_the_trash_are_no_parts(editor, address, make_post):
    page = make_post("About us", is_page=True)
    trashed = make_post("Thrown away", deleted_at=page.created_at)

    for post in (page, trashed):
        answer = sent(editor, f"{address}/parts", {"post": str(post.id)})
        assert "not there any more" in words(answer, "#notices")


def test_a_series_is_added_renamed_and_found_at_its_old_address(editor, browser, address, parts):
    page = sent(editor, ALL, {"name": "Gardens", "description": "Green things"})
    assert page.h1.text == "Gardens"
    assert "It has no parts yet." in words(page)
    seen = editor.page(address).select_one("[name=seen]")["value"]

    sent(editor, address, {"name": "Languages", "slug": "", "seen": seen})

    assert browser.get("/series/compilers").location == "/series/languages"
    assert browser.get("/?series=compilers").location == "/?series=languages"
    assert browser.get("/feed.json?series=compilers").location.endswith("?series=languages")
    assert done() == ["series.made", "series.changed"]


def test_a_name_belongs_to_one_series(editor, address):
    page = sent(editor, ALL, {"name": "COMPILERS"}, status=422)

    assert "“Compilers” has this name already." in words(page, "#name-errors")


def test_a_deleted_series_leaves_its_posts(editor, browser, address, parts):
    assert "3 posts stay as they are" in words(editor.page(f"{address}/deletion"))

    sent(editor, f"{address}/deletion")

    assert browser.get("/series/compilers").status_code == 410
    assert browser.get("/feed.xml?series=compilers").status_code == 410
    assert browser.page("/posts/lexing")
    assert stored(parts[0].id).series is None
    assert done() == ["series.deleted"]


def test_words_that_no_title_holds_are_said(editor, address):
    assert "No post has these words" in words(editor.page(f"{address}?q=zebra"))
    assert editor.get(f"{address}?q=a%00b").status_code == 400
