from os import mkfifo
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from blogapp.importing.errors import NoSite, NotAPost, Unreadable
from blogapp.importing.reading import Problem, read_post
from blogapp.importing.surveying import find_sites


@pytest.fixture
def read(tree):
    """Read one file of the tree, which is one site."""

    def read_file(name, *, zone="UTC", **settings):
        (site,) = find_sites(tree.root)
        return read_post(site, PurePosixPath(name), zone=ZoneInfo(zone), **settings)

    return read_file


def post(title="Caches lie", **more):
    lines = [f"title: {title}", *(f"{key}: {value}" for key, value in more.items())]
    return "\n".join(["---", *lines, "---", "Text."])


# What kind of site, and which of its files are posts


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (["_posts/2024-01-02-a.md"], "jekyll"),
        (["content/posts/_index.md", "content/posts/a.md"], "hugo"),
        (["src/content/blog/a.md"], "astro"),
        (["a.md", "eleventy.config.js"], "eleventy"),
        (["2024-01-02-a.md", "2024-01-03-b.md"], "dated"),
        (["a.md"], "fronted"),
    ],
)
def test_a_site_is_known_by_its_layout(tree, files, kind):
    for name in files:
        tree(name, post())

    assert [site.kind for site in find_sites(tree.root)] == [kind]


def test_pelican_is_known_by_its_metadata_and_notes_by_having_none(tree):
    tree("one/content/a.md", "Title: A\n\nText.")
    tree("two/src/content/ignored.txt")
    tree("notes/sql/joins.md", "# Joins\n\nText.")

    kinds = {site.name: site.kind for site in find_sites(tree.root)}
    assert kinds == {"one": "pelican", "notes": "plain"}


def test_a_folder_of_loose_notes_is_one_site(tree):
    tree("sql/joins.md", "# Joins")
    tree("python/lists.md", "# Lists")

    assert [len(site.files) for site in find_sites(tree.root)] == [2]


def test_a_folder_of_folders_of_sites_is_all_of_them(tree):
    tree("old/first/_posts/2024-01-02-a.md", post())
    tree("old/second/_posts/2024-01-02-a.md", post())
    tree("SOURCES.md", "credits")
    tree("old/second/_licence/LICENSE.md", "# MIT")

    assert [site.name for site in find_sites(tree.root)] == ["first", "second"]
    assert [len(site.files) for site in find_sites(tree.root)] == [1, 1]


def test_a_folder_without_markdown_is_no_site(tree):
    tree("notes.txt", "nothing")

    with pytest.raises(NoSite):
        find_sites(tree.root)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("content/posts/_index.md", post()),
        ("content/about.md", post()),
        ("content/posts/README.md", "# About this folder"),
        ("content/posts/caching/notes.md", post()),
        ("content/posts/archive.md", post(layout="archives")),
        ("content/posts/hidden.md", "---\ntitle: x\n_build:\n  list: never\n---\n"),
        ("content/posts/bare.md", "no front matter"),
    ],
)
def test_pages_and_sections_are_no_posts(tree, read, name, text):
    tree("content/posts/caching/index.md", post())
    tree("content/posts/_index.md", post())
    tree(name, text)

    with pytest.raises(NotAPost):
        read(name)


def test_pages_of_jekyll_and_pelican_are_no_posts(tree):
    tree("j/_posts/2024-01-02-a.md", post())
    tree("j/about.md", post())
    tree("p/content/a.md", "Title: A\n\nText.")
    tree("p/content/pages/about.md", "Title: About\n\nText.")

    for site, name in zip(
        find_sites(tree.root), ["about.md", "content/pages/about.md"], strict=True
    ):
        with pytest.raises(NotAPost):
            read_post(site, PurePosixPath(name), zone=ZoneInfo("UTC"))


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tree, read):
    tree("a.md", b"---\ntitle: Caf\xe9\n---\n")

    with pytest.raises(Unreadable, match="0xE9") as caught:
        read("a.md")
    assert caught.value.line == 2


def test_a_byte_order_mark_and_crlf_are_no_part_of_the_text(tree, read):
    tree("a.md", b"\xef\xbb\xbf---\r\ntitle: Caches\r\n---\r\nOne.\r\n\r\nTwo.  \r\n")

    assert (read("a.md").title, read("a.md").body) == ("Caches", "One.\n\nTwo.  \n")


