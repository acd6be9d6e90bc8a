"""Made-up posts, as `blogapp synth` adds them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload, undefer

from blogapp.demo import shapes, synthesizing
from blogapp.demo.speaking import COMMON_WORD, RARE_WORD
from blogapp.extensions import db
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import Post, Tag
from blogapp.posts.search_query import parse
from blogapp.posts.searching import count_missing, find

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def synthesize(app, monkeypatch):
    """Add posts, few enough for a test, and return them all."""
    monkeypatch.setattr(synthesizing, "POOL", 12)
    monkeypatch.setattr(synthesizing, "BATCH", 40)
    monkeypatch.setattr(shapes, "SCHEDULED", 50)

    def add(count, seed=1):
        zone = ZoneInfo("Europe/Berlin")
        assert sum(synthesizing.synthesize(count, seed=seed, now=NOON, zone=zone)) == count
        loaded = selectinload(Post.tags), selectinload(Post.authors), undefer(Post.text)
        return db.session.scalars(select(Post).order_by(Post.id).options(*loaded)).all()

    return add


def test_posts_follow_each_other_up_to_now_and_a_few_are_still_to_come(synthesize):
    posts = synthesize(100)

    moments = [post.published_at for post in posts]
    assert moments == sorted(moments)
    assert sum(moment > NOON for moment in moments) == 2
    assert len({moment.year for moment in moments}) > 5


def test_they_have_tags_authors_and_texts_in_several_languages(synthesize):
    posts = synthesize(300)

    assert {len(post.tags) for post in posts} >= {0, 1, 2, 3, 4}
    assert 2.3 < sum(len(post.tags) for post in posts) / len(posts) < 3.5
    assert {len(post.authors) for post in posts} == {1, 2}
    assert len({post.kind for post in posts}) == len(shapes.KINDS)
    assert len({post.domain_id for post in posts}) > 10
    assert len({post.title for post in posts}) > 280
    assert all("<p>" in html for html in db.session.scalars(select(Post.html)))


def test_one_word_is_in_two_posts_of_three_and_one_in_a_single_title(synthesize):
    posts = synthesize(240)

    common = [post for post in posts if COMMON_WORD in post.text.lower()]
    assert 0.55 < len(common) / len(posts) < 0.78
    assert [post for post in posts if RARE_WORD in post.title.lower()] == [posts[120]]
    assert not any(COMMON_WORD in post.title.lower() for post in posts)


def test_the_same_seed_makes_the_same_posts(synthesize):
    titles = [(post.title, post.published_at) for post in synthesize(50, seed=7)]
    again = [(post.title, post.published_at) for post in synthesize(50, seed=7)][50:]

    assert again == titles
    assert [post.title for post in synthesize(50, seed=8)][100:] != [title for title, _ in titles]


def test_no_two_tags_are_one(synthesize):
    synthesize(300)

    assert db.session.scalar(select(func.count(Tag.id))) == shapes.tag_count(300)


def test_they_can_be_searched_at_once(synthesize):
    posts = synthesize(60)

    assert count_missing() == 0
    index = facet_index()
    found = find(parse(RARE_WORD), index, NOON)
    assert [index.ids[at] for at in found.matches] == [posts[30].id]
