import doctest
import importlib
import json
import pkgutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

import blogapp.importing.ghost
from blogapp.importing.errors import NoSite
from blogapp.importing.ghost import open_ghost
from blogapp.importing.importing import import_source
from tests.importing.ghost_documents import IMAGE, export, post

UTC_ZONE = ZoneInfo("UTC")
MODULES = [module.name for module in pkgutil.iter_modules(blogapp.importing.ghost.__path__)]


@pytest.fixture
def site(tmp_path):
    """An export on disk, given as its tables or as text; returns the source."""
    opened = []

    def make(content, name="old.json", **settings):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        path.write_bytes(content)
        opened.append(open_ghost(path, zone=UTC_ZONE, **settings))
        return opened[-1]

    yield make
    for source in opened:
        source.close()


@pytest.fixture
def zipped(tmp_path):
    """A ZIP of files; returns its path."""

    def make(files, name="backup.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for file, content in files.items():
                if isinstance(content, dict | list):
                    content = json.dumps(content)
                archive.writestr(file, content)
        return tmp_path / name

    return make


def read_all(source):
    return [item.read() for item in source.items()]


def read_one(source):
    (item,) = source.items()
    return item.read()


def told(read):
    return [what for _line, what in read.problems]


def link(number, field, id, order=0):
    return {"post_id": f"{number:024x}", field: id, "sort_order": order}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_hold(name):
    module = importlib.import_module(f"blogapp.importing.ghost.{name}")

    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", ["migrate_ghost.json", "own_v6_small.json"])
def test_every_field_of_the_kits_comes_along(shared, name):
    file = shared / "kits/importers/ghost" / name
    data = json.loads(file.read_text("utf-8"))["db"][0]["data"]
    tags = {row["id"]: row for row in data["tags"]}
    users = {row["id"]: row["name"] for row in data["users"]}

    with open_ghost(file, zone=UTC_ZONE) as source:
        read = {post.entry_id: post for post in read_all(source)}
        names = {name.name for name in source.names()}

        assert source.count() == len(read) == len(data["posts"])
    for row in data["posts"]:
        post = read[row["id"]]
        links = [link["tag_id"] for link in data["posts_tags"] if link["post_id"] == row["id"]]
        by = [link["author_id"] for link in data["posts_authors"] if link["post_id"] == row["id"]]
        public = row["status"] in ("published", "scheduled") and row["visibility"] == "public"
        date = row["published_at"] or row["created_at"]
        assert (post.title, post.slug) == (row["title"], row["slug"])
        assert post.date == datetime.fromisoformat(date)
        assert post.draft is not public
        assert post.is_page is (row["type"] == "page")
        assert post.pinned is bool(row["featured"])
        assert post.tags == tuple(tags[id]["name"] for id in links if tags[id]["name"][0] != "#")
        assert post.authors == tuple(users[id] for id in by)
        assert bool(post.covers) is bool(row["feature_image"])
        assert f"/{row['slug']}" in post.addresses
    assert names == {row["name"] for row in tags.values() if row["name"][0] != "#"}


def test_what_a_post_says_comes_along(site):
    row = post(
        1,
        title="Back-pressure &amp; <queues>",
        feature_image=IMAGE,
        featured=1,
        locale="de",
        custom_excerpt="Why a *full* queue\nrefuses",
        canonical_url="https://else.example/queues",
        meta_description="for search engines",
    )
    meta = {"post_id": row["id"], "feature_image_alt": "a queue", "feature_image_caption": "By P."}

    read = read_one(site(export(row, posts_meta=[meta])))

    assert read.title == "Back-pressure &amp; <queues>"
    assert (read.pinned, read.draft, read.is_page) == (True, False, False)
    assert read.language == "de"
    assert read.summary == "Why a *full* queue refuses"
    assert read.canonical_url == "https://else.example/queues"
    assert read.covers == ("/content/images/2026/02/queue.png",)
    assert read.date == datetime(2026, 2, 11, 10, tzinfo=UTC)
    assert read.updated == datetime(2026, 2, 21, 9, 30, tzinfo=UTC)
    assert read.body == "Words.\n\n*By P.*\n"
    assert read.cover_alt == "a queue"
    assert read.addresses == (
        "/post-1", "/post-1/amp", "/p/00000000-0000-4000-8000-000000000001"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"status": "draft", "published_at": None}, None),
        ({"status": "sent"}, "was sent as an e-mail"),
        ({"visibility": "members"}, "only some could read it (visibility: members)"),
        ({"visibility": "paid"}, "only some could read it"),
        ({"visibility": "tiers"}, "only some could read it"),
        ({"visibility": "label:vip"}, "only some could read it"),
        ({"status": "scheduled", "published_at": None}, "was scheduled for no date"),
        ({"status": "archived"}, "has the status “archived”"),
    ],
)
def test_what_was_not_public_is_not_public_here(site, fields, line):
    read = read_one(site(export(post(1, **fields))))

    assert read.draft
    assert line is None or any(what.startswith(line) for what in told(read))