# Dates


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2024-03-05", "2024-03-04T23:00"),
        ("2024-03-05 10:00:00", "2024-03-05T09:00"),
        ("2024-07-05T10:00", "2024-07-05T08:00"),
        ("2016-03-22 14:00:00 -4", "2016-03-22T18:00"),
        ("2024-03-05 10:00:00 -0800", "2024-03-05T18:00"),
        ("'2024-03-05T10:00:00Z'", "2024-03-05T10:00"),
        ("Tue, 05 Mar 2024 10:00:00 +0100", "2024-03-05T09:00"),
        ("March 5, 2024", "2024-03-04T23:00"),
    ],
)
def test_a_date_without_an_offset_is_on_the_site_s_clock(tree, read, written, utc):
    tree("a.md", post(date=written))

    assert read("a.md", zone="Europe/Berlin").date.isoformat()[:16] == utc


def test_the_front_matter_s_date_wins_over_the_file_name_s(tree, read):
    tree("_posts/2024-01-02-a.md", post(date="2024-05-06"))
    tree("_posts/2024-01-02-b.md", post())

    assert read("_posts/2024-01-02-a.md").date.month == 5
    assert read("_posts/2024-01-02-b.md").date.month == 1


def test_a_date_that_is_none_is_noted_and_the_file_name_s_taken(tree, read):
    tree("_posts/2024-01-02-a.md", "---\ntitle: A\ndate: 2024-13-45\n---\n")

    found = read("_posts/2024-01-02-a.md")

    assert found.date.isoformat() == "2024-01-02T00:00:00+00:00"
    assert found.problems == ((3, "date: “2024-13-45” is no date"),)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("_config.yml", "timezone: Asia/Tokyo\n"),
        ("hugo.toml", 'timeZone = "Asia/Tokyo"\n'),
        ("hugo.yaml", "timeZone: Asia/Tokyo\n"),
        ("pelicanconf.py", "import os\nTIMEZONE = 'Asia/Tokyo'\nTHEME = os.getcwd()\n"),
    ],
)
def test_the_site_s_own_settings_name_its_zone(tree, name, settings):
    tree(name, settings)
    tree("_posts/2024-01-02-a.md", post())

    assert [str(site.zone) for site in find_sites(tree.root)] == ["Asia/Tokyo"]


@pytest.mark.parametrize("name", ["_config.yml", "hugo.toml", "pelicanconf.py", "config.json"])
def test_settings_that_do_not_parse_are_as_good_as_none(tree, name):
    tree(name, "timezone: [\x01 broken")
    tree("_posts/2024-01-02-a.md", post())

    assert [site.zone for site in find_sites(tree.root)] == [None]


# Names


def test_slugs_come_from_front_matter_file_or_bundle(tree, read):
    tree("content/posts/_index.md", post())
    tree("content/posts/Upper_Case.md", post())
    tree("content/posts/my-bundle/index.md", post())
    tree("content/posts/other.md", post(slug="Given.one"))

    names = ["Upper_Case.md", "my-bundle/index.md", "other.md"]
    assert [read(f"content/posts/{name}").slug for name in names] == [
        "Upper_Case",
        "my-bundle",
        "Given.one",
    ]


def test_a_slug_that_cannot_be_an_address_is_changed_and_noted(tree, read):
    tree("Hello there, world.md", post())

    found = read("Hello there, world.md")

    assert found.slug == "Hello-there-world"
    assert "cannot be an address" in found.problems[0][1]


def test_a_date_in_a_name_is_cut_off_where_the_site_writes_so(tree, read):
    tree("_posts/2024-01-02-caches.md", post())

    assert read("_posts/2024-01-02-caches.md").slug == "caches"


def test_titles_come_from_front_matter_heading_or_file_name(tree, read):
    tree("given.md", post("'Given: one '"))
    tree("headed.md", "```\n# no\n```\n# The `real` one #\n\nText.")
    tree("named-after-file.md", "Text.")

    names = ["given.md", "headed.md", "named-after-file.md"]
    assert [read(name).title for name in names] == [
        "Given: one",
        "The real one",
        "Named After File",
    ]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("author: Ada Lovelace", ["Ada Lovelace"]),
        ("authors: [Ada Lovelace, Grace Hopper]", ["Ada Lovelace", "Grace Hopper"]),
        ("authors:\n  - name: Ada Lovelace\n    url: x", ["Ada Lovelace"]),
        ("author: Ada Lovelace and Grace Hopper", ["Ada Lovelace", "Grace Hopper"]),
        ("author: Ada Lovelace, Grace B. Hopper & Jo van der Berg", 3),
        ("author: Ada Lovelace, Staff Engineer", ["Ada Lovelace, Staff Engineer"]),
        ("author: Ada Lovelace, keeper of keys", ["Ada Lovelace, keeper of keys"]),
        ("author: IBM & Ada Lovelace", ["IBM & Ada Lovelace"]),
        ("author: '[Ada](https://a.example)'", ["[Ada](https://a.example)"]),
    ],
)
def test_authors_are_split_only_where_every_part_is_a_name(tree, read, written, names):
    tree("a.md", f"---\ntitle: A\n{written}\n---\n")

    found = list(read("a.md").authors)

    assert len(found) == names if isinstance(names, int) else found == names


