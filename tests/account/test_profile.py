"""What readers see of a person, said by that person."""

import json
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.media.models import Media

ADA = {"name": "Ada Lovelace", "slug": "ada-lovelace"}


def save(browser, status=303, **fields):
    response = browser.post("/account", data=ADA | fields)
    assert response.status_code == status, response.text
    return response


def image(width=900, height=500):
    file = BytesIO()
    picture = Image.effect_noise((width, height), 40).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    picture.save(file, "JPEG", exif=exif)
    file.seek(0)
    return file


def ada():
    return db.session.scalar(select(Author).order_by(Author.id))


def about(page):
    [script] = page.select("script[type='application/ld+json']")
    return json.loads(script.string)["@graph"]


def test_words_links_and_picture_stand_on_the_page(author, make_post, browser):
    make_post("One", authors=[author.author])

    save(
        author,
        bio="Counts.\n\nSee https://ada.example/notes, or not.",
        **{"links-label": ["Code"], "links-address": ["https://code.example/@ada"]},
        upload=(image(), "me.jpg"),
    )
    page = browser.page("/authors/ada-lovelace")

    words = page.select(".profile__words")
    assert [p.get_text() for p in words] == ["Counts.", "See https://ada.example/notes, or not."]
    assert words[1].a["href"] == "https://ada.example/notes"
    link = page.select_one(".profile__links a")
    assert (link["href"], link["rel"]) == ("https://code.example/@ada", ["me"])
    assert page.select_one("img.portrait")["src"] == f"/media/{ada().picture}"
    person = about(page)[0]["mainEntity"]
    assert person["sameAs"] == ["https://code.example/@ada"]
    assert person["image"].endswith(ada().picture)


def test_a_picture_is_a_small_square_without_what_the_file_said(author, app):
    save(author, upload=(image(), "holiday.jpg"))

    media = db.session.scalar(select(Media))
    stored = (app.config["MEDIA_FOLDER"] / media.key).read_bytes()

    assert (media.width, media.height, media.content_type) == (320, 320, "image/webp")
    assert media.name == "ada-lovelace.webp"
    assert b"Camera" not in stored
    assert media.uploaded_by_id == author.author.id


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"GIF89a no image", b""])
def test_what_is_no_picture_is_refused(author, content):
    response = save(author, status=422, upload=(BytesIO(content), "x.png"))

    assert ada().picture == ""
    assert "This is no PNG" in response.text


def test_initials_stand_where_there_is_no_picture(author):
    save(author, upload=(image(), "me.jpg"))

    save(author, remove_picture="y")

    assert ada().picture == ""
    assert author.page("/write").select_one(".desk__me .portrait").text == "AL"


def test_an_old_address_leads_to_the_new_one_in_one_hop(author, make_post, browser):
    make_post("One", authors=[author.author])

    for slug in ("countess", "ada"):
        save(author, slug=slug)

    for old in ("ada-lovelace", "countess"):
        assert browser.get(f"/authors/{old}").location == "/authors/ada"
    save(author, slug="ada-lovelace")
    assert browser.get("/authors/ada-lovelace").status_code == 200
    assert browser.get("/authors/ada").location == "/authors/ada-lovelace"


def test_an_address_is_one_persons(author, make_author):
    make_author("Grace Hopper")

    for slug in ("grace-hopper", "GRACE-hopper", "a b", "../x", ""):
        save(author, status=422, slug=slug)

    assert ada().slug == "ada-lovelace"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "/tags", "data:text/html,x", "//evil.example", "https://a b"]
)
def test_a_link_is_a_whole_address_on_the_web(author, address):
    save(author, status=422, **{"links-label": ["X"], "links-address": [address]})

    assert ada().links == []


def test_what_is_typed_is_never_markup(author, make_post, browser):
    make_post("One", authors=[author.author])
    evil = '<img src=x onerror=alert(1)> https://a.example/"><script>alert(1)</script>'

    save(
        author,
        name=evil[:200],
        bio=evil,
        **{"links-label": ["<b>x"], "links-address": ["https://a.example/"]},
    )
    page = browser.page("/authors/ada-lovelace")

    assert not page.main.select("img, script, b")
    assert page.select_one(".profile__words").get_text() == evil


def test_another_name_stands_over_all_posts_at_once(author, make_post, browser):
    post = make_post("One", authors=[author.author])
    browser.get(f"/posts/{post.slug}")

    save(author, name="Ada King")

    page = browser.page(f"/posts/{post.slug}")
    assert "Ada King" in page.get_text()
    assert "Ada Lovelace" not in page.get_text()


def test_feeds_say_who_wrote(author, make_post, browser):
    make_post("One", authors=[author.author])
    save(author, upload=(image(), "me.jpg"))

    [entry] = browser.get("/feed.json").json["items"]

    assert entry["authors"][0]["avatar"].endswith(ada().picture)
    assert "/authors/ada-lovelace</uri>" in browser.get("/feed.xml").text


def test_rows_of_links_are_moved_without_scripts(author):
    response = author.post(
        "/account",
        data=ADA
        | {
            "links-label": ["A", "B"],
            "links-address": ["https://a.example", "https://b.example"],
            "rows": "links:1:up",
        },
    )

    assert response.status_code == 200
    assert response.text.index("https://b.example") < response.text.index("https://a.example")
    assert ada().links == []


def test_an_account_asks_who_one_is_and_is_kept_by_nobody(browser, author):
    assert browser.get("/account").location.startswith("/login?next=/account")

    response = author.get("/account")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
