from ipaddress import ip_network

import pytest

from blogapp.accounts.directory.settings import Directory
from tests.auth import provider as providers

ROLES = {"eng-admins": "owner", "eng-leads": "editor", "eng": "author"}


@pytest.fixture
def provider():
    """A directory that knows Grace Hopper, who is in the group "eng"."""
    provider, stop = providers.start()
    yield provider
    stop()


@pytest.fixture
def directory(provider, settings):
    """Make the provider the directory of this test's blog; change it before asking for `app`."""
    said = {
        "BLOG_OIDC_ISSUER": provider.issuer,
        "BLOG_OIDC_CLIENT_ID": providers.CLIENT,
        "BLOG_OIDC_CLIENT_SECRET": providers.SECRET,
        "BLOG_OIDC_NAME": "Example ID",
        "BLOG_OIDC_ROLES": ",".join(f"{value}={role}" for value, role in ROLES.items()),
    }
    settings["FETCH_ALLOW"] = (ip_network("127.0.0.0/8"),)

    def use(**changes):
        settings["DIRECTORY"] = Directory.read(lambda name: {**said, **changes}.get(name, ""))

    use()
    return use
