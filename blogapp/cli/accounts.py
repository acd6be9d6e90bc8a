"""Who may write: `author add|list|invite|role|link|reset|disable|…`."""

import sys
from datetime import timedelta

import click
from flask_babel import gettext as _
from sqlalchemy import select

from blogapp.accounts import factors, inviting, managing, registering
from blogapp.accounts.directory.joining import leave
from blogapp.accounts.errors import AccountError
from blogapp.accounts.models import Author, Role
from blogapp.accounts.sessions import end_all_sessions
from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.web.addresses import absolute_url_for
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.mailing import send_mail

LINK_VALID = timedelta(hours=1)
_ROLE = click.Choice([role.value for role in Role])
_WHAT = "What they may do here."


@click.group()
def author() -> None:
    """Add, list and disable the people who may sign in."""


@author.command()
@click.argument("email")
@click.option("--name", help="As it stands over posts; the address's first part if left out.")
@click.option("--role", type=_ROLE, default="author", show_default=True, help=_WHAT)
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
        note("author.added", made, role=made.role.value)
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
        registering.withdraw_links(found)
        found.disabled_at = None
        note("password.reset", found)
        db.session.commit()
        click.echo(f"{found.email} has a new password and may sign in.")


@author.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link that signs EMAIL in once, within the hour; a second factor is still asked."""
    with opened_blog() as app:
        try:
            found = registering.get_author(email)
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        if found.disabled_at is not None:
            raise click.ClickException(f"{found.email} is disabled; author reset lets them in.")
        token = registering.make_link(found, now=now(), valid=LINK_VALID)
        note("sign-in-link.made", found)
        db.session.commit()
        with app.test_request_context(base_url=app.config["PUBLIC_URL"]):
            click.echo(absolute_url_for("auth.use_link", token=token))


@author.command()
@click.argument("email", required=False, default="")
@click.option("--name", default="", help="What they are called; they can change it.")
@click.option("--role", type=_ROLE, default="author", show_default=True, help=_WHAT)
@click.option("--as", "slug", metavar="SLUG", help="The author of posts already here who this is.")
def invite(email: str, name: str, role: str, slug: str | None) -> None:
    """Print a link by which somebody becomes one who writes here, once, within a week.

    With EMAIL the account has that address; it is not sent there.
    """
    with opened_blog() as app:
        try:
            known = registering.get_unregistered(slug) if slug else None
            invitation, token = inviting.invite(
                by=None, role=Role(role), email=email, name=name, author=known, now=now()
            )
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        note("invitation.made", email or name or f"#{invitation.id}", role=role)
        db.session.commit()
        with app.test_request_context(base_url=app.config["PUBLIC_URL"]):
            click.echo(absolute_url_for("auth.invite", token=token))


@author.command("role")
@click.argument("email")
@click.argument("role", type=_ROLE)
def change_role(email: str, role: str) -> None:
    """Let EMAIL be a ROLE from here on, and end all their sessions."""
    with opened_blog():
        try:
            found = registering.get_author(email)
            was = found.role
            managing.change_role(found, Role(role), by=None)
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        if was != role:
            note("role.changed", found, was=was, role=role)
        db.session.commit()
        click.echo(f"{found.email} is {role} now.")


@author.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let EMAIL, who was disabled, sign in again, with the password they had."""
    with opened_blog():
        try:
            found = registering.get_author(email)
            managing.enable(found, by=None)
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        note("author.enabled", found)
        db.session.commit()
        click.echo(f"{found.email} may sign in again.")


@author.command()
@click.argument("email")
def disable(email: str) -> None:
    """Keep EMAIL from signing in. Posts stay; `author enable` lets them in again."""
    with opened_blog():
        try:
            found = registering.get_author(email)
            managing.disable(found, by=None, now=now())
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        note("author.disabled", found)
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


@author.command("leave-directory")
@click.argument("email")
def leave_directory(email: str) -> None:
    """Let EMAIL no longer sign in by the directory; `author reset` gives them a password."""
    with opened_blog():
        try:
            found = registering.get_author(email)
        except AccountError as error:
            raise click.ClickException(str(error)) from None
        if not leave(found):
            raise click.ClickException(f"{found.email} does not sign in by the directory.")
        note("author.left-directory", found)
        db.session.commit()
        click.echo(f"{found.email} no longer signs in by the directory.")


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
