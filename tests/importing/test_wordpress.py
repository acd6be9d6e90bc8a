from datetime import UTC, datetime
from pathlib import PurePosixPath
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.errors import NoSite, NotAPost
from blogapp.importing.sources import NameKind
from blogapp.importing.wordpress import open_wordpress
from tests.importing.wordpress_exports import (
    attachment,
    comment,
    item,
    meta,
    term,
    write_export,
    write_long_export,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def export(tmp_path):
    """Write an export of items; return what the reader makes of it."""

    def write(*items, **options):
        return open_wordpress(write_export(tmp_path / "old.xml", items, **options), zone=BERLIN)

    return write


def posts(source):
    """Return the posts by path, and why the other items are none."""
    read, left_out = {}, {}
    for found in source.items():
        try:
            read[found.path] = found.read()
        except NotAPost as reason:
            left_out[found.path] = str(reason)
    return read, left_out


def only(source):
    (post,) = posts(source)[0].values()
    return post


def notes(post):
    return [what for _, what in post.problems]


def test_a_post_brings_all_that_readers_knew_it_by(export):
    source = export(
        item(
            7,
            title="Caches &amp; <em>lies</em>",
            slug="caf%C3%A9",
            body="One\ntwo\n\nthree",
            is_sticky="1",
            post_modified_gmt="2021-01-01 00:00:00",
            extra="<excerpt:encoded><![CDATA[In <b>short</b>]]></excerpt:encoded>"
            + term("category", "systems", "Systems")
            + term("category", "ops", "Operations")
            + term("post_tag", "redis", "Redis")
            + meta("_wp_old_slug", "older"),
        )
    )

    post = only(source)

    assert (source.name, source.base_url) == ("old.example", "https://old.example")
    assert post.path == PurePosixPath("post/7")
    assert (post.title, post.slug, post.body) == ("Caches & lies", "café", "One\\\ntwo\n\nthree\n")
    assert post.date == datetime(2020, 5, 1, 10, tzinfo=UTC)
    assert post.updated == datetime(2021, 1, 1, tzinfo=UTC)
    assert (post.draft, post.pinned, post.is_page, post.converted) == (False, True, False, True)
    assert (post.domain, post.tags) == ("Systems", ("Operations", "Redis"))
    assert (post.summary, post.authors) == ("In short", ("Ada Lindgren",))
    assert post.entry_id == "https://old.example/?p=7"
    assert post.addresses == (
        "/2020/05/café",
        "/2020/05/café/feed",
        "/2020/05/café/amp",
        "/2020/05/older",
        "/2020/05/older/feed",
        "/2020/05/older/amp",
        "/?p=7",
    )
    assert notes(post) == []


@pytest.mark.parametrize(
    ("status", "fields", "draft", "told"),
    [
        ("publish", {}, False, []),
        ("future", {"post_date_gmt": "2031-01-01 00:00:00"}, False, []),
        ("draft", {"post_date_gmt": "0000-00-00 00:00:00"}, True, []),
        ("pending", {}, True, ["was waiting for review; a draft here"]),
        ("private", {}, True, ["was private; a draft here"]),
        ("publish", {"post_password": "x"}, True, ["was behind a password; a draft here"]),
        ("wc-done", {}, True, ["has the status “wc-done”; a draft here"]),
    ],
)
def test_only_what_was_public_is_public(export, status, fields, draft, told):
    post = only(export(item(1, status=status, body="Text", **fields)))

    assert post.draft is draft
    assert notes(post) == told


def test_dates_without_gmt_are_read_by_the_sites_clock(export):
    post = only(export(item(1, body="x", post_date_gmt="0000-00-00 00:00:00")))

    assert post.date == datetime(2020, 5, 1, 10, tzinfo=UTC)


def test_every_item_becomes_a_post_or_says_why_not(export):
    source = export(
        item(1, body="x"),
        item(2, kind="page", body="x"),
        item(3, status="trash"),
        item(4, kind="revision", status="inherit"),
        item(5, kind="nav_menu_item"),
        item(6, kind="portfolio"),
        attachment(8, "a.png"),
        item(1, body="twice"),
    )

    read, left_out = posts(source)

    assert source.count() == 8
    assert [path.split("-line-")[0] for path in read] == ["post/1", "page/2", "post/1"]
    assert read["page/2"].is_page
    assert left_out == {
        "post/3": "is in the trash",
        "revision/4": "is a revision; only the last version of a post is taken in",
        "nav_menu_item/5": "is an entry of a menu",
        "portfolio/6": "is of the type “portfolio”, which has no place here",
        "attachment/8": "is an upload: taken in where a post shows it, else left out",
    }


def test_categories_become_domains_where_they_come_first_and_tags_elsewhere(export):
    described = (
        "<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>systems"
        "</wp:category_nicename><wp:category_parent></wp:category_parent>"
        "<wp:cat_name>Systems</wp:cat_name></wp:category>"
        "<wp:category><wp:term_id>4</wp:term_id><wp:category_nicename>storage"
        "</wp:category_nicename><wp:category_parent>systems</wp:category_parent>"
        "<wp:cat_name>Storage</wp:cat_name>"
        "<wp:category_description>Where bytes rest</wp:category_description></wp:category>"
        "<wp:tag><wp:term_id>9</wp:term_id><wp:tag_slug>redis</wp:tag_slug>"
        "<wp:tag_name>Redis</wp:tag_name></wp:tag>"
    )
    both = term("category", "storage", "Storage") + term("category", "systems", "Systems")
    none = term("category", "uncategorized", "Uncategorized")
    source = export(item(1, extra=both), item(2, extra=none), extra=described)

    names = {name.name: name for name in source.names()}
    first, second = posts(source)[0].values()

    assert (first.domain, first.tags) == ("Storage", ("Systems",))
    assert (second.domain, second.tags) == ("", ())
    assert {name: found.kind for name, found in names.items()} == {
        "Systems": NameKind.TAG,
        "Storage": NameKind.DOMAIN,
        "Redis": NameKind.TAG,
    }
    assert names["Storage"].description == "Where bytes rest"
    assert names["Storage"].addresses[0] == "/category/systems/storage"
    assert {"/category/storage", "/?cat=4"} <= {*names["Storage"].addresses}
    assert names["Redis"].addresses[:2] == ("/tag/redis", "/tag/redis/feed")


def test_terms_that_the_export_does_not_describe_keep_their_addresses(export):
    sorts = term("category", "ops", "Ops") + term("post_tag", "%d0%ba%d1%8d%d1%88", "Кэш")

    names = {name.name: name for name in export(item(1, extra=sorts)).names()}

    assert names["Ops"].addresses[0] == "/category/ops"
    assert names["Кэш"].slug == "кэш"


def test_comments_that_were_approved_come_along_threaded(export):
    said = (
        comment(1, "One\n\n<b>two</b>")
        + comment(2, "Answer", comment_parent="1", comment_type="")
        + comment(3, "spam", comment_approved="spam")
        + comment(4, "Answer to spam", comment_parent="3")
        + comment(5, "[...] mentions [...]", comment_type="pingback")
        + comment(6, "order", comment_type="order_note")
    )

    post = only(export(item(1, body="x", extra=said)))

    found = [(comment.id, comment.parent, comment.kind) for comment in post.comments]
    assert found == [
        ("1", "", "comment"),
        ("2", "1", "comment"),
        ("4", "", "comment"),
        ("5", "", "pingback"),
    ]
    assert post.comments[0].html == "<p>One</p>\n<p><b>two</b></p>"
    assert notes(post) == [
        "a comment that nobody approved was left out",
        "a note of a plug-in among the comments was left out",
    ]


def test_addresses_of_people_are_only_in_the_list_that_is_kept_aside(export):
    source = export(item(1, body="x", extra=comment(1, "y")))

    (kept,) = source.lists()
    (author,) = source.authors()

    assert kept.name == "wordpress-users"
    assert kept.rows[0] == ("1", "ada", "ada@private.example", "Ada Lindgren", "Ada", "Lindgren")
    assert len(kept.rows) == 2
    assert author.name == "Ada Lindgren"
    assert author.addresses == (
        "/author/ada",
        "/author/ada/feed",
        "/author/ada/page/*",
        "/?author=1",
    )
    assert "private.example" not in repr(only(source))
    assert "192.0.2.7" not in repr(only(source))


def test_feeds_and_archives_have_moved(export):
    moved = export(item(1, body="x")).moved()

    assert moved["/feed"] == "/rss.xml"
    assert moved["/feed/atom"] == "/feed.xml"
    assert moved["/wp-rss2.php"] == "/rss.xml"
    assert moved["/category/uncategorized/page/*"] == "/"
    assert moved["/2020/05"] == "/archive/2020/5"
    assert moved["/2020/05/01"] == "/archive/2020/5"
    assert moved["/?m=202005"] == "/archive/2020/5"


def test_pictures_are_the_uploads_and_not_their_smaller_copies(export):
    uploads = "https://old.example/wp-content/uploads/2020/05"
    body = (
        f'<a href="https://old.example/2020/05/upload-8/"><img src="{uploads}/a-300x200.png"'
        f' alt="A"></a>\n\n<img src="https://i0.wp.com/old.example/wp-content/uploads/2020/05/'
        'b-10x10.png?resize=10" alt="B">\n\n<img src="http://else.example/c-300x200.png" alt="C">'
    )
    source = export(
        attachment(8, "a.png", alt="An A"),
        attachment(9, "b-10x10.png"),
        item(1, body=body, extra=meta("_thumbnail_id", "8")),
        item(2, body="x", extra=meta("_thumbnail_id", "77")),
    )

    first, second = posts(source)[0].values()

    assert first.body.split("\n\n") == [
        f"![A]({uploads}/a.png)",
        f"![B]({uploads}/b-10x10.png)",
        "![C](http://else.example/c-300x200.png)\n",
    ]
    assert (first.covers, first.cover_alt) == ((f"{uploads}/a.png",), "An A")
    assert notes(second) == ["its featured image (attachment 77) is not in the export"]


def test_files_are_found_in_a_folder_of_uploads(tmp_path):
    folder = tmp_path / "site"
    uploads = folder / "wp-content/uploads/2020/05"
    uploads.mkdir(parents=True)
    (uploads / "a b.png").write_bytes(b"png")
    (tmp_path / "secret.txt").write_text("no")
    write_export(folder / "old.xml", [item(1, body="x")])

    with ZipFile(tmp_path / "site.zip", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(tmp_path))

    for path in (folder, folder / "old.xml", tmp_path / "site.zip"):
        with open_wordpress(path, zone=BERLIN) as source:
            found = source.find_file("http://old.example/wp-content/uploads/2020/05/a%20b.png")
            assert found is not None
            assert found.read_bytes() == b"png"
            assert source.find_file("/wp-content/uploads/../../../secret.txt") is None
            assert source.find_file("https://old.example/wp-content/uploads/none.png") is None


def test_several_files_are_one_export(tmp_path):
    write_export(tmp_path / "old.001.xml", [item(2, body="x")])
    write_export(tmp_path / "old.000.xml", [item(1, body="x")])
    (tmp_path / "sitemap.xml").write_text("<urlset/>")

    with open_wordpress(tmp_path, zone=BERLIN) as source:
        assert [found.path for found in source.items()] == ["post/1", "post/2"]


def test_a_file_that_ends_in_the_middle_gives_what_is_before(tmp_path):
    path = write_export(tmp_path / "old.xml", [item(n, body="x") for n in (1, 2, 3)])
    path.write_bytes(path.read_bytes()[:-300])

    with open_wordpress(path, zone=BERLIN) as source:
        assert [found.path for found in source.items()] == ["post/1", "post/2"]
        (problem,) = source.problems
        assert "the 2 items before it were read" in problem.what


def test_damage_in_a_later_item_costs_only_what_follows(tmp_path):
    path = write_export(tmp_path / "old.xml", [item(n, body="x") for n in (1, 2, 3)])
    path.write_text(path.read_text().replace("post-2</wp:post_name>", "post-2</wp:oops>"))

    with open_wordpress(path, zone=BERLIN) as source:
        assert [found.path for found in source.items()] == ["post/1"]
        (problem,) = source.problems
        assert problem.what.endswith("; the item before it was read")


def test_wrongly_decoded_titles_are_mended_and_told(export):
    post = only(export(item(1, title="CafÃ© at 5", body="x")))

    assert post.title == "Café at 5"
    assert notes(post) == ["the title “CafÃ© at 5” was read in the wrong encoding; mended"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "holds no export of WordPress"),
        ("<rss><channel><title>wordpress</title><item/></channel></rss>", "is no export"),
        ("<!-- wordpress --><rss><chan", "ends in the middle"),
        (
            '<!DOCTYPE rss [<!ENTITY a "b">]><rss xmlns:wp="http://wordpress.org/export/1.2/">'
            "<channel><title>&a;</title></channel></rss>",
            "declares entities",
        ),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason(tmp_path, content, reason):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "old.xml").write_text(content)

    with pytest.raises(NoSite, match=reason):
        open_wordpress(folder, zone=BERLIN)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_all_versions_read_the_same(export, version):
    twice = "<category>Systems</category>" + term("category", "systems", "Systems")
    twice += "<category>Redis</category>" + term("tag", "redis", "Redis")

    post = only(export(item(1, body="x", extra=twice), version=version))

    assert (post.domain, post.tags, post.slug) == ("Systems", ("Redis",), "post-1")


def test_many_posts_are_read_one_by_one(tmp_path):
    path = write_long_export(tmp_path / "long.xml", 50, words=300)

    with open_wordpress(path, zone=BERLIN) as source:
        read, left_out = posts(source)

    assert (len(read), len(left_out), source.count()) == (40, 10, 50)
    assert all(post.body and post.domain and post.tags for post in read.values())
