"""The journal as an open editor speaks to it."""

import pytest

from blogapp.extensions import db
from blogapp.posts import drafting
from blogapp.posts.draft_models import JournalEntry
from blogapp.posts.models import Post
from tests.authoring.conftest import only_post, stored

CLIENT = "0b1e6c1a-0000-4000-8000-000000000001"
OTHER = "0b1e6c1a-0000-4000-8000-000000000002"
STORY = "One wrong price.\n\nIt was stale.\n\nWe read from the primary.\n"


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", body=STORY, authors=[author.author])


def send(browser, post=None, *, client=CLIENT, sequence=1, base=0, **burst):
    address = f"/write/posts/{post.id if post else 'new'}/journal"
    data = {"client": client, "sequence": sequence, "base": base, **burst}
    return browser.post(address, json=data)


def put(start, removed, inserted):
    return {"start": start, "removed": removed, "inserted": inserted}


def replaced(old, new, text=STORY):
    """What an editor sends that has ``new`` for ``old``."""
    return put(text.index(old), len(old), new)


def draft_of(post):
    return drafting.working_copy(stored(post.id))


def entries():
    db.session.rollback()
    return db.session.scalars(db.select(JournalEntry).order_by(JournalEntry.id)).all()


def test_what_is_typed_is_kept_and_readers_see_nothing_of_it(author, browser, post):
    before = browser.get("/posts/leases")

    answer = send(author, post, body=replaced("stale", "old"), fields={"title": "Fencing "})

    assert answer.status_code == 200
    assert answer.json["head"] == 1
    assert answer.json["merged"] is None
    assert draft_of(post).body == STORY.replace("stale", "old")
    assert draft_of(post)["title"] == "Fencing"
    assert stored(post.id).body == STORY
    after = browser.get("/posts/leases")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def test_what_arrives_twice_is_kept_once_and_answered_alike(author, post):
    burst = {"body": replaced("stale", "old"), "fields": {"title": "Fencing"}}

    first = send(author, post, **burst)
    again = send(author, post, **burst)

    assert first.json == again.json
    assert len(entries()) == 1


def test_bursts_follow_each_other_without_a_gap(author, post):
    text = STORY
    for n in range(1, 6):
        answer = send(author, post, sequence=n, base=n - 1, body=put(len(text), 0, f"{n}\n"))
        text += f"{n}\n"
        assert answer.json["head"] == n

    assert draft_of(post).body == text
    assert [entry.head for entry in entries()] == [1, 2, 3, 4, 5]


def test_an_empty_burst_writes_nothing_and_tells_what_others_wrote(author, owner, post):
    send(owner, post, client=OTHER, body=replaced("stale", "old"))

    mine = send(author, post, base=0)
    again = send(author, post, base=1, sequence=2)

    assert mine.json["merged"]["text"] == STORY.replace("stale", "old")
    assert mine.json["merged"]["by"] == "Grace Hopper"
    assert again.json["merged"] is None
    assert len(entries()) == 1


def test_changes_in_other_places_are_merged_and_named(author, owner, make_post):
    story = f"# Top\n\nOne wrong price.\n\n## Below\n\n{STORY}"
    post = make_post("Sections", body=story, authors=[author.author])
    send(owner, post, client=OTHER, body=replaced("stale", "old", story))

    answer = send(author, post, body=replaced("# Top", "# Tip", story))
    again = send(author, post, body=replaced("# Top", "# Tip", story))

    assert answer.status_code == 200
    assert answer.json == again.json
    assert answer.json["head"] == 2
    merged = answer.json["merged"]
    assert merged["text"] == story.replace("stale", "old").replace("# Top", "# Tip")
    assert (merged["by"], merged["where"]) == ("Grace Hopper", ["Below"])
    assert draft_of(post).body == merged["text"]


def test_what_stands_against_each_other_is_kept_in_a_branch(author, owner, post):
    send(owner, post, client=OTHER, body=replaced("stale", "old"))

    first = send(author, post, body=replaced("stale", "rotten"))
    more = send(author, post, sequence=2, body=replaced("stale", "rotten, really"))
    again = send(author, post, body=replaced("stale", "rotten"))

    assert [r.status_code for r in (first, more, again)] == [409, 409, 409]
    assert first.json["branch"] == more.json["branch"] == again.json["branch"]
    assert first.json["conflict"]["by"] == "Grace Hopper"
    assert f"branch={first.json['branch']}" in first.json["conflict"]["address"]
    assert draft_of(post).body == STORY.replace("stale", "old")
    from blogapp.posts.branching import find

    branch = find(first.json["branch"])
    assert branch.content.body == STORY.replace("stale", "rotten, really")
    assert branch.ancestor.body == STORY


