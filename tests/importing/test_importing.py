import errno
import hashlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from blogapp.extensions import db
from blogapp.importing import importing, writing
from blogapp.importing.reporting import Result
from blogapp.media.models import Media
from blogapp.media.stores import folder as stores
from blogapp.posts.models import Post, Redirect, Tag
from blogapp.posts.naming import find_or_make
from blogapp.posts.tagging import add_alias

POST = """---
title: Caches lie
date: 2024-03-05 10:00:00 +0100
authors: [Ada Lovelace, Grace Hopper]
categories: [Storage]
tags: [CI/CD, C++]
series: {name: Caching, part: 2}
summary: Why <em>every</em> cache lies.
updated: 2024-04-01
color: teal
---

Text with *stress*.
"""


def results(report):
    return {outcome.path: str(outcome.result) for outcome in report.outcomes}


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_post_comes_in_whole(tree, take_in, get_post):
    tree("a.md", POST)

    report = take_in()

    post = get_post("a")
    assert results(report) == {"a.md": "made"}
    assert (post.title, post.body) == ("Caches lie", "\nText with *stress*.\n")
    assert post.published_at == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert post.updated_at == datetime(2024, 4, 1, tzinfo=UTC)
    assert [author.name for author in post.authors] == ["Ada Lovelace", "Grace Hopper"]
    assert sorted(tag.name for tag in post.tags) == ["C++", "CI/CD"]
    assert (post.domain.name, post.series.name, post.series_position) == ("Storage", "Caching", 2)
    assert post.summary == "Why every cache lies."
    assert post.extra["color"] == "teal"
    assert "<em>stress</em>" in post.html


def test_a_tag_that_is_called_by_another_name_is_the_tag_itself(tree, take_in, get_post):
    (tag,) = find_or_make(Tag, ["Continuous delivery"])
    add_alias(tag, "ci/cd")
    db.session.commit()
    tree("a.md", POST)

    take_in()

    assert sorted(tag.name for tag in get_post("a").tags) == ["C++", "Continuous delivery"]


def test_an_imported_post_is_read_and_its_old_addresses_lead_to_it(tree, take_in, browser):
    tree("_posts/2024-03-05-caches.md", POST.replace("color: teal", "redirect_from: [/old/one/]"))

    take_in()

    assert "Caches lie" in browser.page("/posts/caches").h1.get_text()
    for address in ("/old/one", "/old/one/", "/storage/2024/03/05/caches.html"):
        answer = browser.get(address)
        assert (answer.status_code, answer.location) == (301, "/posts/caches")


def test_repeating_an_import_changes_nothing(tree, take_in, get_post, png):
    tree("a.md", POST + "![x](x.png)")
    tree("x.png", png())
    take_in()
    version = get_post("a").version

    report = take_in()

    assert results(report) == {"a.md": "unchanged"}
    assert get_post("a").version == version
    assert (count(Post), count(Media)) == (1, 1)


def test_a_changed_file_updates_its_post_alone(tree, take_in, get_post):
    tree("a.md", POST)
    tree("b.md", POST)
    take_in()
    tree("a.md", POST.replace("Caches lie", "Caches tell the truth").replace("C++", "SQL"))

    report = take_in()

    assert results(report) == {"a.md": "changed", "b.md": "unchanged"}
    assert get_post("a").title == "Caches tell the truth"
    assert sorted(tag.name for tag in get_post("a").tags) == ["CI/CD", "SQL"]
    assert get_post("a").published_at == datetime(2024, 3, 5, 9, tzinfo=UTC)


def test_a_changed_picture_or_time_zone_updates_the_post(tree, take_in, get_post, png):
    tree("a.md", "---\ntitle: A\ndate: 2024-03-05\n---\n![x](x.png)")
    tree("x.png", png("red"))
    take_in()
    tree("x.png", png("blue"))

    report = take_in(zones={"site": ZoneInfo("Asia/Tokyo")})

    assert results(report) == {"a.md": "changed"}
    assert count(Media) == 2
    assert get_post("a").published_at == datetime(2024, 3, 4, 15, tzinfo=UTC)
    assert [used.name for used in get_post("a").media] == ["x.png"]


