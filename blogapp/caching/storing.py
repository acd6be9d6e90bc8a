"""Keeping the page store fresh: what each process does, and the one of them that walks.

Each looks at the version several times a second and leads the server to the present
generation; writes the answers it makes for readers there; and tries to be the one that walks
through every public address, at a pace that leaves the machine to the readers.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from queue import Empty, Full, Queue
from time import monotonic, sleep, time

from flask import Flask
from sqlalchemy.engine import make_url

from blogapp.caching.answers import Answer
from blogapp.caching.filing import SUFFIXES, Writer, as_file, is_numbered, kind_of, store_name
from blogapp.caching.keeping import ask
from blogapp.caching.store import ForeignFolder, Maker, PageStore
from blogapp.caching.walking import fetch, walk
from blogapp.caching.watching import watch_of
from blogapp.config import BadSetting
from blogapp.web import clock
from blogapp.web.building import build_of
from blogapp.web.serving import statics_of, write_assets
from blogapp.web.statics import FOLDER as STATIC

# Seconds between two looks at the version: a change is seen by readers within one.
PAUSE = 0.25
# Seconds for which nothing has changed before a walk begins.
QUIET = 1.0
# Seconds for which a walk begins anew when a change overtakes it. After that it goes on to its end
# whatever changes, so that a blog that never rests has a complete generation, too.
PATIENCE = 60.0
# How long a walk rests for each second that it works.
PACE = 1.0
# Seconds after which what failed is tried again.
RETRY = 10.0
# Answers that wait to be written; what comes when so many do is written by the walk.
MOST_WAITING = 256

_log = logging.getLogger(__name__)


class Overtaken(Exception):
    """The content changed during a walk."""


class Unwell(Exception):
    """The application fails to answer: this is no time for a walk."""


def init_app(app: Flask) -> None:
    """Give ``app`` its storekeeper, as ``app.extensions["storekeeper"]``, if there is a store.

    Raises `BadSetting` where the folder is another blog's.
    """
    folder: Path | None = app.config["PAGE_STORE"]
    if folder is None:
        return
    store = PageStore(folder, _maker(app), sync=_not_at_all if app.testing else os.sync)
    try:
        store.demand_own()
    except ForeignFolder as error:
        raise BadSetting("BLOG_PAGE_STORE", f"{error}: empty it, or name another") from error
    storekeeper = app.extensions["storekeeper"] = Storekeeper(app, store)
    app.extensions["keeper"].listeners.append(storekeeper.note)
    if not app.testing:
        app.before_request(storekeeper.start)


class Storekeeper:
    """What one process does for the page store."""

    def __init__(self, app: Flask, store: PageStore) -> None:
        self.app, self.store = app, store
        self.watch = watch_of(app)
        # A test neither rests nor compresses what it does not look at.
        self.pace = 0.0 if app.testing else PACE
        self.with_assets = not app.testing
        self.patience = PATIENCE
        self.is_open = False
        # When the content last changed, and since when no complete generation is the present one.
        self.changed = monotonic()
        self.behind_since: float | None = None
        self._waiting: Queue[Answer] = Queue(MOST_WAITING)
        self._process = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the threads, once in each process: a fork takes none along."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        self._waiting = Queue(MOST_WAITING)
        for name, work in (
            ("look", self._look_on),
            ("write", self._write_on),
            ("walk", self._walk_on),
        ):
            threading.Thread(target=work, name=f"store: {name}", daemon=True).start()

    def note(self, answer: Answer) -> None:
        """Have an answer written that was made for a reader, unless that would take its time.

        Only what has few addresses: choices of tags are as many as anybody likes.
        """
        query = answer.address.partition("?")[2]
        if not query or is_numbered(query):
            with suppress(Full):
                self._waiting.put_nowait(answer)

    def tick(self) -> bool:
        """Lead to the present generation; return whether another one was led to before."""
        if not self.is_open or self.store.is_emptied():
            self.store.open()
            self.is_open = True
        token = self.watch.look(now=True).token
        if not token or self.store.current == self.store.name_of(token):
            return False
        has_changed = self.store.switch(lambda: self.watch.confirm().token)
        if has_changed:
            self.changed = monotonic()
        return has_changed

    def drain(self) -> None:
        """Write what waits to be written."""
        with suppress(Empty):
            while True:
                self._write(self._waiting.get_nowait())

    def walk(self) -> bool:
        """Fill the present generation and let it be the complete one; return whether it became it.

        Not where another process walks, or where a change overtakes it.
        """
        with self.store.walking() as is_mine:
            return is_mine and self._walk()

    def _write(self, answer: Answer) -> None:
        """Write an answer into its generation, if that is served now and does not have it."""
        generation, name = self.store.name_of(answer.token), store_name(answer.address)
        if name is None or self.store.current != generation:
            return
        writer = self.store.writer(generation)
        if not (writer.folder / name).exists() and (body := self.file_of(answer)) is not None:
            with suppress(FileNotFoundError):  # the generation has become old, and is gone
                writer.write(name, body)

    def file_of(self, answer: Answer) -> bytes | None:
        """Return the bytes of the file for an answer; None where it is none for a file server."""
        config = self.app.config
        return as_file(answer, base=config["BASE_PATH"], public=config["PUBLIC_URL"])

    def _walk(self) -> bool:
        token = self.watch.look().token
        generation = self.store.name_of(token)
        if not token or self.store.complete == generation:
            self.behind_since = None
            return False
        self.behind_since = self.behind_since or monotonic()
        self.tick()
        if self.store.current != generation:
            return False
        round = _Round(self, generation)
        try:
            walk(self.app, round.visit)
        except Overtaken:
            return False
        self.store.finish(round.generation)
        self.behind_since = None
        if self.with_assets:
            self._add_assets()
        return True

    def _add_assets(self) -> None:
        """Have the files that pages name beside them; those of older pages stay."""
        statics, store = statics_of(self.app), self.store
        writer = Writer(store.folder, store.scratch)
        for asset in statics.all():
            for suffix in ("", *SUFFIXES.values()):
                # The best compression takes seconds; the instance has it, or will have.
                made, name = (
                    statics.shelf.folder / f"{asset.hashed}{suffix}",
                    f"{STATIC}/{asset.hashed}",
                )
                if made.is_file() and not (store.folder / f"{name}{suffix}").exists():
                    writer.link(f"{name}{suffix}", made)
        write_assets(self.app, store.folder)
        for folder, _folders, _files in os.walk(self.store.folder / STATIC):
            os.chmod(folder, 0o755)  # nosec B103

    def is_late(self) -> bool:
        """Whether there has been no complete generation for longer than patience lasts."""
        since = self.behind_since
        return since is not None and monotonic() - since >= self.patience

    # The threads.

    def _look_on(self) -> None:
        troubles = _Troubles("The present pages are not served as files")
        while True:
            pause = PAUSE
            with troubles.told():
                try:
                    self.tick()
                except OSError:
                    self.store.stop_serving()
                    raise
                if until := self.watch.look().until:
                    # What is scheduled appears at its very second.
                    pause = min(PAUSE, max(0.0, (until - clock.now()).total_seconds()))
            sleep(pause)

    def _write_on(self) -> None:
        troubles = _Troubles("Answers cannot be kept as files")
        while True:
            with troubles.told():
                self._write(self._waiting.get())

    def _walk_on(self) -> None:
        """Be the process that walks, as soon as no other one is."""
        troubles = _Troubles("There is no complete generation of files")
        while True:
            with troubles.told():
                if self.is_open:
                    self._walk_while_chosen()
            sleep(RETRY if troubles.are_there else PAUSE)

    def _walk_while_chosen(self) -> None:
        with self.store.walking() as is_chosen:
            while is_chosen and self.store.is_ours():
                # First, since it makes room.
                self.store.clear_up()
                if monotonic() - self.changed > QUIET or self.is_late():
                    self._walk()
                sleep(PAUSE)


class _Round:
    """One walk into one generation; into one apart from when a change may be mixed in."""

    def __init__(self, keeper: Storekeeper, generation: str) -> None:
        self.keeper, self.generation = keeper, generation
        self.is_mixed = False
        self.before = keeper.store.complete_by_us()

    def visit(self, address: str) -> str | None:
        """Have the file of this address in the generation; return its text."""
        begun = monotonic()
        try:
            return self._visit(address)
        finally:
            sleep((monotonic() - begun) * self.keeper.pace)

    def _visit(self, address: str) -> str | None:
        keeper, name = self.keeper, store_name(address)
        if name and (text := self._written(name)) is not None:
            return text
        if name and kind_of(address) == "code" and self._carry_over(address, name):
            return ""
        answer = ask(keeper.app, address)
        if answer is None:
            self._demand_well(address)
            return None
        made = keeper.store.name_of(answer.token)
        # One that was overtaken while it was made may hold something newer than it says.
        is_exact = keeper.watch.confirm().token == answer.token
        if not (is_exact and made == self.generation) and not self.is_mixed:
            self._mix()
        if name and (body := keeper.file_of(answer)) is not None:
            # What is present stands in the present generation as well.
            also = {made} & {keeper.store.current} if is_exact else set()
            for generation in {self.generation, *also}:
                keeper.store.writer(generation).write(name, body)
        return answer.body.decode()

    def _written(self, name: str) -> str | None:
        try:
            return (self.keeper.store.generations / self.generation / name).read_text()
        except OSError:
            return None

    def _carry_over(self, address: str, name: str) -> bool:
        """Take code from before where the post's Markdown did not change: it is made of that.

        Finding it there again takes as long as making a page, and a post has many.
        """
        source = store_name(f"{address.partition('/code/')[0]}.md")
        if source is None or self.before is None:
            return False
        writer = self.keeper.store.writer(self.generation)
        try:
            if not (writer.folder / source).samefile(self.before / source):
                return False
            for suffix in (*SUFFIXES.values(), ""):
                writer.link(f"{name}{suffix}", self.before / f"{name}{suffix}")
        except OSError:
            return False
        return True

    def _mix(self) -> None:
        """Go on with newer pages, if it has been long enough; raises `Overtaken`."""
        if not self.keeper.is_late():
            raise Overtaken
        # Whoever looks for the generation of this version later finds no newer page in it.
        self.keeper.tick()
        self.generation = self.keeper.store.set_apart(self.generation)
        self.is_mixed = True

    def _demand_well(self, address: str) -> None:
        """Raise `Unwell` if the address has no answer because nothing has."""
        with fetch(self.keeper.app, address) as response:
            if response.status_code >= 500:
                raise Unwell(f"{address} answers {response.status}")


class _Troubles:
    """Tells what goes wrong in a thread that goes on: when it begins, and when it is over."""

    def __init__(self, what: str) -> None:
        self.what, self.last = what, ""

    @property
    def are_there(self) -> bool:
        return bool(self.last)

    @contextmanager
    def told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # A full disk, a database that is being restarted: later it works again.
            if self.last != (said := f"{type(error).__name__}: {error}"):
                is_usual = isinstance(error, OSError | ForeignFolder | Unwell)
                _log.warning("%s: %s", self.what, said, exc_info=not is_usual)
            self.last = said
            sleep(PAUSE)
        else:
            self.last = ""


def _maker(app: Flask) -> Maker:
    config = app.config
    database = make_url(config["SQLALCHEMY_DATABASE_URI"])
    place = f"{database.host}:{database.port}/{database.database}"
    return Maker(
        blog=_digest(config["SECRET_KEY"], place),
        build=build_of(app),
        since=time(),
    )


def _digest(*words: str) -> str:
    return blake2b("\0".join(words).encode(), digest_size=16).hexdigest()


def _not_at_all() -> None:
    """Nothing has to outlast a test."""
