import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from blogapp.extensions import db
from blogapp.jobs.running import run_due_jobs
from blogapp.posts.draft_models import Draft
from blogapp.posts.drafting import open_draft, working_copy, write_content
from blogapp.posts.models import Post, State, Tag
from blogapp.web.jobs import handlers
from tests.authoring.conftest import stored

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DRAFT = {"published_at": None}


@pytest.fixture
def press(owner):
    """Send what the list's form sends, and return the page that follows."""

    def send(act="", *, by=owner, status=200, back="/write/posts", **fields):
        fields = {"act": act, "back": back, **fields}
        response = by.post("/write/posts/changes", data=fields, follow_redirects=True)
        assert response.status_code == status
        return parse(response)

    return send


def parse(response):
    from tests.conftest import parse

    return parse(response.text)


def notice(page):
    return " ".join(page.select_one(".notices").text.split())


def states(posts):
    return [stored(post.id).state(NOON) for post in posts]


def ids(posts):
    return [post.id for post in posts]


def undo(page, by):
    form = page.select_one(".notices form[action*=undos]")
    response = by.post(form["action"], data={"back": "/write/posts"}, follow_redirects=True)
    return parse(response)


def keep_typing(post, **fields):
    """Somebody types in the post and does not save."""
    title = fields.pop("title", post.title)
    db.session.add(
        Draft(
            post_id=post.id,
            head=1,
            fields={"title": title, **fields},
            body="Typed and not saved.",
            is_pending=True,
            changed_at=NOON,
        )
    )
    db.session.commit()


def test_chosen_drafts_go_live_and_come_back(owner, press, make_post):
    posts = [make_post("One", **DRAFT), make_post("Two", **DRAFT)]
    make_post("Three", **DRAFT)

    page = press("publish", post=ids(posts))

    assert notice(page) == "2 posts are live. Undo"
    assert states(posts) == [State.PUBLISHED, State.PUBLISHED]
    assert owner.get("/posts/one").status_code == 200
    assert notice(undo(page, owner)) == "Taken back: 2 posts are as they were."
    assert states(posts) == [State.DRAFT, State.DRAFT]
    assert owner.get("/posts/one").status_code == 404


def test_undo_survives_a_reload_and_ends(owner, press, make_post, clock):
    post = make_post("One", **DRAFT)
    action = press("trash", post=post.id).select_one(".notices form")["action"]

    clock.advance(seconds=30)
    assert "Undo" in notice(owner.page("/write"))
    clock.advance(minutes=5)
    assert notice(owner.page("/write/posts")) == ""
    assert owner.post(action).status_code == 303
    assert states([post]) == [State.DRAFT]

    assert "cannot be taken back" in notice(
        parse(owner.post(action, data={"back": "/write"}, follow_redirects=True))
    )
    late = press("trash", post=post.id).select_one(".notices form")["action"]
    clock.advance(days=2)
    owner.post(late)
    assert states([post]) == [State.TRASHED]


def test_undo_is_its_authors_own(owner, press, make_post, editor):
    post = make_post("One", **DRAFT)
    action = press("trash", post=post.id).select_one(".notices form")["action"]

    editor.post(action)

    assert states([post]) == [State.TRASHED]
    assert notice(editor.page("/write")).startswith("That cannot")


def test_what_is_left_out_is_named_with_the_reason(press, make_post, author, owner):
    mine = {"authors": [author.author], **DRAFT}
    posts = [
        make_post("Fine", **mine),
        make_post("Blank", body=" \n ", **mine),
        make_post("Somebody else’s", **DRAFT),
        make_post("Live", authors=[author.author]),
        make_post("Typed in", **mine),
        make_post("Thrown away", deleted_at=NOON, **mine),
    ]
    keep_typing(posts[4])

    said = notice(press("publish", by=author, post=ids(posts)))

    assert said.startswith("“Fine” is live. 4 were left out: ")
    for part in (
        "1 has no title or no text (“Blank”)",
        "1 was so already (“Live”)",
        "1 holds changes that are not saved: publish it from the editor (“Typed in”)",
        "1 is in the trash (“Thrown away”)",
    ):
        assert part in said
    assert "Somebody else’s" not in said
    assert db.session.get(Draft, posts[4].id).body == "Typed and not saved."


