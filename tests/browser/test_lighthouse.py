"""What Lighthouse thinks of listing and post: nothing left to ask for."""

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.browser import pages
from tests.browser.programs import find_chromium
from tests.checkers import find_lighthouse, rate_page

MISSING = (
    "Lighthouse is not here: npm install lighthouse@13, LIGHTHOUSE=…/node_modules/.bin/lighthouse"
)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["listing", "tag", "author", "archive", "post", "short post"])
def test_lighthouse_finds_nothing_to_mend(server, make_author, make_post, tmp_path, kind):
    if not (lighthouse := find_lighthouse()) or not (chromium := find_chromium()):
        pytest.skip(MISSING)
    db.session.add(Site(id=1, title="Plumbline", description="Measured write-ups."))
    pages.fill(make_author, make_post)
    address = f"{server}/{pages.PUBLIC[kind].removeprefix('./')}"

    scores, unmet = rate_page(lighthouse, address, chromium, tmp_path)

    assert unmet == []
    assert scores == {"accessibility": 100, "best-practices": 100, "seo": 100}
