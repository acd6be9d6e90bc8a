from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from blogapp.extensions import db
from blogapp.posts.finding import look
from blogapp.posts.listing import count_posts, list_posts
from blogapp.posts.selection import Match, Selection, Sort

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)


def titles(selection=Selection(), **kwargs):  # noqa: B008
    batch = list_posts(selection, look(NOW), **{"size": 100, **kwargs})
    return [post.title for page in batch.pages for post in page.posts]


def read_on(selection=Selection(), *, size, between=lambda: None):  # noqa: B008
    """Every title in the order of a scroll, with something happening between batches."""
    found = []
    while True:
        batch = list_posts(selection, look(NOW), size=size)
        found += [post.title for page in batch.pages for post in page.posts]
        if not batch.next:
            return found
        selection = replace(selection, page=batch.last + 1, after=batch.next)
        between()


def test_the_newest_post_stands_first(make_post):
    make_post("Older", published_at=MAY)
    make_post("Newer", published_at=MAY + timedelta(days=1))

    assert titles() == ["Newer", "Older"]
    assert titles(Selection(sort=Sort.OLDEST)) == ["Older", "Newer"]


def test_what_is_not_listed_is_not_there(make_post):
    make_post("Draft", published_at=None)
    make_post("Tomorrow", published_at=NOW + timedelta(days=1))
    make_post("Withdrawn", withdrawn_at=MAY)
    make_post("Trashed", deleted_at=MAY)
    make_post("Unlisted", unlisted=True)
    make_post("Now", published_at=NOW)

    assert titles() == ["Now"]


@pytest.mark.parametrize("size", [1, 3, 4])
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_posts_of_one_second_come_once_each(make_post, size, sort):
    for number in range(9):
        make_post(f"Post {number}", published_at=MAY)

    found = read_on(Selection(sort=sort), size=size)

    assert sorted(found) == [f"Post {number}" for number in range(9)]
    assert found == titles(Selection(sort=sort))


def test_publishing_between_batches_repeats_nothing_and_misses_nothing(make_posts, make_post):
    make_posts(20)
    everything = titles()
    news = iter(range(100))

    def publish():
        make_post(f"News {next(news)}", published_at=NOW)

    assert read_on(size=3, between=publish) == everything


def test_withdrawing_a_post_already_read_misses_nothing(make_posts):
    posts = make_posts(9)
    everything = titles()

    def withdraw():
        posts[-1].withdrawn_at = MAY
        posts[-2].withdrawn_at = MAY
        db.session.commit()

    assert read_on(size=3, between=withdraw) == everything


def test_a_search_reads_on_without_repeating(make_post):
    for number in range(10):
        make_post(f"Lease {number}" if number % 3 else f"Post {number}", body="A lease of time.")
    wanted = Selection(q="lease time", sort=Sort.RELEVANCE)

    found = read_on(wanted, size=3)

    assert found == titles(wanted)
    assert len(set(found)) == len(found) == 10


def test_a_search_reads_on_where_the_last_post_stood_when_it_is_gone(make_post):
    posts = [make_post(f"Lease {number}", body="A lease of time.") for number in range(9)]
    wanted = Selection(q="lease", sort=Sort.RELEVANCE)
    everything = titles(wanted)
    by_title = {post.title: post for post in posts}
    last = iter(everything[2::3])

    def withdraw():
        by_title[next(last)].withdrawn_at = MAY
        db.session.commit()

    assert read_on(wanted, size=3, between=withdraw) == everything


def test_what_is_chosen_beside_a_search_decides_what_is_ranked(make_post, monkeypatch):
    monkeypatch.setattr("blogapp.posts.search.finding.MOST_RANKED", 2)
    make_post("Lease", body="A lease.", tags=["rare"])
    make_post("Later", body="A lease.", tags=["rare"])
    for number in range(4):
        make_post(f"Newer {number}", body="A lease.", published_at=MAY)

    wanted = Selection(q="lease", tags=("rare",), sort=Sort.RELEVANCE)

    assert titles(wanted) == ["Lease", "Later"]
    assert look(NOW).search(replace(wanted, tags=())).limited
    assert not look(NOW).search(wanted).limited


def test_pages_by_number_are_the_batches_of_a_scroll(make_posts):
    make_posts(11)

    pages = [titles(Selection(page=number), size=4) for number in (1, 2, 3, 4)]

    assert [title for page in pages for title in page] == titles()
    assert list(map(len, pages)) == [4, 4, 3, 0]


