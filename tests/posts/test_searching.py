from datetime import timedelta

import pytest
from sqlalchemy import delete, text
from sqlalchemy.orm import selectinload

from blogapp.extensions import db
from blogapp.posts.facet_index import facet_index
from blogapp.posts.models import Post, Tag
from blogapp.posts.search_query import parse
from blogapp.posts.searching import count_missing, find, forget, rebuild
from blogapp.posts.writing import Manuscript, save
from tests.conftest import JANUARY

NOW = JANUARY + timedelta(days=365)
LATER = NOW + timedelta(days=365)

WAIT = """Goroutines come back one by one.

```go
if err := errgroup.Wait(); err != nil {
    node->next = nil
}
```
"""


def look(q, now=NOW):
    """Return what a search finds, and its posts in their order."""
    index = facet_index()
    found = find(parse(q), index, now)
    titles = dict(db.session.execute(db.select(Post.id, Post.title)).all())
    assert sorted(found.order) == list(found.matches)
    return found, [titles[index.ids[position]] for position in found.order]


def titles(q, now=NOW):
    return look(q, now)[1]


# Where words are found.


@pytest.mark.parametrize("q", ["lease", "LEASE", "clocks", "crème", "creme", "Heading", "x_small"])
def test_a_word_is_found_in_every_part_of_a_post(make_post, q):
    make_post(
        "A lease is a guess",
        summary="About clocks and Crème brûlée.",
        body="## The heading\n\nText.\n\n```python\nx_small = 1\n```",
    )
    make_post("Another")

    assert titles(q) == ["A lease is a guess"]


def test_a_post_holds_all_words_and_no_excluded_one(make_post):
    make_post("One", body="alpha beta")
    make_post("Two", body="alpha beta gamma")
    make_post("Three", body="alpha")

    assert set(titles("alpha beta")) == {"One", "Two"}
    assert titles("alpha beta -gamma") == ["One"]
    assert titles('alpha -"beta gamma"') == ["Three", "One"]
    assert titles("-beta") == ["Three"]


def test_a_phrase_is_found_in_its_order_and_not_across_headings(make_post):
    make_post("One", body="a write ahead log")
    make_post("Two", body="ahead of the write")
    make_post("Three", body="## Plain write\n\n## Ahead of time")

    assert titles('"write ahead"') == ["One"]
    assert titles('"ahead of the"') == ["Two"]


def test_a_word_is_found_in_the_number_it_was_not_typed_in(make_post):
    make_post("Leases", body="All queries wait.")

    assert titles("lease") == ["Leases"]
    assert titles("query") == ["Leases"]
    assert titles('"lease"') == []


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("数据库", ["数据库的设计"]),
        ("据库", ["数据库的设计"]),
        ("设", ["数据库的设计"]),
        ("カタカナ", ["ひらがなとカタカナ"]),
        ("ฐานข้อมูล", ["การออกแบบฐานข้อมูล"]),
        ("서버", ["서버를 위한 글"]),
        ("системный", ["Системный журнал"]),
        ("मेमोरी", ["मेमोरी का लेआउट"]),
        ("דוגמה", ["דוגמה בעברית"]),
    ],
)
def test_every_script_is_searched(make_post, q, expected):
    for title in (
        *("数据库的设计", "ひらがなとカタカナ", "การออกแบบฐานข้อมูล", "서버를 위한 글"),
        *("Системный журнал", "मेमोरी का लेआउट", "דוגמה בעברית"),
    ):
        make_post(title)

    assert titles(q) == expected


@pytest.mark.parametrize(
    "q",
    [
        "\U0001f525",
        "\u2764",
        "\u2764\ufe0f",
        '"\U0001f525"',
        "friday \U0001f525",
        "\U0001f525\U0001f680",
    ],
)
def test_emoji_are_found(make_post, q):
    make_post("Deploying on Friday", body="On fire \U0001f525, with love \u2764\ufe0f: on it goes.")
    make_post("Friday", body="Nothing \U0001f389")

    assert titles(q) == ["Deploying on Friday"]
    assert titles('"on fire with love on it"') == ["Deploying on Friday"]


