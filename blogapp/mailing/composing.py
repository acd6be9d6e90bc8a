"""A message as mail: plain text, whole in any mail program (RFC 5322, RFC 3676)."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import uuid4

from blogapp.mailing.addresses import address_of
from blogapp.mailing.errors import NotSent
from blogapp.mailing.servers import MailServer
from blogapp.text.name_lists import one_line

# Of a line, before the space that says that it goes on (RFC 3676, 4.2).
WIDTH = 72
LONGEST_SUBJECT = 200
# What turns the order of letters, so that a text can be read for another one (Unicode TR 36).
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STUFFED = (" ", ">", "From ")


def compose(
    recipient: str,
    content: Mapping[str, str],
    *,
    server: MailServer,
    at: datetime,
    message_id: str = "",
    list_id: str = "",
    settings: str = "",
) -> EmailMessage:
    """Return the mail. Raises `NotSent` for a recipient who is none.

    ``list_id`` marks a notice, and ``settings`` is the page where it is turned off (RFC 2919,
    RFC 2369). Nothing answers it by itself (RFC 3834).
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = server.sender
    try:
        mail["To"] = address_of(recipient)
    except ValueError as error:
        raise NotSent(str(error), is_final=True) from error
    mail["Subject"] = subject_line(content["subject"])
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id or new_message_id(server.sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange and Outlook know no other word for it.
    mail["X-Auto-Response-Suppress"] = "All"
    if list_id:
        mail["List-Id"] = f"<{list_id}>"
    if settings:
        mail["List-Unsubscribe"] = f"<{settings}>"
    text = flowed(content["text"])
    coding = "7bit" if text.isascii() and _is_short(text) else "quoted-printable"
    mail.set_content(text, cte=coding, params={"format": "flowed"})
    return mail


def new_message_id(domain: str) -> str:
    """Return a name that no other mail has (RFC 5322, 3.6.4)."""
    return f"<{uuid4().hex}@{domain}>"


def subject_line(text: str) -> str:
    """Return a subject: one line, of a length that people read.

    >>> subject_line("Hello\\r\\nBcc: all@example.com")
    'Hello Bcc: all@example.com'
    """
    line = " ".join(one_line(_TURNING.sub("", text)).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1].rstrip()}…"


def flowed(text: str) -> str:
    """Return ``text`` in lines that a mail program may join again (RFC 3676).

    Addresses and other long words stay whole.

    >>> flowed("From here\\n> on\\n\\n\\n\\nend")
    ' From here\\n > on\\n\\nend\\n'
    """
    clean = _CONTROLS.sub("", _TURNING.sub("", text.replace("\r\n", "\n")))
    clean = re.sub(r"\n{3,}", "\n\n", clean.strip())
    return "".join(f"{line}\n" for each in clean.split("\n") for line in _wrapped(each))


def _wrapped(line: str) -> list[str]:
    """Return one line as several, of which all but the last end in a space."""
    if line.rstrip() == "--":
        return ["-- "]  # what follows is a signature (RFC 3676, 4.3)
    words = line.rstrip().split(" ")
    lines, current = [], words[0]
    for word in words[1:]:
        if len(current) + 1 + len(word) > WIDTH and current.strip():
            lines.append(f"{current} ")
            current = word
        else:
            current = f"{current} {word}"
    lines.append(current)
    return [f" {each}" if each.startswith(_STUFFED) else each for each in lines]


def _is_short(text: str) -> bool:
    """RFC 5321, 4.5.3.1.6: a thousand octets a line."""
    return all(len(line) < 990 for line in text.splitlines())
