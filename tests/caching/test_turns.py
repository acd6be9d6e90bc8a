"""Threads take short turns while a page is made, and usual ones while kept ones are sent."""

import sys
from threading import Barrier, Thread

import pytest

from blogapp.caching.turns import SHORT, Turns


@pytest.fixture
def usual():
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.004)
    yield pytest.approx(0.004)
    sys.setswitchinterval(before)


def test_turns_are_short_while_flask_works(app, make_post, browser, usual):
    make_post("Leases")
    seen = []
    app.before_request(lambda: seen.append(sys.getswitchinterval()))

    browser.get("/posts/leases")
    browser.get("/posts/leases")

    assert seen == [pytest.approx(SHORT)]
    assert sys.getswitchinterval() == usual


def test_the_last_of_several_gives_the_usual_ones_back(usual):
    turns, both = Turns(), Barrier(2, timeout=20)
    seen = []

    def work():
        with turns:
            both.wait()

    other = Thread(target=work)
    with turns:
        other.start()
        both.wait()
        other.join()
        seen.append(sys.getswitchinterval())

    assert seen == [pytest.approx(SHORT)]
    assert sys.getswitchinterval() == usual


def test_a_failure_gives_them_back_too(usual):
    with pytest.raises(ValueError, match="broken"), Turns():
        raise ValueError("broken")

    assert sys.getswitchinterval() == usual
