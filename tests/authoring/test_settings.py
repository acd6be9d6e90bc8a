from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.authoring.conftest import stored
from tests.conftest import parse

FIELDS = {
    "title": "Plumb",
    "description": "An engineering blog",
    "language": "pt-BR",
    "time_zone": "Pacific/Auckland",
    "date_format": "%Y-%m-%d",
    "page_size": "20",
}
SECTIONS = {
    *("Name and clock", "Look", "Front page", "Presets", "Navigation", "Footer"),
    *("Import and export", "Redirects", "Outside sources"),
    *("Static pages", "Domains", "Series", "Tags"),
}


def site():
    db.session.rollback()
    return db.session.get(Site, 1)


def test_settings_are_kept_and_shown_to_readers(owner, browser):
    response = owner.post("/write/settings", data=FIELDS)

    assert response.status_code == 303
    assert (site().title, site().time_zone, site().page_size) == ("Plumb", "Pacific/Auckland", 20)
    page = browser.page("/")
    assert page.title.text == "Plumb"
    assert page.select_one("meta[name=description]")["content"] == "An engineering blog"
    assert owner.page("/write/settings").select_one("#title")["value"] == "Plumb"


def test_every_section_is_a_step_from_every_other(owner, editor):
    links = {a.text: a["href"] for a in owner.page("/write/settings").select(".section-nav a")}

    assert links.keys() >= SECTIONS
    for name, address in links.items():
        page = owner.page(address)
        assert page.h1.text == name
        if page.select(".section-nav"):
            assert page.select_one(".section-nav [aria-current=page]").text == name
            assert name in page.select_one(".section-nav summary").text
    shown = {a.text for a in editor.page("/write/settings").select(".section-nav a")}
    assert SECTIONS - {"Outside sources", "Import and export"} <= shown
    assert not shown & {"Outside sources", "Import and export"}


def test_another_zone_moves_posts_into_its_months_without_touching_their_version(owner, make_post):
    post = make_post("New year", published_at=datetime(2025, 12, 31, 12, tzinfo=UTC))
    version = post.version

    owner.post("/write/settings", data=FIELDS)

    assert stored(post.id).published_month == 202601
    assert stored(post.id).version == version


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("language", "English please"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", ""),
        ("date_format", "%Y %%n {0}"),
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "many"),
        ("page_size", "9" * 30),
    ],
)
def test_a_bad_setting_is_explained_beside_its_field(owner, field, value):
    response = owner.post("/write/settings", data=FIELDS | {field: value})

    page = parse(response.text)
    assert response.status_code == 422
    assert page.select_one(f"#{field}-errors").text
    assert page.select_one("#description").text.strip() == "An engineering blog"
    assert site() is None


def test_one_section_leaves_the_others_alone(owner):
    owner.post("/write/settings/front", data={"heading": "Notes", "card_fields": ["title"]})

    owner.post("/write/settings", data=FIELDS)

    assert (site().heading, site().card_fields) == ("Notes", ["title"])


def test_settings_once_saved_are_no_longer_the_demos(owner):
    db.session.add(Site(id=1, title="Demo", origin="demo"))
    db.session.commit()

    owner.post("/write/settings", data=FIELDS)

    assert site().origin is None


def test_a_format_of_the_blogs_own_stays_a_choice(owner):
    db.session.add(Site(id=1, title="Blog", date_format="%j/%Y"))
    db.session.commit()

    options = owner.page("/write/settings").select("#date_format option")

    assert [o["value"] for o in options if o.has_attr("selected")] == ["%j/%Y"]


def test_what_was_typed_outlives_the_session(owner, browser):
    handed_back = browser.post("/write/settings", data=FIELDS | {"keep": "1"})

    form = parse(handed_back.text).select_one("form[data-signed-out]")
    assert handed_back.status_code == 403
    assert form["action"] == "/write/settings"
    typed = {area["name"]: area.text.removeprefix("\n") for area in form.select("textarea")}
    assert typed["title"] == "Plumb"
    assert owner.post(form["action"], data=typed).status_code == 303


@pytest.mark.parametrize("address", ["settings", "look", "front", "presets", "frame", "outside"])
def test_a_question_for_the_head_alone_changes_nothing(owner, address):
    db.session.add(Site(id=1, title="Kept"))
    db.session.commit()

    path = "/write/settings" if address == "settings" else f"/write/settings/{address}"
    response = owner.head(path)

    assert response.status_code == 200
    assert site().title == "Kept"
