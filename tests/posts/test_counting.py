from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.counting import count_choices, find_ways_out
from blogapp.posts.finding import look
from blogapp.posts.listing import count_posts
from blogapp.posts.models import Domain, Post, PostAuthor, Series, Tag
from blogapp.posts.selection import Match, Selection

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TAGS = ("a", "b", "c", "d")
DOMAINS = ("data", "web")
KINDS = ("article", "note")
SERIES = ("leases", "queues")
AUTHORS = ("ada", "grace")


@dataclass(frozen=True)
class Written:
    """A post as the model of these tests knows it."""

    tags: frozenset[str]
    domain: str
    kind: str
    series: str
    authors: frozenset[str]
    year: int
    month: int
    listed: bool


def shows(post, s):
    """The rule in Python, one post at a time."""
    test = any if s.match is Match.ANY else all
    return (
        (not s.tags or test(tag in post.tags for tag in s.tags))
        and not post.tags & set(s.excluded)
        and s.domain in ("", post.domain)
        and s.kind in ("", post.kind)
        and s.series in ("", post.series)
        and (not s.author or s.author in post.authors)
        and s.year in (None, post.year)
        and s.month in (None, post.month)
    )


def naive(posts, selection, within):
    return sum(post.listed and shows(post, selection) and shows(post, within) for post in posts)


posts = st.lists(
    st.builds(
        Written,
        tags=st.frozensets(st.sampled_from(TAGS)),
        domain=st.sampled_from(("", *DOMAINS)),
        kind=st.sampled_from(("", *KINDS)),
        series=st.sampled_from(("", *SERIES)),
        authors=st.frozensets(st.sampled_from(AUTHORS), max_size=2),
        year=st.sampled_from((2024, 2025)),
        month=st.sampled_from((1, 2)),
        listed=st.sampled_from((True, True, True, False)),
    ),
    max_size=12,
)
some_tags = st.lists(st.sampled_from((*TAGS, "nobody")), unique=True, max_size=3).map(tuple)
selections = st.builds(
    Selection,
    tags=some_tags,
    match=st.sampled_from(Match),
    excluded=some_tags,
    domain=st.sampled_from(("", "", *DOMAINS, "nobody")),
    kind=st.sampled_from(("", "", *KINDS)),
    series=st.sampled_from(("", "", *SERIES)),
    author=st.sampled_from(("", "", *AUTHORS)),
    year=st.sampled_from((None, None, 2024, 2025, 1999)),
    month=st.sampled_from((None, None, None, 1, 2)),
)
places = st.sampled_from(
    [
        *(Selection(), Selection(), Selection(tags=("a",)), Selection(domain="data")),
        *(Selection(series="leases"), Selection(author="ada"), Selection(year=2024)),
        Selection(year=2024, month=2),
    ]
)


@contextmanager
def stored(written) -> Iterator[None]:
    """The posts in the database, and gone again afterwards."""
    tags = {slug: Tag(name=slug, slug=slug) for slug in TAGS}
    domains = {slug: Domain(name=slug, slug=slug) for slug in DOMAINS}
    series = {slug: Series(name=slug, slug=slug) for slug in SERIES}
    authors = {slug: Author(name=slug, slug=slug, created_at=NOW) for slug in AUTHORS}
    db.session.add_all([*tags.values(), *domains.values(), *series.values(), *authors.values()])
    db.session.flush()
    for number, w in enumerate(written):
        post = Post(title="Post", slug=f"post-{number}", created_at=NOW, saved_at=NOW)
        post.kind = w.kind
        post.domain = domains.get(w.domain)
        post.series = series.get(w.series)
        post.tags = [tags[slug] for slug in w.tags]
        post.bylines = [PostAuthor(author_id=authors[slug].id) for slug in w.authors]
        post.unlisted = not w.listed
        post.publish_at(datetime(w.year, w.month, 3, tzinfo=UTC), ZoneInfo("UTC"))
        db.session.add(post)
    db.session.flush()
    try:
        yield
    finally:
        db.session.rollback()


@pytest.mark.usefixtures("app")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts, selections, places)
def test_a_number_is_what_the_listing_shows_after_the_click(written, selection, within):
    with stored(written):
        choices = count_choices(selection, look(NOW, within=within))
        assert choices.shown == naive(written, selection, within)
        assert choices.shown == count_posts(selection, look(NOW, within=within))

        for tag in choices.tags:
            if not tag.chosen:
                click = replace(selection, tags=(*selection.tags, tag.slug))
                assert tag.after == naive(written, click, within)
            if not tag.left_out:
                click = replace(selection, excluded=(*selection.excluded, tag.slug))
                assert tag.after_leaving_out == naive(written, click, within)
        for key, values in choices.single.items():
            for choice in values:
                value = int(choice.slug) if key in {"year", "month"} else choice.slug
                click = replace(selection, **{key: value})
                assert choice.after == naive(written, click, within)


@pytest.mark.usefixtures("app")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts, selections, places)
def test_everything_that_listed_posts_have_can_be_chosen_and_nothing_else(
    written, selection, within
):
    with stored(written):
        choices = count_choices(selection, look(NOW, within=within))

        listed = [post for post in written if post.listed]
        assert {tag.slug for tag in choices.tags} == {t for post in listed for t in post.tags}
        for key in ("domain", "kind", "series"):
            had = {getattr(post, key) for post in listed} - {""}
            assert {choice.slug for choice in choices.single[key]} == had
        assert {c.slug for c in choices.single["author"]} == {
            author for post in listed for author in post.authors
        }
        for tag in choices.tags:
            assert tag.used == naive(
                [post for post in written if tag.slug in post.tags], Selection(), within
            )


@pytest.mark.usefixtures("app")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts, selections, places)
def test_the_timeline_adds_up(written, selection, within):
    with stored(written):
        choices = count_choices(selection, look(NOW, within=within))

        assert sum(month.shown for month in choices.months) == choices.shown
        assert sum(month.posts for month in choices.months) == choices.posts
        assert choices.posts == naive(written, Selection(), within)


@pytest.mark.usefixtures("app")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts, selections, places)
def test_a_way_out_leads_where_it_says(written, selection, within):
    with stored(written):
        for way in find_ways_out(selection, look(NOW, within=within)):
            assert way.posts == naive(written, way.selection, within) > 0


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
