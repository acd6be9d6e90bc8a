"""Telling the blog's room in a chat what happens here, by one webhook."""

from collections.abc import Callable
from functools import partial

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from blogapp.accounts.errors import SealBroken
from blogapp.accounts.sealing import seal, unseal
from blogapp.mailing.chats import written
from blogapp.mailing.delivering import Content, deliver_chat
from blogapp.mailing.errors import NotSent
from blogapp.mailing.queueing import queue_chat
from blogapp.outgoing.asking import Reply, post_json
from blogapp.outgoing.errors import RequestRefused, Silent
from blogapp.site.models import Site
from blogapp.site.reading import get_site
from blogapp.web import mailing
from blogapp.web.clock import now

# What a room may be told of.
STEPS = {
    "review-asked": _l("A post is submitted for review"),
    "review-answered": _l("A review is answered: approved, or sent back"),
    "published": _l("A post is published or scheduled"),
    "withdrawn": _l("A post is withdrawn"),
}
_PURPOSE = "chat address"
_LONGEST_WAIT = 6 * 60 * 60

Post = Callable[..., Reply]


def can_chat() -> bool:
    """Return whether there is a room to tell."""
    return bool(get_site().chat_address)


def send_chat(text: str, link: str = "", *, step: str = "") -> bool:
    """Tell the room ``text`` and a whole address, in this transaction.

    ``step`` is one of `STEPS`; False where owners did not choose it, or there is no room.
    """
    site = get_site()
    if step and step not in STEPS:
        raise ValueError(f"{step!r} is none of {', '.join(STEPS)}")
    if not site.chat_address or (step and step not in site.chat_steps):
        return False
    content = {"text": text, "link": link}
    queue_chat(step or "test", content, seal=mailing.sealed, now=now())
    return True


def set_address(site: Site, address: str) -> None:
    """Keep where the room is told: sealed, for whoever knows it may write there."""
    sealed = seal(address, current_app.config["SECRET_KEY"], _PURPOSE) if address else ""
    site.chat_address = sealed


def get_address(site: Site) -> str:
    """Return where the room is told, or nothing: also where the secret key is another one now."""
    try:
        return site.chat_address and unseal(
            site.chat_address, current_app.config["SECRET_KEY"], _PURPOSE
        )
    except SealBroken:
        return ""


def deliver(key: str, app: Flask) -> None:
    """Do the job of a message to the room."""
    site = get_site()
    post = partial(_post, site.chat_kind, get_address(site), app=app)
    deliver_chat(int(key), post, unseal=mailing.unsealed, now=now())


def _post(kind: str, address: str, content: Content, *, app: Flask) -> None:
    """Tell the room. Raises `NotSent`."""
    if not address:
        raise NotSent("there is no address of a chat", is_final=True)
    try:
        answer = post_json(
            address,
            written(kind, content["text"], content["link"]),
            allow=app.config["FETCH_ALLOW"],
            most_bytes=20_000,
        )
    except RequestRefused as error:
        raise NotSent(str(error), is_final=not isinstance(error, Silent)) from error
    if not answer.is_fine:
        raise _refusal(answer)


def _refusal(answer: Reply) -> NotSent:
    """RFC 9110, 15: what a status means for another attempt."""
    reason = f"the chat answers {answer.status}"
    if answer.status in (404, 410):
        return NotSent(f"{reason}: there is no such webhook any more", is_final=True)
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return NotSent(reason, wait=_wait(answer))
    return NotSent(reason, is_final=True)


def _wait(answer: Reply) -> int:
    """Seconds that the chat asks for (RFC 9110, 10.2.3); Discord says them with a fraction."""
    said = answer.headers.get("Retry-After", "").strip()
    try:
        return min(int(float(said)) + 1, _LONGEST_WAIT) if said.isascii() else 0
    except (ValueError, OverflowError):
        return 0
