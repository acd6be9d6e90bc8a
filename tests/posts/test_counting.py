from datetime import UTC, datetime

import pytest

from blogapp.posts.counting import count_choices, find_ways_out
from blogapp.posts.finding import look
from blogapp.posts.selection import Selection

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("amount", [1, 40])
def test_all_numbers_cost_no_statement_but_the_search(make_post, make_author, queries, amount):
    for number in range(amount):
        make_post(
            f"Post {number}",
            tags=[f"tag {number}", "all"],
            domain=f"Domain {number}",
            series=f"Series {number}",
            kind="note",
            authors=[make_author(f"Author {number}")],
        )
    finding = look(NOW)
    queries.clear()

    count_choices(Selection(tags=("all",)), finding)
    assert queries == []

    count_choices(Selection(tags=("all",), q="post"), finding)
    find_ways_out(Selection(tags=("all",), q="post"), finding)
    assert len(queries) == 1
    assert "posts.body" not in queries[0]
    assert "posts.html" not in queries[0]


def test_names_of_hidden_posts_stay_unknown(make_post):
    make_post("Draft", published_at=None, tags=["Secret"], domain="Hidden")

    choices = count_choices(Selection(), look(NOW))

    assert choices.names == {}


def test_tags_stand_most_used_first_whatever_is_chosen(make_post):
    make_post("One", tags=["wal", "often"])
    make_post("Two", tags=["often"])
    make_post("Three", tags=["backup"])

    for chosen in (Selection(), Selection(tags=("wal",)), Selection(excluded=("often",))):
        order = [tag.slug for tag in count_choices(chosen, look(NOW)).tags]
        assert order == ["often", "backup", "wal"]


def test_the_widest_way_out_stands_first(make_post):
    make_post("One", tags=["dns"])
    make_post("Two", tags=["rag"])
    make_post("Three", tags=["rag"])

    ways = find_ways_out(Selection(tags=("dns", "rag")), look(NOW))

    assert [(way.dropped, way.slug, way.posts) for way in ways] == [
        ("match", "", 3),
        ("tag", "dns", 2),
        ("tag", "rag", 1),
    ]
