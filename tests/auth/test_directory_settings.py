"""What an operator may say about the directory, checked before the blog starts."""

import json

import pytest

from blogapp.accounts.directory.joining import is_strong
from blogapp.accounts.directory.roles import role_of
from blogapp.config import BadSetting, Config

ISSUER = "https://login.example.com/realms/eng"
WHOLE = {"BLOG_OIDC_ISSUER": ISSUER, "BLOG_OIDC_CLIENT_ID": "blog"}


@pytest.fixture
def read(tmp_path):
    def read(**variables):
        return Config.from_env({"BLOG_INSTANCE": str(tmp_path / "instance"), **variables})

    return read


def test_without_a_directory_people_are_known_here_alone(read):
    assert (read().DIRECTORY, read().LOCAL_PASSWORDS) == (None, True)


def test_two_settings_are_enough(read):
    found = read(**WHOLE).DIRECTORY

    assert (found.issuer, found.client_id, found.client_secret) == (ISSUER, "blog", "")
    assert (found.name, found.scopes) == ("login.example.com", "openid profile email")
    assert (found.claim, dict(found.roles)) == (("groups",), {})


def test_the_secret_comes_from_a_file_and_is_not_shown(read, tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")

    config = read(**WHOLE, BLOG_OIDC_CLIENT_SECRET_FILE=str(tmp_path / "secret"))

    assert config.DIRECTORY.client_secret == "s3cret"
    assert "s3cret" not in repr(config)


def test_groups_are_told_from_roles(read):
    plain = "cn=eng-admins=Owner, Team Blog=editor,eng=author , *=contributor"
    written = json.dumps({"cn=eng,ou=groups": "author", "6f1c": "editor"})

    assert dict(read(**WHOLE, BLOG_OIDC_ROLES=plain).DIRECTORY.roles) == {
        "cn=eng-admins": "owner",
        "Team Blog": "editor",
        "eng": "author",
        "*": "contributor",
    }
    assert dict(read(**WHOLE, BLOG_OIDC_ROLES=written).DIRECTORY.roles) == {
        "cn=eng,ou=groups": "author",
        "6f1c": "editor",
    }


def test_other_scopes_keep_the_one_that_makes_it_openid(read):
    found = read(**WHOLE, BLOG_OIDC_SCOPES="email offline_access email").DIRECTORY

    assert found.scopes == "openid email offline_access"


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:1"]
)
def test_only_loopback_may_speak_http(read, issuer):
    assert read(**{**WHOLE, "BLOG_OIDC_ISSUER": issuer}).DIRECTORY.is_near


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BLOG_OIDC_ISSUER", "http://login.example.com"),
        ("BLOG_OIDC_ISSUER", "http://127.0.0.1.example.com"),
        ("BLOG_OIDC_ISSUER", "http://10.0.0.1"),
        ("BLOG_OIDC_ISSUER", "login.example.com"),
        ("BLOG_OIDC_ISSUER", "ftp://login.example.com"),
        ("BLOG_OIDC_ISSUER", "https://"),
        ("BLOG_OIDC_ISSUER", "https://user:pass@login.example.com"),
        ("BLOG_OIDC_ISSUER", "https://login.example.com/?realm=x"),
        ("BLOG_OIDC_ISSUER", "https://login.example.com/#x"),
        ("BLOG_OIDC_ISSUER", "https://login.example.com:99999"),
        ("BLOG_OIDC_ISSUER", "https://login.example.com:0"),
        ("BLOG_OIDC_ISSUER", "https://login.exa mple.com"),
        ("BLOG_OIDC_ISSUER", "https://[::1"),
        ("BLOG_OIDC_ISSUER", f"{ISSUER}/.well-known/openid-configuration"),
        ("BLOG_OIDC_CLIENT_ID", ""),
        ("BLOG_OIDC_CLIENT_ID", "blög"),
        ("BLOG_OIDC_CLIENT_SECRET", "s3cret\n2"),
        ("BLOG_OIDC_SCOPES", 'openid "email"'),
        ("BLOG_OIDC_ROLES_CLAIM", "roles..blog"),
        ("BLOG_OIDC_ROLES_CLAIM", "."),
        ("BLOG_OIDC_ROLES", "eng"),
        ("BLOG_OIDC_ROLES", "eng="),
        ("BLOG_OIDC_ROLES", "=owner"),
        ("BLOG_OIDC_ROLES", "eng=admin"),
        ("BLOG_OIDC_ROLES", "eng=author, eng=owner"),
        ("BLOG_OIDC_ROLES", '{"eng": 7}'),
        ("BLOG_OIDC_ROLES", '{"eng": "author"'),
    ],
)
def test_what_cannot_be_used_stops_the_start_by_its_name(read, name, value):
    with pytest.raises(BadSetting, match=f"^{name}: ") as caught:
        read(**{**WHOLE, name: value})

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["CLIENT_ID", "CLIENT_SECRET", "ROLES", "SCOPES", "NAME"])
def test_settings_of_no_directory_are_missed(read, name):
    with pytest.raises(BadSetting, match="is of no use without BLOG_OIDC_ISSUER"):
        read(**{f"BLOG_OIDC_{name}": "x"})


def test_without_passwords_there_must_be_a_directory(read):
    with pytest.raises(BadSetting, match=r"^BLOG_LOCAL_PASSWORDS: .* nobody could sign in"):
        read(BLOG_LOCAL_PASSWORDS="0")

    assert read(**WHOLE, BLOG_LOCAL_PASSWORDS="0").LOCAL_PASSWORDS is False


def test_a_role_is_none_where_the_claim_is_something_else():
    roles = {"eng": "author"}

    for found in (
        {},
        {"a": None},
        {"a": 7},
        {"a": {"b": {}}},
        {"a": ["eng"]},
        {"a": {"b": [["eng"]]}},
    ):
        assert role_of(found, ("a", "b"), roles) is None, found


def test_only_words_that_say_so_are_a_second_factor():
    assert is_strong({"amr": ["pwd", "otp"]})
    assert not any(
        is_strong({"amr": said}) for said in (["pwd"], "mfa", {"mfa": 1}, [["mfa"]], None)
    )