def test_nobody_learns_the_titles_of_others_drafts_by_their_numbers(author, owner, make_post):
    post = make_post("Project Nightingale", authors=[owner.author], **DRAFT)

    for act in ("tag", "trash", "delete", "export"):
        fields = {"act": act, "post": str(post.id)}
        answer = author.post("/write/posts/changes", data=fields, follow_redirects=True)

        assert "No post is chosen" in answer.text
        assert "Nightingale" not in answer.text


def test_nothing_done_says_so_and_offers_no_way_back(press, make_post, contributor):
    post = make_post("Draft", authors=[contributor.author], **DRAFT)

    page = press("publish", by=contributor, post=post.id)

    assert notice(page).startswith("Nothing was changed. 1 was left out")
    assert page.select(".notices form") == []
    assert "Publish" not in page.select_one("#act").text


def test_all_that_match_are_asked_for_with_their_number(owner, press, make_posts, make_post):
    posts = make_posts(30)
    other = make_post("Something else")

    page = press("trash", scope="all", count="30", back="/write/posts?q=Post")
    assert page.h1.text == "Move 30 posts to the trash?"
    assert "and 25 more" in page.text
    assert states(posts[:1]) == [State.PUBLISHED]

    page = press("trash", scope="all", confirmed="30", back="/write/posts?q=Post")
    assert notice(page).startswith("30 posts are in the trash.")
    assert set(states(posts)) == {State.TRASHED}
    assert states([other]) == [State.PUBLISHED]
    undo(page, owner)
    assert set(states(posts)) == {State.PUBLISHED}


def test_a_number_that_changed_meanwhile_is_asked_for_again(press, make_posts):
    posts = make_posts(3)

    page = press("trash", scope="all", confirmed="2")

    assert "2 matched before, 3 do now" in page.select_one("[role=alert]").text
    assert set(states(posts)) == {State.PUBLISHED}


def test_scheduled_together_and_called_off(owner, press, make_post):
    posts = [make_post("One", **DRAFT), make_post("Two", published_at=NOON + timedelta(days=1))]
    live = make_post("Three")

    page = press("schedule", post=ids([*posts, live]))
    assert page.select_one("[name=date]")
    page = press("schedule", post=ids(posts), confirmed="2", status=422)
    assert "Choose a day and a time." in page.text
    past = {"date": "2026-05-01", "time": "09:00"}
    page = press("schedule", post=ids(posts), confirmed="2", status=422, **past)
    assert "That time has passed" in page.text

    page = press(
        "schedule", post=ids([*posts, live]), confirmed="3", date="2026-07-01", time="09:00"
    )
    assert notice(page).startswith("2 posts go live on 1 July 2026, 09:00 (UTC). 1 was left out")
    assert states(posts) == [State.SCHEDULED, State.SCHEDULED]
    page = press("withdraw", post=ids(posts))
    assert states(posts) == [State.DRAFT, State.DRAFT]
    undo(page, owner)
    assert states(posts) == [State.SCHEDULED, State.SCHEDULED]


def test_withdrawn_and_unlisted_posts_leave_the_lists(owner, press, make_post, browser):
    gone, hidden = make_post("Gone"), make_post("Hidden")

    press("withdraw", post=gone.id)
    page = press("unlist", post=hidden.id)

    assert browser.get("/posts/gone").status_code == 410
    assert browser.get("/posts/hidden").status_code == 200
    assert "Hidden" not in browser.page("/").text
    undo(page, owner)
    assert "Hidden" in browser.page("/").text


def test_tags_are_given_and_taken_back_without_those_that_were_there(owner, press, make_post):
    posts = [make_post("One", tags=["SQLite"]), make_post("Two")]

    page = press("tag", post=ids(posts))
    assert page.select_one("[name=tags]")
    page = press("tag", post=ids(posts), confirmed="2", tags="sqlite, New one")
    assert notice(page).startswith("2 posts got the tags: sqlite, New one.")
    assert [tag.name for tag in stored(posts[0].id).tags] == ["New one", "SQLite"]
    assert [tag.name for tag in stored(posts[1].id).tags] == ["New one", "SQLite"]

    undo(page, owner)
    assert [tag.name for tag in stored(posts[0].id).tags] == ["SQLite"]
    assert stored(posts[1].id).tags == []
    assert db.session.scalars(db.select(Tag.name)).all() == ["SQLite"]