# Code.


@pytest.mark.parametrize(
    "q",
    [
        *("errgroup.Wait", "group.Wa", "->next", "in:code roup.w", "in:code oup", "errgroup"),
        *("!= nil", 'in:code "err != nil"', ":=", "->", "in:code :=", "in:code if"),
    ],
)
def test_code_is_found_by_any_piece_of_it_and_by_short_symbols(make_post, q):
    make_post("Waiting", body=WAIT)
    make_post("Not this", body="An errand to a group. Wait next to nil: then go.\n\n```\nx\n```")

    assert titles(q) == ["Waiting"]


def test_a_piece_of_a_plain_word_is_looked_for_in_code_when_nothing_else_is_found(make_post):
    make_post("Waiting", body=WAIT)

    assert titles("rrgrou") == ["Waiting"]
    make_post("Rrgrou", body="The word itself.")
    assert titles("rrgrou") == ["Rrgrou"]


@pytest.mark.parametrize("q", ["k8", "clusters k8", "kub", "cluster on ku"])
def test_the_beginning_of_the_last_word_will_do(make_post, q):
    make_post("K8s", body="Clusters on Kubernetes.")
    make_post("Clusters", body="On kilograms.")

    assert titles(q) == ["K8s"]


@pytest.mark.parametrize("name", ["C++", "C#", "F#", ".NET", "node.js", "std::vector", "--force"])
@pytest.mark.parametrize("place", ["title", "body", "code"])
def test_names_with_symbols_are_found_wherever_they_stand(make_post, name, place):
    bodies = {"title": "Text.", "body": f"We use {name} here.", "code": f"```\nuse {name};\n```"}
    make_post(f"On {name}" if place == "title" else "This one", body=bodies[place])
    make_post("Another", body="C F net js node: a standard vector, by force.\n\n```\nc net\n```")

    found = titles(name)

    assert found == [f"On {name}" if place == "title" else "This one"]


@pytest.mark.parametrize(
    "q",
    [
        *("ada@example.org", "https://example.com/deep/path?x=1", "example.com/deep", "lib/libx"),
        *("192.168.17.42:8080", "2001:db8::17", "1.2.37"),
    ],
)
def test_addresses_and_numbers_are_found_as_they_are_typed(make_post, q):
    make_post(
        "Addresses",
        body="Ask ada@example.org, see https://example.com/deep/path?x=1 or www.example.com/deep. "
        "At 192.168.17.42:8080 and [2001:db8::17], version 1.2.37, out of /usr/lib/libx.so.",
    )
    make_post("Parts", body="Ada, an example: deep path 192, 168, db8, 1.2 and lib.")

    assert titles(q) == ["Addresses"]


@pytest.mark.parametrize("q", ["fencing/lease", "lease-fencing", "lease*", "~lease", "leese/clock"])
def test_what_symbols_hold_together_is_looked_for_by_its_words_at_last(make_post, q):
    make_post("A lease", body="Needs fencing and a clock.")

    found, there = look(q)

    assert there == ["A lease"]
    assert "/" not in found.instead
    assert "lease" in found.instead


def test_a_name_with_symbols_is_not_taken_for_the_one_without(make_post):
    make_post("The language C", tags=["x"])
    make_post("The language C++")

    assert titles("C++ tag:x") == []
    assert look("tag:x C++/language")[0].instead == ""


def test_pairs_of_characters_are_not_shown_for_words(make_post):
    make_post("据库 数据 库")

    found, order = look("数据库")

    assert (order, found.instead) == ([], "")


def test_parts_of_names_in_code_are_words(make_post):
    make_post("Humps", body="```js\nconst x = getUserName(HTTPServer)\n```")
    make_post("Snakes", body="```py\nload_user_name()\n```")

    assert set(titles("user name")) == {"Humps", "Snakes"}
    assert titles("getusername") == ["Humps"]
    assert titles("http server") == ["Humps"]


