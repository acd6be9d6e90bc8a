"""Work in the background: `worker` does it, `jobs` looks after it."""

import os
import signal
import threading
from collections.abc import Sequence
from datetime import datetime

import click

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.jobs.models import Job, JobState
from blogapp.jobs.overseeing import get_jobs, list_in_state, try_now
from blogapp.jobs.queueing import count_by_state
from blogapp.telemetry.serving import open_log
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.jobs import drop_jobs, handlers
from blogapp.web.working import Work

_MOST = 10_000


@click.command()
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many jobs of a lane at once.",
)
@click.option("--kinds", default="", help="Only these kinds of jobs, as mail,chat.")
@click.option(
    "--grace",
    type=click.IntRange(0, 3600),
    default=30,
    show_default=True,
    help="Seconds that jobs under way have when this ends.",
)
def worker(threads: int, kinds: str, grace: int) -> None:
    """Do the work in the background until SIGTERM or Ctrl+C."""
    with opened_blog() as app:
        chosen = [each.strip() for each in kinds.split(",") if each.strip()]
        known = handlers(app)
        if unknown := [each for each in chosen if each not in known]:
            raise click.BadParameter(
                f"{unknown[0]} is none of {', '.join(sorted(known))}", param_hint="--kinds"
            )
        app.extensions["requests"].serve(open_log(app.config["LOG"]))
        app.extensions["security_log"]()
        db.session.remove()
        _work(app.extensions["jobs"], threads, chosen, grace)


@click.group()
def jobs() -> None:
    """What is done in the background, and what could not be done."""


@jobs.command("list")
def list_jobs() -> None:
    """Every job there is: number, state, kind, subject, time, attempts, reason."""
    with opened_blog():
        for state in (JobState.GIVEN_UP, JobState.RUNNING, JobState.TRIED, JobState.WAITING):
            for job in list_in_state(state, limit=_MOST):
                click.echo(_line(job))
        counts = count_by_state()
        click.echo(", ".join(f"{counts[state]} {state}" for state in JobState), err=True)


@jobs.command()
@click.argument("ids", type=int, nargs=-1, metavar="[NUMBER]…")
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
def retry(ids: Sequence[int], everything: bool) -> None:
    """Try jobs again at once, with all their attempts before them."""
    with opened_blog():
        tried = try_now(_chosen(ids, everything), now=now())
        if tried:
            note("job.retried", number=tried)
        db.session.commit()
        click.echo(f"{tried} jobs are tried again.")


@jobs.command()
@click.argument("ids", type=int, nargs=-1, metavar="[NUMBER]…")
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
def drop(ids: Sequence[int], everything: bool) -> None:
    """Never do these jobs."""
    with opened_blog():
        dropped = drop_jobs(_chosen(ids, everything))
        if dropped:
            note("job.dropped", number=dropped)
        db.session.commit()
        click.echo(f"{dropped} jobs were dropped.")


def _work(work: Work, threads: int, kinds: Sequence[str], grace: int) -> None:
    read, write = os.pipe()

    def run() -> None:
        try:
            work.run(threads=threads, kinds=kinds)
        finally:
            # Without being told to, it ends by a fault of ours: whoever started this starts anew.
            os.write(write, b"!")

    # Written where the signal arrives: a handler in Python would wait for the end of what this
    # thread does, which may be about to read.
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    threading.Thread(target=run, name="jobs", daemon=True).start()
    click.echo(f"Doing {', '.join(kinds) or 'all'} jobs; SIGTERM or Ctrl+C ends it.")
    told = os.read(read, 1)
    signal.set_wakeup_fd(before)
    # A second one ends it at once.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if not work.stop(grace):
        click.echo("What was not done is left to others.", err=True)
    if told == b"!":
        raise SystemExit("blogapp: the worker ended by itself; the lines above say why")


def _chosen(ids: Sequence[int], everything: bool) -> Sequence[Job]:
    if everything == bool(ids):
        raise click.UsageError("give numbers of jobs (blogapp jobs list), or --all")
    if everything:
        return list_in_state(JobState.GIVEN_UP, limit=_MOST)
    found = get_jobs(ids)
    if missing := set(ids) - {job.id for job in found}:
        raise click.ClickException(f"there is no job {min(missing)}: blogapp jobs list")
    return found


def _line(job: Job) -> str:
    moment: datetime = job.given_up_at or job.taken_at or job.due_at
    at = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    fields = (job.id, job.state, job.kind, job.subject or "-", at, job.attempts)
    return "\t".join([*map(str, fields), " ".join(job.error.split())]).rstrip()