def test_tags_are_removed_by_any_of_their_names(owner, press, make_post):
    posts = [make_post("One", tags=["SQLite", "WAL"]), make_post("Two", tags=["WAL"])]

    page = press("untag", post=ids(posts), confirmed="2", tags="redis", status=422)
    assert "There is no tag called redis." in page.text
    page = press("untag", post=ids(posts), confirmed="2", tags="sqlite")

    assert notice(page).startswith("1 post lost the tags: sqlite. 1 was left out: 1 was so already")
    assert [tag.name for tag in stored(posts[0].id).tags] == ["WAL"]
    undo(page, owner)
    assert [tag.name for tag in stored(posts[0].id).tags] == ["SQLite", "WAL"]


def test_a_post_keeps_to_thirty_tags(press, make_post):
    post = make_post("One", tags=[f"Tag {n}" for n in range(30)])

    page = press("tag", post=post.id, confirmed="1", tags="One more")

    assert "1 has too many tags already" in notice(page)
    assert len(stored(post.id).tags) == 30


def test_a_domain_is_changed_and_taken_away(owner, press, make_post):
    posts = [make_post("One", domain="Databases"), make_post("Two")]

    page = press("move", post=ids(posts), confirmed="2", domain="Networks")
    assert notice(page).startswith("2 posts are in “Networks” now.")
    assert {stored(post.id).domain.name for post in posts} == {"Networks"}
    undo(page, owner)
    assert stored(posts[0].id).domain.name == "Databases"
    assert stored(posts[1].id).domain is None
    press("move", post=posts[0].id, confirmed="1", domain="")
    assert stored(posts[0].id).domain is None


def test_undo_leaves_alone_what_was_changed_since(owner, press, make_post):
    posts = [make_post("One"), make_post("Two")]
    page = press("withdraw", post=ids(posts))
    press("publish", post=posts[0].id)
    withdrawn = stored(posts[0].id)

    assert withdrawn.state(NOON) is State.PUBLISHED
    said = notice(undo(page, owner))

    assert said.startswith("Taken back: 1 post is as it was. 1 was left out: 1 was changed since")


def test_the_newer_version_tells_an_open_editor(press, make_post):
    post = make_post("One")
    was = stored(post.id).version

    press("unlist", post=post.id)
    press("tag", post=post.id, confirmed="1", tags="A")

    assert stored(post.id).version == was + 2


def test_posts_are_exported_as_files_that_can_be_imported(owner, make_post, author):
    live = make_post("Leases", body="A *lease*.\n", tags=["CI/CD"], domain="Networks")
    draft = make_post("Draft", slug="Own-Slug", **DRAFT)
    fields = {"act": "export", "post": ids([live, draft]), "back": "/write/posts"}

    response = owner.post("/write/posts/changes", data=fields)

    assert response.headers["Content-Disposition"] == "attachment; filename=posts-2026-06-01.zip"
    archive = zipfile.ZipFile(BytesIO(response.data))
    assert sorted(archive.namelist()) == ["leases.md", "own-slug.md"]
    text = archive.read("leases.md").decode()
    assert text.startswith("---\ntitle: Leases\nslug: leases\n")
    assert "- CI/CD" in text
    assert text.endswith("---\n\nA *lease*.\n")
    assert "draft: true" in archive.read("own-slug.md").decode()
    assert author.post("/write/posts/changes", data=fields).status_code == 303


def test_the_trash_says_how_long_it_keeps_and_gives_back(owner, press, make_post):
    post = make_post("Old", deleted_at=NOON - timedelta(days=18), **DRAFT)

    page = owner.page("/write/posts?state=trashed")
    assert "12 days left" in page.select_one(".post-table__when").text
    assert "after 30 days" in page.select_one(".shelf__note").text
    page = press(row=f"restore {post.id}", back="/write/posts?state=trashed")

    assert notice(page) == "“Old” is back, as it was. Undo"
    assert states([post]) == [State.DRAFT]