def test_tags_split_as_their_generator_splits_them(tree):
    tree("j/_posts/2024-01-02-a.md", post(tags="one two", category="Big Data"))
    tree("p/content/a.md", "Title: A\nTags: one two, three,\nCategory: dev\n\nText.")
    tree("q/content/posts/_index.md", post())
    tree("q/content/posts/a.md", post(tags="one two"))

    files = ["_posts/2024-01-02-a.md", "content/a.md", "content/posts/a.md"]
    read = [
        read_post(site, PurePosixPath(name), zone=ZoneInfo("UTC"))
        for site, name in zip(find_sites(tree.root), files, strict=True)
    ]
    assert [post.tags for post in read] == [("one", "two"), ("one two", "three"), ("one two",)]
    assert [post.domain for post in read] == ["Big Data", "dev", ""]


def test_the_first_category_is_the_domain_and_several_are_tags_too(tree, read):
    tree("a.md", post(categories="[Storage, Speed]", tags="[SQL]"))

    assert read("a.md").domain == "Storage"
    assert read("a.md").tags == ("SQL", "Storage", "Speed")


def test_own_keys_win_over_guesses(tree, read):
    tree(
        "a.md",
        post(
            domain="Databases",
            categories="[Other]",
            kind="guide",
            type="note",
            series="{name: How it works, part: 2}",
            updated="2024-02-03",
        ),
    )

    found = read("a.md")
    assert (found.domain, found.kind, found.series, found.series_position) == (
        "Databases",
        "guide",
        "How it works",
        2,
    )
    assert found.updated.isoformat() == "2024-02-03T00:00:00+00:00"


def test_a_section_is_the_domain_of_what_names_none(tree, read):
    tree("content/posts/_index.md", post())
    tree("content/posts/sql/_index.md", post("Databases"))
    tree("content/posts/sql/joins/index.md", post())
    tree("content/posts/top.md", post())

    assert read("content/posts/sql/joins/index.md").domain == "Databases"
    assert read("content/posts/top.md").domain == ""


def test_a_folder_that_holds_everything_or_one_post_is_no_domain(tree, read):
    tree("emails/a.md", post())
    tree("emails/b/b.md", post())
    tree("emails/c/c.md", post())

    assert [read(f"emails/{name}.md").domain for name in ("a", "b/b", "c/c")] == ["", "", ""]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("posts/a.md", {"draft": "true"}),
        ("posts/a.md", {"published": "false"}),
        ("posts/a.md", {"status": "Draft"}),
        ("drafts/a.md", {}),
        ("_drafts/a.md", {}),
    ],
)
def test_drafts_are_known_by_key_or_folder(tree, read, name, keys):
    tree(name, post(**keys))

    assert read(name).draft


def test_languages_come_from_key_suffix_or_folder(tree, read):
    tree("content/posts/_index.md", post())
    tree("content/posts/a.md", post())
    tree("content/posts/a.fr.md", post())
    tree("content/posts/node.is.md", post())
    tree("content/posts/b.md", post(lang="pt_BR"))
    tree("content/ja/posts/c.md", post())
    tree("content/en/posts/c.md", post())

    found = {
        name: read(f"content/{name}.md").language
        for name in ["posts/a", "posts/a.fr", "posts/node.is", "posts/b", "ja/posts/c"]
    }
    assert found == {
        "posts/a": "",
        "posts/a.fr": "fr",
        "posts/node.is": "",
        "posts/b": "pt-BR",
        "ja/posts/c": "ja",
    }


def test_what_nothing_reads_is_kept_as_given(tree, read):
    tree("a.md", post(date="2024-01-02", Comments="true", weight_2="1.5", when="2024-05-06"))

    extra = read("a.md").extra

    assert (extra["Comments"], extra["weight_2"], extra["when"]) == (True, 1.5, "2024-05-06")
    assert extra["imported"]["front_matter"]["date"] == "2024-01-02"


# Old addresses


