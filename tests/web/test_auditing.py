"""What is written down of an act, and what is not."""

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.auditing import Actor, Place, Sought, list_events, record
from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.running import run_due_jobs
from blogapp.web import clock as real_clock
from blogapp.web.auditing import actor_at_the_door, by_operator, note, note_by
from blogapp.web.jobs import handlers


def events():
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()


def test_an_act_is_written_down_with_whoever_did_it(app, owner, make_post, clock):
    post, grace = make_post("Hello"), owner.author
    with app.test_request_context(environ_base={"REMOTE_ADDR": "2001:db8::1:2:3:4"}):
        note_by(actor_at_the_door(grace), "post.published", post, at=clock.moment, tags=["a", "b"])
        note_by(actor_at_the_door(), "sign-in.failed", "eve@example.com", times=7)
    with by_operator():
        note("author.disabled", grace)
    note("post.deleted", "Old")
    db.session.commit()

    first, second, third, fourth = events()
    assert (first.actor_kind, first.actor_id, first.actor_label) == (
        "person", grace.id, "Grace Hopper <grace-hopper@example.com>")  # fmt: skip
    assert (first.network, first.at) == ("2001:db8::/64", clock.moment)
    assert (first.about_type, first.about_id, first.about_label) == ("post", str(post.id), "Hello")
    assert first.details == {"at": "2026-06-01T12:00:00+00:00", "tags": ["a", "b"]}
    assert (second.actor_kind, second.details) == ("visitor", {"times": 7})
    assert third.actor_kind == "operator"
    assert third.about_label == "Grace Hopper <grace-hopper@example.com>"
    assert fourth.actor_kind == "blog"


def test_what_was_done_outlives_who_did_it(app, make_author):
    gone = make_author("Gone")
    note_by(Actor.of(gone), "post.deleted", "A post")
    db.session.commit()
    db.session.delete(gone)
    db.session.commit()

    assert events()[0].actor_label == "Gone <gone@example.com>"


def test_what_is_undone_was_never_done(app, caplog):
    with caplog.at_level(logging.INFO, "blogapp.security"):
        note("post.deleted", "A post")
        db.session.rollback()
        db.session.commit()

    assert events() == []
    assert caplog.messages == []


def test_what_is_refused_is_a_line_of_the_log(app, author, browser, caplog):
    with caplog.at_level(logging.INFO, "blogapp.security"):
        author.get("/write/people/invitations/new")
        author.get("/write/settings")
        browser.post("/login", headers={"Sec-Fetch-Site": "cross-site"})
        browser.get("/nowhere")

    lines = [json.loads(line) for line in caplog.messages]
    assert {line["act"] for line in lines} == {"request.refused"}
    assert [line["status"] for line in lines] == [403] * len(lines)
    assert lines[0]["actor"] == author.author.id
    assert lines[0]["from"] == "127.0.0.1"
    assert lines[-1]["why"] == "FromElsewhere"
    assert "actor" not in lines[-1]


def test_nobody_changes_what_was_done(app):
    note("post.deleted", "A post")
    db.session.commit()

    with pytest.raises(DBAPIError, match="do not change"):
        db.session.execute(text("UPDATE audit_events SET act = 'post.published'"))


@pytest.mark.parametrize(
    "secret",
    [
        "https://example.com/reset/5f2Jk9sQwXv7Lm3Rt8Yp1Zc6",
        "see /login/a-b_c and /preview/x",
        "5f2Jk9sQwXv7Lm3Rt8Yp1Zc6-_a",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_what_opens_something_is_not_written_down(app, caplog, secret):
    with caplog.at_level(logging.INFO, "blogapp.security"):
        note("settings.saved", f"at {secret}", value=secret, values=[secret])
        db.session.commit()

    [event], [line] = events(), caplog.messages
    for said in (event.about_label, str(event.details), line):
        assert secret.split()[-1].rsplit("/")[-1] not in said.replace("and", "")


@pytest.mark.parametrize(
    "name", ["password", "new_password", "token", "link", "reset_link", "code"]
)
def test_details_with_names_of_secrets_are_refused(app, name):
    with pytest.raises(ValueError, match="audit"):
        note("settings.saved", **{name: "x"})


def test_an_event_is_one_line_of_the_log_whatever_is_in_it(app, caplog):
    evil = 'x\r\nWARNING forged "line" \x1b[31m\u2028 ü'
    with caplog.at_level(logging.INFO, "blogapp.security"):
        note("settings.saved", evil, name=evil, **{"a\nb": evil})
        db.session.commit()

    [line] = caplog.messages
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["act"] == "settings.saved"


def test_titles_and_slugs_stay_readable(app):
    slug = "how-we-cut-p99-latency-by-40-percent-in-2026"
    note("redirect.added", f"/posts/{slug}", to=f"/{slug}")
    db.session.commit()

    assert events()[0].about_label == f"/posts/{slug}"
    assert events()[0].details == {"to": f"/{slug}"}


def test_a_year_is_remembered_and_no_more(app, clock):
    for _month in range(15):
        note("post.deleted", f"{clock.moment:%Y-%m}")
        db.session.commit()
        clock.advance(days=31)
        run_due_jobs(handlers(app), real_clock.now())

    found = events()
    assert len(found) == 11
    assert min(event.at for event in found) >= clock.moment - timedelta(days=365 + 1)
    assert len(db.session.scalars(select(Job)).all()) == 1


def test_pages_of_events_neither_repeat_nor_leave_out(app, clock):
    for number in range(7):
        record("post.deleted", Actor("blog"), now=clock.moment, about=str(number))
    db.session.commit()

    seen, place = [], None
    while True:
        found, place = list_events(Sought(), after=place, limit=3)
        seen += [event.about_label for event in found]
        if place is None:
            break
        place = Place.parse(str(place))

    assert seen == list("6543210")