def test_a_scheduled_post_keeps_its_date_to_come(site):
    row = post(1, status="scheduled", published_at="2027-03-01T09:00:00.000Z")

    read = read_one(site(export(row)))

    assert (read.draft, read.date) == (False, datetime(2027, 3, 1, 9, tzinfo=UTC))


def test_tags_and_authors_keep_their_order_and_what_is_internal_stays_hidden(site):
    tags = [
        {"id": "t1", "name": "Second", "slug": "second", "description": "Two", "visibility": None},
        {"id": "t2", "name": "First", "slug": "one", "visibility": "public"},
        {"id": "t3", "name": "#hidden", "slug": "hash-hidden", "visibility": "internal"},
        {"id": "t4", "name": "quiet", "slug": "quiet", "visibility": "internal"},
    ]
    users = [
        {"id": "u1", "name": "Ada", "slug": "ada-l", "email": "a@old.example", "bio": "Counts.",
         "website": "https://ada.example/", "password": "$2a$10$secret"},
        {"id": "u2", "name": "Bob", "slug": "bob"},
    ]  # fmt: skip
    ordered = [("t3", 0), ("t2", 1), ("t1", 2), ("t4", 3)]
    source = site(
        export(
            post(1),
            tags=tags,
            users=users,
            posts_tags=[link(1, "tag_id", id, order) for id, order in reversed(ordered)],
            posts_authors=[link(1, "author_id", "u2", 0), link(1, "author_id", "u1", 1)],
        )
    )

    read = read_one(source)

    assert read.tags == ("First", "Second")
    assert read.extra["imported"]["internal_tags"] == ["#hidden", "#quiet"]
    assert read.authors == ("Bob", "Ada")
    first, second = sorted(source.names(), key=lambda name: name.name)
    assert (first.name, first.slug) == ("First", "one")
    assert first.addresses == ("/tag/one/", "/tag/one/rss/", "/tag/one/*")
    assert second.description == "Two"
    ada = next(author for author in source.authors() if author.name == "Ada")
    assert (ada.slug, ada.email, ada.bio) == (
        "ada-l", "a@old.example", "Counts.\n\nhttps://ada.example/"
    )  # fmt: skip
    assert "secret" not in repr([source, read, ada])


def test_exports_of_all_versions_are_read(site):
    numbered = {
        "id": 7, "uuid": "uuid-7", "title": "Old", "slug": "old", "page": 1, "featured": False,
        "markdown": "# Old *words*", "html": "", "status": "published", "language": "en_US",
        "published_at": 1388318400000, "created_at": 1388318400000, "author_id": 1,
    }  # fmt: skip
    tables = {"posts": [numbered], "users": [{"id": 1, "name": "Ghost", "slug": "ghost"}]}
    zero = {"meta": {"exported_on": 1388318411, "version": "000"}, "data": tables}
    api = {"posts": [post(2, tags=[{"name": "A", "slug": "a"}], authors=[{"name": "Ada"}])]}

    old, new = read_one(site(zero)), read_one(site(api, name="api.json"))

    assert (old.is_page, old.entry_id, old.authors) == (True, "uuid-7", ("Ghost",))
    assert (old.body, old.date) == ("# Old *words*\n", datetime(2013, 12, 29, 12, tzinfo=UTC))
    assert (new.tags, new.authors) == (("A",), ("Ada",))