def test_deleted_for_good_after_one_more_question(owner, press, make_post, browser):
    trashed = make_post("Was public", deleted_at=NOON)
    kept = make_post("Kept")
    assert browser.get("/posts/was-public").status_code == 410

    page = press(row=f"delete {trashed.id}", back="/write/posts?state=trashed")
    assert page.h1.text == "Delete 1 post for good?"
    page = press("delete", post=ids([trashed, kept]), confirmed="2")

    assert notice(page).startswith("1 post is deleted. 1 was left out: 1 is not in the trash")
    assert db.session.scalars(db.select(Post.title)).all() == ["Kept"]
    assert browser.get("/posts/was-public").status_code == 410
    assert browser.get("/posts/was-public.md").status_code == 410
    assert browser.get("/search?q=public").status_code in (200, 301)
    again = make_post("Was public")
    assert again.slug == "was-public"
    assert browser.get("/posts/was-public").status_code == 200


def test_an_author_empties_the_trash_of_what_nobody_else_signs(
    author, press, make_post, make_author
):
    other = make_author("Bo")
    make_post("Own", deleted_at=NOON, authors=[author.author])
    make_post("Shared", deleted_at=NOON, authors=[author.author, other])
    make_post("Other", deleted_at=NOON, authors=[other])
    back = "/write/posts?state=trashed"

    page = press(by=author, empty="1", back=back)
    assert page.h1.text == "Delete 2 posts for good?"
    page = press("delete", by=author, scope="all", confirmed="2", back=back)

    assert notice(page).startswith("1 post is deleted. 1 was left out: 1 is not yours")
    left = db.session.scalars(db.select(Post.title).order_by(Post.id)).all()
    assert left == ["Shared", "Other"]


def test_a_contributor_empties_nothing(contributor, press, make_post):
    post = make_post("Own", deleted_at=NOON, authors=[contributor.author], **DRAFT)

    page = contributor.page("/write/posts?state=trashed")
    assert page.select("[name=empty], [value^=delete]:not(option)") == []
    press("delete", by=contributor, post=post.id, confirmed="1")

    assert states([post]) == [State.TRASHED]


def test_what_cannot_be_done_changes_nothing(owner, press, make_post):
    post = make_post("One")

    assert notice(press("", post=post.id)).startswith("Choose what to do")
    assert notice(press("trash")).startswith("No post is chosen")
    assert notice(press("trash", post=99)) == "Nothing was changed."
    assert notice(press("unheard-of", post=post.id)).startswith("Choose what to do")
    assert owner.post("/write/posts/changes", data={"act": "trash", "post": "x"}).status_code == 400
    assert states([post]) == [State.PUBLISHED]


def test_nobody_is_led_to_another_host(owner):
    data = {"back": "https://evil.example/write/posts"}

    assert owner.post("/write/posts/changes", data=data).location == "/write/posts"


def test_the_last_page_of_a_list_that_shrinks_leads_to_the_first(owner, press, make_posts):
    posts = make_posts(26)

    page = press("trash", post=posts[0].id, back="/write/posts?page=2")

    assert "25 posts" in page.select_one(".shelf__status").text


def test_many_posts_cost_the_same_statements_by_the_batch(owner, make_posts, queries):
    data = {"act": "unlist", "post": ids(make_posts(3)), "back": "/write/posts"}
    owner.post("/write/posts/changes", data=data)
    queries.clear()
    owner.post("/write/posts/changes", data=data | {"act": "list"})
    few = len(queries)
    more = ids(make_posts(20))
    owner.post("/write/posts/changes", data=data | {"post": more})

    queries.clear()
    owner.post("/write/posts/changes", data=data | {"act": "list", "post": more})

    assert len(queries) == few


