from ipaddress import ip_network

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.directory.models import DirectoryPerson
from blogapp.accounts.directory.settings import Directory
from blogapp.cli import group
from blogapp.cli.directory import check_directory
from blogapp.extensions import db
from tests.auth import provider as providers
from tests.conftest import JANUARY


@pytest.fixture
def provider(settings):
    provider, stop = providers.start()
    said = {"BLOG_OIDC_ISSUER": provider.issuer, "BLOG_OIDC_CLIENT_ID": "blog"}
    said |= {"BLOG_OIDC_CLIENT_SECRET": "not to be told", "BLOG_OIDC_NAME": "Example ID"}
    settings["DIRECTORY"] = Directory.read(lambda name: said.get(name, ""))
    settings["FETCH_ALLOW"] = (ip_network("127.0.0.0/8"),)
    yield provider
    stop()


def test_the_doctor_says_what_the_directory_says(provider, app):
    found = list(check_directory(app))

    assert ("ok", "directory: Example ID, 1 keys, 0 people") in found
    assert any("http://127.0.0.1:8000/login/directory/back" in said for _, said in found)
    assert ("warning", found[-1][1]) == found[-1]
    assert "not to be told" not in str(found)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.answers.update({"/keys": (503, {}, b"")}), "it answers 503"),
        (lambda p: p.about_more.update(issuer="https://other.example"), "https://other.example"),
        (lambda p: p.about_more.update(jwks_uri="https://10.0.0.1/"), "BLOG_FETCH_ALLOW"),
    ],
)
def test_the_doctor_says_why_the_directory_is_of_no_use(provider, app, spoil, said):
    spoil(provider)

    [(level, words)] = check_directory(app)

    assert level == "problem"
    assert said in words


def test_an_operator_takes_somebody_out_of_the_directory(app, config, make_author, monkeypatch):
    ada = make_author()
    db.session.add(
        DirectoryPerson(
            author_id=ada.id,
            issuer="https://login.example",
            subject="ada",
            joined_at=JANUARY,
            last_signed_in_at=JANUARY,
        )
    )
    db.session.commit()
    monkeypatch.setattr("blogapp.config.Config.from_env", lambda *_: config)

    first = CliRunner().invoke(group, ["author", "leave-directory", ada.email])
    second = CliRunner().invoke(group, ["author", "leave-directory", ada.email])

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "does not sign in by the directory" in second.output
    assert db.session.scalars(select(DirectoryPerson)).all() == []
    assert db.session.scalars(select(AuditEvent.act)).all() == ["author.left-directory"]
