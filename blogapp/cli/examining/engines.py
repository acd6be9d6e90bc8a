"""Whether the engines behind the blog are set up for it: Redis, and PostgreSQL's connections."""

from collections.abc import Iterator
from time import time

from flask import Flask
from sqlalchemy import text

from blogapp.extensions import db
from blogapp.sharing.asking import Shared
from blogapp.sharing.errors import Away

# Seconds that clocks of two machines may differ before sessions and schedules show it.
_APART = 2.0
_OLDEST = (5, 0)
_Found = Iterator[tuple[str, str]]


def check_redis(app: Flask) -> _Found:
    """Yield whether Redis answers, keeps what it is given, and has the time."""
    shared: Shared = app.extensions["shared"]
    if not shared.is_set:
        return
    try:
        begun = time()
        seconds, micros = shared.ask("TIME")
        off = abs(int(seconds) + int(micros) / 1_000_000 - begun)
        shared.ask("SET", shared.key("doctor"), "1", "PX", 1000)
        facts = _facts(shared)
    except Away as error:
        said = f"Redis is away ({error}): the database does its work; look at BLOG_REDIS_URL"
        yield "warning", said
        return
    version = facts.get("redis_version", "")
    yield "ok", f"Redis {version} answers"
    if _is_old(version):
        yield "warning", f"Redis {version} is too old: the blog is tried with 7, and needs 5"
    if off > _APART:
        yield (
            "warning",
            f"Redis's clock and this machine's are {off:.0f} s apart: set up NTP on both",
        )
    if facts.get("maxmemory", "0") != "0" and facts.get("maxmemory_policy", "").startswith(
        "allkeys"
    ):
        policy = facts["maxmemory_policy"]
        said = (
            f"Redis drops what it likes when it is full ({policy}): use volatile-ttl or noeviction"
        )
        yield "warning", said


def check_connections(app: Flask) -> _Found:
    """Yield whether PostgreSQL takes as many connections as all processes may open."""
    if db.engine.dialect.name != "postgresql":
        return
    options = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    workers = app.config["WORKERS"]
    # Besides its pool each process has one that watches and one that listens.
    kept = workers * (options["pool_size"] + 2)
    most = workers * (options["pool_size"] + options["max_overflow"] + 2)
    there = int(db.session.scalar(text("SELECT setting FROM pg_settings WHERE name = :name"),
                                  {"name": "max_connections"}) or 0)  # fmt: skip
    said = f"{workers} processes keep {kept} connections and open {most} at most; PostgreSQL takes"
    if kept > there - 3:
        yield "problem", f"{said} {there}: raise max_connections, or lower BLOG_WORKERS"
    elif most > there - 3:
        yield "warning", f"{said} {there}: under load some would be refused; raise max_connections"
    else:
        yield "ok", f"{said} {there}"


def _facts(shared: Shared) -> dict[str, str]:
    reply = shared.ask("INFO")
    lines = reply.decode("utf-8", "replace").splitlines() if isinstance(reply, bytes) else []
    pairs = (line.partition(":") for line in lines if not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _is_old(version: str) -> bool:
    parts = version.split(".")[:2]
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) < _OLDEST