def test_a_post_edited_here_is_never_overwritten(tree, take_in, get_post):
    tree("a.md", POST)
    take_in()
    get_post("a").title = "Edited here"
    db.session.commit()

    assert results(take_in()) == {"a.md": "unchanged"}
    tree("a.md", POST.replace("Caches lie", "Changed there"))
    report = take_in()

    assert results(report) == {"a.md": "changed on both sides"}
    assert get_post("a").title == "Edited here"
    assert "changed here and in the source" in str(report.problems[0])
    assert not report.failed


def test_a_post_deleted_here_does_not_come_back(tree, take_in, get_post):
    tree("a.md", POST)
    take_in()
    db.session.delete(get_post("a"))
    db.session.commit()

    assert results(take_in()) == {"a.md": "skipped"}
    assert count(Post) == 0


def test_a_file_without_a_date_is_published_now_and_keeps_that_moment(tree, take_in, get_post):
    tree("a.md", "# Joins\n\nText.")
    report = take_in()
    tree("a.md", "# Joins\n\nMore text.")

    take_in(now=datetime(2026, 7, 1, tzinfo=UTC))

    assert get_post("a").published_at == datetime(2026, 6, 2, 9, tzinfo=UTC)
    assert report.outcomes[0].line["date"] is None
    assert report.outcomes[0].line["draft"] is False


def test_a_draft_keeps_its_date_and_stays_unpublished(tree, take_in, get_post):
    tree("drafts/a.md", POST)

    report = take_in()

    assert get_post("a").published_at is None
    line = report.outcomes[0].line
    assert (line["date"], line["draft"]) == ("2024-03-05T09:00:00Z", True)


def test_naive_dates_are_read_in_the_site_s_zone_else_the_blog_s(tree, take_in, get_post):
    for name in ("one", "two", "three"):
        text = f"---\ntitle: {name}\ndate: 2024-03-05\n---\n"
        tree(f"{name}/_posts/2024-03-05-{name}.md", text)
    tree("one/_config.yml", "timezone: Asia/Tokyo")
    tree("two/_config.yml", "timezone: Asia/Tokyo")

    take_in(zone=ZoneInfo("Europe/Berlin"), zones={"two": ZoneInfo("America/New_York")})

    hours = {name: get_post(name).published_at.hour for name in ("one", "two", "three")}
    assert hours == {"one": 15, "two": 5, "three": 23}


def test_a_bad_file_is_named_and_stops_nothing(tree, take_in):
    tree("bad.md", "---\ntitle: x\nlist:\n  - [a\n---\nText.")
    tree("broken.md", b"---\ntitle: \xff\n---\n")
    tree("huge.md", "---\ntitle: Huge\n---\n" + "long " * 300_000)
    tree("good.md", POST)
    tree("old.rst", "Title\n=====")

    report = take_in()

    assert results(report) == {
        "old.rst": "skipped",
        "bad.md": "failed",
        "broken.md": "failed",
        "good.md": "made",
        "huge.md": "failed",
    }
    assert report.failed
    assert all(outcome.line["error"] for outcome in report.outcomes if outcome.path != "good.md")
    assert {problem.path for problem in report.problems} == {"bad.md", "broken.md", "huge.md"}


def test_what_goes_wrong_in_one_post_leaves_no_part_of_it(tree, take_in, get_post, monkeypatch):
    save = writing.save

    def fall_over(post, manuscript, **settings):
        save(post, manuscript, **settings)
        if manuscript.title == "Bad":
            raise RecursionError("too deep\nand more")

    monkeypatch.setattr(writing, "save", fall_over)
    tree("a.md", "---\ntitle: Bad\ntags: [only here]\n---\n")
    tree("b.md", POST)

    report = take_in()

    assert results(report) == {"a.md": "failed", "b.md": "made"}
    assert report.outcomes[0].line["error"] == "cannot be taken in (RecursionError: too deep)"
    assert get_post("a") is None


def test_an_interrupted_import_leaves_whole_posts_and_goes_on(tree, take_in, monkeypatch):
    for name in "abc":
        tree(f"{name}.md", POST)
    note = importing.note_import

    def interrupt(*arguments, path, **settings):
        if path == "b.md":
            raise KeyboardInterrupt
        note(*arguments, path=path, **settings)

    monkeypatch.setattr(importing, "note_import", interrupt)
    with pytest.raises(KeyboardInterrupt):
        take_in()
    monkeypatch.setattr(importing, "note_import", note)
    assert [post.slug for post in db.session.scalars(select(Post))] == ["a"]

    assert results(take_in()) == {"a.md": "unchanged", "b.md": "made", "c.md": "made"}
    assert count(Post) == 3


