from ipaddress import ip_network

import pytest
from playwright.sync_api import expect

from blogapp.accounts.directory.settings import Directory
from tests.auth import provider as providers
from tests.browser.conftest import PHONE


@pytest.fixture
def provider(settings):
    """A directory that knows Grace Hopper, as the blog's settings name it."""
    provider, stop = providers.start()
    provider.callback = f"{settings['PUBLIC_URL']}/login/directory/back"
    said = {
        "BLOG_OIDC_ISSUER": provider.issuer,
        "BLOG_OIDC_CLIENT_ID": providers.CLIENT,
        "BLOG_OIDC_CLIENT_SECRET": providers.SECRET,
        "BLOG_OIDC_NAME": "Example ID",
        "BLOG_OIDC_ROLES": "eng=author",
    }
    settings["DIRECTORY"] = Directory.read(lambda name: said.get(name, ""))
    settings["FETCH_ALLOW"] = (ip_network("127.0.0.0/8"),)
    settings["LOCAL_PASSWORDS"] = False
    yield provider
    stop()


@pytest.mark.under_path
def test_somebody_signs_in_and_out_by_the_directory(
    provider, watch, new_page, check_accessibility, screenshot
):
    watch.allow(provider.issuer)
    page = new_page(viewport=PHONE)

    page.goto("write/posts")
    expect(page.get_by_label("Password")).to_have_count(0)
    check_accessibility(page)
    screenshot(page, "sign-in-directory-phone")
    page.get_by_role("link", name="Sign in with Example ID").click()

    expect(page).to_have_url(provider.callback.replace("/login/directory/back", "/write/posts"))
    page.goto("logout")
    page.get_by_role("button", name="Sign out").click()
    way_out = page.get_by_role("link", name="Sign out of Example ID, too")
    expect(way_out).to_be_visible()
    check_accessibility(page)
    screenshot(page, "left-directory-phone")
    page.goto("write/posts")
    provider.person["groups"] = []
    page.get_by_role("link", name="Sign in with Example ID").click()
    expect(page.get_by_role("heading", name="You cannot sign in here")).to_be_visible()
    screenshot(page, "refused-directory-phone")
