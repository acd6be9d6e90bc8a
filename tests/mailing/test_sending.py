from datetime import UTC, datetime

import pytest

from blogapp.mailing.composing import compose
from blogapp.mailing.errors import BadMailServer, NotSent
from blogapp.mailing.sending import greet, send
from blogapp.mailing.servers import MailServer
from tests.mailing.conftest import Known, server_at

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
USER = "ada%40example.com:p%3Aw%2Fd%40%C3%A9"


def mail(server, to="ada@example.com", subject="Hello", text="Text.", **rest):
    content = {"subject": subject, "text": text}
    return compose(to, content, server=server, message_id="<1@example.com>", at=NOON, **rest)


def test_a_mail_says_all_that_a_mail_should(serve_mail, mailbox):
    server = server_at(serve_mail(), **{"from": "Größenwahn, Ltd. <blog@example.com>"})
    text = f"Grüße\n\nhttps://example.com/{'a' * 120}\n" + "word " * 60

    notice = {"list_id": "notices.example.com", "settings": "https://example.com/account"}
    said = send(mail(server, subject="Größe " * 30, text=text, **notice), server)

    [found], [to] = mailbox.mails, mailbox.recipients
    assert said == "250 2.0.0 taken as 4711"
    assert to == ("ada@example.com",)
    assert found["From"].addresses[0].display_name == "Größenwahn, Ltd."
    assert found["To"] == "ada@example.com"
    assert found["Subject"] == ("Größe " * 30).strip()
    assert found["Date"].datetime == NOON
    assert found["Message-ID"] == "<1@example.com>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Id"] == "<notices.example.com>"
    assert found["List-Unsubscribe"] == "<https://example.com/account>"
    assert found.get_content_type() == "text/plain"
    assert found["Content-Type"].params == {"charset": "utf-8", "format": "flowed"}
    lines = found.get_content().splitlines()
    assert lines[:3] == ["Grüße", "", f"https://example.com/{'a' * 120}"]
    assert max(map(len, lines[3:])) <= 74
    assert "".join(lines[3:]) == ("word " * 60).strip()


@pytest.mark.parametrize("evil", ["\r\nBcc: all@example.com", "\nBcc: x", "\x00\x0b\u2028Bcc: x"])
def test_no_text_becomes_a_header(serve_mail, mailbox, evil):
    server = server_at(serve_mail())

    send(mail(server, subject=f"Hello{evil}", text=f"Text{evil}\r\n.\r\nMAIL FROM:<x>"), server)

    [found], [to] = mailbox.mails, mailbox.recipients
    assert to == ("ada@example.com",)
    assert found["Bcc"] is None
    assert found["Subject"].startswith("Hello Bcc: ")
    assert found.get_content().endswith("\r\n.\r\nMAIL FROM:<x>\r\n")


@pytest.mark.parametrize(
    "to", ["a@b.c\r\nBcc: d@e.f", "a@b.c, d@e.f", "a", "@b.c", "a b@c.d", "<a@b.c>", "a@b..c"]
)
def test_who_has_no_address_is_written_nothing(to):
    with pytest.raises(NotSent) as refused:
        mail(server_at(25), to=to)

    assert refused.value.is_final


def test_a_mail_is_encrypted_and_signed_in_where_the_server_can(serve_mail, mailbox, certified):
    context, file = certified
    port = serve_mail(tls_context=context, authenticator=Known(), auth_required=True)
    server = server_at(port, user=USER, ca=file, tls="require")

    assert greet(server) == f"127.0.0.1:{port} answers encrypted and knows ada@example.com"
    send(mail(server), server)

    assert mailbox.subjects == ["Hello"]


def test_a_mail_goes_by_tls_from_the_first_byte(serve_mail, mailbox, certified):
    context, file = certified
    server = server_at(serve_mail(ssl_context=context), scheme="smtps", ca=file)

    send(mail(server), server)

    assert mailbox.subjects == ["Hello"]


def test_nothing_is_said_to_a_server_that_is_not_who_it_says(serve_mail, mailbox, certified):
    context, _file = certified
    port = serve_mail(tls_context=context)

    with pytest.raises(NotSent, match="is not who it says") as refused:
        send(mail(server_at(port)), server_at(port))
    send(mail(server_at(port)), server_at(port, tls="unverified"))

    assert not refused.value.is_final
    assert mailbox.subjects == ["Hello"]


