"""Whether mail arrives: `mail test`."""

from collections.abc import Iterator

import click
from flask import Flask

from blogapp.cli.opening import opened_blog
from blogapp.mailing.composing import compose
from blogapp.mailing.errors import NotSent
from blogapp.mailing.queueing import count_undelivered
from blogapp.mailing.sending import greet, send
from blogapp.mailing.servers import MailServer
from blogapp.site.reading import get_site
from blogapp.web.clock import now


def check_mail(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield what `doctor` says of mail, which it asks the server."""
    server: MailServer | None = app.config["MAIL"]
    if server is None:
        yield "warning", "mail: none; BLOG_MAIL_URL names a server, and people are told by it"
        return
    try:
        yield "ok", f"mail: {greet(server)}, as {server.sender}"
    except NotSent as error:
        yield "problem", f"mail: {error}"
    if lost := count_undelivered():
        yield "warning", f"{lost} messages did not arrive: the desk, under /write, says why"


@click.group()
def mail() -> None:
    """The blog's mail."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a mail to ADDRESS at once, and say what the server answers."""
    with opened_blog() as app:
        server = app.config["MAIL"]
        if server is None:
            raise click.ClickException(
                "there is no mail server: set BLOG_MAIL_URL, as "
                "smtp://user:password@mail.example.com:587?from=Blog <blog@example.com>"
            )
        content = {
            "subject": f"A test from {get_site().title}",
            "text": "This mail was sent to see whether mail arrives. It does.",
        }
        try:
            mail = compose(address, content, server=server, at=now())
            said = send(mail, server)
        except NotSent as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{server.host}:{server.port} took it: {said}")
