from datetime import UTC, datetime, timedelta

import pytest

from blogapp.extensions import db
from blogapp.posts.draft_models import Draft

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def titles(page):
    return [title.text for title in page.select(".post-table__title")]


@pytest.fixture
def shelf(owner, make_post):
    """A post in each state, in the order of their states."""
    mine = {"authors": [owner.author]}
    make_post("Draft", published_at=None, **mine)
    make_post("Scheduled", published_at=NOON + timedelta(days=1), **mine)
    make_post("Public", tags=["CI/CD"])
    make_post("Withdrawn", withdrawn_at=NOON)
    make_post("Trashed", deleted_at=NOON, published_at=None)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("draft", ["Draft"]),
        ("scheduled", ["Scheduled"]),
        ("published", ["Public"]),
        ("withdrawn", ["Withdrawn"]),
        ("trashed", ["Trashed"]),
    ],
)
def test_each_state_has_its_own_shelf(owner, shelf, state, found):
    assert titles(owner.page(f"/write/posts?state={state}")) == found


def test_all_means_all_but_the_trash_and_every_state_is_counted(owner, shelf):
    page = owner.page("/write/posts")

    assert set(titles(page)) == {"Draft", "Scheduled", "Public", "Withdrawn"}
    counts = [" ".join(link.text.split()) for link in page.select(".shelf__states a")]
    assert counts == [
        "All 4", "Drafts 1", "Scheduled 1", "Published 1", "Withdrawn 1", "Trash 1",
    ]  # fmt: skip
    assert page.select_one(".shelf__status").text.strip() == "4 posts"


def test_what_was_saved_last_stands_first(owner, make_post):
    for hour, title in enumerate(["Old", "Older", "Newest"]):
        make_post(title, saved_at=NOON - timedelta(hours=[1, 2, 0][hour]))

    assert titles(owner.page("/write/posts")) == ["Newest", "Old", "Older"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lease", {"Leases", "Fencing"}),
        ("LEASE time", {"Fencing"}),
        ("системы", {"Системы"}),
        ("СИСТЕМЫ", {"Системы"}),
        ("100%", {"100% sure"}),
        ("_", set()),
        ("o'clock", set()),
    ],
)
def test_words_are_found_in_titles_and_texts_whatever_their_case(owner, make_post, words, found):
    make_post("Leases", body="On time-outs.".replace("time", "limit"))
    make_post("Fencing", body="A lease needs time.")
    make_post("Системы", body="Nothing.")
    make_post("100% sure", body="Nothing.")

    page = owner.page("/write/posts", query_string={"q": words})

    assert set(titles(page)) == found


def test_mine_leaves_what_i_sign(owner, shelf):
    page = owner.page("/write/posts")

    address = page.find("a", string="Mine")["href"]

    assert address == "/write/posts?author=grace-hopper"
    assert set(titles(owner.page(address))) == {"Draft", "Scheduled"}


def test_an_author_finds_own_posts_alone(author, make_post):
    make_post("Mine", authors=[author.author], published_at=None)
    make_post("Somebody else's", published_at=None)

    page = author.page("/write/posts")

    assert titles(page) == ["Mine"]
    assert page.select_one(".shelf__count").text == "1"
    assert page.find("a", string="Mine", class_="button") is None


def test_pages_follow_each_other_without_gap(owner, make_posts):
    make_posts(30)

    first = owner.page("/write/posts")
    second = owner.page(first.select_one("[rel=next]")["href"])

    assert (len(titles(first)), len(titles(second))) == (25, 5)
    assert len(set(titles(first) + titles(second))) == 30
    assert second.select_one("[rel=prev]")["href"] == "/write/posts"
    assert owner.get("/write/posts?page=3").status_code == 404


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=-1", "page=99999999", "state=lost", "q=a%00b", "page=٣"]
)
def test_a_malformed_choice_is_refused(owner, query):
    assert owner.get(f"/write/posts?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["state=&q=", "q=x&state=draft", "page=1", "colour=red", "q=+a++b+", "state=draft&state=draft"],
)
def test_an_address_has_one_spelling(owner, query):
    response = owner.get(f"/write/posts?{query}")

    assert response.status_code == 301
    assert owner.get(response.location).status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_costs_the_same_for_any_number_of_posts(owner, make_post, queries):
    make_post("One", authors=[owner.author], tags=["A"])
    owner.get("/write/posts")
    queries.clear()
    owner.get("/write/posts")
    few = len(queries)
    for number in range(12):
        make_post(f"Post {number}", authors=[owner.author], tags=["A", "B"])

    queries.clear()
    owner.get("/write/posts")

    assert len(queries) == few