def test_a_text_is_counted_as_browsers_count_it(author, make_post):
    text = "a😀b👩‍💻e\u0301z"
    post = make_post("Odd", body=text, authors=[author.author])
    # Between the halves of the first, which become another one.
    halves = put(2, 1, "\ude01")
    units = len("a😁b👩‍💻e\u0301".encode("utf-16-le")) // 2

    send(author, post, body=halves)
    send(author, post, sequence=2, base=1, body=put(units, 1, "y\ud83d\0"))

    assert draft_of(post).body == "a😁b👩‍💻e\u0301y\ufffd\ufffd"


def test_a_text_with_other_line_ends_is_handed_back_as_it_is_kept(author, post):
    answer = send(author, post, body={"text": "one\r\ntwo\rthree"})

    assert draft_of(post).body == "one\ntwo\nthree"
    assert answer.json["merged"]["text"] == "one\ntwo\nthree"


def test_the_first_burst_of_a_new_text_makes_one_draft(author):
    burst = {"body": {"text": "Long thoughts"}, "fields": {"title": "Leases"}}

    first = send(author, **burst)
    again = send(author, **burst)
    later = send(author, sequence=2, body={"text": "Long thoughts, kept"})

    post = only_post()
    assert first.json == again.json
    assert first.json["post"] == later.json["post"] == post.id
    assert first.json["addresses"]["journal"] == f"/write/posts/{post.id}/journal"
    assert first.json["addresses"]["edit"] == f"/write/posts/{post.id}"
    assert post.published_at is None
    assert [a.name for a in post.authors] == ["Ada Lovelace"]
    assert draft_of(post).body == "Long thoughts, kept"
    assert draft_of(post)["title"] == "Leases"
    assert draft_of(post)["slug"] == ""


@pytest.mark.parametrize(
    "burst", [{}, {"body": {"text": " \n"}}, {"fields": {"authors": "Ada Lovelace"}}]
)
def test_nothing_typed_makes_no_post(author, burst):
    answer = send(author, **burst)

    assert answer.json["post"] is None
    assert db.session.scalar(db.select(db.func.count(Post.id))) == 0


def test_nothing_is_validated(author, post):
    fields = {"title": "", "series_position": "two", "language": "x y", "canonical_url": "no"}

    answer = send(author, post, fields=fields)

    assert answer.status_code == 200
    assert {name: draft_of(post)[name] for name in fields} == fields


def test_what_somebody_may_not_decide_is_left_as_it_is(author, post):
    send(author, post, fields={"authors": "Nobody", "pinned": "y", "title": "Mine"})

    draft = draft_of(post)
    assert (draft["authors"], draft["pinned"], draft["title"]) == ("Ada Lovelace", "", "Mine")


def test_a_late_burst_is_kept_and_overwrites_nothing(author, post):
    send(author, post, sequence=5, body=replaced("stale", "old"))

    late = send(author, post, sequence=4, body=replaced("stale", "ol"))

    assert late.status_code == 200
    assert draft_of(post).body == STORY.replace("stale", "old")
    [_, kept] = entries()
    assert (kept.kind, kept.head, kept.changes["body"][0][2]) == ("late", None, "ol")


def test_who_types_on_without_having_heard_the_answer_loses_nothing(author, post):
    send(author, post, body=replaced("stale", "old"))

    answer = send(author, post, sequence=2, base=0, body=replaced("stale", "older"))

    assert answer.json["merged"] is None
    assert draft_of(post).body == STORY.replace("stale", "older")


def test_an_editor_that_writes_to_another_post_loses_nothing_to_the_first(author, post, make_post):
    other = make_post("Other", body=STORY, authors=[author.author])
    send(author, post, body=replaced("stale", "old"))

    taken = send(author, other, body=replaced("stale", "late"))
    whole = send(author, other, sequence=2, body={"text": "Whole.\n"})

    assert (taken.status_code, whole.status_code) == (400, 200)
    assert draft_of(other).body == "Whole.\n"