def test_in_narrows_to_a_part(make_post):
    make_post("Leases", body="Nothing of them.")
    make_post("Tagged", tags=["Leases"])
    make_post("Clocks", body="## On leases\n\nText.")
    make_post("Code", body="```\nleases = []\n```")

    assert titles("in:title leases") == ["Leases"]
    assert titles("in:headings leases") == ["Clocks"]
    assert titles("in:code leases") == ["Code"]
    assert titles("in:title,headings leases") == ["Leases", "Clocks"]


# Names and operators.


def test_names_of_tags_and_authors_are_found_and_follow_their_change(make_post, make_author):
    ada = make_author("Ada Lovelace")
    make_post("One", tags=["Machine learning"], authors=[ada])
    make_post("Two")

    assert titles("machine") == titles("lovelace") == titles("learning lovelace") == ["One"]
    db.session.scalars(db.select(Tag)).one().name = "Deep nets"
    db.session.commit()
    assert titles("nets") == ["One"]


def test_operators_narrow_and_stand_alone(make_post):
    make_post("Old", tags=["go"], kind="note", published_at=JANUARY - timedelta(days=400))
    make_post("New", tags=["go", "sql"], kind="article", body="alpha")

    assert titles("tag:go") == ["New", "Old"]
    assert titles("tag:go -tag:sql") == ["Old"]
    assert titles("alpha tag:go") == ["New"]
    assert titles("alpha kind:note") == []
    assert titles("tag:go before:2025") == ["Old"]
    assert titles("tag:go after:2025") == ["New"]
    assert titles("kind:note kind:article") == ["New", "Old"]
    assert titles("tag:nothing-of-the-kind") == []


# Order.


def test_a_title_comes_before_a_heading_before_a_summary_before_the_text(make_post):
    make_post("In the text", body="Much of quorum. " * 9)
    make_post("In a heading", body="## A quorum\n\nText.")
    make_post("In the summary", summary="Of a quorum.")
    make_post("A quorum")

    found = titles("quorum")

    assert found[0] == "A quorum"
    assert found[-1] == "In the text"


def test_words_side_by_side_come_first_and_of_equals_the_newer(make_post):
    for number in range(3):
        make_post(f"Post {number}", body="bloom of a filter", published_at=NOW - timedelta(number))
    make_post("Together", body="a bloom filter", published_at=NOW - timedelta(9))

    assert titles("bloom filter") == ["Together", "Post 0", "Post 1", "Post 2"]


def test_beyond_the_limit_only_the_newest_are_ranked(make_post, monkeypatch):
    monkeypatch.setattr("blogapp.posts.search.finding.MOST_RANKED", 2)
    for number in range(4):
        make_post(f"Post {number}", body="word", published_at=JANUARY + timedelta(number))

    index = facet_index()
    found = find(parse("word"), index, NOW)

    assert found.limited
    assert list(found.matches) == [0, 1, 2, 3]
    assert found.order == [3, 2]


# Typing errors.


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("replicaton", "replication"),
        ("relpication", "replication"),
        ("replicattion", "replication"),
        ("rplicatoin", "replication"),
        ("cahce", "cache"),
        ("cach replication", "cache replication"),
        ("cashe replikation", "cache replication"),
        ("data base", "database"),
        ("writeahead", "write ahead"),
    ],
)
def test_one_or_two_typing_errors_are_forgiven_and_named(make_post, typed, meant):
    make_post("Replication", body="Each database has a cache, and a write ahead log.")
    make_post("Another")

    found, order = look(typed)

    assert (order, found.instead) == (["Replication"], meant)


@pytest.mark.parametrize(
    "q", ['"replicaton"', "replicaton.x()", "in:code repplicate", "rep", "cqr"]
)
def test_phrases_code_and_short_words_are_not_corrected(make_post, q):
    make_post("Replication of a car")

    found, order = look(q)

    assert order in ([], ["Replication of a car"])
    assert found.instead == ""


