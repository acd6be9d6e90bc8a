from datetime import UTC, datetime, timedelta

from blogapp.extensions import db
from blogapp.site.models import Site

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def titles(page, heading):
    section = page.find(id=heading).parent
    return [title.text for title in section.select(".post-table__title, .dashboard__name")]


def test_an_empty_blog_has_one_sentence_and_one_button(owner):
    page = owner.page("/write")

    assert page.find("a", string="Write the first post")["href"] == "/write/posts/new"
    assert not page.select(".post-table, .dashboard__card")


def test_the_desk_shows_what_to_go_on_with(owner, make_post):
    for number in range(5):
        moment = NOON - timedelta(days=number)
        make_post(f"Draft {number}", published_at=None, saved_at=moment)
        make_post(f"Soon {number}", published_at=NOON + timedelta(days=number + 1))
        make_post(f"Public {number}", published_at=moment)

    page = owner.page("/write")

    assert titles(page, "continue") == ["Draft 0", "Draft 1", "Draft 2"]
    assert titles(page, "scheduled") == [f"Soon {number}" for number in range(5)]
    assert titles(page, "published") == [f"Public {number}" for number in range(5)]


def test_an_author_sees_own_work_alone(author, make_post):
    make_post("Mine", published_at=None, authors=[author.author])
    make_post("Not mine", published_at=None)

    assert titles(author.page("/write"), "continue") == ["Mine"]


def test_the_demo_says_how_it_becomes_ones_own(make_author, as_author, make_post):
    owner = as_author(make_author("Demo", role="owner", origin="demo"))
    db.session.add(Site(id=1, title="Demo", origin="demo"))
    make_post("Demo post", origin="demo")

    card = owner.page("/write").select_one(".dashboard__card").text

    assert "blogapp author add" in card
    assert "blogapp demo --remove" in card
    assert "done" not in card


def test_steps_that_are_done_are_marked(owner, make_post):
    db.session.add(Site(id=1, title="Mine"))
    make_post("Demo post", origin="demo")

    page = owner.page("/write")

    assert len(page.select(".dashboard__done")) == 2


def test_authors_are_not_asked_to_remove_the_demo(author, make_post):
    make_post("Demo post", origin="demo")

    assert author.page("/write").select_one(".dashboard__card") is None