def test_nothing_found_says_so_and_leads_back(owner, shelf):
    page = owner.page("/write/posts?q=unheard-of")

    assert "No post is like that." in page.text
    assert page.find("a", string="Show all posts")["href"] == "/write/posts"


def test_authors_are_not_asked_whose_posts_they_mean(author):
    response = author.get("/write/posts?state=draft&author=somebody-else")

    assert response.status_code == 301
    assert response.location == "/write/posts?state=draft"


def type_in(post, *, title, body):
    db.session.add(
        Draft(
            post_id=post.id,
            fields={"title": title},
            body=body,
            is_pending=True,
            changed_at=NOON,
        )
    )
    db.session.commit()


@pytest.mark.parametrize("words", ["typed title", "ZÜRICH", "zurich", "übung"])
def test_what_was_typed_and_not_saved_is_found(owner, make_post, words):
    post = make_post("", body="", published_at=None)
    type_in(post, title="Typed title", body="Eine Übung in Zürich.")
    make_post("Something else")

    page = owner.page("/write/posts", query_string={"q": words})

    assert titles(page) == ["Typed title"]


def test_what_is_saved_is_found_without_its_accents(owner, make_post):
    make_post("Überlast", body="Die Straße nach Łódź.")

    for words in ("uberlast", "STRASSE", "überl"):
        assert titles(owner.page("/write/posts", query_string={"q": words})) == ["Überlast"]


def test_tags_domains_and_authors_narrow_the_list(owner, make_post, make_author):
    bo = make_author("Bo")
    make_post("One", tags=["CI/CD"], domain="Networks", authors=[bo])
    make_post("Two", tags=["CI/CD"])
    make_post("Three", domain="Networks")

    assert set(titles(owner.page("/write/posts?tag=ci-cd"))) == {"One", "Two"}
    assert set(titles(owner.page("/write/posts?domain=networks"))) == {"One", "Three"}
    page = owner.page("/write/posts?tag=ci-cd&domain=networks&author=bo")
    assert titles(page) == ["One"]
    said = page.select_one(".shelf__status").text
    assert said == "1 post by Bo tagged “CI/CD” in “Networks”"
    # Whoever types a tag types its name.
    response = owner.get("/write/posts?tag=CI/CD&sort=changed")
    assert response.location == "/write/posts?tag=ci-cd"
    page = owner.page("/write/posts?tag=nothing")
    assert titles(page) == []
    assert "There is no tag “nothing”." in page.text


def test_unpublished_changes_and_unlisted_posts_stand_together(owner, make_post):
    live = make_post("Live")
    make_post("Hidden", unlisted=True)
    draft = make_post("Draft", published_at=None)
    type_in(live, title="Live anew", body="")
    type_in(draft, title="Draft anew", body="")

    page = owner.page("/write/posts?state=changed")
    assert titles(page) == ["Live anew"]
    assert page.select_one(".post-table__state").text.split() == [
        *("Published", "Unpublished", "changes"),
    ]
    assert titles(owner.page("/write/posts?state=unlisted")) == ["Hidden"]


def test_the_list_is_sorted_as_one_asks(owner, make_post):
    make_post("B", saved_at=NOON - timedelta(days=2), published_at=NOON - timedelta(days=1))
    make_post("A", saved_at=NOON - timedelta(days=1), published_at=NOON - timedelta(days=2))
    make_post("C", saved_at=NOON, published_at=None)

    orders = {
        sort: titles(owner.page(f"/write/posts?sort={sort}"))
        for sort in ("oldest", "published", "title")
    }

    assert titles(owner.page("/write/posts")) == ["C", "A", "B"]
    assert orders == {
        "oldest": ["B", "A", "C"],
        "published": ["B", "A", "C"],
        "title": ["A", "B", "C"],
    }


def test_each_empty_state_says_what_would_stand_there(owner):
    for state, words in {
        "draft": "No drafts.",
        "scheduled": "Nothing is scheduled.",
        "changed": "No live post has changes",
        "trashed": "The trash is empty.",
    }.items():
        assert words in owner.page(f"/write/posts?state={state}").text