def test_code_that_was_injected_is_told_and_never_run(site):
    source = site(
        export(
            post(1, codeinjection_head="<script>a()</script>"),
            settings=[{"key": "codeinjection_foot", "value": "<script>b()</script>"}],
        )
    )

    read = read_one(source)

    assert "script" not in read.body
    assert read.extra["imported"]["codeinjection_head"] == "<script>a()</script>"
    assert "code for the head of its page" in told(read)[0]
    assert [problem.what for problem in source.problems] == [
        "the settings of the site (1) were left out",
        "code for every page (codeinjection_foot) was refused; it is never run here",
    ]


def test_what_has_no_place_here_is_told_by_table(site):
    tables = {
        "snippets": [{"id": "s1"}, {"id": "s2"}],
        "newsletters": [{"id": "n1"}],
        "permissions": [{"id": "p1"}],
        "users": [{"id": "u1", "name": "Ada", "profile_image": "/a.png"}],
        "tags": [{"id": "t1", "name": "A"}, {"id": "t2", "name": "B", "meta_title": "b"}],
    }

    assert [problem.what for problem in site(export(post(1), **tables)).problems] == [
        "pictures and texts for other services of 1 authors were left out",
        "pictures and texts for other services of 1 tags were left out",
        "tables that have no place here were left out: newsletters (1), snippets (2)",
    ]


@pytest.mark.parametrize(
    ("file", "settings", "name"),
    [
        ("old.ghost.2026-02-01-10-00-00.json", [], "old"),
        (
            "old.ghost.2026-02-01-10-00-00.json",
            [{"key": "title", "value": "Old  Blog"}],
            "Old Blog",
        ),
        ("2026-02-01.json", [], "2026-02-01"),
    ],
)
def test_later_exports_of_a_site_are_known_as_the_same(site, file, settings, name):
    assert site(export(post(1), settings=settings), name=file).name == name


def test_files_of_a_backup_are_found_by_any_of_their_addresses(zipped):
    path = zipped(
        {
            "site/old.json": export(post(1)),
            "site/content/images/2026/02/queue.png": b"png",
            "site/content/files/2026/a b.pdf": b"pdf",
            "site/secret.txt": b"secret",
        }
    )

    with open_ghost(path, zone=UTC_ZONE, base_url="https://old.example") as source:
        found = {
            address: (file := source.find_file(address)) and file.name
            for address in (
                IMAGE,
                "https://old.example/content/images/2026/02/queue.png?v=1",
                "/content/images/size/w600/format/webp/2026/02/queue.png",
                "/blog/content/files/2026/a%20b.pdf",
                "/content/images/../../secret.txt",
                "/content/images/none.png",
            )
        }
        unpacked = source.root

    assert list(found.values()) == ["queue.png", "queue.png", "queue.png", "a b.pdf", None, None]
    assert not unpacked.exists()


def test_members_are_kept_aside_from_tables_and_from_whole_backups(zipped, site):
    table = 'id,email,name,labels\n1,m@x.example,Mo,"VIP, old"\n2,M@X.example,Mo,\n'
    whole = export(
        post(1),
        members=[{"id": "m1", "email": "a@x.example", "name": "Ann", "status": "paid"}],
        labels=[{"id": "l1", "name": "VIP"}],
        members_labels=[{"member_id": "m1", "label_id": "l1"}],
    )

    with open_ghost(
        zipped({"a.json": export(post(1)), "members.2026-02-01.csv": table}), zone=UTC_ZONE
    ) as source:
        (kept,) = source.lists()
    (held,) = site(whole).lists()

    assert (kept.name, kept.columns) == ("ghost-members", ("id", "email", "name", "labels"))
    assert kept.rows == (("1", "m@x.example", "Mo", "VIP, old"),)
    assert dict(zip(held.columns, held.rows[0], strict=True))["labels"] == "VIP"


