"""The proxy that lies does what it says, so that what is tested with it is tested."""

import socket
import threading
from contextlib import suppress
from time import monotonic

import pytest

from tests.faulty import DELAY, MODES, Faulty

SAID = b"what was said"


@pytest.fixture
def echo():
    """A server that says again what it hears; give its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(end):
        with end, suppress(OSError):
            while heard := end.recv(1024):
                end.sendall(heard)

    def let_in():
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=let_in, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def faulty(echo):
    with Faulty("127.0.0.1", echo) as faulty:
        yield faulty


def connect(faulty):
    return socket.create_connection((faulty.host, faulty.port), timeout=5)


def ask(end, timeout=5.0):
    end.settimeout(timeout)
    end.sendall(SAID)
    return end.recv(1024)


@pytest.mark.parametrize("is_there_already", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_each_mode_holds_for_who_is_there_and_for_who_comes(faulty, mode, is_there_already):
    end = connect(faulty)
    assert ask(end) == SAID

    faulty.mode = mode
    begun = monotonic()
    got = what_happens(faulty, end if is_there_already else None)

    wanted = {
        "pass": SAID,
        "refuse": ConnectionResetError if is_there_already else ConnectionRefusedError,
        "reset": ConnectionResetError,
        "hang": TimeoutError,
        "half": SAID[: len(SAID) // 2],
        "slow": SAID,
    }
    if mode == "rubbish":
        assert len(got) > 100
        assert SAID not in got
    else:
        assert got == wanted[mode]
    if mode == "slow":
        assert monotonic() - begun >= 2 * DELAY
    end.close()


def what_happens(faulty, end):
    try:
        with end or connect(faulty) as each:
            return ask(each, 0.2 if faulty.mode == "hang" else 5.0)
    except BrokenPipeError:
        return ConnectionResetError
    except OSError as error:
        return type(error)


@pytest.mark.parametrize("mode", MODES)
def test_after_each_mode_it_passes_again_on_its_port(faulty, mode):
    port = faulty.port
    faulty.mode = mode
    what_happens(faulty, None)

    faulty.mode = "pass"

    assert faulty.port == port
    with connect(faulty) as end:
        assert ask(end) == SAID


def test_what_was_held_back_arrives_afterwards(faulty):
    with connect(faulty) as end:
        faulty.mode = "hang"
        with pytest.raises(TimeoutError):
            ask(end, 0.1)
        faulty.mode = "pass"

        end.settimeout(5)
        assert end.recv(1024) == SAID