def test_a_place_nobody_knows_asks_for_the_whole_text(author, post):
    beyond = send(author, post, body=put(10_000, 0, "x"))
    unknown = send(author, post, base=99, body=put(0, 0, "x"))
    whole = send(author, post, base=99, body={"text": f"{STORY}\nMore.\n"})

    assert (beyond.status_code, beyond.json) == (400, {"whole": True})
    assert (unknown.status_code, unknown.json) == (400, {"whole": True})
    assert whole.status_code == 200
    assert draft_of(post).body == f"{STORY}\nMore.\n"


def test_what_goes_on_from_an_older_text_is_not_put_in_twice(author, owner, post):
    after = STORY.index(" price")
    send(owner, post, client=OTHER, body=replaced("wrong", "mistaken"))
    send(author, post, body=put(after, 0, " and old"))

    answer = send(author, post, sequence=2, body=put(after, 0, " and old and late"))

    merged = STORY.replace("wrong price", "mistaken and old and late price")
    assert draft_of(post).body == answer.json["merged"]["text"] == merged
    gone = send(author, post, sequence=3, fields={"title": "Fencing"})
    assert gone.json["merged"]["text"] == STORY.replace("wrong", "mistaken")


def test_a_change_past_the_editor_is_merged_into_what_is_typed(author, post):
    send(author, post, body=replaced("stale", "old"))
    changed = stored(post.id)
    changed.body = STORY.replace("primary", "leader")
    db.session.commit()

    answer = send(author, post, sequence=2, base=1, body=put(0, 0, "Note. "))

    expected = "Note. " + STORY.replace("stale", "old").replace("primary", "leader")
    assert answer.json["merged"]["text"] == expected
    assert draft_of(post).body == expected


def test_an_editor_older_than_the_post_is_asked_for_its_whole_text(author, post):
    changed = stored(post.id)
    changed.body = f"First. {STORY}"
    db.session.commit()

    splice = send(author, post, version="1", body=put(0, 0, "x"))
    whole = send(author, post, version="1", sequence=2, body={"text": f"{STORY}\nMore.\n"})

    assert (splice.status_code, splice.json) == (400, {"whole": True})
    assert whole.status_code == 200
    assert draft_of(post).body == f"First. {STORY}\nMore.\n"


@pytest.mark.parametrize(
    "burst",
    [
        {"client": "x"},
        {"client": "<script>alert(1)</script>"},
        {"client": 7},
        {"sequence": 0},
        {"sequence": "1"},
        {"sequence": 2**40},
        {"base": -1},
        {"base": True},
        {"fields": ["title"]},
        {"fields": {"title": 1}},
        {"body": "text"},
        {"body": {"text": 1}},
        {"body": {"start": -1}},
        {"body": {"start": 0, "removed": "x"}},
    ],
)
def test_what_makes_no_sense_is_answered_400(author, post, burst):
    assert send(author, post, **burst).status_code == 400
    assert entries() == []


def test_what_is_too_long_is_refused_and_what_is_as_long_as_may_be_is_kept(author, post):
    over = send(author, post, body={"text": "x" * 1_000_001})
    field = send(author, post, fields={"summary": "x" * 10_001})
    just = send(author, post, body={"text": "é" * 500_000})

    assert (over.status_code, field.status_code, just.status_code) == (413, 413, 200)


def test_who_may_not_write_is_told(author, post, browser, make_author, as_author):
    other = as_author(make_author("Edsger Dijkstra"))

    assert send(browser, post).status_code == 401
    assert send(other, post).status_code == 403
    assert send(author, is_page=True, body={"text": "About us"}).status_code == 403
    assert author.post("/write/posts/9999/journal", json={}).status_code == 404


class TestToken:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def test_a_stale_token_is_told_apart(self, author, post):
        answer = send(author, post, body=put(0, 0, "x"))

        assert (answer.status_code, answer.json) == (400, {"csrf": True})
        assert entries() == []


def test_a_locked_database_is_not_ready_and_loses_nothing(author, post, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def locked(*args, **kwargs):
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(drafting, "write", locked)
        refused = send(author, post, body=replaced("stale", "old"))
    kept = send(author, post, body=replaced("stale", "old"))

    assert refused.status_code == 503
    assert (kept.status_code, kept.json["head"]) == (200, 1)