def test_pages_up_to_a_number_come_in_one_piece(make_posts):
    make_posts(11)

    batch = list_posts(Selection(through=2), look(NOW), size=4)

    assert [(page.number, len(page.posts)) for page in batch.pages] == [(1, 4), (2, 4)]
    assert batch.next


def test_no_more_than_ten_pages_come_in_one_piece(make_posts):
    make_posts(13)

    batch = list_posts(Selection(through=12), look(NOW), size=1)

    assert [page.number for page in batch.pages] == list(range(3, 13))


def test_tags_are_matched_all_any_and_left_out(make_post):
    make_post("Both", tags=["SQLite", "Backup"])
    make_post("One", tags=["SQLite"])
    make_post("Other", tags=["Backup", "WAL"])
    both = Selection(tags=("sqlite", "backup"))

    assert titles(both) == ["Both"]
    assert sorted(titles(replace(both, match=Match.ANY))) == ["Both", "One", "Other"]
    assert sorted(titles(Selection(excluded=("wal",)))) == ["Both", "One"]


def test_an_unknown_name_matches_nothing_and_leaves_out_nothing(make_post):
    make_post("One", tags=["SQLite"])

    assert titles(Selection(tags=("sqlite", "nobody"))) == []
    assert titles(Selection(tags=("sqlite", "nobody"), match=Match.ANY)) == ["One"]
    assert titles(Selection(excluded=("nobody",))) == ["One"]
    assert titles(Selection(domain="nobody")) == []


def test_one_of_each_can_be_chosen(make_post, make_author):
    ada = make_author("Ada Lovelace")
    make_post(
        "Wanted", domain="Data", series="Leases", kind="note", authors=[ada], published_at=MAY
    )
    make_post("Plain", published_at=datetime(2024, 3, 1, tzinfo=UTC))

    for chosen in (
        *({"domain": "data"}, {"series": "leases"}, {"kind": "note"}),
        *({"author": "ada-lovelace"}, {"year": 2026}, {"year": 2026, "month": 5}, {"month": 5}),
    ):
        assert titles(Selection(**chosen)) == ["Wanted"]


def test_slugs_match_whatever_their_case(make_post):
    make_post("One", tags=["Системы"], domain="Data")

    assert titles(Selection(tags=("СИСТЕМЫ",), domain="DATA")) == ["One"]


def test_a_month_is_the_sites_month(make_post):
    post = make_post("Late", published_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))
    post.publish_at(post.published_at, ZoneInfo("Europe/Berlin"))
    db.session.commit()

    assert titles(Selection(year=2026, month=3)) == ["Late"]


def test_every_word_of_a_search_must_occur_somewhere(make_post):
    make_post("Crème brûlée", body="A recipe.", tags=["Zürich"])
    make_post("Other", body="About crème alone.")
    make_post("100 % sure", body="A_B")

    def found(q):
        return titles(Selection(q=q, sort=Sort.RELEVANCE))

    assert found("creme") == ["Crème brûlée", "Other"]
    assert found("CREME recipe zurich") == ["Crème brûlée"]
    assert found("creme nowhere") == []
    assert found("100 %") == ["100 % sure"]
    assert found("a_b") == ["100 % sure"]
    assert found("axb") == []


def test_a_word_in_the_title_ranks_higher(make_post):
    make_post("A lease", published_at=MAY, body="Text.")
    make_post("Other", published_at=MAY + timedelta(days=1), body="A lease.")

    assert titles(Selection(q="lease", sort=Sort.RELEVANCE)) == ["A lease", "Other"]
    assert titles(Selection(q="lease", sort=Sort.NEWEST)) == ["Other", "A lease"]


def test_the_count_is_the_length_of_the_list(make_posts):
    make_posts(7, tags=["a"])

    assert count_posts(Selection(tags=("a",)), look(NOW)) == 7
    assert count_posts(Selection(tags=("b",)), look(NOW)) == 0


def test_a_list_costs_two_statements_and_loads_no_text(make_posts, queries):
    make_posts(30, tags=["a", "b"], domain="Data")
    finding = look(NOW)
    db.session.expunge_all()
    queries.clear()

    list_posts(Selection(through=3), finding, size=10)

    assert len(queries) == 2
    for column in ("body", "html", "text"):
        assert f"posts.{column}" not in " ".join(queries)
