from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.queueing import find_jobs
from blogapp.jobs.running import run_due_jobs
from blogapp.media import confining
from blogapp.media.making import look_at
from blogapp.media.models import Media
from blogapp.media.storing import VARIANTS, store_drawing, store_image
from blogapp.media.variants import plan_variants
from blogapp.web.jobs import handlers

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def photograph(width, height=None, kind="JPEG"):
    """Bytes of a picture that takes room, as photographs do."""
    noise = Image.effect_noise((max(width // 4, 1), max((height or width) // 4, 1)), 80)
    image = noise.resize((width, height or width)).convert("RGB")
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.fixture
def store(app):
    def run(data, name="photo.jpg"):
        media = store_image(data, name, store=app.extensions["media"], now=NOW)
        db.session.commit()
        return media

    return run


@pytest.fixture
def work(app):
    """Do what waits to be done."""
    return lambda: run_due_jobs(handlers(app), NOW)


def widths(media):
    return sorted({variant.width for variant in plan_variants(media)})


def sources(page):
    return {
        source["type"]: source["srcset"].split(", ") for source in page.select("picture source")
    }


def test_a_picture_is_to_have_sensible_widths_and_none_wider_than_itself(store):
    assert widths(store(photograph(1000, 400))) == [480, 800, 1000]
    assert widths(store(photograph(1640, 300))) == [480, 800, 1200, 1640]
    assert widths(store(photograph(2600, 300))) == [480, 800, 1200, 1600, 2400]
    assert widths(store(photograph(500, 500))) == [500]


def test_small_moving_and_drawn_pictures_have_none(app, store, picture, moving):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4000 2000"/>'
    drawing = store_drawing(svg, "plan.svg", store=app.extensions["media"], now=NOW)

    small = [store(picture()), store(photograph(200)), store(moving("WEBP")), drawing]

    assert [widths(media) for media in small] == [[], [], [], []]
    assert find_jobs(VARIANTS, [str(media.id) for media in small]) == {}


def test_an_image_in_a_post_is_offered_in_both_formats_before_they_are_made(
    app, browser, store, work, make_post_with
):
    media = store(photograph(1000, 400), "Shard map.jpg")
    make_post_with({"map.jpg": media}, "Shards", body="![A map](map.jpg)")

    page = browser.page("/posts/shards")

    offered = sources(page)
    folder = f"/media/{media.sha256[:16]}"
    assert [*offered] == ["image/avif", "image/webp"]
    assert offered["image/webp"] == [
        f"{folder}/w{width}/shard-map.webp {width}w" for width in (480, 800, 1000)
    ]
    image = page.select_one("a.prose__image > picture > img")
    assert (image["src"], image["width"]) == (f"/media/{media.key}", "1000")
    early = browser.get(f"{folder}/w480/shard-map.avif")
    assert early.content_type == "image/jpeg"
    assert (early.cache_control.max_age, early.cache_control.immutable) == (60, False)

    work()

    for suffix in ("avif", "webp"):
        made = browser.get(f"{folder}/w480/shard-map.{suffix}")
        assert made.content_type == f"image/{suffix}"
        assert (Image.open(BytesIO(made.data)).size, made.cache_control.immutable) == (
            (480, 192),
            True,
        )
        assert len(made.data) < media.size
    assert db.session.scalars(db.select(Job)).all() == []


def test_other_widths_formats_and_names_are_not_found(browser, store):
    folder = f"/media/{store(photograph(1000, 400)).sha256[:16]}"

    for rest in ("w481/photo.webp", "w1200/photo.webp", "w480/other.webp", "w480/photo.png"):
        assert browser.get(f"{folder}/{rest}").status_code == 404


def test_a_variant_that_would_be_larger_is_not_kept_and_the_file_itself_stands_for_it(
    app, browser, store, work
):
    out = BytesIO()
    Image.effect_noise((800, 800), 120).convert("RGB").save(out, "JPEG", quality=12)
    media = store(out.getvalue())
    work()

    db.session.refresh(media)
    larger = [name for name, size in media.variants.items() if size == 0]
    for name in larger:
        width, suffix = name.split(".")
        answer = browser.get(f"/media/{media.key[:16]}/{width}/photo.{suffix}")
        assert (answer.content_type, answer.cache_control.immutable) == ("image/jpeg", True)
    assert set(media.variants) == {variant.name for variant in plan_variants(media)}
    kept = [path for path in app.config["MEDIA_FOLDER"].rglob("w*/*") if path.is_file()]
    assert len(kept) == len(media.variants) - len(larger)


def test_what_is_lost_in_the_middle_is_made_when_it_is_tried_again(app, store, work, monkeypatch):
    media = store(photograph(600, 600))
    shrink = confining.shrink

    def be_cut(source, targets):
        shrink(source, targets)
        raise OSError("the disk is full")

    monkeypatch.setattr(confining, "shrink", be_cut)
    work()
    assert find_jobs(VARIANTS, [str(media.id)])[str(media.id)].error == "the disk is full"
    monkeypatch.undo()
    run_due_jobs(handlers(app), NOW.replace(hour=1))

    db.session.refresh(media)
    assert len(media.variants) == len(plan_variants(media)) == 4
    assert [*app.config["MEDIA_FOLDER"].glob(".making-*")] == []


def test_a_file_of_an_earlier_version_is_looked_at_first(app, store):
    media = store(photograph(600, 600))
    media.frames = None
    assert widths(media) == []

    assert look_at(media, app.extensions["media"])

    assert (media.frames, widths(media)) == (1, [480, 600])


def test_feeds_show_the_picture_alone(browser, store, make_post_with):
    media = store(photograph(1000, 400))
    make_post_with({"map.jpg": media}, "Shards", body="![A map](map.jpg)")

    feed = browser.get("/feed.xml").text

    assert "&lt;img" in feed
    assert "&lt;picture" not in feed
    assert "&lt;source" not in feed


def test_a_text_that_names_the_address_of_its_image_is_offered_them_too(
    store, browser, make_post_with
):
    media = store(photograph(1000, 400))
    make_post_with({"map.jpg": media}, "Shards", body=f"![A map](/media/{media.key})")

    assert sources(browser.page("/posts/shards"))


def test_variants_go_with_their_file(app, store, work):
    from blogapp.media.storing import delete_file

    media = store(photograph(600, 600))
    work()

    delete_file(app.extensions["media"], db.session.get(Media, media.id).key)

    assert [*app.config["MEDIA_FOLDER"].iterdir()] == []


def test_a_cover_is_offered_in_both_formats_too(browser, store, make_post):
    media = store(photograph(1000, 400))
    make_post("Shards", cover_id=media.id)

    page = browser.page("/posts/shards")

    cover = page.select_one(".post__cover")
    assert [*sources(cover)] == ["image/avif", "image/webp"]
    assert cover.img["src"] == cover.a["href"] == f"/media/{media.key}"
