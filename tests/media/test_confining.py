import os
import signal

import pytest

from blogapp.media import confining
from blogapp.media.encoding import encode
from blogapp.media.errors import NotAnImage, TooCostly, TooManyPixels


@pytest.fixture(autouse=True)
def fresh():
    """No child is left of another test, nor of this one."""
    confining.close()
    yield
    confining.close()


def test_a_child_makes_of_a_picture_what_we_would(picture):
    data = picture("PNG", size=(40, 20))

    assert confining.encode(data) == encode(data)


def test_what_is_refused_there_is_refused_here(picture):
    with pytest.raises(NotAnImage):
        confining.encode(b"no picture")
    with pytest.raises(TooManyPixels):
        confining.encode(picture("GIF", size=(9000, 6000), mode="P", colour=0))


def test_a_picture_that_takes_too_long_or_too_much_memory_is_refused_and_the_next_is_not(
    picture, monkeypatch
):
    large = picture("PNG", size=(5000, 4000))
    with monkeypatch.context() as limits:
        limits.setattr(confining, "SECONDS", 0.05)
        with pytest.raises(TooCostly):
            confining.encode(large)
    confining.close()
    with monkeypatch.context() as limits:
        limits.setattr(confining, "MEMORY", 100 * 1024 * 1024)
        with pytest.raises((TooCostly, NotAnImage)):
            confining.encode(large)

    assert confining.encode(picture()).width == 4


def test_a_child_that_was_ended_meanwhile_costs_nobody_a_picture(picture):
    confining.encode(picture())
    [child] = confining._children.idle
    os.kill(child.process.pid, signal.SIGKILL)

    assert confining.encode(picture()).width == 4


def test_a_child_serves_again_and_ends_with_us(picture):
    confining.encode(picture())
    [child] = confining._children.idle
    confining.encode(picture())
    assert confining._children.idle == [child]

    confining.close()

    assert child.process.returncode is not None