def test_a_database_that_is_gone_stops_the_import(tree, take_in, monkeypatch):
    def fail(*_arguments, **_settings):
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(importing, "write_new", fail)
    tree("a.md", POST)

    with pytest.raises(OperationalError):
        take_in()


def test_two_imports_at_once_share_the_work(tree, take_in, monkeypatch):
    tree("a.md", POST)
    tree("b.md", "---\ntitle: B\n---\nText.")
    others = []

    def be_too_late(*_arguments, **_settings):
        patched.undo()
        others.append(take_in())
        raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))

    with monkeypatch.context() as patched:
        patched.setattr(importing, "write_new", be_too_late)
        report = take_in()

    assert results(others[0]) == {"a.md": "made", "b.md": "made"}
    assert results(report) == {"a.md": "unchanged", "b.md": "unchanged"}
    assert count(Post) == 2


def test_a_full_disk_stops_the_import_and_no_picture_is_lost(
    tree, take_in, get_post, png, monkeypatch
):
    tree("a.md", POST + "![One](one.png)")
    tree("one.png", png())

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(stores, "write_file", full)
        with pytest.raises(OSError, match="No space left"):
            take_in()
        assert count(Post) == 0

    assert results(take_in()) == {"a.md": "made"}
    assert [used.name for used in get_post("a").media] == ["one.png"]


