"""Pictures of a text: which wait, and which can be seen larger."""

import pytest
from bs4 import BeautifulSoup

from blogapp.text.markdown import Picture, render


def shown(body, width=800, height=600):
    html = render(body, picture=lambda source: Picture(f"/m/{source}", width, height)).html
    return BeautifulSoup(html, "html.parser")


def test_all_pictures_but_the_first_wait_until_they_are_near():
    images = shown("![a](a.png)\n\n![b](b.png)\n\n![c](c.png)").select("img")

    assert [image.get("loading") for image in images] == [None, "lazy", "lazy"]


def test_no_picture_below_a_heading_keeps_the_first_lines_waiting():
    images = shown("Words.\n\n## A heading\n\n![a](a.png)").select("img")

    assert [image.get("loading") for image in images] == ["lazy"]


def test_a_picture_leads_to_itself_and_the_link_is_ours():
    link = shown('![A chart](chart.png "Age of the price")').select_one("figure > a")

    assert (link["href"], link.img["alt"]) == ("/m/chart.png", "A chart")
    assert link.has_attr("data-added")


@pytest.mark.parametrize(
    ("body", "width"),
    [
        ("![A badge](badge.png)", 120),
        ("![](nameless.png)", 800),
        ("[![A chart](chart.png)](https://a.example/)", 800),
        ("## A heading with ![a picture](a.png)", 800),
        ("![Elsewhere](https://a.example/b.png)", None),
    ],
    ids=["small", "nameless", "linked", "in a heading", "of unknown size"],
)
def test_a_picture_with_no_more_to_show_or_no_name_is_no_link(body, width):
    assert not shown(body, width).select(".prose__image")


@pytest.mark.parametrize(
    ("width", "height", "is_wide"), [(1600, 900, True), (1600, 1700, False), (1100, 500, False)]
)
def test_a_large_picture_that_lies_gets_more_room(width, height, is_wide):
    wide = shown("![A chart](chart.png)", width, height).select(".prose__image--wide")

    assert bool(wide) == is_wide
