"""Attacks in every text of a blog go out and come back, and run on neither side."""

import pytest
from flask import current_app

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.site.reading import get_site
from tests.attacked import OWN_ATTACKS, addresses, fill, residue

# So many of them make a name that is no longer than names may be.
PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_own_attacks_come_back_and_leave_nothing_on_any_page(
    app, owner, make_post, write_out, elsewhere, read_back, verified, part
):
    attacks = OWN_ATTACKS[part::PARTS]
    fill(attacks, owner.author, make_post)
    _leave_out_what_is_refused()
    export = write_out()

    with elsewhere():
        report = read_back(export)
        verdict = verified(export)
        browser, found, seen = current_app.test_client(), {}, 0
        for address in dict.fromkeys(addresses(current_app, attacks)):
            answer = browser.get(f"/{address.removeprefix('./')}")
            seen += answer.status_code == 200
            assert answer.status_code < 500, address
            if left := residue(answer):
                found[address] = left

    assert not report.failed, report.problems
    assert verdict.is_equal
    assert found == {}
    assert seen > 20


def _leave_out_what_is_refused():
    """No form takes in a link that runs, or a kind past forty letters; nor does an export."""
    for post in db.session.scalars(db.select(Post)):
        post.kind = post.kind and post.kind[:40]
    for author in db.session.scalars(db.select(Author)):
        author.links = []
    site = get_site()
    site.navigation, site.footer_links, site.social_links, site.breadcrumb = None, [], [], []
    db.session.commit()
