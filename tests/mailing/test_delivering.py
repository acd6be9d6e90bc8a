"""What becomes of a mail between the act that causes it and the mailbox."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.running import run_due_jobs
from blogapp.mailing.models import Message
from blogapp.mailing.queueing import drop, list_given_up, try_again
from blogapp.web import clock as real_clock
from blogapp.web.jobs import handlers
from blogapp.web.mailing import can_mail, send_mail, send_notice, unsealed
from tests.mailing.conftest import server_at

LINK = "https://example.com/reset/5f2Jk9sQwXv7Lm3Rt8Yp1Zc6"


@pytest.fixture
def settings(serve_mail):
    return {"MAIL": server_at(serve_mail(), timeout=2)}


@pytest.fixture
def run(app, clock):
    """Do what is due now, or at a later time: ``run(hours=1)``."""

    def work(**later):
        clock.advance(**later)
        db.session.rollback()
        return run_due_jobs(handlers(app), real_clock.now())

    return work


@pytest.fixture
def write(app, clock):
    def send(to="ada@example.com", **options):
        assert send_mail(to, "test", **options)
        db.session.commit()

    return send


def messages():
    return db.session.scalars(select(Message)).all()


def test_a_mail_goes_after_the_act_and_leaves_nothing(run, write, mailbox):
    send_mail("nobody@example.com", "test")
    db.session.rollback()
    write()

    run()

    [mail] = mailbox.mails
    assert mail["Subject"] == "A test from Untitled blog"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "\r\n-- \r\nUntitled blog\r\n" in mail.get_content()
    assert messages() == []
    assert db.session.scalars(select(Job)).all() == []


def test_no_text_of_a_mail_can_be_read_in_the_database(app, write):
    write()

    [message] = messages()
    assert "arrive" not in message.content
    assert "arrive" in unsealed(message.content)


def test_a_mail_waits_for_days_until_the_server_is_there(run, write, mailbox, monkeypatch):
    mailbox.refusal = "451 4.7.1 later"
    write()
    [first] = [message.message_id for message in messages()]

    for _day in range(4):
        run(days=1)
    assert "later" in messages()[0].error
    mailbox.refusal = ""
    run(hours=5)

    [mail] = mailbox.mails
    assert mail["Message-ID"] == first
    assert messages() == []


def test_a_server_that_is_away_is_asked_by_one_mail_at_a_time(app, run, write, monkeypatch):
    postman, asked = app.extensions["postman"], []
    monkeypatch.setattr("blogapp.mailing.delivering.send", lambda mail, _: asked.append(mail))
    monkeypatch.setattr(postman, "server", None)
    for number in range(5):
        write(f"ada{number}@example.com")

    run()
    assert [message.attempts for message in messages()].count(1) == 1
    monkeypatch.setattr(postman, "server", app.config["MAIL"])
    run(minutes=2)

    assert len(asked) == 5


def test_what_is_refused_for_good_waits_for_an_owners_word(app, run, write, mailbox):
    mailbox.refusal = "550 5.1.1 no such mailbox"
    write("first@example.com")
    write("second@example.com")
    run()
    given_up = list_given_up()
    assert {message.error for message in given_up} == {"127.0.0.1 answers: " + mailbox.refusal}

    mailbox.refusal = ""
    for message in given_up:
        again = message.recipient == "first@example.com"
        try_again(message, now=real_clock.now()) if again else drop(message)
    db.session.commit()
    run()

    assert mailbox.recipients == [("first@example.com",)]
    assert messages() == []


def test_what_is_over_its_time_is_never_sent(run, write, mailbox):
    mailbox.refusal = "451 later"
    write(valid=timedelta(hours=1))
    run()

    mailbox.refusal = ""
    run(hours=2)

    assert mailbox.mails == []
    assert messages() == []


def test_five_days_are_enough(run, write, mailbox):
    mailbox.refusal = "451 later"
    write()

    for _half in range(11):
        run(hours=12)

    assert [message.error for message in list_given_up()] == ["127.0.0.1 answers: 451 later"]


def test_a_killed_process_loses_nothing(app, run, write, mailbox, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("blogapp.mailing.delivering.send", die)
        write()
        with pytest.raises(Killed):
            run()
    run(minutes=1)
    assert mailbox.mails == []

    # So long does nobody say any more that somebody is at it.
    db.session.execute(db.update(Job).values(taken_until=0))
    db.session.commit()
    run()

    assert len(mailbox.mails) == 1


def test_a_mail_sealed_under_another_key_is_given_up_and_says_so(app, run, write):
    write()
    app.config["SECRET_KEY"] = "another secret that is long enough"

    run()

    assert "another secret key" in list_given_up()[0].error


def test_a_flood_to_one_person_is_bounded_and_its_notices_come_as_one(
    app, run, make_author, mailbox, clock
):
    ada = make_author()
    for _number in range(30):
        assert send_notice(ada, "published", "test")
    told = [send_mail("eve@example.com", "test") for _number in range(30)]
    db.session.commit()

    run()
    assert mailbox.recipients.count(("ada@example.com",)) == 0
    assert mailbox.recipients.count(("ada-lovelace@example.com",)) == 10
    run(hours=1)

    assert mailbox.recipients.count(("ada-lovelace@example.com",)) == 11
    last = mailbox.mails[-1]
    assert last["Subject"] == "20 notices from Untitled blog"
    assert last.get_content().count("A test from Untitled blog") == 20
    assert last["List-Unsubscribe"] == "<http://127.0.0.1:8000/account/notifications>"
    assert last.get_content().count("/account/notifications") == 1
    assert told.count(True) == 20 == mailbox.recipients.count(("eve@example.com",))
    assert messages() == []


def test_nobody_is_told_what_they_do_not_want_to_know(app, make_author):
    muted = make_author("Muted", muted_notices=["published"])
    disabled = make_author("Disabled", disabled_at=real_clock.now())

    assert not send_notice(muted, "published", "test")
    assert not send_notice(disabled, "review-asked", "test")
    assert send_notice(muted, "review-asked", "test")
    with pytest.raises(ValueError, match="none of"):
        send_notice(muted, "security", "test")


def test_a_mail_is_in_the_language_of_the_blog(run, write, owner, mailbox):
    from blogapp.site.models import Site

    db.session.add(Site(title="Ein Blog, größer", language="de"))
    db.session.commit()
    write()

    run()

    assert "Ein Blog, größer" in mailbox.mails[0]["Subject"]


class TestWithoutServer:
    @pytest.fixture
    def settings(self):
        return {}

    def test_nothing_is_queued(self, app):
        assert not can_mail()
        assert not send_mail("ada@example.com", "test")
        assert messages() == []


def test_a_mail_can_be_read_in_any_program(run, write, mailbox):
    write()

    run()

    again = message_from_bytes(mailbox.mails[0].as_bytes(), policy=default)
    assert again.get_content_type() == "text/plain"
    assert not again.defects