@pytest.mark.parametrize(
    ("permalink", "address"),
    [
        (None, "/sql/2024/03/05/caches.html"),
        ("pretty", "/sql/2024/03/05/caches"),
        ("/news/:year/:month/:day/:title/", "/news/2024/03/05/caches"),
        ("/:short_year/:i_month/:slug:output_ext", "/24/3/caches.html"),
        ("/{date:%Y}/{slug}.html", "/2024/caches.html"),
        ("/:unknown/:title", None),
    ],
)
def test_old_addresses_follow_the_site_s_pattern(tree, read, permalink, address):
    tree("_posts/2024-03-05-caches.md", post(categories="[sql]"))

    found = read("_posts/2024-03-05-caches.md", permalink=permalink).addresses

    assert found == ((address,) if address else ())


def test_aliases_and_permalinks_are_old_addresses(tree, read):
    tree("content/blog/_index.md", post())
    tree(
        "content/blog/a.md",
        post(aliases="[/old/, older, 'https://a.example/oldest?x']", url="/fixed/"),
    )

    assert read("content/blog/a.md").addresses == ("/old", "/blog/older", "/oldest", "/fixed")


def test_hugo_s_addresses_are_its_folders(tree, read):
    tree("content/en/blog/_index.md", post())
    tree("content/en/blog/Big/index.md", post())

    assert read("content/en/blog/Big/index.md").addresses == ("/blog/Big", "/blog/big")


# Encoding


def test_mojibake_in_front_matter_is_repaired_and_noted(tree, read):
    tree("a.md", post("Donâ€™t panic", tags="[CafÃ©]"))

    found = read("a.md")

    assert (found.title, found.tags) == ("Don’t panic", ("Café",))
    assert [line for line, _what in found.problems] == [2, 3]


def test_mojibake_in_a_body_is_noted_and_left(tree, read):
    tree("a.md", f"{post()}\n\nIt isnâ€™t so.")

    found = read("a.md")

    assert "isnâ€™t" in found.body
    assert [line for line, what in found.problems if "wrong encoding" in what] == [6]


def test_a_lone_foreign_letter_is_noted_with_a_proposal_and_left(tree, read):
    tree("a.md", f"{post('Pоstgres')}\n\nA sсript. Системы and λx stay.")

    found = read("a.md")

    assert found.title == "Pоstgres"
    assert [line for line, _what in found.problems] == [2, 6]
    assert "“Postgres” is meant" in found.problems[0][1]
    assert "U+0441" in found.problems[1][1]


def test_template_tags_that_show_nothing_are_told_with_their_line(read, tree):
    tree("_posts/2024-01-02-a.md", post() + "\n\n{% include ad.html %}\n`{% b %}`\n")
    tree("_posts/2024-01-03-b.md", post() + "\n{{ site.name }} {% x %}\n")

    assert read("_posts/2024-01-02-a.md").problems == (
        (6, "the template tag {% include ad.html %} has no meaning here and shows nothing"),
    )
    assert read("_posts/2024-01-03-b.md").problems == (
        (5, "the template tags {{ site.name }}, {% x %} have no meaning here and show nothing"),
    )


def test_a_pipe_and_a_link_to_nowhere_are_refused_without_waiting(tree, read):
    tree("_posts/2024-01-01-a.md", post())
    mkfifo(tree.root / "_posts" / "2024-01-02-pipe.md")
    (tree.root / "_posts" / "2024-01-03-link.md").symlink_to("gone.md")

    with pytest.raises(Unreadable, match="is not a file"):
        read("_posts/2024-01-02-pipe.md")
    with pytest.raises(Unreadable, match="leads nowhere"):
        read("_posts/2024-01-03-link.md")


def test_a_link_out_of_the_site_is_not_followed(tree, read, tmp_path):
    (tmp_path / "private.md").write_text(post("Mine"))
    tree("inside.md", post())
    (tree.root / "outside.md").symlink_to(tmp_path / "private.md")
    (tree.root / "again.md").symlink_to("inside.md")

    with pytest.raises(Unreadable, match="outside its site"):
        read("outside.md")
    assert read("again.md").title == "Caches lie"


def test_a_problem_is_one_line_whatever_the_file_is_called():
    assert str(Problem("a\nb.md", 3, "has no\ntitle")) == "a b.md:3: has no title"


@pytest.mark.parametrize(
    ("key", "value", "pinned"),
    [
        *(("pinned", "true", True), ("pin", "true", True), ("sticky", "100", True)),
        *(("sticky", "true", True), ("pin", "false", False), ("sticky", "0", False)),
    ],
)
def test_a_post_that_its_site_pins_is_pinned(tree, read, key, value, pinned):
    tree("_posts/2024-01-02-a.md", post(**{key: value}))

    assert read("_posts/2024-01-02-a.md").pinned is pinned
