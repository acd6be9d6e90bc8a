from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from blogapp.extensions import db
from blogapp.media.models import Media
from tests.authoring.conftest import only_post, picture, stored
from tests.conftest import parse


@pytest.fixture
def post(author, make_post):
    return make_post("Leases", authors=[author.author])


def names(post):
    return sorted(used.name for used in stored(post.id).media)


def test_an_image_sent_with_the_text_stands_at_its_end_and_all_is_saved(
    author, browser, make_post, typed
):
    post = make_post("Leases", authors=[author.author], published_at=None)
    data = typed(post, body="As typed.\n", image=picture(), alt="The [map] of shards")

    author.post(f"/write/posts/{post.id}/images", data=data)

    assert stored(post.id).body == "As typed.\n\n![The \\[map\\] of shards](shard-map.png)\n"
    form = {"body": stored(post.id).body}
    image = parse(author.post(f"/write/posts/{post.id}/preview", data=form).text).select_one(
        ".prose img"
    )
    assert image["alt"] == "The [map] of shards"
    assert (image["width"], image["height"]) == ("40", "30")
    assert browser.get(image["src"]).content_type == "image/png"


def test_an_image_for_a_live_post_waits_with_its_text(author, browser, post, typed):
    data = typed(post, body="As typed.", image=picture(), alt="A map")

    author.post(f"/write/posts/{post.id}/images", data=data)

    body = author.page(f"/write/posts/{post.id}").select_one("#body")
    assert "![A map](shard-map.png)" in body.text
    assert browser.page("/posts/leases").select(".prose img") == []


def test_a_post_that_was_never_saved_takes_an_image(author, typed):
    author.post("/write/posts/new/images", data=typed(title="New", image=picture(), alt="A map"))

    assert only_post().body == "Text.\n\n![A map](shard-map.png)\n"
    assert names(only_post()) == ["shard-map.png"]


def test_a_chosen_file_goes_along_with_a_plain_save(author, post, typed):
    author.post(f"/write/posts/{post.id}", data=typed(post, image=picture(), alt="A map"))

    assert names(post) == ["shard-map.png"]


def test_an_image_sent_alone_answers_what_to_write_with_caption_and_credit(author, post):
    version = post.version
    response = author.post(
        f"/write/posts/{post.id}/images?fragment=form",
        data={
            "image": picture(),
            "alt": "A map",
            "image_caption": 'The "new" map',
            "image_credit": "Mara",
        },
    )

    added = parse(response.text).select_one("[data-markdown]")
    assert response.status_code == 201
    assert added["data-markdown"] == '![A map](shard-map.png "The \\"new\\" map (Mara)")'
    assert stored(post.id).version == version


def test_what_an_image_shows_is_left_out_only_on_purpose(author, post):
    address = f"/write/posts/{post.id}/images?fragment=form"
    refused = author.post(address, data={"image": picture()})
    taken = author.post(address, data={"image": picture(), "decorative": "y"})

    assert refused.status_code == 422
    markdown = parse(taken.text).select_one("[data-markdown]")["data-markdown"]
    assert markdown == "![](shard-map.png)"
    assert db.session.scalar(db.select(Media.is_decorative))


def test_an_image_that_the_text_waits_for_shows_at_once_and_nobody_is_out_of_date(
    author, browser, make_post
):
    post = make_post("Waiting", body="![A map](shard-map.png)", authors=[author.author])
    version = post.version

    author.post(
        f"/write/posts/{post.id}/images?fragment=form", data={"image": picture(), "alt": "A map"}
    )

    assert "/media/" in parse(browser.get("/posts/waiting").text).select_one(".prose img")["src"]
    assert stored(post.id).version == version


def test_a_file_of_the_library_is_chosen_by_a_plain_page(author, post, make_author, as_author):
    author.post("/write/media", data={"files": picture(name="Lease clock.png")})
    as_author(make_author("Bo")).post("/write/media", data={"files": picture(50, name="b.png")})

    page = author.page(f"/write/posts/{post.id}/images?q=clock")
    choices = page.select("#library button[name=media]")
    response = author.post(f"/write/posts/{post.id}/images", data={"media": choices[0]["value"]})
    foreign = author.post(f"/write/posts/{post.id}/images", data={"media": "2"})

    assert [each.text.strip() for each in choices] == ["Lease clock.png"]
    assert (response.status_code, foreign.status_code) == (303, 404)
    assert names(post) == ["lease-clock.png"]


def test_images_of_one_name_do_not_replace_each_other(author, post):
    for size in (40, 50, 40):
        data = {"image": picture(size), "alt": "A map"}
        author.post(f"/write/posts/{post.id}/images", data=data)

    assert names(post) == ["shard-map-2.png", "shard-map.png"]


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"alt": "A map"}, "image", "Choose an image file"),
        ({"image": picture()}, "alt", "what the image shows"),
        ({"image": picture(), "alt": " \t"}, "alt", "what the image shows"),
        ({"image": picture(), "alt": "x" * 1001}, "alt", "1,000"),
    ],
)
def test_a_missing_file_or_description_is_asked_for(author, post, data, field, words):
    response = author.post(f"/write/posts/{post.id}/images", data=dict(data))

    page = parse(response.text)
    assert response.status_code == 422
    assert words in page.select_one(f"#{field}-errors").text
    assert names(post) == []


def test_what_is_no_image_is_refused_beside_the_field_and_the_text_kept(author, post, typed):
    script = (BytesIO(b"<svg onload=alert(1)>"), "map.png")
    data = typed(post, body="Typed.", image=script, alt="A map")

    response = author.post(f"/write/posts/{post.id}/images", data=data)

    page = parse(response.text)
    assert response.status_code == 422
    assert page.select_one("#image-errors").text
    assert page.select_one("#body").text == "Typed."
    assert page.select_one("#alt")["value"] == "A map"
    assert stored(post.id).body == "Text."


def test_a_file_over_the_limit_is_explained(author, post, typed):
    large = FileStorage(BytesIO(b"\x89PNG" + bytes(30_000_000)), "large.png")
    data = typed(post, body="Typed.", image=large, alt="A map")

    # In memory: the client leaves the temporary file of a large form open.
    boundary, form = encode_multipart(data)
    response = author.post(
        f"/write/posts/{post.id}/images",
        data=form,
        content_type=f"multipart/form-data; boundary={boundary}",
    )

    page = parse(response.text)
    assert response.status_code == 422
    assert "20 MB" in page.select_one("#image-errors").text
    assert page.select_one("#body").text == "Typed."


def test_the_page_of_images_shows_what_to_write(author, post):
    author.post(f"/write/posts/{post.id}/images", data={"image": picture(), "alt": "A map"})

    page = author.page(f"/write/posts/{post.id}/images")

    assert page.select_one(".image-list input")["value"] == "![A map](shard-map.png)"
    assert db.session.scalar(db.select(Media.uploaded_by_id)) == author.author.id
