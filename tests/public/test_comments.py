import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.comment_models import Comment
from blogapp.posts.commenting import keep_comments, list_stale, render_anew

MAY = datetime(2019, 5, 4, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    id: str
    at: datetime = MAY
    parent: str = ""
    name: str = "Ada"
    url: str = ""
    html: str = "<p>Well said.</p>"
    kind: str = "comment"


@pytest.fixture
def discuss(make_post):
    """Keep comments under a post of that title; returns what became of them."""

    def keep(*said, title="Hello", **rest):
        post = make_post(title, **rest)
        kept = keep_comments(post.id, said)
        db.session.commit()
        return kept

    return keep


def names(page):
    return [tag.get_text(strip=True) for tag in page.select(".comments__name")]


def test_a_post_without_comments_says_nothing_of_them(browser, make_post):
    make_post("Hello")

    page = browser.page("/posts/hello")

    assert page.select_one("#post-comments") is None
    assert ".comments" not in page.select_one("style").text


def test_comments_stand_under_their_post_with_name_date_and_link(browser, discuss):
    discuss(
        Said("7", name="Ada", url="https://ada.example/"),
        Said("8", name="", html="line one\nline two", at=MAY + timedelta(days=1)),
    )

    page = browser.page("/posts/hello")
    section = page.select_one("section#post-comments")

    assert section.h2.get_text(strip=True) == "2 comments"
    assert "not answered" in section.select_one(".comments__note").text
    assert names(page) == ["Ada", "Anonymous"]
    link = section.select_one(".comments__name a")
    assert (link["href"], link["rel"]) == (
        "https://ada.example/",
        ["nofollow", "ugc", "noopener"],
    )
    assert section.select_one("#comment-7 time")["datetime"].startswith("2019-05-04")
    assert section.select_one("#comment-8 .comments__text").decode_contents() == (
        "<p>line one<br/>line two</p>"
    )
    assert page.select("form[action*=comment], textarea") == []


def test_answers_stand_under_what_they_answer(browser, discuss):
    hour = timedelta(hours=1)
    discuss(
        Said("1", name="One"),
        Said("2", name="Two", at=MAY + hour),
        Said("3", name="To one", parent="1", at=MAY + 2 * hour),
        Said("4", name="To three", parent="3", at=MAY + 3 * hour),
        Said("5", name="To nobody", parent="gone", at=MAY + 4 * hour),
        Said("6", name="Circle", parent="7", at=MAY + 5 * hour),
        Said("7", name="Round", parent="6", at=MAY + 6 * hour),
    )

    page = browser.page("/posts/hello")

    assert names(page) == ["One", "To one", "To three", "Two", "To nobody", "Circle", "Round"]
    assert page.select_one("#comment-1 #comment-3 #comment-4")
    assert [item["id"] for item in page.select("#post-comments > ol > li")] == [
        *("comment-1", "comment-2", "comment-5", "comment-6")
    ]


def test_long_threads_go_no_deeper_than_a_phone_is_wide(browser, discuss):
    discuss(
        *(
            Said(str(i), name=f"N{i}", parent=str(i - 1) if i else "", at=MAY + timedelta(hours=i))
            for i in range(50)
        )
    )

    page = browser.page("/posts/hello")

    assert names(page) == [f"N{i}" for i in range(50)]
    assert len(page.select("#comment-49")[0].find_parents("ol")) == 4
    assert "to N48" in page.select_one("#comment-49 .comments__to").text
    assert page.select_one("#comment-3 .comments__to") is None


def test_mentions_by_other_sites_stand_apart(browser, discuss):
    discuss(
        Said("1"),
        Said("2", name="Another blog", url="https://b.example/x", kind="pingback", html="[…] it"),
    )

    page = browser.page("/posts/hello")

    assert page.select_one("#post-comments h2").get_text(strip=True) == "1 comment"
    assert page.select_one(".comments__mentions a")["href"] == "https://b.example/x"


def test_static_pages_show_theirs_and_markdown_shows_none(browser, discuss):
    discuss(Said("1", name="Guest"), title="Guestbook", is_page=True)

    assert names(browser.page("/pages/guestbook")) == ["Guest"]
    assert "Guest<" not in browser.get("/pages/guestbook.md").text
    assert "Well said" not in browser.get("/pages/guestbook.md").text


def test_nothing_in_a_comment_runs(browser, discuss):
    attack = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    discuss(
        Said("1", name=attack, url="javascript:alert(1)", html=attack),
        Said(
            attack, name="b", url=f"https://a.example/{attack}", html="<a href='data:text/html,x'>x"
        ),
        Said("3", html="<p id=main class=button style='color:red' hx-get=/x>x</p><form><input>"),
    )

    section = browser.page("/posts/hello").select_one("#post-comments")

    assert section.select("script, img, form, input, [style], [hx-get]") == []
    assert section.select("#main, .button") == []
    assert not [key for tag in section.find_all(True) for key in tag.attrs if key.startswith("on")]
    addresses = [
        link.get("href") for link in section.select(".comments__name a, .comments__text a")
    ]
    assert not [address for address in addresses if address and not address.startswith("http")]


def test_the_payloads_of_others_stay_words(browser, discuss, shared):
    kit = (shared / "kits/xss/dompurify_dev.jsonl").read_text(encoding="utf-8").splitlines()
    payloads = [json.loads(line)["p"] for line in kit[::4]]
    discuss(*(Said(str(i), name=p, url=p, html=p) for i, p in enumerate(payloads)))

    section = browser.page("/posts/hello").select_one("#post-comments")

    allowed = {"class", "dir", "href", "hx-ignore", "id", "rel", "datetime", "tabindex"}
    allowed |= {"lang", "reversed", "start", "title", "value"}
    assert {key for tag in section.find_all(True) for key in tag.attrs} <= allowed
    assert section.select("script, style, iframe, object, embed, svg, math, form, input, img") == []
    for link in section.select("a[href]"):
        assert link["href"].startswith(("https://", "http://", "#comment-")), link


def test_a_thousand_comments_cost_what_one_does(browser, discuss, queries, unkept):
    discuss(Said("1"), title="One")
    discuss(
        *(Said(str(i), parent=str(i - 1) if i % 3 else "") for i in range(1000)), title="Thousand"
    )
    browser.page("/posts/one")

    counts = []
    for slug in ("one", "thousand"):
        queries.clear()
        page = browser.page(f"/posts/{slug}")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(names(page)) == 1000


def test_a_second_import_changes_what_changed_and_keeps_what_was_hidden(discuss, make_post):
    post = make_post("Hello")
    first = keep_comments(post.id, [Said("1"), Said("2")])
    db.session.commit()
    hidden = db.session.scalars(select(Comment).where(Comment.source_id == "1")).one()
    hidden.hidden_at = MAY
    db.session.commit()

    again = keep_comments(post.id, [Said("1"), Said("2", html="better"), Said("3")])
    db.session.commit()
    same = keep_comments(post.id, [Said("1"), Said("2", html="better")])

    assert (first.added, first.changed) == (2, 0)
    assert (again.added, again.changed) == (1, 1)
    assert (same.added, same.changed) == (0, 0)
    db.session.refresh(hidden)
    assert hidden.hidden_at == MAY


def test_what_is_lost_of_a_comment_is_said(discuss):
    kept = discuss(
        Said("1", html="x" * 200_000, name="n" * 300, url="javascript:x"),
        Said("2", name="fine"),
    )

    assert len(kept.problems) == 3
    assert all(problem.startswith("comment 1: ") for problem in kept.problems)


def test_who_may_publish_the_post_hides_a_comment_and_shows_it_again(browser, owner, discuss):
    discuss(Said("1", name="Ada"), Said("2", name="Spam", parent="1"), Said("3", parent="2"))
    assert names(browser.page("/posts/hello")) == ["Ada", "Spam", "Ada"]

    page = owner.page("/write/posts/1/comments")
    button = page.select_one("#comment-2 button[name=hide]")
    answer = owner.post("/write/posts/1/comments", data={"hide": button["value"]})

    assert answer.location.endswith("/write/posts/1/comments#comment-2")
    assert names(browser.page("/posts/hello")) == ["Ada", "Ada"]
    hidden = owner.page("/write/posts/1/comments").select_one("#comment-2")
    assert hidden.select_one(".pill").text == "Hidden"
    owner.post("/write/posts/1/comments", data={"show": button["value"]})
    assert names(browser.page("/posts/hello")) == ["Ada", "Spam", "Ada"]


def test_a_comment_is_hidden_under_its_own_post_alone(owner, discuss):
    discuss(Said("1"))
    discuss(Said("1"), title="Other")

    assert owner.post("/write/posts/1/comments", data={"hide": "2"}).status_code == 404
    assert owner.post("/write/posts/1/comments", data={"hide": "x"}).status_code == 400
    assert owner.post("/write/posts/1/comments", data={}).status_code == 400


def test_the_editor_leads_to_comments_where_there_are_any(owner, discuss, make_post):
    discuss(Said("1"))
    make_post("Silent")

    assert owner.page("/write/posts/1").select_one("a[href='/write/posts/1/comments']")
    assert not owner.page("/write/posts/2").select_one("a[href='/write/posts/2/comments']")
    assert "No comments" in owner.page("/write/posts/2/comments").text


def test_what_another_version_made_of_a_comment_is_made_anew(browser, discuss):
    discuss(Said("1"), Said("2"))
    comment = db.session.scalars(select(Comment).where(Comment.source_id == "1")).one()
    comment.html, comment.renderer_version = "<p>as it was</p>", 0
    db.session.commit()

    assert list_stale() == [comment.id]
    render_anew(comment.id)
    db.session.commit()

    assert list_stale() == []
    assert "as it was" not in browser.get("/posts/hello").text