def test_a_picture_that_cannot_be_written_is_no_reason_to_forget_it(
    tree, take_in, get_post, png, monkeypatch
):
    tree("a.md", POST + "![One](one.png)")
    tree("b.md", "---\ntitle: B\n---\nText.")
    tree("one.png", png())

    def refused(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(stores, "write_file", refused)
        assert results(take_in()) == {"a.md": "failed", "b.md": "made"}

    assert results(take_in()) == {"a.md": "made", "b.md": "unchanged"}
    assert [used.name for used in get_post("a").media] == ["one.png"]


def test_a_dry_run_tells_all_and_keeps_nothing(app, tree, take_in, png):
    tree("one/src/content/a.md", POST + "![x](x.png)")
    tree("one/src/content/x.png", png())
    tree("two/src/content/a.md", POST)
    tree("two/src/content/bad.md", "+++\nx\n+++\n")

    planned = take_in(dry_run=True)

    assert (count(Post), count(Media), count(Redirect)) == (0, 0, 0)
    assert not app.config["MEDIA_FOLDER"].exists()
    done = take_in()
    assert results(planned) == results(done)
    for before, after in zip(planned.outcomes, done.outcomes, strict=True):
        before.line.get("tags", []).sort(key=str.casefold)
        assert before.line == after.line


def test_one_slug_in_two_sites_is_numbered_and_noted(tree, take_in, get_post):
    tree("one/_posts/2024-01-02-a.md", POST)
    tree("two/_posts/2024-01-02-a.md", POST)

    report = take_in()

    assert get_post("a")
    assert get_post("a-2")
    assert "another post has the address a; this one is a-2" in str(report.problems[0])
    assert set(results(take_in()).values()) == {"unchanged"}


def test_a_numbered_slug_stays_when_its_file_changes(tree, take_in, get_post):
    tree("one/_posts/2024-01-02-a.md", POST)
    tree("two/_posts/2024-01-02-a.md", POST)
    take_in()
    tree("two/_posts/2024-01-02-a.md", POST.replace("Text", "More text"))

    take_in()

    assert "More text" in get_post("a-2").body
    assert get_post("a-3") is None


def test_a_translation_does_not_take_the_original_s_slug(tree, take_in, get_post):
    tree("content/posts/_index.md", POST)
    tree("content/posts/a.fr.md", POST.replace("Caches lie", "Les caches mentent"))
    tree("content/posts/a.md", POST)

    take_in()

    assert (get_post("a").title, get_post("a-2").language) == ("Caches lie", "fr")


def test_a_slug_changed_in_the_source_redirects(tree, take_in, browser):
    tree("a.md", POST.replace("color: teal", "slug: first"))
    take_in()
    tree("a.md", POST.replace("color: teal", "slug: second"))

    take_in()

    assert browser.get("/posts/first").location == "/posts/second"


def test_an_old_address_that_is_taken_is_noted(tree, take_in, browser):
    tree("a.md", POST.replace("color: teal", "aliases: [/old]"))
    tree(
        "b.md",
        POST.replace("color: teal", "aliases: [/old, /posts/a]").replace("part: 2", "part: 3"),
    )

    report = take_in()

    assert browser.get("/old").location == "/posts/a"
    assert [problem.what for problem in report.problems] == [
        "the old address /old already leads to another post",
        "the old address /posts/a already leads to another post",
    ]


def test_files_between_which_pelican_links_are_found(tree, take_in, browser):
    tree("content/a.md", "Title: A\n\n[b]({filename}/dev/b.md) ![x]({static}/x.png)")
    tree("content/dev/b.md", "Title: B\n\nText.")

    take_in()

    page = browser.page("/posts/a")
    assert browser.get(page.select_one(".prose a")["href"]).location == "/posts/b"
    assert page.select_one(".prose img")["src"] == "/x.png"


def test_posts_that_name_nobody_may_be_signed(tree, take_in, get_post):
    tree("a.md", "# A")

    report = take_in(author="Ada Lovelace")

    assert [author.name for author in get_post("a").authors] == ["Ada Lovelace"]
    assert report.outcomes[0].line["authors"] == []


def test_two_sites_of_one_folder_name_are_told_apart_by_a_name(tree, take_in, tmp_path):
    tree("a.md", POST)
    take_in()
    (tmp_path / "other" / "site").mkdir(parents=True)
    (tmp_path / "other" / "site" / "a.md").write_text(POST.replace("lie", "die"))

    report = take_in(tmp_path / "other" / "site", source="other")

    assert results(report) == {"a.md": "made"}
    assert count(Post) == 2


def test_what_an_import_brings_carries_its_origin(tree, take_in, get_post, png):
    tree("a.md", POST + "![x](x.png)")
    tree("x.png", png())

    take_in(origin="demo")

    post = get_post("a")
    rows = [post, post.domain, post.series, *post.tags, *post.authors]
    assert {row.origin for row in rows} == {"demo"}
    assert db.session.scalars(select(Media.origin)).all() == ["demo"]


def test_posts_dated_in_the_future_are_scheduled(tree, take_in, browser, clock):
    tree("a.md", POST.replace("2024-03-05 10:00:00 +0100", "2026-06-03"))

    take_in()

    assert browser.get("/posts/a").status_code == 404
    clock.set(datetime(2026, 6, 3, tzinfo=UTC))
    assert browser.get("/posts/a").status_code == 200


def test_the_report_reads_back_what_the_database_holds(tree, take_in):
    tree("blog/_posts/2024-03-05-a.md", POST)
    tree("blog/_config.yml")

    (outcome,) = take_in().outcomes

    assert outcome.result is Result.MADE
    assert outcome.line == {
        "path": "blog/_posts/2024-03-05-a.md",
        "title": "Caches lie",
        "slug": "a",
        "date": "2024-03-05T09:00:00Z",
        "updated": "2024-04-01T00:00:00Z",
        "tags": ["C++", "CI/CD"],
        "domain": "Storage",
        "series": "Caching",
        "authors": ["Ada Lovelace", "Grace Hopper"],
        "draft": False,
        "is_page": False,
        "language": "",
        "body_sha256": hashlib.sha256(b"Text with *stress*.").hexdigest(),
        "rendered": {"h": 0, "pre": 0, "img": 0, "a": 0, "table": 0},
        "result": "made",
        "problems": [],
    }


def test_an_import_costs_the_same_number_of_statements_for_every_post(tree, take_in, queries):
    tree("a.md", POST)
    take_in()
    queries.clear()
    tree("b.md", POST)
    take_in()
    for_one = len(queries)
    queries.clear()
    for name in "cdefg":
        tree(f"{name}.md", POST)

    take_in()

    repeated = 4  # a.md and b.md are only read back
    assert len(queries) <= 5 * for_one + repeated * 8
