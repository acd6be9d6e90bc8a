import pytest

from blogapp.importing.errors import BrokenFrontMatter
from blogapp.importing.front_matter import split


@pytest.mark.parametrize(
    ("source", "form", "body"),
    [
        ("---\ntitle: Caches\n---\nText.\n", "yaml", "Text.\n"),
        ("\n\n---\ntitle: Caches\n---  \n\nText.\n", "yaml", "\nText.\n"),
        ("---\ntitle: Caches\n...\nText.\n", "yaml", "Text.\n"),
        ("+++ \ntitle = 'Caches'\n+++\nText.\n", "toml", "Text.\n"),
        ('{\n"title": "Caches"\n}\nText.\n', "json", "Text.\n"),
        (';;;\n{"title": "Caches"}\n;;;\nText.\n', "json", "Text.\n"),
        ('---json\n{"title": "Caches"}\n---\nText.\n', "json", "Text.\n"),
        ("Title: Caches\nDate: 2024-01-02\n\nText.\n", "meta", "Text.\n"),
        ("Title: Caches\n...\nText.\n", "meta", "Text.\n"),
    ],
)
def test_every_form_of_front_matter_is_split_from_the_body(source, form, body):
    found, rest, line = split(source)

    assert (found.form, rest) == (form, body)
    assert {key.lower(): text for key, text in found.texts.items()}["title"] == "Caches"
    assert source.split("\n")[line - 1 :] == body.split("\n")


@pytest.mark.parametrize(
    "source",
    [
        "# A heading\n\nText.\n",
        "Note: this is prose.\n\nText.\n",
        "---\n\nA rule opens this text.\n",
        "---\n---\n",
        "{% include x %}\n",
        "",
    ],
)
def test_a_file_without_front_matter_is_all_body(source):
    found, body, line = split(source)

    assert (found.form, body, line) == ("none", source, 1) or source == "---\n---\n"
    assert found.texts == {}


def test_values_keep_their_types_and_texts_their_spelling():
    source = "---\ntitle: 1.10\ndraft: yes\ndate: 2024-01-02\ntags: [no, 007]\nnote:\n---\n"

    found, _body, _line = split(source)

    assert found.texts == {
        "title": "1.10",
        "draft": "yes",
        "date": "2024-01-02",
        "tags": ["no", "007"],
        "note": "",
    }
    assert found.values["date"] == "2024-01-02"
    assert found.values["draft"] is True
    assert found.values["note"] is None


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("---\ntitle: Caches\nlist:\n  - [a\n---\nText.\n", 5),
        ("+++\ntitle = 'Caches'\ndate = soon\n+++\nText.\n", 3),
        ('{\n"title": "Caches",\n"tags": [,]\n}\nText.\n', 3),
        ("---\ntitle: never closed\n\nText.\n", 1),
        ("---\n- a\n- b\n---\nText.\n", 2),
        ("---\na:\n  - 1\nwhen: !!timestamp x\n---\nText.\n", 2),
        ("---\nrun:\n  - !!python/object/apply:os.getcwd []\n---\nText.\n", 3),
    ],
)
def test_broken_front_matter_is_named_with_its_line(source, line):
    with pytest.raises(BrokenFrontMatter) as caught:
        split(source)

    assert abs(caught.value.line - line) <= 1


def test_plain_keys_and_values_that_are_no_yaml_are_read_line_by_line():
    found, body, _line = split("---\ntitle: Life: a memoir\nauthor: @ada\n---\nText.\n")

    assert (found.texts["title"], found.texts["author"], body) == (
        "Life: a memoir",
        "@ada",
        "Text.\n",
    )
    assert "read line by line" in found.problems[0][1]


def test_a_repeated_key_is_noted_on_its_line():
    found, _body, _line = split("---\ntitle: One\ndate: 2024-01-02\ntitle: Two\n---\n")

    assert found.texts["title"] == "Two"
    assert found.problems == ((4, "the key title stands here twice; the last one counts"),)


def test_anchors_that_stand_for_millions_of_values_are_refused():
    layers = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]
    source = "\n".join(["---", "l0: &l0 [x]", *layers, "---", "Text."])

    with pytest.raises(BrokenFrontMatter):
        split(source)


def test_values_that_no_database_keeps_are_made_harmless():
    found, _body, _line = split('---\ntitle: "a\\0b"\nsize: .inf\n---\n')

    assert found.texts["title"] == "ab"
    assert found.values["size"] == "inf"


def test_front_matter_nested_without_end_is_refused():
    deep = "[" * 50_000 + "]" * 50_000

    with pytest.raises(BrokenFrontMatter, match="nested more than 200 deep"):
        split(f"---\na: {deep}\n---\nText\n")


def test_keys_of_keys_without_end_are_refused():
    deep = "a" + ".a" * 5_000

    with pytest.raises(BrokenFrontMatter, match="too many dots"):
        split(f"+++\n{deep} = 1\n+++\nText\n")
