"""Which posts are near to each other, as a reader of one is shown them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.posts import relating
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post, RelatedPost
from blogapp.posts.reading import find_post, look_around
from blogapp.posts.relating import relate_anew
from blogapp.posts.writing import Manuscript, save
from tests.conftest import JANUARY

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEASES = "A lease expires. Whoever holds the lease renews it before the clock says otherwise."
BREAD = "Sourdough wants flour, water and patience. The oven wants to be hot."


@pytest.fixture
def related(app):
    """The titles of the posts that are shown as related to one."""

    def titles(post):
        db.session.expire_all()
        return [other.title for other in look_around(find_post(post.slug), now=NOW).related]

    return titles


def rewrite(post):
    """Make the post one about bread."""
    found = find_for_writing(post.id)
    save(found, Manuscript(title="Sourdough", body=BREAD), now=JANUARY)
    db.session.commit()


def test_posts_about_the_same_are_related_and_others_are_not(make_post, related):
    first = make_post("Leases and clocks", body=LEASES)
    make_post("Baking", body=BREAD)

    second = make_post("A lease in practice", body=LEASES.replace("expires", "ends"))

    assert related(second) == ["Leases and clocks"]
    assert related(first) == ["A lease in practice"]


def test_a_rare_tag_says_more_than_one_that_everything_has(make_post, related):
    for n in range(6):
        make_post(f"Filler {n}", body=f"Word{n} again and word{n}.", tags=["engineering"])
    make_post("Rarely tagged", body="Alpha beta.", tags=["engineering", "clock drift"])
    make_post("Commonly tagged", body="Gamma delta.", tags=["engineering"])

    post = make_post("Here", body="Epsilon zeta.", tags=["engineering", "clock drift"])

    assert related(post)[0] == "Rarely tagged"


@pytest.mark.parametrize(
    "hidden",
    [
        {"published_at": None},
        {"published_at": NOW + timedelta(days=1)},
        {"withdrawn_at": JANUARY},
        {"deleted_at": JANUARY},
        {"unlisted": True},
    ],
    ids=["draft", "scheduled", "withdrawn", "trashed", "unlisted"],
)
def test_what_readers_may_not_find_is_not_shown_and_the_next_takes_its_place(
    make_post, related, hidden
):
    make_post("Leases, the near one", body=LEASES, **hidden)
    make_post("Leases one", body=LEASES)
    make_post("Leases two", body=LEASES)
    make_post("Leases three", body=LEASES)

    post = make_post("Leases here", body=LEASES)

    assert sorted(related(post)) == ["Leases one", "Leases three", "Leases two"]


def test_a_withdrawn_post_is_back_when_it_is_published_again(make_post, related):
    post = make_post("Leases here", body=LEASES)
    other = make_post("Leases there", body=LEASES)

    other.withdrawn_at = JANUARY
    db.session.commit()
    away = related(post)
    other.withdrawn_at = None
    db.session.commit()

    assert (away, related(post)) == ([], ["Leases there"])


def test_parts_of_its_own_series_stand_elsewhere(make_post, related):
    make_post("Part one", body=LEASES, series="Leases")
    make_post("Apart", body=LEASES)

    post = make_post("Part two", body=LEASES, series="Leases")

    assert related(post) == ["Apart"]


def test_an_edit_that_changes_the_subject_is_noticed_on_both_sides(make_post, related):
    post = make_post("Leases here", body=LEASES)
    bread = make_post("Bread", body=BREAD)
    other = make_post("Something else", body=LEASES)

    rewrite(other)

    assert related(post) == []
    assert related(bread) == ["Sourdough"]
    assert related(other) == ["Bread"]


def test_who_loses_a_neighbour_finds_the_next_one(make_post, related, monkeypatch):
    monkeypatch.setattr(relating, "MOST_NEAR", 2)
    first, second, third, _ = [
        make_post(f"Leases {n}", body=LEASES) for n in ("one", "two", "six", "ten")
    ]
    make_post("Bread", body=BREAD)
    before = related(first)

    rewrite(second if second.title in before else third)

    assert len(before) == len(related(first)) == 2
    assert before != related(first)


def test_a_post_keeps_a_bounded_number_of_neighbours(make_post, monkeypatch):
    monkeypatch.setattr(relating, "MOST_NEAR", 2)
    for name in ("one", "two", "six", "ten"):
        make_post(f"Leases {name}", body=LEASES)

    count = func.count(RelatedPost.other_id)
    kept = db.session.scalars(select(count).group_by(RelatedPost.post_id)).all()

    assert kept == [2, 2, 2, 2]


def test_a_post_deleted_for_good_leaves_its_neighbours(make_post, related):
    post = make_post("Leases here", body=LEASES)
    other = make_post("Leases there", body=LEASES, tags=["clocks"])

    db.session.delete(other)
    db.session.commit()

    assert related(post) == []


def test_looking_anew_finds_the_same(make_post, related):
    post = make_post("Leases here", body=LEASES)
    make_post("Leases there", body=LEASES)
    version = post.version

    relate_anew(post.id)
    db.session.commit()

    assert related(post) == ["Leases there"]
    assert db.session.get_one(Post, post.id).version == version


@pytest.mark.parametrize(
    "body", ["", "...", "12 34", "日本語の文章です。時計とリース。", "a" * 500]
)
def test_any_text_can_be_saved(make_post, related, body):
    post = make_post("", slug="one", body=body)
    make_post("", slug="two", body=body)

    assert len(related(post)) <= 1
