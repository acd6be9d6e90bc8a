"""Looking after the directory of people: what `doctor` says of it."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from blogapp.accounts.directory.errors import DirectoryError
from blogapp.accounts.directory.models import DirectoryPerson
from blogapp.extensions import db
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.directory import find_provider

_ALLOW = "; is its network in BLOG_FETCH_ALLOW, if it is not a public one?"


def check_directory(app: Flask) -> Iterator[tuple[str, str]]:
    """Ask the directory who it is; yield levels and sentences, without secrets."""
    provider = find_provider()
    if provider is None:
        return
    directory = provider.directory
    try:
        provider.about(now=now())
        keys = provider.keys(now=now())
    except DirectoryError as error:
        hint = _ALLOW if "no public address" in str(error) else ""
        yield "problem", f"the directory at {directory.issuer} is of no use: {error}{hint}"
        return
    query = select(func.count()).where(DirectoryPerson.issuer == directory.issuer)
    yield "ok", f"directory: {directory.name}, {len(keys)} keys, {db.session.scalar(query)} people"
    if not keys:
        yield "problem", "the directory has no key to sign with: nobody can sign in"
    with app.test_request_context(base_url=app.config["PUBLIC_URL"]):
        back = absolute_url_for("auth.come_back_from_directory")
        yield "ok", f"it must know this address to come back to: {back}"
    if not directory.roles:
        yield "warning", "without BLOG_OIDC_ROLES only those who have an account here come in"
    if not app.config["SECURE"] and not directory.is_near:
        yield "problem", "BLOG_PUBLIC_URL is http: what the directory says can be read on the way"
