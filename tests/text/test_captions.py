from bs4 import BeautifulSoup

from blogapp.text.markdown import render


def parse(html):
    return BeautifulSoup(html, "html5lib")


def test_the_title_of_a_lone_picture_is_its_caption():
    shown = parse(render('![A chart](chart.png "Reads per *second* & more")').html)

    assert shown.select_one("figure > img")["alt"] == "A chart"
    assert shown.select_one("figure > figcaption").text == "Reads per *second* & more"
    assert not shown.select("[title], p")


def test_a_picture_without_a_title_is_no_figure():
    shown = parse(render('![A chart](chart.png)\n\n![Another](other.png "  ")').html)

    assert len(shown.select("p > img")) == 2


def test_a_picture_within_a_sentence_stays_there():
    shown = parse(render('See ![an icon](icon.png "Save") here.').html)

    assert shown.select_one("p > img")["title"] == "Save"


def test_a_caption_is_text_and_nothing_else():
    shown = parse(render('![x](x.png "<script>alert(1)</script>")').html)

    assert shown.figcaption.text == "<script>alert(1)</script>"
    assert not shown.select("script")
