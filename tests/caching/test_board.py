"""Whatever happens to Redis and to those who write there, nobody shows what is long over.

Several workers, each with clocks of its own, beside a database whose answers are known; driven by
chance, with a Redis that is real but for its clock.
"""

import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine

from blogapp.caching import board as boards
from blogapp.caching import watching
from blogapp.caching.board import Board, Posted, Turn
from blogapp.caching.watching import FRESH, STALE, Watch
from blogapp.sharing.asking import Shared
from blogapp.sharing.errors import Away

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORKERS = 4
STEPS = 400
SEEDS = range(1, 41) if os.environ.get("PROVE") else [1, 2]


class Database:
    """What is true, and from when on; and how often somebody asked."""

    is_far = True

    def __init__(self, play):
        self.play = play
        self.states = [(-1e9, 0)]
        self.questions = 0
        self.is_away = False

    def change(self):
        self.states.append((self.play.second, len(self.states)))

    def tokens(self):
        self.questions += 1
        if self.is_away:
            raise watching.Unanswered("it is away")
        return ((1, self.states[-1][1]),)

    def moments(self, since):
        return []

    def was_true(self, tokens, second):
        [(_, number)] = tokens
        ends = [*(begun for begun, _ in self.states[1:]), float("inf")]
        return ends[number] >= second

    def is_there(self):
        return True

    def give_up(self):
        pass

    def close(self):
        pass


class Play:
    def __init__(self, seed, url, monkeypatch):
        self.chance = random.Random(seed)
        self.second, self.redis_jump = 1000.0, 0.0
        self.shared = Shared(url)
        self.worker = 0
        self.offsets = [self.chance.uniform(-900, 900) for _ in range(WORKERS)]
        self.database = Database(self)
        self.late, self.fault = [], None
        self.run = self.shared.run
        monkeypatch.setattr(self.shared, "run", self.run_or_not)
        monkeypatch.setattr(watching, "monotonic", lambda: self.second + self.offsets[self.worker])
        monkeypatch.setattr(watching.clock, "now", self.wall)
        # Redis's clock, which is this play's.
        told = "local now = tonumber(redis.call('GET', KEYS[1] .. ':clock'))\n"
        for name in ("_READ", "_WRITE", "_TIME"):
            script = getattr(boards, name)
            assert boards._NOW in script
            monkeypatch.setattr(boards, name, script.replace(boards._NOW, told))
        self.watches = [self.watch() for _ in range(WORKERS)]
        self.tell_time()

    def watch(self):
        watch = Watch(create_engine("sqlite://"), patience=30)
        watch._asker, watch._board = self.database, Board(self.shared)
        watch.fresh = boards.LASTING
        return watch

    def wall(self):
        # Machines whose clocks differ by minutes.
        return NOON + timedelta(seconds=self.second + self.offsets[self.worker])

    def tell_time(self):
        micros = int((self.second + self.redis_jump) * 1_000_000)
        self.shared.ask("SET", "blog:version:clock", micros)

    def run_or_not(self, script, keys, values=()):
        if self.fault == "away":
            raise Away("it is away")
        if self.fault == "late" and script == boards._WRITE:
            # On its way for as long as chance likes.
            self.late.append((script, keys, values))
            raise Away("no answer in time")
        if self.fault == "late":
            self.pass_time(self.chance.uniform(0, 0.1))
        return self.run(script, keys, values)

    def pass_time(self, seconds):
        self.second += seconds
        self.tell_time()

    def go(self):
        do = self.chance.choices(
            [self.wait, self.look, self.commit, self.type_sql, self.break_redis, self.arrive,
             self.jump, self.lose],
            [30, 50, 6, 4, 4, 6, 1, 1],
        )[0]  # fmt: skip
        do()

    def wait(self):
        self.pass_time(self.chance.choice([0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1.1]))

    def look(self):
        self.worker = self.chance.randrange(WORKERS)
        watch = self.watches[self.worker]
        watch.look()
        begun = self.second
        tokens = watch._seen.tokens
        assert self.database.was_true(tokens, begun - STALE), (tokens, self.database.states)

    def commit(self):
        """A worker changes something, and may be killed before anybody hears of it."""
        self.worker = self.chance.randrange(WORKERS)
        self.database.change()
        if self.chance.random() < 0.5:
            watch = self.watches[self.worker] = self.watch()
        else:
            watch = self.watches[self.worker]
            watch.note_commit()
        watch.look()
        assert watch._seen.tokens == self.database.tokens()

    def type_sql(self):
        self.database.change()

    def break_redis(self):
        self.fault = self.chance.choice([None, None, "away", "late"])

    def arrive(self):
        while self.late:
            self.run(*self.late.pop())

    def jump(self):
        self.redis_jump = self.chance.choice([0, -3600.0, 3600.0])
        self.tell_time()

    def lose(self):
        self.shared.ask("DEL", "blog:version")


@pytest.fixture
def play(redis_url, monkeypatch):
    plays = []

    def begin(seed):
        plays.append(Play(seed, redis_url, monkeypatch))
        return plays[-1]

    yield begin
    for play in plays:
        play.shared.hang_up()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_taken_for_the_present_that_was_over_a_second_ago(play, seed):
    play = play(seed)

    for _ in range(STEPS):
        play.go()

    assert play.database.questions


def test_the_database_is_asked_as_if_there_were_one_worker(play):
    play = play(1)
    asked = Counter()
    for kind in ("board", "alone"):
        if kind == "alone":
            for watch in play.watches:
                watch._board, watch.fresh = None, FRESH
        before = play.database.questions
        for _ in range(100):  # ten seconds
            for number, watch in enumerate(play.watches):
                play.worker = number
                watch.look()
            play.pass_time(0.1)
        asked[kind] = play.database.questions - before

    assert asked["alone"] >= 2 * 10 * WORKERS * 0.9
    assert asked["board"] <= 2.6 * 10


@pytest.fixture
def board(redis_url):
    shared = Shared(redis_url)
    yield Board(shared)
    shared.hang_up()


def test_what_one_has_heard_another_reads(board):
    turn = board.read()
    assert isinstance(turn, Turn)
    with pytest.raises(boards.SomebodyAsks):
        board.read()

    turn.write(((1, 2**60),), NOON, (NOON,), is_all=True)

    posted = board.read()
    assert isinstance(posted, Posted)
    assert (posted.tokens, posted.since, posted.moments) == (((1, 2**60),), NOON, (NOON,))
    assert 0 <= posted.age <= boards.LASTING


@pytest.mark.parametrize(
    "said",
    ["", "rubbish", "[]", "{}", "[1,2,3,4]", '[[[1]],"x",[],true]', '[[],"2026-01-01",[],1]'],
)
def test_what_nobody_wrote_is_not_read(board, said, redis_server):
    turn = board.read()
    board.write(turn.asked, said)

    with pytest.raises(Away, match="what nobody wrote"):
        board.read()
    assert board.shared.away


def test_a_key_of_another_kind_is_no_board(board, redis_server):
    redis_server.say("SET", "blog:version", "1")

    with pytest.raises(Away, match="WRONGTYPE"):
        board.read()