def test_a_password_does_not_travel_in_clear(serve_mail, mailbox):
    port = serve_mail(authenticator=Known(), auth_require_tls=False)

    with pytest.raises(NotSent, match="does not encrypt"):
        greet(server_at(port, user=USER, tls="require"))
    assert "without encryption and knows" in greet(server_at(port, user=USER, tls="no"))
    assert MailServer.parse("smtp://a:b@example.com?from=a@b.c").tls == "require"


def test_a_wrong_password_is_no_reason_to_give_up(serve_mail):
    port = serve_mail(authenticator=Known(), auth_require_tls=False)

    with pytest.raises(NotSent, match="535") as refused:
        greet(server_at(port, user="ada:wrong"))

    assert refused.value.is_away
    assert not refused.value.is_final
    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(
    ("refusal", "is_final"),
    [
        ("550 5.1.1 no such mailbox", True),
        ("451 4.7.1 greylisted", False),
        ("554 5.7.1 data looks like spam", True),
        ("452 4.3.1 data: disk full", False),
    ],
)
def test_a_refusal_comes_with_the_servers_words(serve_mail, mailbox, refusal, is_final):
    server = server_at(serve_mail())
    mailbox.refusal = refusal

    with pytest.raises(NotSent) as refused:
        send(mail(server), server)

    assert str(refused.value) == f"127.0.0.1 answers: {refusal}"
    assert refused.value.is_final == is_final
    assert not refused.value.is_away


def test_an_address_in_other_letters_goes_where_the_server_knows_them(serve_mail, mailbox):
    server = server_at(serve_mail(enable_SMTPUTF8=True))
    plain = server_at(serve_mail(enable_SMTPUTF8=False))

    send(mail(server, to="адa@bücher.example"), server)
    send(mail(plain, to="ada@bücher.example"), plain)
    with pytest.raises(NotSent, match="plain ASCII"):
        send(mail(plain, to="адa@example.com"), plain)

    assert mailbox.recipients == [
        ("адa@xn--bcher-kva.example",),
        ("ada@xn--bcher-kva.example",),
    ]


def silent(connection, stop):
    stop.wait(10)


def dripping(connection, stop):
    connection.sendall(b"220 slow\r\n")
    connection.recv(1000)
    while not stop.wait(0.05):
        connection.sendall(b"250-x\r\n")


def dropping(connection, stop):
    connection.sendall(b"220 hello\r\n")
    connection.recv(1000)


def babbling(connection, stop):
    connection.sendall(b"\x00\xff" * 50_000 + b"\r\n")


def closed(connection, stop):
    connection.sendall(b"554 5.3.2 closed\x1b[31m\r\nRSET\r\n")


@pytest.mark.parametrize("talk", [silent, dripping, dropping, babbling, closed])
def test_a_server_that_misbehaves_costs_bounded_time(misbehave, monkeypatch, talk):
    monkeypatch.setattr("blogapp.mailing.sending._STEPS", 0.3)
    server = server_at(misbehave(talk), timeout=1)

    with pytest.raises(NotSent) as refused:
        send(mail(server), server)

    assert refused.value.is_away
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://example.com", "is not like"),
        ("smtp://", "is not like"),
        ("smtp://example.com:99999?from=a@b.c", "is not like"),
        ("smtp://example.com", "names no sender"),
        ("smtp://example.com?from=nobody", "no e-mail address"),
        ("smtp://example.com?from=a@b.c%0d%0aBcc: d@e.f", "no e-mail address"),
        ("smtp://example.com?from=a@b.c&tls=maybe", "none of"),
        ("smtps://example.com?from=a@b.c&tls=no", "contradicts"),
        ("smtp://example.com?from=a@b.c&ca=/no/such", "no file"),
        ("smtp://example.com?from=a@b.c&timeout=0", "seconds"),
        ("smtp://example.com?from=a@b.c&colour=red", "no option"),
        ("smtp://a:b/c@example.com?from=a@b.c", "is not like"),
    ],
)
def test_an_address_that_names_no_server_is_refused_with_the_reason(address, problem):
    with pytest.raises(BadMailServer, match=problem):
        MailServer.parse(address)


def test_an_address_names_everything():
    parsed = MailServer.parse("smtps://a%40b.c:p%40@mail.example.com?from=A+B <a+b@example.com>")

    assert (parsed.host, parsed.port, parsed.user) == ("mail.example.com", 465, "a@b.c")
    assert str(parsed.sender) == "A+B <a+b@example.com>"
    assert "p@" not in repr(parsed)
    assert MailServer.parse("smtp://localhost?from=a@b.c").port == 25
    assert str(MailServer.parse("smtp://a@b.c:x@host").sender) == "a@b.c"