def test_published_comments_come_along_and_others_are_counted(site):
    def comment(id, status="published", **fields):
        return {
            "id": id, "post_id": f"{1:024x}", "member_id": "m1", "parent_id": None,
            "status": status, "html": f"<p>{id}</p>", "created_at": "2026-03-01T00:00:00.000Z",
            **fields,
        }  # fmt: skip

    source = site(
        export(
            post(1),
            members=[{"id": "m1", "email": "m@x.example", "name": "Mo"}],
            comments=[
                comment("c2", parent_id="c1", created_at="2026-03-02T00:00:00.000Z"),
                comment("c1"),
                comment("c3", "hidden"),
            ],
        )
    )

    read = read_one(source)

    assert [(one.id, one.parent, one.name) for one in read.comments] == [
        ("c1", "", "Mo"),
        ("c2", "c1", "Mo"),
    ]
    assert "1 of 3 comments were hidden or deleted; they were left out" in told(read)


def test_redirects_lead_where_they_led_and_patterns_are_told(zipped):
    rules = (
        "301:\n  /older/: /old/\n  /old/: /post-1/\n  ^\\/blog\\/(.*)$: /$1\n"
        "  /away/: https://else.example/\n  /r/: /s/\n  /s/: /r\n  /x(\\d+)/: /y/\n"
        "302:\n  /feed-me/: /rss/\n"
    )
    path = zipped({"a.json": export(post(1)), "content/data/redirects.yaml": rules})

    with open_ghost(path, zone=UTC_ZONE) as source:
        read = read_one(source)
        moved = source.moved()
        lines = [problem.what for problem in source.problems]

    assert {"/older", "/old", "/post-1"} <= set(read.addresses)
    assert (moved["/blog/*"], moved["/feed-me/"], moved["/rss/"]) == ("/*", "/rss/", "/rss.xml")
    assert not {"/old/", "/r/", "/s/"} & moved.keys()
    assert lines == [
        "/away/ → https://else.example/ leads to another site; it was left out",
        "/x(\\d+)/ → /y/ is a pattern; it was left out",
        "/r/ leads in a circle; it was left out",
        "/s/ leads in a circle; it was left out",
    ]


def test_addresses_follow_the_sites_own_pattern(zipped):
    routes = "collections:\n  /blog/:\n    permalink: /blog/{year}/{primary_tag}/{slug}/\n"
    path = zipped(
        {
            "a.json": export(
                post(1),
                tags=[{"id": "t1", "name": "Big Data", "slug": "big-data"}],
                posts_tags=[link(1, "tag_id", "t1")],
            ),
            "routes.yaml": routes,
        }
    )

    with open_ghost(path, zone=UTC_ZONE) as source:
        read = read_one(source)

    assert read.addresses[0] == "/blog/2026/big-data/post-1"


def test_several_exports_in_one_zip_count_the_newest_of_a_post(zipped):
    first, second = export(post(1, title="Before")), export(post(1, title="After"), post(2))
    second["db"][0]["meta"]["exported_on"] += 1
    path = zipped(
        {"a.json": first, "b.json": second, "c.json": {"no": "export"}, "notes.txt": "hello"}
    )

    with open_ghost(path, zone=UTC_ZONE) as source:
        titles = [read.title for read in read_all(source)]
        lines = {problem.path: problem.what for problem in source.problems}

    assert titles == ["After", "Post 2"]
    assert lines[f"posts/{1:024x}"] == "stands in a.json again; the newest counts"
    assert lines["c.json"] == "holds no posts of Ghost's; it was left out"
    assert lines["notes.txt"] == "is no post; left out"


def test_an_import_shows_what_was_public_and_nothing_else(app, browser, zipped, png):
    from blogapp.extensions import db
    from blogapp.importing.models import KeptList
    from blogapp.posts.models import Post

    path = zipped(
        {
            "old.json": export(
                post(
                    1,
                    feature_image=IMAGE,
                    feature_image_alt="a long queue",
                    html='<p>See <a href="__GHOST_URL__/post-2/">2</a></p>',
                ),
                post(2, html="<p>Secret words</p>", visibility="paid"),
                post(3, type="page", slug="team", title="Team"),
            ),
            "content/images/2026/02/queue.png": png(size=(400, 300)),
            "members.csv": "email\nm@x.example\n",
        }
    )
    settings = {"zone": UTC_ZONE, "now": datetime(2026, 6, 2, tzinfo=UTC)}

    def take_in():
        with open_ghost(path, zone=UTC_ZONE, base_url="https://old.example") as source:
            report = import_source(source, store=app.extensions["media"], **settings)
        return [str(outcome.result) for outcome in report.outcomes]

    assert take_in() == ["made", "made", "made", "noted"]
    assert browser.get("/post-1/").location == "/posts/post-1"
    assert 'alt="a long queue"' in browser.get("/posts/post-1").text
    assert browser.get("/page/2/").location == "/"
    assert browser.get("/posts/post-2").status_code == 404
    assert browser.get("/pages/team").status_code == 200
    assert f'<guid isPermaLink="false">{1:024x}</guid>' in browser.get("/rss.xml").text
    for page in ("/", "/rss.xml", "/sitemap.xml", "/search?q=secret", "/feed.json"):
        assert "Secret" not in browser.get(page).text
    first = db.session.scalars(select(Post).where(Post.slug == "post-1")).one()
    assert first.cover_id is not None
    assert db.session.scalars(select(KeptList.count)).one() == 1
    assert take_in() == ["unchanged", "unchanged", "unchanged", "noted"]


