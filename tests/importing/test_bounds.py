"""Files that are made to fill the memory."""

import json

import pytest

from blogapp.importing import json_objects, tables, xml
from blogapp.importing.errors import NoSite


def posts_of(path):
    return [found for _, found in json_objects.objects(path, lambda place: place == "posts.item")]


@pytest.mark.parametrize(
    "text",
    [
        '{"posts": [{"id": "' + "x" * 300_000,
        '{"posts": [{"id": 1}, {"id": ' + "1" * 300_000,
        '{"posts": [], "' + "x" * 300_000,
        " " * 300_000,
    ],
)
def test_json_that_says_nothing_for_long_is_read_no_further(tmp_path, monkeypatch, text):
    monkeypatch.setattr(json_objects, "LONGEST_TEXT", 100_000)
    path = tmp_path / "blog.json"
    path.write_text(text)

    with pytest.raises(NoSite, match=r"blog\.json holds a text of more than"):
        posts_of(path)


def test_an_object_that_holds_a_blog_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(json_objects, "MOST_OF_AN_OBJECT", 100_000)
    path = tmp_path / "blog.json"
    path.write_text(json.dumps({"posts": [{"id": [[]] * 5_000}]}))

    with pytest.raises(NoSite, match=r"blog\.json holds an object of more than"):
        posts_of(path)


def test_many_objects_are_no_large_one(tmp_path, monkeypatch):
    monkeypatch.setattr(json_objects, "MOST_OF_AN_OBJECT", 1_000)
    monkeypatch.setattr(json_objects, "LONGEST_TEXT", 70_000)
    path = tmp_path / "blog.json"
    path.write_text(json.dumps({"posts": [{"id": number} for number in range(20_000)]}))

    assert len(posts_of(path)) == 20_000


def test_a_table_of_one_line_without_end_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "LONGEST_CELL", 1_000)
    path = tmp_path / "people.csv"
    path.write_text("email,name\n" + "x," * 5_000)

    with pytest.raises(NoSite, match=r"people\.csv is no sound table"):
        list(tables.table_rows(path))


def test_attributes_without_values_weigh_too(tmp_path, monkeypatch):
    monkeypatch.setattr(xml, "MOST_OF_A_PART", 10_000)
    path = tmp_path / "feed.xml"
    element = "<a " + " ".join(f'a{number}=""' for number in range(50)) + "/>"
    path.write_text(f"<rss><item>{element * 100}</item></rss>")

    [part] = xml.XmlFile(path, {"rss"}).parts()

    assert part.cut
    assert len(part.element) < 10
