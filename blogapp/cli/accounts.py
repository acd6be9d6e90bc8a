"""Who may write: `author add|list|reset|disable|forget-factors`."""

import sys

import click
from flask_babel import gettext as _
from sqlalchemy import select

from blogapp.accounts import factors, registering
from blogapp.accounts.errors import AccountError
from blogapp.accounts.models import Author, Role
from blogapp.accounts.sessions import end_all_sessions
from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.mailing import send_mail


@click.group()
def author() -> None:
    """Add, list and disable the people who may sign in."""


@author.command()
@click.argument("email")
@click.option("--name", help="As it stands over posts; the address's first part if left out.")
@click.option(
    "--role",
    type=click.Choice([r.value for r in Role]),
    default="author",
    show_default=True,
    help="What they may do here.",
)
@click.option("--as", "slug", metavar="SLUG", help="The author of posts already here who this is.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, name: str | None, role: str, slug: str | None, password_stdin: bool) -> None:
    """Give EMAIL an account."""
    with opened_blog():
        try:
            made = registering.add_author(
                name=name or "",
                email=email,
                role=Role(role),
                slug=slug,
                password=_read_password(password_stdin),
                now=now(),
            )
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        db.session.commit()
        click.echo(f"Added {made.name} <{made.email}>, {made.role}.")


@author.command("list")
def list_authors() -> None:
    """List everybody who has an account."""
    with opened_blog():
        for one in db.session.scalars(select(Author).order_by(Author.name)):
            if one.email:
                state = "disabled" if one.disabled_at else one.role
                click.echo(f"{one.email}\t{one.name}\t{state}")


@author.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def reset(email: str, password_stdin: bool) -> None:
    """Give EMAIL a new password, and end all its sessions."""
    with opened_blog():
        try:
            found = registering.get_author(email)
            registering.set_password(found, _read_password(password_stdin))
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        found.disabled_at = None
        db.session.commit()
        click.echo(f"{found.email} has a new password and may sign in.")


@author.command()
@click.argument("email")
def disable(email: str) -> None:
    """Keep EMAIL from signing in. Posts stay; `author reset` lets them in again."""
    with opened_blog():
        try:
            found = registering.get_author(email)
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        registering.disable(found, now=now())
        db.session.commit()
        click.echo(f"{found.email} can no longer sign in.")


@author.command("forget-factors")
@click.argument("email")
def forget(email: str) -> None:
    """Take every second factor and passkey from EMAIL, who lost them; end all its sessions."""
    with opened_blog():
        try:
            found = registering.get_author(email)
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        factors.forget_factors(found)
        end_all_sessions(found)
        note("factors.forgotten", found)
        text = _("Whoever runs the blog took every second factor and passkey from your account.")
        send_mail(found.email or "", "factors-changed", author=found, text=text)
        db.session.commit()
        click.echo(f"{found.email} signs in with the password alone until a new factor is set up.")


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
