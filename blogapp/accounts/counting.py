"""Counting tries in Redis: who has to wait is told so without the database.

The rows stay whole besides, so that no count is lost when Redis goes or comes back empty. Its
own clock counts, for machines may disagree.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from blogapp.sharing.asking import Shared
from blogapp.sharing.errors import Away

# Milliseconds; the caller's only in tests, which stop the clock.
_NOW = """
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function wait_after(count, free, waits)
  if count < free then return 0 end
  return waits[math.min(count - free + 1, #waits)] * 1000
end
"""
# Asks all before it counts towards any: returns the milliseconds to wait, or 0.
_COUNT = f"""{_NOW}
local counters = cjson.decode(ARGV[2])
for i, counter in ipairs(counters) do
  local found = redis.call('HMGET', KEYS[i], 'count', 'last')
  local count, last = tonumber(found[1]), tonumber(found[2])
  if count and last and count >= counter[1] then
    local left = last + wait_after(count, counter[1], counter[2]) - now
    if left > 0 then return left end
  end
end
for i in ipairs(counters) do
  redis.call('HINCRBY', KEYS[i], 'count', 1)
  redis.call('HSET', KEYS[i], 'last', now)
  redis.call('PEXPIRE', KEYS[i], ARGV[3])
end
return 0
"""
# What the rows say of one that Redis does not know as well.
_LEARN = f"""{_NOW}
local count, waits = tonumber(ARGV[2]), cjson.decode(ARGV[5])
local last = now + tonumber(ARGV[3]) - wait_after(count, tonumber(ARGV[4]), waits)
redis.call('HSET', KEYS[1], 'count', count, 'last', last)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 0
"""
_TAKE_BACK = """
if tonumber(redis.call('HGET', KEYS[1], 'count') or 0) > 0 then
  redis.call('HINCRBY', KEYS[1], 'count', -1)
end
return 0
"""


class Counted(Protocol):
    """What is counted: a name, how many are free, and the seconds each further one waits."""

    @property
    def key(self) -> str: ...
    @property
    def free(self) -> int: ...
    @property
    def waits(self) -> tuple[int, ...]: ...


class Tally:
    """The counts that Redis has. Where it is away, nobody waits on its account."""

    # Whether Redis tells the time; a test that stops the clock does.
    keeps_time = True

    def __init__(self, shared: Shared, forgotten_after: timedelta) -> None:
        self.shared = shared
        self.lasting = int(forgotten_after / timedelta(milliseconds=1))

    def count(self, counters: Sequence[Counted], now: datetime) -> int:
        """Count towards all of ``counters`` unless one has to wait; return the seconds, or 0.

        One script, so that a hundred tries at once do not all slip through.
        """
        if not self.shared.is_set:
            return 0
        keys = [self._key(counter) for counter in counters]
        rules = json.dumps([[counter.free, counter.waits] for counter in counters])
        try:
            left = self.shared.run(_COUNT, keys, [self._moment(now), rules, self.lasting])
        except Away:
            return 0
        # Redis is asked to be exact; something else in its place, or a clock of its that was set
        # back, may say anything. The rows decide about whoever is let through.
        longest = 1000 * max(max(counter.waits) for counter in counters)
        return -(-left // 1000) if isinstance(left, int) and 0 < left <= longest else 0

    def learn(self, counter: Counted, count: int, wait: int, now: datetime) -> None:
        """Let Redis know that number ``count`` has to wait for ``wait`` seconds."""
        rule: list[str | int] = [count, wait * 1000, counter.free, json.dumps(counter.waits)]
        self._run(_LEARN, [self._key(counter)], [self._moment(now), *rule, self.lasting])

    def take_back(self, counter: Counted) -> None:
        """Take one from the count."""
        self._run(_TAKE_BACK, [self._key(counter)], [])

    def forget(self, counters: Sequence[Counted]) -> None:
        """Forget what was counted towards ``counters``."""
        if self.shared.is_set and counters:
            with suppress(Away):
                self.shared.ask("DEL", *(self._key(counter) for counter in counters))

    def _run(self, script: str, keys: Sequence[str], values: Sequence[str | int]) -> None:
        if self.shared.is_set:
            with suppress(Away):
                self.shared.run(script, keys, values)

    def _key(self, counter: Counted) -> str:
        return self.shared.key(f"tries:{counter.key}")

    def _moment(self, now: datetime) -> str:
        return "" if self.keeps_time else str(int(now.timestamp() * 1000))
