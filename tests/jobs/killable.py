"""Runners to be killed: forks one for each line it reads, and says by which number it is known.

A line is ``embedded`` or ``apart``; the process ends with its input. Jobs of the kind ``note``
write down that they were done, in the transaction that ends them.
"""

import os
import random
import signal
import sys
import threading
from datetime import timedelta

from blogapp import create_app
from blogapp.jobs import claiming
from blogapp.jobs.working import Lane
from blogapp.web import auditing, jobs

NOTE = "note"
THREADS = 3
_handlers, _lanes = jobs.handlers, jobs.lanes


def note(key):
    threading.Event().wait(random.random() / 200)
    auditing.note("test.done", key)


def main():
    # Soon enough for a test that waits for it.
    claiming.LEASE = 1.5
    claiming.PAUSES = (timedelta(seconds=1),) * len(claiming.PAUSES)
    jobs.handlers = lambda app: {**_handlers(app), NOTE: note}
    jobs.lanes = lambda threads=1: [*_lanes(threads), Lane(frozenset({NOTE}), THREADS)]
    app = create_app()
    # Nobody waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if pid := os.fork():
            print(pid, flush=True)
            continue
        work = app.extensions["jobs"]
        if line.strip() == "apart":
            work.run(threads=2)
        else:
            work.start()
            threading.Event().wait()
        os._exit(0)


if __name__ == "__main__":
    main()