def test_a_post_is_duplicated_with_everything_but_its_place(owner, make_post):
    post = make_post(
        "Leases",
        body="A lease.\n",
        tags=["CI/CD"],
        domain="Networks",
        pinned=True,
        canonical_url="https://elsewhere.example/leases",
    )

    response = owner.post(f"/write/posts/{post.id}/duplicate")

    copy = stored(int(response.location.rpartition("/")[2]))
    assert (copy.title, copy.slug, copy.body) == ("Leases (copy)", "leases-copy", "A lease.\n")
    assert [tag.name for tag in copy.tags] == ["CI/CD"]
    assert copy.domain.name == "Networks"
    assert copy.state(NOON) is State.DRAFT
    assert (copy.pinned, copy.canonical_url) == (False, "")
    assert copy.entry_id != stored(post.id).entry_id


def test_a_post_with_a_secret_is_not_published_among_others(press, make_post):
    fine = make_post("Fine", **DRAFT)
    leaky = make_post(
        "Leaky", body="password: AKIAIOSFODNN7EXAMPLQ and AKIA2OGYBAH6STMMNXNN", **DRAFT
    )

    said = notice(press("publish", post=ids([fine, leaky])))

    assert "1 seems to hold a secret: the editor says where (“Leaky”)" in said
    assert states([fine, leaky]) == [State.PUBLISHED, State.DRAFT]


def test_thirty_days_later_the_trash_is_empty(app, owner, press, make_post, clock):
    post = make_post("Old")
    kept = make_post("Restored in time")
    press("trash", post=ids([post, kept]))
    press("restore", post=kept.id, back="/write/posts?state=trashed")

    clock.advance(days=29)
    run_due_jobs(handlers(app), clock.now())
    assert stored(post.id)
    clock.advance(days=3)
    run_due_jobs(handlers(app), clock.now())

    db.session.rollback()
    assert db.session.scalars(db.select(Post.title)).all() == ["Restored in time"]


def test_what_was_typed_and_not_saved_is_duplicated_with_the_rest(owner, make_post):
    post = make_post("Leases", body="A lease.\n", **DRAFT)
    typed = working_copy(stored(post.id)).changed({"title": "Locks"}, body="A lock.\n")
    write_content(stored(post.id), typed, author_id=None, now=NOON)
    db.session.commit()

    response = owner.post(f"/write/posts/{post.id}/duplicate")

    copy = stored(int(response.location.rpartition("/")[2]))
    assert working_copy(copy)["title"] == "Locks (copy)"
    assert working_copy(copy).body == "A lock.\n"
    assert working_copy(stored(post.id))["title"] == "Locks"


def test_no_word_of_a_working_copy_is_lost_to_a_change_of_many(owner, press, make_post):
    posts = [make_post("Live", tags=["A"]), make_post("Draft", **DRAFT)]
    for post in posts:
        typed = working_copy(stored(post.id)).changed(body="Typed and not saved.\n")
        write_content(stored(post.id), typed, author_id=None, now=NOON)
        db.session.commit()

    press("tag", post=ids(posts), confirmed="2", tags="B")
    press("move", post=ids(posts), confirmed="2", domain="Networks")
    press("withdraw", post=ids(posts))
    undo(press("trash", post=ids(posts)), owner)

    for post, tags in zip(posts, ("A, B", "B"), strict=True):
        open_draft(stored(post.id), now=NOON)
        db.session.commit()
        typed = working_copy(stored(post.id))
        assert typed.body == "Typed and not saved.\n"
        assert (typed["tags"], typed["domain"]) == (tags, "Networks")
        assert stored(post.id).body == "Text."


def test_an_address_that_readers_know_no_longer_follows_the_title(owner, press, make_post):
    post = make_post("One", **DRAFT)
    post.slug_follows_title = True
    db.session.commit()

    page = press("publish", post=post.id)

    assert not stored(post.id).slug_follows_title
    undo(page, owner)
    assert stored(post.id).slug_follows_title


def test_an_undo_touches_no_post_that_came_later(owner, press, make_post, clock):
    post = make_post("First")
    page = press("tag", post=post.id, confirmed="1", tags="Ours")
    press("trash", post=post.id)
    press("delete", post=post.id, confirmed="1")
    clock.advance(minutes=1)
    later = make_post("Second", tags=["Ours"], saved_at=clock.now())

    undo(page, owner)

    assert [tag.name for tag in stored(later.id).tags] == ["Ours"]
