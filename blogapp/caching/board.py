"""The blackboard in Redis on which workers write what the database last said of its version.

It holds nothing for longer than a moment and decides nothing: who wrote last may have died, and
another's change is found by asking the database again. Ages are by Redis's own clock, counted
from before the question to the database, so that neither clocks that differ nor a line on which
words arrive late makes anything older look new.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from blogapp.caching.asking import Tokens
from blogapp.sharing.asking import Shared
from blogapp.sharing.errors import Away

# Seconds for which what stands there is taken for the present.
LASTING = 0.4
# Seconds in which one who said so asks the database, and the others wait for what it writes.
ASKING = 0.15

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
"""
# What stands there and how old it is in microseconds; else whose turn it is to ask.
_READ = f"""{_NOW}
local found = redis.call('HMGET', KEYS[1], 'asked', 'said', 'turn')
local asked, turn = tonumber(found[1]), tonumber(found[3])
if asked and found[2] and now - asked >= 0 and now - asked <= tonumber(ARGV[1]) then
  return {{'said', string.format('%.0f', now - asked), found[2]}}
end
if turn and now - turn >= 0 and now - turn <= tonumber(ARGV[2]) then
  return {{'wait', '', ''}}
end
redis.call('HSET', KEYS[1], 'turn', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 10000)
return {{'ask', string.format('%.0f', now), ''}}
"""
# Written where it is not too late, and nothing that was asked later stands there.
_WRITE = f"""{_NOW}
local asked = tonumber(ARGV[1])
local there = tonumber(redis.call('HGET', KEYS[1], 'asked') or 0)
if now - asked < 0 or now - asked > tonumber(ARGV[3]) then return 0 end
if there > asked and there <= now then return 0 end
redis.call('HSET', KEYS[1], 'asked', ARGV[1], 'said', ARGV[2])
redis.call('HDEL', KEYS[1], 'turn')
redis.call('PEXPIRE', KEYS[1], 10000)
return 1
"""
_TIME = f"{_NOW} return string.format('%.0f', now)"


@dataclass(frozen=True)
class Posted:
    """What the database said to somebody, ``age`` seconds ago at most."""

    age: float
    tokens: Tokens
    since: datetime
    moments: tuple[datetime, ...]
    is_all: bool


class SomebodyAsks(Exception):
    """Another worker is asking the database at this moment."""


class Board:
    """The board of one blog."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self._key = shared.key("version")

    @property
    def is_set(self) -> bool:
        return self.shared.is_set

    def read(self) -> "Posted | Turn":
        """Return what stands there, else the right to ask and write; raises `SomebodyAsks`.

        Raises `Away` where Redis says nothing of use.
        """
        times = [int(LASTING * 1_000_000), int(ASKING * 1_000_000)]
        reply = self.shared.run(_READ, [self._key], times)
        try:
            kind, moment, said = (part.decode() for part in reply)
            if kind == "said":
                return _parse(int(moment), said)
            if kind == "ask":
                return Turn(self, int(moment))
        except (AttributeError, TypeError, ValueError, KeyError, OverflowError) as error:
            raise self.shared.fail(Away("it says what nobody wrote")) from error
        raise SomebodyAsks

    def turn(self) -> "Turn":
        """Return the right to write what the database says to a question that begins now."""
        reply = self.shared.run(_TIME, [self._key])
        try:
            return Turn(self, int(reply))
        except (TypeError, ValueError) as error:
            raise self.shared.fail(Away("it does not tell the time")) from error

    def write(self, asked: int, said: str) -> None:
        lasting = int(LASTING * 1_000_000)
        with suppress(Away):
            self.shared.run(_WRITE, [self._key], [asked, said, lasting])


@dataclass(frozen=True)
class Turn:
    """One question to the database, which began when Redis's clock said ``asked``."""

    board: Board
    asked: int

    def write(
        self, tokens: Tokens, since: datetime, moments: tuple[datetime, ...], *, is_all: bool
    ) -> None:
        """Write what the database said."""
        said = json.dumps([tokens, _plain(since), [_plain(m) for m in moments], is_all])
        self.board.write(self.asked, said)


def _parse(age: int, said: str) -> Posted:
    tokens, since, moments, is_all = json.loads(said)
    return Posted(
        age / 1_000_000,
        tuple((int(id), int(token)) for id, token in tokens),
        _moment(since),
        tuple(_moment(each) for each in moments),
        bool(is_all),
    )


_plain: Callable[[datetime], str] = datetime.isoformat


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError(f"{said!r} has no time zone")
    return moment.astimezone(UTC)
