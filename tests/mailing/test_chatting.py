"""What a room is told, and what becomes of it when the room does not take it."""

import json

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.jobs.running import run_due_jobs
from blogapp.mailing.chats import KINDS, kind_of, masked, written
from blogapp.mailing.models import Message
from blogapp.mailing.queueing import list_given_up
from blogapp.site.models import Site
from blogapp.web import clock as real_clock
from blogapp.web.chatting import get_address, send_chat, set_address
from blogapp.web.jobs import handlers
from tests.outgoing.conftest import LOOPBACK, answer, serve  # noqa: F401

EVIL = "@channel <!here> <@U1> @everyone [x](javascript:alert(1)) *b* `c` </script>\r\n# h"


@pytest.fixture
def settings():
    return {"FETCH_ALLOW": LOOPBACK}


@pytest.fixture
def room(app, serve, request):  # noqa: F811
    """A room that answers so: returns what came."""

    def open_room(kind="generic", **answers):
        port, requests = serve({"/hook": answer(b"ok", **answers)})
        site = Site(id=1, title="Blog", chat_kind=kind, chat_steps=["published"])
        set_address(site, f"http://127.0.0.1:{port}/hook")
        db.session.merge(site)
        db.session.commit()
        return requests

    return open_room


@pytest.fixture
def run(app, clock):
    def work(**later):
        clock.advance(**later)
        db.session.rollback()
        return run_due_jobs(handlers(app), real_clock.now())

    return work


def sent(requests):
    return [json.loads(each.split("\r\n\r\n", 1)[1]) for each in requests]


def test_a_room_is_told_what_its_owners_chose(run, room):
    requests = room()

    assert send_chat("Published: A & B", "https://example.com/posts/a", step="published")
    assert not send_chat("Withdrawn: A", step="withdrawn")
    db.session.commit()
    run()

    link = "https://example.com/posts/a"
    assert sent(requests) == [{"text": "Published: A & B", "link": link}]
    assert db.session.scalars(select(Message)).all() == []


def test_without_a_room_nobody_is_told(app):
    assert not send_chat("Hello")


def test_the_address_is_sealed(app, room):
    room()

    site = db.session.get(Site, 1)
    assert "hook" not in site.chat_address
    assert get_address(site).endswith("/hook")
    app.config["SECRET_KEY"] = "another secret that is long enough"
    assert get_address(site) == ""


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "403 Forbidden", "302 Found"])
def test_a_room_that_is_gone_is_given_up_and_told(run, room, status):
    room(status=status, Location="https://example.com/")
    send_chat("Hello")
    db.session.commit()

    run()

    [message] = list_given_up()
    assert status.split()[0] in message.error or "leads elsewhere" in message.error


def test_a_room_that_asks_for_time_gets_it(run, room):
    requests = room(status="429 Too Many", Retry_After="3600")
    send_chat("Hello")
    db.session.commit()

    run()
    run(minutes=59)
    assert len(requests) == 1
    run(minutes=2)

    assert len(requests) == 2
    assert list_given_up() == []


def test_a_room_inside_a_network_is_not_told(app, run, room):
    requests = room()
    app.config["FETCH_ALLOW"] = ()
    send_chat("Hello")
    db.session.commit()

    run()

    assert requests == []
    assert "no public address" in list_given_up()[0].error


@pytest.mark.parametrize("kind", KINDS)
def test_no_title_calls_anybody_or_links_anywhere(kind):
    payload = written(kind, EVIL, "https://example.com/posts/a?b=<!channel>")

    text = json.dumps(payload, ensure_ascii=False)
    if kind == "generic":
        # What is data has nothing to escape; whoever shows it does that.
        assert payload == {"text": "\n".join(EVIL.split("\r\n")), "link": ""}
        return
    assert "<!" not in text
    assert "<@U1" not in text
    if kind == "slack":
        assert not payload["mrkdwn"]
        return
    assert "@channel" not in text
    assert "@everyone" not in text
    assert "](" not in text


def test_discord_is_told_to_call_nobody():
    assert written("discord", "@everyone")["allowed_mentions"] == {"parse": []}


def test_a_kind_is_known_by_its_address():
    assert kind_of("https://discord.com/api/webhooks/1/x") == "discord"
    assert kind_of("https://x.webhook.office.com/webhookb2/y") == "teams"
    assert kind_of("https://hooks.slack.com.example.com/") == "generic"
    assert "secret" not in masked("https://discord.com/api/webhooks/123456/secretsecretsecret1234")
