import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.buttondown import open_buttondown
from blogapp.importing.errors import NoSite

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def opened(tmp_path):
    """The source of a folder with these files."""

    def make(files, **settings):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return open_buttondown(tmp_path, zone=UTC_ZONE, **settings)

    return make


def row(slug="queues", **fields):
    return {
        "id": f"id-{slug}", "subject": "Queues", "slug": slug, "source": "app",
        "publish_date": "2024-03-05 09:00:00+00:00", **fields,
    }  # fmt: skip


def read_all(source):
    return {item.path: item.read() for item in source.items()}


def told(read):
    return [what for _line, what in read.problems]


def test_every_field_of_the_kit_comes_along(shared):
    folder = shared / "kits/importers/buttondown"
    rows = json.loads((folder / "emails.json").read_text("utf-8"))

    with open_buttondown(folder, zone=UTC_ZONE) as source:
        read = read_all(source)

    assert source.count() == len(read) == len(rows)
    for given in rows:
        post = read[f"emails/{given['id']}"]
        text = (folder / "emails" / f"{given['slug']}.md").read_text("utf-8")
        assert (post.title, post.slug) == (given["subject"], given["slug"])
        assert post.date == datetime.fromisoformat(given["publish_date"])
        assert post.addresses == (f"/archive/{given['slug']}",)
        assert not post.draft
        assert "Lorem ipsum dolor sit amet." in post.body
        assert "buttondown-editor-mode" not in post.body
        if "plaintext" in text:
            assert post.body.strip() == text.partition("-->")[2].strip()


def test_both_of_its_editors_and_both_of_its_lists_are_read(opened):
    table = "id,subject,slug,publish_date\n1,Other,other,2024-03-05\n"
    files = {
        "emails.csv": table,
        "emails/fancy.md": "<!-- buttondown-editor-mode: fancy --><p>One <b>word</b></p>",
        "emails/plain.md": "<!-- buttondown-editor-mode: plaintext -->{{ subscriber.email }} *you*",
        "emails/alone.md": "Alone",
        "subscribers.csv": "email,notes\nm@x.example,\n",
        "tags.csv": "a\n",
    }

    with opened(
        {"emails.json": [row("fancy"), row("plain")], **files},
        base_url="https://buttondown.com/ada",
    ) as source:
        read = read_all(source)
        (kept,) = source.lists()
        lines = [problem.what for problem in source.problems]

    assert read["emails/id-fancy"].body == "One **word**\n"
    assert read["emails/id-fancy"].addresses == ("/ada/archive/fancy",)
    assert read["emails/id-fancy"].entry_id == "https://buttondown.com/ada/archive/fancy/"
    assert read["emails/id-fancy"].date == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert "*you*" in read["emails/id-plain"].body
    assert told(read["emails/id-plain"]) == [
        "template tags have no meaning here: {{ subscriber.email }}"
    ]
    assert (read["emails/alone"].title, read["emails/alone"].draft) == ("Alone", True)
    assert kept.rows == (("m@x.example", ""),)
    assert lines == ["1 file: no e-mails; left out"]


@pytest.mark.parametrize(
    ("fields", "draft"),
    [
        ({"status": "sent"}, False),
        ({"status": "draft"}, True),
        ({"email_type": "premium"}, True),
        ({"email_type": "private"}, True),
        ({"email_type": "public"}, False),
        ({"publish_date": None}, True),
        ({"status": "scheduled", "publish_date": "2030-01-01"}, False),
    ],
)
def test_what_was_not_public_is_not_public_here(opened, fields, draft):
    with opened({"emails.json": [row(body="x", **fields)]}) as source:
        (read,) = read_all(source).values()

    assert read.draft is draft


def test_a_table_alone_is_read_and_missing_texts_are_told(opened):
    table = "id,subject,slug,publish_date\n1,Queues,queues,2024-03-05 09:00:00\n"

    with opened({"emails.csv": table}) as source:
        (read,) = read_all(source).values()

    assert read.title == "Queues"
    assert told(read) == ["has no file with its text; it comes without one"]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"emails.json": "[{"}, "ends in the middle"),
        ({"emails.json": "{}"}, "holds no e-mails of Buttondown's"),
        ({"readme.txt": "x"}, "holds no e-mails of Buttondown's"),
    ],
)
def test_damage_is_told(opened, files, line):
    with pytest.raises(NoSite, match=line):
        opened(files)
