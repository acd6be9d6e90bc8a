from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.authoring.conftest import stored
from tests.conftest import parse

FIELDS = {
    "title": "Plumb",
    "eyebrow": "Notes",
    "heading": "What we learned",
    "intro": "Line one.\r\nLine two.",
    "description": "An engineering blog",
    "footer_line": "Made slowly",
    "language": "pt-BR",
    "time_zone": "Pacific/Auckland",
    "date_format": "%Y-%m-%d",
    "page_size": "20",
}


def site():
    db.session.rollback()
    return db.session.get(Site, 1)


def test_settings_are_kept_and_shown_to_readers(owner, browser):
    response = owner.post("/write/settings", data=FIELDS)

    assert response.status_code == 303
    assert (site().title, site().time_zone, site().page_size) == ("Plumb", "Pacific/Auckland", 20)
    page = browser.page("/")
    assert "What we learned" in page.text
    assert page.html["lang"] == "pt-BR"
    assert owner.page("/write/settings").select_one("#title")["value"] == "Plumb"


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
    assert page.select_one("#footer_line")["value"] == "Made slowly"
    assert site() is None


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