def test_words_of_posts_that_nobody_may_see_are_never_shown(make_post):
    make_post("Two halves", body="The quill and the wort of a quilter.")
    make_post("Draft", body="zanzibarium quilting wortquill", published_at=None)
    make_post("To come", body="zanzibariums", published_at=LATER)

    said = {q: look(q)[0].instead for q in ("zanzibariun", "zanzibarum", "quiltinf", "wortqill")}

    assert said == {"zanzibariun": "", "zanzibarum": "", "quiltinf": "", "wortqill": ""}


def test_a_word_of_a_draft_is_corrected_like_any_that_no_post_has(make_post):
    make_post("Replication")
    make_post("Draft", body="replicatiom", published_at=None)

    typed, near = look("replicatiom"), look("replicatipm")

    assert [found.instead for found, _ in (typed, near)] == ["replication"] * 2


def test_a_word_that_posts_hold_stays_as_it_was_typed(make_post):
    make_post("A form")
    make_post("From here", tags=["x"])

    found, order = look("form tag:x")

    assert (order, found.instead) == ([], "")


# The index and its posts.


def test_the_index_follows_a_post(make_post):
    post = make_post("Before", body="oldword")
    assert titles("oldword") == ["Before"]

    _save(post.id, "After", "newword")
    db.session.commit()
    assert (titles("oldword"), titles("newword")) == ([], ["After"])

    _save(post.id, "Undone", "thirdword")
    db.session.rollback()
    assert (titles("thirdword"), titles("newword")) == ([], ["After"])


def _save(post_id, title, body):
    loaded = [selectinload(Post.tags), selectinload(Post.bylines)]
    db.session.expunge_all()
    post = db.session.get_one(Post, post_id, options=loaded)
    save(post, Manuscript(title=title, body=body), now=NOW)


def test_only_listed_posts_are_found(make_post):
    make_post("Listed", body="word")
    make_post("Unlisted", body="word", unlisted=True)
    make_post("Draft", body="word", published_at=None)
    make_post("Page", body="word", is_page=True)
    make_post("Scheduled", body="word", published_at=NOW + timedelta(days=1))
    make_post("Trashed", body="word", deleted_at=NOW)

    assert titles("word") == ["Listed"]
    assert titles("word", LATER) == ["Scheduled", "Listed"]


def test_a_post_that_is_gone_is_not_found_nor_is_its_successor_by_its_words(make_post):
    post = make_post("First", body="oldword")
    db.session.execute(delete(Post).where(Post.id == post.id))
    db.session.commit()
    db.session.expunge_all()
    assert titles("oldword") == []

    make_post("Second", body="newword")
    assert titles("oldword") == []
    assert titles("newword") == ["Second"]


def test_a_rebuild_brings_back_what_is_missing(make_posts):
    posts = make_posts(3, body="word")
    forget([posts[0].id])
    db.session.execute(text("UPDATE search_posts SET version = 0 WHERE post_id = :id"),
                       {"id": posts[1].id})  # fmt: skip
    assert count_missing() == 2

    assert sum(rebuild()) == 3
    db.session.commit()

    assert count_missing() == 0
    assert titles("word") == ["Post 3", "Post 2", "Post 1"]


def test_a_post_of_a_megabyte_is_found_by_its_words(make_post):
    words = " ".join(f"w{number:x}" for number in range(110_000))
    make_post("Long", body=f"{words} the last phrase")
    make_post("Long, too", body=f"```\n{words}\n```")

    assert sorted(titles("w1")) == ["Long", "Long, too"]
    assert titles('"the last phrase"') == ["Long"]
    assert titles("in:code w1adaf") == ["Long, too"]


def test_a_search_takes_as_many_statements_for_many_posts_and_words(make_posts, queries):
    make_posts(2, body="alpha beta gamma delta epsilon zeta")
    index = facet_index()

    def count(q):
        queries.clear()
        assert find(parse(q), index, NOW).order
        return len(queries)

    few = count("alpha")
    assert count('alpha beta gamma delta "epsilon zeta" -eta -theta') == few
    make_posts(5, body="alpha")
    index = facet_index()
    assert count("alpha") == few
