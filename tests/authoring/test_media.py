"""The library: what is in it, who sees what, where a file is used, replacing and deleting."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from blogapp.accounts.auditing import TRIM
from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.running import run_due_jobs
from blogapp.media.models import Media
from blogapp.posts.media_keeping import DELETED_FOR, REPLACED_FOR
from blogapp.posts.models import PostMedia
from blogapp.posts.rendering import render_post
from blogapp.web.jobs import handlers
from tests.authoring.conftest import picture, stored
from tests.conftest import parse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def upload():
    """Put a file into the library by the plain form; returns its id."""

    def send(browser, name="Shard map.png", *, size=(40, 30), **words):
        response = browser.post("/write/media", data={"files": picture(*size, name=name)})
        id = int(response.location.rpartition("=")[2])
        if words:
            browser.post(f"/write/media/{id}", data=words)
        return id

    return send


@pytest.fixture
def use(make_post):
    """Make a post that shows a file."""

    def make(media_id, title="Shards", *, name="shard-map.png", **settings):
        settings.setdefault("body", f"![A map]({name})")
        post = make_post(title, **settings)
        db.session.add(PostMedia(post_id=post.id, name=name, media_id=media_id))
        db.session.flush()
        render_post(post)
        db.session.commit()
        return post

    return make


def names(page):
    return [each.text.strip() for each in page.select(".media-library__name")]


def work(app, moment=NOON):
    run_due_jobs(handlers(app), moment)


def address_of(id):
    return f"/media/{db.session.get(Media, id).key}"


def test_files_are_found_by_words_and_kinds_newest_first(editor, upload):
    upload(editor, "Shard map.png", alt="Where leases live", caption="Old", credit="Mara Lind")
    upload(editor, "Clock.png", size=(41, 30))
    editor.post("/write/media", data={"files": (BytesIO(b"a,b\n"), "figures.csv")})

    shown = {
        query: names(editor.page(f"/write/media{query}"))
        for query in (
            "",
            "?q=LEASES",
            "?q=lind+map",
            "?show=files",
            "?show=images",
            "?show=no-alt",
            "?show=mine&q=clock",
            "?q=nothing",
        )
    }

    assert shown == {
        "": ["figures.csv", "Clock.png", "Shard map.png"],
        "?q=LEASES": ["Shard map.png"],
        "?q=lind+map": ["Shard map.png"],
        "?show=files": ["figures.csv"],
        "?show=images": ["Clock.png", "Shard map.png"],
        "?show=no-alt": ["Clock.png"],
        "?show=mine&q=clock": ["Clock.png"],
        "?q=nothing": [],
    }
    assert editor.get("/write/media?page=2").status_code == 404
    assert editor.get("/write/media?show=none").status_code == 400
    assert editor.get("/write/media?page=1").location == "/write/media"


def test_the_library_costs_as_many_statements_with_many_files(editor, upload, queries):
    upload(editor)
    queries.clear()
    editor.page("/write/media")
    few = len(queries)

    for number in range(6):
        upload(editor, f"{number}.png", size=(50 + number, 30))
    queries.clear()
    editor.page("/write/media")

    assert len(queries) == few


def test_several_files_at_once_are_kept_and_asked_for_what_they_show(author):
    files = [
        picture(40, name="a.png"),
        (BytesIO(b"no picture"), "b.png"),
        picture(50, name="c.png"),
    ]
    response = author.post("/write/media", data={"files": files})

    page = author.page(response.location)
    assert names(page) == ["a.png", "c.png"]
    assert "“b.png”: This is no PNG" in page.select_one("#notices").text
    answer = author.post(
        response.location, data={"m1-alt": "A map", "m2-alt": "", "m2-is_decorative": "y"}
    )
    assert answer.status_code == 303
    first, second = (db.session.get(Media, id) for id in (1, 2))
    assert (first.alt, second.alt, second.is_decorative) == ("A map", "", True)
    assert author.post("/write/media", data={}).status_code == 422


def test_authors_find_their_own_files_and_those_of_their_posts_editors_all(
    author, editor, upload, use, make_author, as_author
):
    other = as_author(make_author("Bo"))
    mine, shared = upload(author, "mine.png"), upload(other, "shared.png", size=(50, 30))
    foreign = upload(other, "foreign.png", size=(60, 30))
    use(shared, name="shared.png", body="![](shared.png)", authors=[author.author])

    assert names(author.page("/write/media")) == ["shared.png", "mine.png"]
    assert len(names(editor.page("/write/media"))) == 3
    seen = {id: author.get(f"/write/media/{id}").status_code for id in (mine, shared, foreign)}
    assert seen == {mine: 200, shared: 200, foreign: 403}
    for act in ("", "/replacement", "/deletion", "/variants"):
        assert author.post(f"/write/media/{shared}{act}", data={"alt": "x"}).status_code == 403


def test_the_same_picture_of_two_people_is_two_files(author, upload, make_author, as_author):
    other = as_author(make_author("Bo"))

    ids = {upload(author), upload(author), upload(other)}

    assert len(ids) == 2


def test_the_page_of_a_file_says_where_it_is_used(author, editor, upload, use, typed):
    id = upload(author, alt="A map")
    use(id, "Leases", authors=[author.author])
    draft = use(id, "Not yet", authors=[editor.author], published_at=None, body="Nothing.")
    editor.post(f"/write/posts/{draft.id}", data=typed(draft, body="![](shard-map.png)"))
    use(id, "Covered", body="Text.", authors=[author.author], cover_id=id)
    use(id, "Addressed", body=f"![]({address_of(id)})", authors=[author.author])
    use(id, "Attached alone", body="Text.", authors=[author.author])

    uses = {each.text.strip() for each in editor.page(f"/write/media/{id}").select("#uses + ul li")}
    own = {each.text.strip() for each in author.page(f"/write/media/{id}").select("#uses + ul li")}

    assert uses == {
        "Leases, in the text",
        "Addressed, in the text",
        "Covered, as the cover",
        "Not yet, in the text",
    }
    assert "another author’s post, in the text" in own
    assert not any("Not yet" in each for each in own)


def test_a_replaced_file_stands_everywhere_and_its_old_address_leads_to_it(
    app, author, browser, upload, use
):
    id = upload(author, alt="A map", caption="Then", credit="Mara")
    post = use(id, authors=[author.author])
    version, old = stored(post.id).version, address_of(id)
    before = browser.page("/posts/shards").select_one(".prose img")["src"]

    new = {"file": picture(80, 60, name="Better map.png")}
    response = author.post(f"/write/media/{id}/replacement", data=new)

    image = browser.page("/posts/shards").select_one(".prose img")
    assert (before, image["width"]) == (old, "80")
    assert image["src"] != old
    answer = browser.get(old)
    assert (answer.status_code, answer.location) == (302, image["src"])
    assert answer.cache_control.max_age == 60
    assert stored(post.id).version == version
    page = author.page(response.location)
    assert page.select_one("#alt")["value"] == "A map"
    assert author.get(f"/write/media/{id}").location == response.location

    earlier = page.select_one("button[name=earlier]")["value"]
    author.post(f"{response.location}/replacement", data={"earlier": earlier})

    assert browser.page("/posts/shards").select_one(".prose img")["src"] == old
    assert browser.get(image["src"]).location == old


def test_a_replaced_file_leaves_the_disk_after_a_month_and_its_address_stays(
    app, author, browser, upload, use
):
    id = upload(author)
    use(id, authors=[author.author])
    old = address_of(id)
    author.post(f"/write/media/{id}/replacement", data={"file": picture(80, 60)})

    work(app, NOON + REPLACED_FOR - timedelta(hours=1))
    assert (app.config["MEDIA_FOLDER"] / old[7:]).is_file()
    work(app, NOON + REPLACED_FOR)

    assert not (app.config["MEDIA_FOLDER"] / old[7:]).exists()
    assert browser.get(old).status_code == 302


def test_nobody_replaces_what_other_peoples_posts_show(author, upload, use, editor):
    id = upload(author)
    use(id, authors=[editor.author])

    page = author.page(f"/write/media/{id}")

    assert page.select("#replacing") == []
    refused = author.post(f"/write/media/{id}/replacement", data={"file": picture(80)})
    assert refused.status_code == 403


def test_an_image_is_not_replaced_by_what_cannot_be_shown(author, upload, use):
    id = upload(author)
    post = use(id, authors=[author.author])

    table = BytesIO(b"a,b\n1,2\n"), "table.csv"
    response = author.post(f"/write/media/{id}/replacement", data={"file": table})

    assert response.status_code == 422
    assert "This is no PNG" in response.text
    assert "table.csv" not in stored(post.id).html
    assert db.session.scalars(db.select(Media.id)).all() == [id]


def test_what_is_in_use_is_not_deleted_and_the_page_says_where(author, browser, upload, use):
    id = upload(author)
    post = use(id, authors=[author.author])
    author.post(f"/write/posts/{post.id}/trash")

    response = author.post(f"/write/media/{id}/deletion")

    assert response.status_code == 409
    alert = parse(response.text).select_one("[role=alert]")
    assert alert.a["href"] == f"/write/posts/{post.id}"
    assert browser.get(address_of(id)).status_code == 200


def test_what_is_unused_is_deleted_and_can_be_had_back_for_a_week(app, author, browser, upload):
    id = upload(author)
    address, folder = address_of(id), app.config["MEDIA_FOLDER"]

    author.post(f"/write/media/{id}/deletion")
    page = author.page("/write/media")
    assert browser.get(address).status_code == 404
    author.post(page.select_one("#notices form")["action"])
    assert browser.get(address).status_code == 200
    work(app, NOON + DELETED_FOR)
    assert browser.get(address).status_code == 200

    author.post(f"/write/media/{id}/deletion")
    work(app, NOON + DELETED_FOR)

    assert db.session.get(Media, id) is None
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert db.session.scalars(db.select(Job).where(Job.kind != TRIM)).all() == []


def test_a_file_that_could_not_be_removed_is_removed_later(app, author, upload, monkeypatch):
    id = upload(author)
    path = app.config["MEDIA_FOLDER"] / db.session.get(Media, id).key
    author.post(f"/write/media/{id}/deletion")
    with monkeypatch.context() as patch:
        patch.setattr("blogapp.posts.media_keeping.delete_file", _fail)
        work(app, NOON + DELETED_FOR)
    assert path.exists()
    assert db.session.get(Media, id)

    work(app, NOON + DELETED_FOR + timedelta(minutes=1))

    assert not path.exists()
    assert db.session.get(Media, id) is None


def _fail(*_):
    raise OSError("the store is away")


def test_a_deleted_file_that_is_used_again_comes_back_instead_of_going(app, author, upload, use):
    id = upload(author)
    author.post(f"/write/media/{id}/deletion")
    use(id, authors=[author.author])

    work(app, NOON + DELETED_FOR)

    assert db.session.get(Media, id).deleted_at is None


def test_a_deleted_file_that_is_uploaded_again_is_back(author, upload, app, browser):
    id = upload(author)
    author.post(f"/write/media/{id}/deletion")

    assert upload(author) == id
    work(app, NOON + DELETED_FOR)

    assert browser.get(address_of(id)).status_code == 200


def test_unused_files_are_listed_and_deleted_together(author, upload, use, make_author, as_author):
    used, free, other = (
        upload(author, f"{name}.png", size=(40 + number, 30))
        for number, name in enumerate(("used", "free", "other"))
    )
    foreign = upload(as_author(make_author("Bo")), "foreign.png", size=(90, 30))
    use(used, name="used.png", body="![](used.png)", authors=[author.author])

    page = author.page("/write/media?show=unused")
    chosen = [each["value"] for each in page.select("input[name=id]")]
    author.post("/write/media/deletions", data={"id": [used, free, other, foreign]})
    after = author.page("/write/media?show=unused")

    assert (names(page), chosen) == (["other.png", "free.png"], [str(other), str(free)])
    assert names(after) == []
    notices = after.select_one("#notices").text
    assert "2 files are deleted." in notices
    assert "Not deleted, because they are in use: used.png." in notices
    assert db.session.get(Media, foreign).deleted_at is None
    author.post(after.select_one("#notices form")["action"])
    assert len(names(author.page("/write/media?show=unused"))) == 2


def test_a_name_that_can_be_spelled_in_several_ways_counts_as_used(author, upload, use):
    id = upload(author)
    use(id, name="shard map.png", body="![](shard%20map.png)", authors=[author.author])

    assert names(author.page("/write/media?show=unused")) == []
    assert author.post(f"/write/media/{id}/deletion").status_code == 409


def test_an_earlier_revision_is_told_of_and_holds_nothing(author, upload, use, typed):
    id = upload(author)
    post = use(id, authors=[author.author], published_at=None)
    for body in ("![](shard-map.png) twice", "None."):
        author.post(f"/write/posts/{post.id}", data=typed(post, body=body))

    uses = author.page(f"/write/media/{id}").select("#uses + ul li")

    assert [each.text.strip() for each in uses] == ["Shards, in an earlier revision"]
    assert author.post(f"/write/media/{id}/deletion").status_code == 303


def test_the_page_of_a_picture_tells_of_its_smaller_versions_and_of_trouble(
    app, author, monkeypatch
):
    from blogapp.media import confining

    noise = BytesIO()
    Image.effect_noise((700, 500), 90).convert("RGB").save(noise, "JPEG")
    author.post("/write/media", data={"files": (BytesIO(noise.getvalue()), "noise.jpg")})

    def versions():
        page = author.page("/write/media/1")
        return page, {
            each.text.split(":")[1].strip() for each in page.select(".media-library__versions li")
        }

    assert versions()[1] == {"waiting"}
    with monkeypatch.context() as trouble:
        trouble.delattr(confining, "shrink")
        work(app)
    page, told = versions()
    assert "The last attempt failed: module" in page.text
    author.post(page.select_one("form[action$=variants]")["action"])
    work(app)

    page, told = versions()
    assert "waiting" not in told
    assert page.select(".media-library__versions a")
    assert db.session.scalars(db.select(Job)).all() == []


def test_what_was_taken_out_of_a_picture_is_named(author):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x013B] = "Mara Lind"
    data = BytesIO()
    Image.new("RGB", (4, 2), "red").save(data, "JPEG", exif=exif)
    data.seek(0)

    author.post("/write/media", data={"files": (data, "street.jpg")})

    assert db.session.get(Media, 1).metadata_found == ["author", "gps"]
    page = author.page("/write/media/1")
    assert "names, the place where it was taken" in " ".join(page.text.split())


def test_the_choices_of_the_editor_are_a_slice_with_buttons(author, upload):
    upload(author, "Shard map.png")
    upload(author, "Clock.png", size=(41, 30))

    choices = author.page("/write/media?fragment=choices&q=clock").select("button[data-media]")

    assert [each["data-media"] for each in choices] == ["2"]
    assert author.get("/write/media?fragment=nothing").status_code == 404
