import csv
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.beehiiv import open_beehiiv
from blogapp.importing.errors import NoSite

UTC_ZONE = ZoneInfo("UTC")
COLUMNS = (
    "id", "web_title", "status", "audience", "content_tags", "url", "web_subtitle",
    "email_subject_line", "email_preview_text", "content_html", "thumbnail_url", "created_at",
)  # fmt: skip
E_MAIL = (
    "<html><body><table><tr><td class='f'>Read online</td></tr><tr id='content-blocks'><td>"
    "<table role='none'><tr><td><h1>Queues</h1></td></tr><tr><td><p>One <b>word</b> for"
    " {{subscriber_id}}</p></td></tr><tr><td><p>Two"
    " <a href='https://a.example/b?x=1&utm_source=q.beehiiv.com&_bhlid=9'>links</a></p></td></tr>"
    "</table><div class='bh__table_wrap'><table class='bh__table'><tr><th>a</th></tr><tr><td>b</td>"
    "</tr></table></div></td></tr><tr><td class='b'>Unsubscribe</td></tr></table></body></html>"
)


@pytest.fixture
def opened(tmp_path):
    """The source of a table with these rows."""

    def make(*rows, columns=COLUMNS):
        with (tmp_path / "posts.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        return open_beehiiv(tmp_path, zone=UTC_ZONE)

    return make


def row(number=1, **fields):
    return {
        "id": f"id-{number}", "web_title": "Queues", "status": "confirmed", "audience": "free",
        "content_tags": "Big Data; SQL", "url": f"https://q.beehiiv.com/p/queues-{number}",
        "web_subtitle": "Full", "content_html": "<p>x</p>", "created_at": "2024-03-05 09:00:00",
        **fields,
    }  # fmt: skip


def read_all(source):
    return [item.read() for item in source.items()]


def told(read):
    return [what for _line, what in read.problems]


def test_every_field_of_the_kit_comes_along(shared):
    folder = shared / "kits/importers/beehiiv"
    with (folder / "posts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    with open_beehiiv(folder, zone=UTC_ZONE) as source:
        read = read_all(source)

    assert source.count() == len(read) == len(rows)
    for given, post in zip(rows, read, strict=True):
        assert (post.title, post.summary) == (given["web_title"], given["web_subtitle"])
        assert post.date == datetime.fromisoformat(given["created_at"]).replace(tzinfo=UTC_ZONE)
        assert post.tags == tuple(given["content_tags"].split("; "))
        assert post.entry_id == given["url"]
        assert given["url"].endswith(f"/p/{post.slug}")
        assert post.addresses == (f"/p/{post.slug}",)
        assert post.covers[0].endswith(given["thumbnail_url"])
        assert "ample HTML here" in post.body
        assert not post.draft


def test_an_e_mail_is_read_without_its_frame(opened):
    with opened(row(content_html=E_MAIL)) as source:
        (read,) = read_all(source)

    assert read.body == (
        "One **word** for\n\nTwo [links](https://a.example/b?x=1)\n\n| a |\n| --- |\n| b |\n"
    )
    assert told(read) == ["places for the name or address of a subscriber were left out"]


@pytest.mark.parametrize(
    ("fields", "draft"),
    [
        ({}, False),
        ({"audience": "all"}, False),
        ({"audience": "premium"}, True),
        ({"status": "draft"}, True),
        ({"status": "archived"}, True),
        ({"status": ""}, True),
    ],
)
def test_what_was_not_public_is_not_public_here(opened, fields, draft):
    with opened(row(**fields)) as source:
        (read,) = read_all(source)

    assert read.draft is draft
    assert bool(told(read)) is (
        fields.get("audience") == "premium" or "archived" in fields.values()
    )


def test_people_are_kept_aside_and_doubles_are_told(opened, tmp_path):
    (tmp_path / "subscribers.csv").write_text("email,name\nm@x.example,Mo\n")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")

    with opened(row(), row(), row(2)) as source:
        read = read_all(source)
        (kept,) = source.lists()
        lines = [problem.what for problem in source.problems]

    assert len(read) == 2
    assert (kept.name, kept.rows) == ("beehiiv-subscribers", (("m@x.example", "Mo"),))
    assert lines == ["1 file: no posts; left out", "stands in posts.csv again; the first counts"]


def test_another_table_is_refused(opened):
    with pytest.raises(NoSite, match="holds no posts of beehiiv's"):
        opened({"id": "1"}, columns=("id", "name"))
