from datetime import UTC, datetime, timedelta

from blogapp.extensions import db
from blogapp.posts.draft_models import Draft, JournalEntry
from blogapp.posts.models import NOT_FORMATTED
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


def cares(page):
    return [" ".join(care.text.split()) for care in page.select(".dashboard__care")]


def type_in(post, *, title, at=NOON, is_pending=True):
    db.session.add(
        Draft(
            post_id=post.id, fields={"title": title}, body="", is_pending=is_pending, changed_at=at
        )
    )
    db.session.commit()


def test_drafts_stand_with_the_title_that_was_typed_last(owner, make_post):
    yesterday = NOON - timedelta(days=1)
    make_post("Saved", published_at=None, saved_at=yesterday)
    live = make_post("Live")
    type_in(live, title="Live, typed anew", at=NOON - timedelta(hours=2))

    page = owner.page("/write")

    assert titles(page, "continue") == ["Live, typed anew", "Saved"]
    first = page.select_one(".dashboard__draft")
    assert "Edited 2 hours ago" in " ".join(first.text.split())
    # The figure of the post would not be that of what was typed.
    assert "word" not in first.text
    assert "word" in page.select(".dashboard__draft")[1].text
    assert "word" not in page.select_one(f"#post-{live.id} .post-table__facts").text
    assert first.select_one(".pill").text == "Unpublished changes"


def test_only_the_next_seven_days_are_shown_and_the_rest_counted(owner, make_post):
    make_post("Soon", published_at=NOON + timedelta(days=6))
    for days in (8, 90):
        make_post(f"In {days} days", published_at=NOON + timedelta(days=days))

    section = owner.page("/write").find(id="scheduled").parent

    assert [title.text for title in section.select(".post-table__title")] == ["Soon"]
    assert section.find("a", string="2 more after that")["href"] == "/write/posts?state=scheduled"


def test_what_needs_attention_is_named(owner, make_post):
    live = make_post("Live")
    type_in(live, title="Live, but not this")
    make_post("Left alone", published_at=None, saved_at=NOON - timedelta(days=40))
    costly = make_post("Costly")
    costly.renderer_version = NOT_FORMATTED
    branch = {"base": 0, "client": "a", "sequence": 1, "at": NOON}
    db.session.add(
        JournalEntry(post_id=live.id, kind="branch", author_id=owner.author.id, **branch)
    )
    db.session.commit()

    found = cares(owner.page("/write"))

    assert len(found) == 4
    assert found[0].startswith("In 1 post, what you typed could not be brought together")
    assert found[1].endswith("readers do not see yet. Live, but not this")
    assert found[2].endswith("may have. Costly")
    assert found[3] == "1 draft was not touched for a month. Left alone"


def test_nothing_is_said_where_nothing_needs_attention(owner, author, make_post):
    live = make_post("Somebody’s", authors=[owner.author])
    type_in(live, title="Typed")
    make_post("Own", authors=[author.author])

    page = author.page("/write")

    assert cares(page) == []
    assert page.find(id="attention") is None


def test_the_desk_costs_the_same_for_any_number_of_posts(owner, make_post, queries):
    def fill(round):
        moment = NOON - timedelta(days=60)
        tags, mine = [f"Tag {round}"], [owner.author]
        make_post(f"Draft {round}", published_at=None, saved_at=moment, authors=mine)
        make_post(f"Soon {round}", published_at=NOON + timedelta(days=1), authors=mine)
        live = make_post(f"Live {round}", tags=tags, authors=mine)
        type_in(live, title="Typed")

    fill(0)
    owner.get("/write")
    queries.clear()
    owner.get("/write")
    few = len(queries)
    for round in range(1, 9):
        fill(round)

    queries.clear()
    owner.get("/write")

    assert len(queries) == few < 40