GOOD = json.dumps(export(post(1)))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "ends in the middle"),
        (b"{", "ends in the middle"),
        (GOOD[:400].encode(), "ends in the middle"),
        (b"[1, 2", "ends in the middle"),
        (b"<html>", "is damaged JSON"),
        (GOOD.replace('"Post 1"', "Post 1").encode(), "is damaged JSON"),
        (GOOD.replace("Words", "W\u00f6rds").encode("latin-1"), "is not UTF-8"),
        (b"[" * 100_000, "is nested too deep"),
        (b"[]", "holds no export of Ghost"),
        (b'{"db": null}', "holds no export of Ghost"),
        (b'{"db": [{"data": {"posts": {"a": 1}}}]}', "holds no export of Ghost"),
        (b'"posts"', "holds no export of Ghost"),
    ],
)
def test_a_damaged_export_is_refused_with_a_reason(tmp_path, content, line):
    path = tmp_path / "old.json"
    path.write_bytes(content)

    with pytest.raises(NoSite, match=line):
        open_ghost(path, zone=UTC_ZONE)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-8"])
def test_other_encodings_are_read(site, encoding):
    text = json.dumps(export(post(1, title="Größe")), ensure_ascii=False)
    mark = "\ufeff" * (encoding == "utf-16-le")

    read = read_one(site((mark + text).encode(encoding)))

    assert read.title == "Größe"


ODD = [None, "", 0, 1, -1.5, True, [], {}, ["x"], {"a": "b"}, "\x00\ud800 odd", "9" * 400]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_odd_values_stop_nothing(site, value):
    plain = post(1)
    rows = [post(number, **{name: value}) for number, name in enumerate(plain, start=2)]
    tables = {
        name: [value, {}, {"id": value, "name": value, "post_id": value, "slug": value}]
        for name in ("tags", "users", "posts_tags", "posts_authors", "posts_meta", "settings",
                     "members", "comments", "roles_users")
    }  # fmt: skip

    source = site(export(*rows, {}, **tables))
    read = read_all(source)

    assert len(read) + len(source.problems) == len(rows) + 1
    for each in read:
        assert each.title
        assert each.slug
        json.dumps(each.extra).encode("utf-8")
        f"{each.title}{each.body}{each.summary}{each.entry_id}".encode()
    [*source.names(), *source.authors(), *source.lists(), *source.moved()]


MEMORY = """
import resource, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from blogapp.importing.ghost import open_ghost
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
with open_ghost(Path(sys.argv[1]), zone=ZoneInfo("UTC")) as source:
    assert sum(1 for item in source.items()) == source.count() == 8000
print(peak() - before)
"""


@pytest.mark.prove
def test_a_hundred_megabytes_are_read_in_thirty(tmp_path):
    path = tmp_path / "big.json"
    with path.open("w") as file:
        file.write('{"db": [{"meta": {"version": "6"}, "data": {"posts": [')
        for number in range(8000):
            row = post(number, html=f"<p>{'words ' * 2100}</p>")
            file.write(("," if number else "") + json.dumps(row))
        file.write("]}}]}")
    assert path.stat().st_size > 100_000_000

    command = [sys.executable, "-c", MEMORY, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)

    assert int(told.stdout) < 30
