"""How pages fit for readers who have set text to twice its usual size (WCAG 2.2, 1.4.4)."""

import pytest

from tests.browser.measures import CUT_OFF, STICKING_OUT
from tests.browser.pages import PRIVATE, PUBLIC, fill, visit
from tests.browser.programs import ARGUMENTS, find_chromium

WIDTHS = (640, 768, 1280)


@pytest.fixture(scope="session")
def chromium(chromium):
    """A browser in which 1rem is 32 pixels, to media queries too."""
    arguments = [*ARGUMENTS, "--blink-settings=defaultFontSize=32"]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=arguments)
    yield browser
    browser.close()


@pytest.mark.parametrize("kind", [*PUBLIC, *PRIVATE])
def test_pages_fit_with_large_text(prepare, make_author, make_post, new_page, kind, request):
    prepare(fill, make_author, make_post)
    page = new_page(as_author=request.getfixturevalue("owner") if kind in PRIVATE else None)
    visit(page, kind)

    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate(STICKING_OUT) + page.evaluate(CUT_OFF)

    assert {width: faults for width, faults in found.items() if faults} == {}
