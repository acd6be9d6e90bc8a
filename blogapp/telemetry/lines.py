"""Lines of the log: for people on a console, or JSON for collectors, and no secret in either.

One event is one line that begins with its time in UTC. Nothing that came from outside can begin
another one, or tell a terminal what to do (CWE-117, CWE-150).
"""

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

from blogapp.telemetry.work import current

CONSOLE, JSON = "console", "json"
HIDDEN = "…"
# What is shorter would be found everywhere.
_SHORTEST_SECRET = 6
# Of a line, and of one traceback in it: collectors cut at sizes of their own.
_LONGEST = 16_000
# C0 and C1, and what turns or breaks lines elsewhere: separators, marks of direction.
_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def shown(text: str) -> str:
    r"""Return a text in which nothing is lost and nothing is obeyed.

    >>> print(shown("a\nb\x1b[2J"))
    a\nb\x1b[2J
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNSHOWN.sub(_escaped, text)
    return _SURROGATES.sub(_escaped, text) if not text.isascii() else text


def moment(seconds: float) -> str:
    """Return a time of the clock as RFC 3339 has it, in UTC.

    >>> moment(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    # Years that a broken clock tells are told, too.
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Scrubber:
    """Takes secrets out of texts: those of the settings, and those of the request at hand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        # Tells what else is secret just now.
        self.more: Callable[[], Iterable[str]] = tuple
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Take these out from here on, too."""
        self._secrets |= _spellings(secrets)

    def clean(self, text: str) -> str:
        """Return ``text`` without secrets."""
        try:
            more = _spellings(self.more())
        except Exception:  # what a request holds may be what just failed
            more = frozenset()
        for secret in sorted(self._secrets | more, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


class Lines(logging.Formatter):
    """Writes an event of any logger as one line, with the number of its request."""

    def __init__(self, style: str, scrubber: Scrubber | None = None) -> None:
        super().__init__()
        self.is_json = style == JSON
        self.scrubber = scrubber or Scrubber()

    def format(self, record: logging.LogRecord) -> str:
        try:
            message = record.getMessage()
        except (
            Exception
        ) as error:  # arguments that do not fit the text: a bug, and no reason to stop
            message = f"{record.msg} (could not be written: {type(error).__name__})"
        message = _cut(self.scrubber.clean(message))
        trace = _cut(self.scrubber.clean(self._error(record)))
        work = current()
        said: dict[str, Any] = {
            "time": moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            "request": work.id if work else "",
            "user": work.user if work else None,
            "error": trace,
        }
        return self._as_json(said) if self.is_json else _for_people(said)

    def _error(self, record: logging.LogRecord) -> str:
        told = ""
        if record.exc_info and record.exc_info[0]:
            told = "".join(traceback.format_exception(*record.exc_info))
        if record.stack_info:
            told += record.stack_info
        return told.rstrip("\n")

    def _as_json(self, said: Mapping[str, Any]) -> str:
        whole = {name: value for name, value in said.items() if value not in ("", None)}
        if (event := _event(said["message"])) is not None:
            del whole["message"]
            whole["event"] = event
        return json.dumps(whole)


def _for_people(said: Mapping[str, Any]) -> str:
    request = f" [{said['request']}]" if said["request"] else ""
    message = shown(said["message"])
    first = f"{said['time']} {said['level']} {said['logger']} {message}{request}"
    # Whatever stands in a traceback, its lines begin like no other.
    rest = [f"    | {shown(line)}" for line in said["error"].split("\n") if said["error"]]
    return "\n".join([first, *rest])


def _event(message: str) -> Any:
    """Return what a message says in JSON, as lines of the security log do."""
    if not message.startswith("{"):
        return None
    try:
        found = json.loads(message)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _spellings(secrets: Iterable[str]) -> frozenset[str]:
    long = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    return frozenset(f(secret) for secret in long for f in (str, quote, quote_plus, _in_quotes))


def _in_quotes(text: str) -> str:
    """Return ``text`` as `repr` shows it, which is how values stand in most messages."""
    return repr(text)[1:-1]


def _cut(text: str) -> str:
    """Leave out the middle of what is too long: errors say what at their end."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 4]}\n{HIDDEN}\n{text[-_LONGEST * 3 // 4 :]}"


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
