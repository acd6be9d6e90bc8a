"""Rendering where it can be stopped: in a child process, with limits on time and memory.

A text that nobody has looked at yet may cost more than anybody wants to pay, in our own code or
in a library's. The limit of time is CPU time, so a text is too costly or is not, whatever else
the machine is doing.
"""

import logging
import signal
from collections.abc import Callable
from typing import Any

from blogapp.text.children import Children, NotDone, Overstepped
from blogapp.text.markdown import Rendered
from blogapp.text.messages import TooLong, read_as

# CPU time for one text, in seconds: a post of 10 KB takes about a hundredth of it.
SECONDS = 2.0
# Bytes of address space. On macOS, which does not hold to it, time is the only limit.
MEMORY = 1024 * 1024 * 1024
# Seconds by the clock after which a child counts as stuck, however little it worked.
PATIENCE = 60.0
MOST_AT_ONCE = 4

_children = Children("blogapp.text.confined", most_at_once=MOST_AT_ONCE)
_log = logging.getLogger(__name__)


class NotRendered(Exception):
    """A text could not be rendered within its limits; says why, for the log."""


def render(body: str, **options: Any) -> Rendered:
    """Return what `markdown.render` makes of ``body``, or raise `NotRendered`.

    ``options`` are that function's. Those that are functions are called here, in this thread:
    the child asks for what they say. Safe to call from several threads.
    """
    asked = {name: option for name, option in options.items() if callable(option)}
    plain = {name: option for name, option in options.items() if not callable(option)}
    job = {"body": body, "asked": [*asked], "options": plain}
    try:
        return _render(job, asked)
    except NotRendered as error:
        _log.warning("a body of %d characters was not rendered: %s", len(body), error)
        raise


def close() -> None:
    """End the children that wait for work. The next text starts another."""
    _children.close()


def _render(job: dict[str, Any], asked: dict[str, Callable[..., Any]]) -> Rendered:
    job |= {"seconds": SECONDS, "memory": MEMORY}
    try:
        answer = _children.do(job, patience=PATIENCE, replies=asked)
    except Overstepped as error:
        if error.status == -signal.SIGPROF:
            raise NotRendered(f"it takes more than {SECONDS:g} seconds") from error
        raise NotRendered(str(error)) from error
    except NotDone as error:
        raise NotRendered(str(error)) from error
    except TooLong as error:
        raise NotRendered("what came of it is too large") from error
    if "failed" in answer:
        raise NotRendered(answer["failed"])
    try:
        rendered: Rendered = read_as(Rendered, answer["rendered"])
    except (KeyError, TypeError) as error:
        # The software was renewed under a running blog, which is about to be restarted.
        raise NotRendered("its process is of another version") from error
    return rendered
