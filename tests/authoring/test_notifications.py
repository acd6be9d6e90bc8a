"""The settings of mail and chat, and what did not arrive."""

import pytest
from sqlalchemy import select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.extensions import db
from blogapp.mailing.models import Channel, Message
from blogapp.mailing.servers import MailServer
from blogapp.site.models import Site
from blogapp.web.chatting import get_address
from blogapp.web.mailing import NOTICES, sealed
from tests.conftest import JANUARY, parse

PAGE = "/write/settings/notifications"
HOOK = "https://hooks.slack.com/services/T000/B000/secretsecretsecret"


@pytest.fixture
def settings():
    return {"MAIL": MailServer.parse("smtp://127.0.0.1:9?from=blog@example.com")}


@pytest.fixture
def lost(app):
    """A mail that was given up."""
    message = Message(
        channel=Channel.MAIL,
        recipient="<b>@example.com",
        name="reset",
        content=sealed('{"subject": "s", "text": "t"}'),
        created_at=JANUARY,
        given_up_at=JANUARY,
        error="550 <script>no such mailbox</script>",
        attempts=3,
    )
    db.session.add(message)
    db.session.commit()
    return message


def test_owners_say_which_room_is_told_and_nobody_reads_its_address_again(owner):
    answer = owner.post(PAGE, data={"address": HOOK, "kind": "", "steps": ["published"]})

    site = db.session.get(Site, 1)
    assert answer.status_code == 303
    assert (site.chat_kind, site.chat_steps) == ("slack", ["published"])
    assert get_address(site) == HOOK
    assert "secretsecret" not in site.chat_address
    page = owner.get(PAGE).text
    assert "secretsecret" not in page
    assert "https://hooks.slack.com/…cret" in page
    event = db.session.scalar(select(AuditEvent).where(AuditEvent.act == "settings.saved"))
    assert "address of the chat" in event.details["changed"]
    assert "hooks" not in str(event.details)


def test_an_empty_address_keeps_what_is_set_until_it_is_removed(owner):
    owner.post(PAGE, data={"address": HOOK, "kind": "", "steps": []})

    owner.post(PAGE, data={"address": "", "kind": "mattermost", "steps": ["published"]})
    site = db.session.get(Site, 1)
    assert (site.chat_kind, get_address(site)) == ("mattermost", HOOK)
    owner.post(PAGE, data={"address": "", "kind": "", "remove": "y"})

    db.session.expire_all()
    assert db.session.get(Site, 1).chat_address == ""


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://hooks.example.com/x",
        "https://user:pw@example.com/",
        "x",
        "//x",
    ],
)
def test_what_is_no_safe_address_is_refused(owner, address):
    answer = owner.post(PAGE, data={"address": address, "kind": ""})

    assert answer.status_code == 422
    assert parse(answer.text).select_one("#address-errors")


def test_a_test_message_is_queued(owner):
    owner.post(f"{PAGE}/chat/test")
    assert "There is no room yet" in owner.page(PAGE).text
    owner.post(PAGE, data={"address": HOOK, "kind": ""})

    owner.post(f"{PAGE}/chat/test")
    owner.post(f"{PAGE}/mail/test")

    sent = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(each.channel, each.recipient) for each in sent] == [
        ("chat", ""), ("mail", "grace-hopper@example.com")]  # fmt: skip


def test_owners_see_on_the_desk_what_did_not_arrive(owner, author, lost):
    desk = owner.page("/write")
    [one] = desk.select(".undelivered__one")

    assert "<b>@example.com" in one.text
    assert "550 <script>no such mailbox</script>" in one.text
    assert not author.page("/write").select(".undelivered__one")


@pytest.mark.parametrize(("act", "left"), [("again", 1), ("drop", 0)])
def test_owners_decide_what_becomes_of_it(owner, lost, act, left):
    address = f"{PAGE}/messages/{lost.id}"
    answer = owner.post(address, data={"act": act, "back": "desk"})

    assert answer.location.endswith("/write")
    waiting = db.session.scalars(select(Message)).all()
    assert [message.given_up_at for message in waiting] == [None] * left
    assert owner.post(address, data={"act": act}).status_code == 303
    assert owner.post(address, data={"act": "x"}).status_code == 400


def test_everybody_says_what_they_want_to_know(author):
    page = author.page("/account/notifications")
    boxes = page.select("input[name=notices]")
    assert [box["value"] for box in boxes if box.has_attr("checked")] == [*NOTICES]

    author.post("/account/notifications", data={"notices": ["published"]})
    assert author.author.muted_notices == ["review-asked", "review-answered"]
    author.post("/account/notifications", data={})

    db.session.expire_all()
    assert author.author.muted_notices == [*NOTICES]
