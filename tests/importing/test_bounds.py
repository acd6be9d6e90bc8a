"""Files that are made to fill the memory."""

import json
from pathlib import PurePosixPath

import pytest

from blogapp.importing import json_objects, tables, xml
from blogapp.importing.errors import NoSite
from blogapp.importing.ghost.detours import read_permalink, read_redirects
from blogapp.importing.surveying import survey


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


BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 30)
)


@pytest.mark.parametrize(
    "text", [f"{BOMB}301: *a29\n", "[" * 5_000, "301: !!timestamp x", "301: !!int ''"]
)
def test_redirects_of_ghost_in_hostile_yaml_have_their_line(tmp_path, text):
    path = tmp_path / "redirects.yaml"
    path.write_text(text)

    kept, [note] = read_redirects(path, "")

    assert not kept
    assert note.startswith("cannot be read (")
    assert read_permalink(path)[0] == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_config.yml", f"{BOMB}url: *a29\n"),
        ("_config.yml", "url: !!timestamp x"),
        ("_config.yml", "[" * 5_000),
        ("hugo.toml", "a" + ".a" * 5_000 + " = 1"),
        ("hugo.json", "[" * 100_000),
        ("pelicanconf.py", "SITEURL = " + "-" * 200_000 + "1"),
        ("pelicanconf.py", "SITEURL = " + "(" * 200_000),
    ],
)
def test_settings_of_a_site_that_are_hostile_are_none(tree, take_in, name, text):
    tree(name, text)
    tree(
        "_posts/2019-05-04-a.md" if name == "_config.yml" else "content/a.md",
        "---\ntitle: A\n---\nA post.",
    )

    [outcome] = take_in().outcomes

    assert str(outcome.result) == "made"


def test_settings_may_stand_below_remarks_and_refer_to_each_other(tree):
    tree("_config.yml", "# Ours\n---\nbase: &base https://old.example\nurl: *base\n")
    tree("_posts/2019-05-04-a.md", "A post.")

    site = survey(tree.root, (PurePosixPath("_posts/2019-05-04-a.md"),))

    assert site.base_url == "https://old.example"
