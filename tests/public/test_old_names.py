"""Addresses with a tag as it was called once lead to what it is called now."""

import pytest

from blogapp.extensions import db
from blogapp.posts.models import Tag
from blogapp.posts.tagging import add_alias, delete_tag, rename


@pytest.fixture(autouse=True)
def renamed(clock, make_post):
    """Posts under "Kubernetes", which is also known as "K8s"."""
    make_post("In", tags=["Kubernetes", "DNS"])
    make_post("Out", tags=["DNS"])
    add_alias(db.session.query(Tag).filter_by(slug="kubernetes").one(), "K8s")
    db.session.commit()


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/?tag=k8s", "/?tag=kubernetes"),
        ("/?tag=K8S&tag=dns", "/?tag=dns&tag=kubernetes"),
        ("/?tag=k8s&tag=kubernetes", "/?tag=kubernetes"),
        ("/?not=k8s", "/?not=kubernetes"),
        ("/tags/k8s", "/tags/kubernetes"),
        ("/tags/K8s/?page=1", "/tags/kubernetes"),
        ("/tags/dns?tag=k8s", "/tags/dns?tag=kubernetes"),
    ],
)
def test_a_page_moves_once(browser, asked, kept):
    answer = browser.get(asked)

    assert (answer.status_code, answer.headers["Location"]) == (301, kept)
    assert browser.get(kept).status_code == 200


@pytest.mark.parametrize("feed", ["feed.xml", "rss.xml", "feed.json"])
def test_a_feed_moves_once(browser, feed):
    answer = browser.get(f"/{feed}?tag=k8s&limit=5")

    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(f"/{feed}?tag=kubernetes&limit=5")


def test_a_fragment_answers_at_once_and_names_the_address(browser):
    results = browser.get("/?tag=k8s&fragment=results")
    batch = browser.get("/?tag=k8s&fragment=posts")

    assert (results.status_code, batch.status_code) == (200, 200)
    assert results.headers["HX-Push-Url"] == "/?tag=kubernetes"
    assert batch.headers["HX-Replace-Url"] == "/?tag=kubernetes"
    for answer in (results, batch):
        assert "In</a>" in answer.text
        assert "Out</a>" not in answer.text


def test_what_is_chosen_is_shown_by_its_name(browser):
    page = browser.page("/?tag=k8s&fragment=results")

    assert "tagged Kubernetes" in page.select_one("[role=status]").get_text()
    assert "There is no tag" not in page.get_text()


@pytest.mark.parametrize("fragment", ["", "?fragment=results", "?fragment=posts"])
def test_the_place_of_a_deleted_tag_is_gone_in_every_part(browser, fragment):
    delete_tag(db.session.query(Tag).filter_by(slug="kubernetes").one())
    db.session.commit()

    assert browser.get(f"/tags/kubernetes{fragment}").status_code == 410


def test_an_address_given_decomposed_leads_to_the_composed_one_under_its_name(browser):
    dns = db.session.query(Tag).filter_by(slug="dns").one()
    rename(dns, name="Résolveurs", slug="re\u0301solveurs")
    db.session.commit()

    assert browser.get("/tags/re\u0301solveurs").location == "/tags/r%C3%A9solveurs"
    assert browser.page("/tags/r\u00e9solveurs").select_one("h1").text == "Résolveurs"
    assert browser.get("/feed.xml?tag=re\u0301solveurs").location.endswith("tag=r%C3%A9solveurs")
