"""Lists and numbers against a naive model: any posts, any choice, in any place."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import selectinload

from blogapp.extensions import db
from blogapp.posts import tagging
from blogapp.posts.counting import count_choices, find_ways_out
from blogapp.posts.errors import PostError
from blogapp.posts.finding import look
from blogapp.posts.listing import count_posts, list_posts
from blogapp.posts.models import Post, Tag, post_tags
from blogapp.posts.selection import Selection, Sort
from tests.posts.algebra import (
    MOMENTS,
    NOW,
    SPELLINGS,
    TAGS,
    arrivals,
    blogs,
    count,
    found,
    places,
    selections,
    shows,
    store,
    stored,
)

pytestmark = pytest.mark.usefixtures("app")
everything = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SORTS = st.sampled_from((Sort.NEWEST, Sort.OLDEST))


def read_on(selection, within, size, between=lambda: None):
    """The ids in the order of a scroll, with something happening between batches."""
    seen = []
    while True:
        batch = list_posts(selection, look(NOW, within=within), size=size)
        seen += [post.id for page in batch.pages for post in page.posts]
        if not batch.next:
            return seen
        selection = replace(selection, page=batch.last + 1, after=batch.next)
        between()


# Lists.


@everything
@given(blogs, selections, places, SORTS, st.integers(1, 5))
def test_a_list_holds_the_same_posts_in_the_same_order(posts, selection, within, sort, size):
    selection = replace(selection, sort=sort)
    expected = found(posts, selection, within)[:: -1 if sort is Sort.OLDEST else 1]

    with stored(posts):
        finding = look(NOW, within=within)
        pages = [
            [post.id for post in list_posts(page, finding, size=size).pages[0].posts]
            for page in (replace(selection, page=n) for n in range(1, len(expected) // size + 3))
        ]
        assert count_posts(selection, finding) == len(expected)
        assert read_on(selection, within, size) == expected

    assert sum(pages, []) == expected  # noqa: RUF017
    assert pages == [expected[at * size : (at + 1) * size] for at in range(len(pages))]


@everything
@given(blogs, selections, places, SORTS, st.integers(1, 4), arrivals)
def test_scrolling_misses_and_repeats_nothing_while_posts_come(
    posts, selection, within, sort, size, coming
):
    selection = replace(selection, sort=sort)
    expected = found(posts, selection, within)[:: -1 if sort is Sort.OLDEST else 1]
    news = iter(enumerate(coming, start=100))

    def write():
        store(dict([new]) if (new := next(news, None)) else {})

    with stored(posts):
        seen = read_on(selection, within, size, between=write)

    assert [id for id in seen if id < 100] == expected
    assert len(seen) == len(set(seen))


# Numbers.


@everything
@given(blogs, selections, places)
def test_a_number_is_what_the_listing_shows_after_the_click(posts, selection, within):
    with stored(posts):
        choices = count_choices(selection, look(NOW, within=within))

    assert choices.shown == count(posts, selection, within)
    for tag in choices.tags:
        assert tag.chosen == (tag.slug in map(SPELLINGS.get, selection.tags))
        assert tag.left_out == (tag.slug in map(SPELLINGS.get, selection.excluded))
        if not tag.chosen:
            click = replace(selection, tags=(*selection.tags, tag.slug))
            assert tag.after == count(posts, click, within)
        if not tag.left_out:
            click = replace(selection, excluded=(*selection.excluded, tag.slug))
            assert tag.after_leaving_out == count(posts, click, within)
    for key, values in choices.single.items():
        for choice in values:
            value = int(choice.slug) if key in {"year", "month"} else choice.slug
            assert choice.after == count(posts, replace(selection, **{key: value}), within)


@everything
@given(blogs, selections, places)
def test_everything_that_listed_posts_have_can_be_chosen_and_nothing_else(posts, selection, within):
    with stored(posts):
        choices = count_choices(selection, look(NOW, within=within))

    listed = [post for post in posts.values() if post.is_listed]
    assert {tag.slug for tag in choices.tags} == {tag for post in listed for tag in post.tags}
    for key in ("domain", "kind", "series"):
        had = {getattr(post, key) for post in listed} - {""}
        assert {choice.slug for choice in choices.single[key]} == had
    assert {c.slug for c in choices.single["author"]} == {
        author for post in listed for author in post.authors
    }
    for tag in choices.tags:
        assert tag.used == sum(tag.slug in post.tags and shows(post, within) for post in listed)


@everything
@given(blogs, selections, places)
def test_the_timeline_adds_up(posts, selection, within):
    with stored(posts):
        choices = count_choices(selection, look(NOW, within=within))

    assert sum(month.shown for month in choices.months) == choices.shown
    assert sum(month.posts for month in choices.months) == choices.posts
    assert choices.posts == count(posts, Selection(), within)
    for month in choices.months:
        at = Selection(year=month.year, month=month.month)
        both = [post for post in posts.values() if shows(post, at) and shows(post, selection)]
        assert month.shown == count(dict(enumerate(both)), Selection(), within)


@everything
@given(blogs, selections, places)
def test_a_way_out_leads_where_it_says(posts, selection, within):
    with stored(posts):
        ways = find_ways_out(selection, look(NOW, within=within))

    for way in ways:
        assert way.posts == count(posts, way.selection, within) > 0


# Whoever writes.


def _write(step, id, value):
    post = db.session.get(Post, id)
    if post is None:
        return
    tag = db.session.get(Tag, value % len(TAGS) + 1)
    match step:
        case "publish":
            post.published_at = MOMENTS[value % len(MOMENTS)]
        case "withdraw":
            post.withdrawn_at = None if post.withdrawn_at else NOW
        case "trash":
            post.deleted_at = None if post.deleted_at else NOW
        case "hide":
            post.unlisted = not post.unlisted
        case "kind":
            db.session.execute(update(Post).where(Post.id == id).values(kind=f"kind {value}"))
        case "delete":
            db.session.execute(delete(Post).where(Post.id == id))
            db.session.expunge_all()
        case "tag":
            db.session.execute(delete(post_tags).where(post_tags.c.post_id == id))
            if tag:
                db.session.execute(insert(post_tags).values(post_id=id, tag_id=tag.id))
        case "rename" if tag:
            tagging.rename(tag, name=f"Name {value}", slug=f"name-{value}")
    db.session.flush()


STEPS = ("publish", "withdraw", "trash", "hide", "kind", "delete", "tag", "rename")
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(1, 14), st.integers(0, 20)), min_size=1
)


@everything
@given(blogs, steps)
def test_after_any_write_the_index_answers_as_the_database_does(posts, steps):
    with stored(posts):
        for step, id, value in steps:
            try:
                _write(step, id, value)
            except PostError:
                continue
            _compare()


def _compare():
    """Ask the database for all posts, one by one, and the index for each set."""
    finding = look(NOW)
    query = select(Post).options(selectinload(Post.tags)).order_by(Post.published_at, Post.id)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    listed = [
        post
        for post in rows
        if post.published_at
        and post.published_at <= NOW
        and not (post.withdrawn_at or post.deleted_at or post.unlisted or post.is_page)
    ]
    assert [finding.index.ids[at] for at in finding.listed] == [post.id for post in listed]
    for facet, of in (
        ("tag", lambda post: {tag.slug: tag.name for tag in post.tags}),
        ("kind", lambda post: {post.kind: post.kind} if post.kind else {}),
    ):
        expected = {slug: name for post in listed for slug, name in of(post).items()}
        assert {value.slug: value.name for value in finding.values(facet)} == expected
        for slug in expected:
            held = finding.index.holding(facet, slug) & finding.listed
            assert [finding.index.ids[at] for at in held] == [p.id for p in listed if slug in of(p)]
