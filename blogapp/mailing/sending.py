"""Handing mail over to a server (RFC 5321), encrypted and verified, within bounded time."""

import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from threading import Timer

from blogapp.mailing.errors import NotSent
from blogapp.mailing.servers import MailServer

_LONGEST_ANSWER = 400
# A whole conversation may take so many steps' time.
_STEPS = 3


def send(mail: EmailMessage, server: MailServer) -> str:
    """Hand over one mail to its one recipient; return what the server answered.

    Raises `NotSent` with the server's own words, or what kept it from speaking.
    """
    recipient = mail["To"].addresses[0].addr_spec
    with _connected(server) as smtp:
        options = []
        if not recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                reason = f"{server.host} delivers to no address that is not plain ASCII"
                raise NotSent(reason, is_final=True)
            options = ["SMTPUTF8"]
        policy = SMTP.clone(utf8=bool(options))
        sender = smtp.mail(server.sender.addr_spec, options)
        # Who refuses the sender refuses all mail, until somebody mends that.
        _words_of(sender, server, is_final=False)
        _words_of(smtp.rcpt(recipient), server)
        try:
            return _words_of(smtp.data(mail.as_bytes(policy=policy)), server)
        except smtplib.SMTPDataError as error:
            return _words_of((error.smtp_code, error.smtp_error), server)


def greet(server: MailServer) -> str:
    """Connect, encrypt, sign in and leave; return how that went. Raises `NotSent`."""
    with _connected(server) as smtp:
        _words_of(smtp.noop(), server)
        words = [f"{server.host}:{server.port} answers"]
        is_encrypted = isinstance(smtp.sock, ssl.SSLSocket)
        words.append("encrypted" if is_encrypted else "without encryption")
        if server.user:
            words.append(f"and knows {server.user}")
        return " ".join(words)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Give a conversation that is encrypted and signed in as the settings say."""
    smtp = _make(server)
    # A server that drips a letter at a time stays within each step's time for ever.
    end = Timer(server.timeout * _STEPS, lambda: _cut(smtp))
    end.daemon = True
    end.start()
    try:
        _open(smtp, server)
        _encrypt(smtp, server)
        _sign_in(smtp, server)
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    except smtplib.SMTPResponseException as error:
        reason = f"{server.host} answers: {error.smtp_code} {_words(error.smtp_error)}"
        # A wrong password may be right tomorrow; the messages can wait for that.
        raise NotSent(reason, is_away=True) from error
    except ssl.SSLCertVerificationError as error:
        reason = f"{server.host} is not who it says ({error.verify_message})"
        raise NotSent(reason, is_away=True) from error
    except TimeoutError as error:
        raise NotSent(f"{server.host} took too long", is_away=True) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        reason = f"{server.host}:{server.port} gives no answer ({_reason(error)})"
        raise NotSent(reason, is_away=True) from error
    finally:
        end.cancel()
        smtp.close()


def _make(server: MailServer) -> smtplib.SMTP:
    kind = smtplib.SMTP
    if server.is_implicit:
        kind = partial(smtplib.SMTP_SSL, context=_context(server))  # type: ignore[assignment]
    smtp = kind(timeout=server.timeout, local_hostname=server.helo or None)
    # By itself it would know the name of the server only where it connects at once.
    smtp._host = server.host  # type: ignore[attr-defined]
    return smtp


def _open(smtp: smtplib.SMTP, server: MailServer) -> None:
    code, said = smtp.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, said)
    smtp.ehlo_or_helo_if_needed()


def _encrypt(smtp: smtplib.SMTP, server: MailServer) -> None:
    """Begin TLS (RFC 3207) where the settings ask for it or the server offers it."""
    if server.is_implicit or server.tls == "no":
        return
    if smtp.has_extn("starttls"):
        smtp.starttls(context=_context(server))
        smtp.ehlo_or_helo_if_needed()
    elif server.tls != "offered":
        reason = f"{server.host} does not encrypt; BLOG_MAIL_URL can allow that by tls=no"
        raise NotSent(reason, is_away=True)


def _sign_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    if not server.user:
        return
    if f"{server.user}{server.password}".isascii():
        smtp.login(server.user, server.password)
        return
    # RFC 4616: UTF-8, which smtplib does not write.
    plain = f"\0{server.user}\0{server.password}".encode()
    code, said = smtp.docmd("AUTH", f"PLAIN {b64encode(plain).decode()}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca:
        context.load_verify_locations(server.ca)
    if server.tls == "unverified":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _words_of(answer: tuple[int, bytes | str], server: MailServer, *, is_final: bool = True) -> str:
    """Return the words of a good answer. Raises `NotSent` with those of another."""
    code, said = answer
    text = f"{code} {_words(said)}".strip()
    if 200 <= code < 400:
        return text
    # RFC 5321, 4.2.1: a five says that it would end so again.
    raise NotSent(f"{server.host} answers: {text}", is_final=is_final and 500 <= code < 600)


def _cut(smtp: smtplib.SMTP) -> None:
    if smtp.sock:
        with suppress(OSError):
            smtp.sock.shutdown(socket.SHUT_RDWR)


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:_LONGEST_ANSWER]


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _words(str(error)) or type(error).__name__
