"""Telling whether Redis is there: without it the blog serves on by its database."""

from functools import partial

from flask import Flask

from blogapp.sharing.asking import Shared
from blogapp.web.readiness import Finding, State


def init_app(app: Flask) -> None:
    shared: Shared = app.extensions["shared"]
    if shared.is_set:
        readiness = app.extensions["readiness"]
        readiness.add("redis", partial(check_redis, shared), when_late=State.DEGRADED)


def check_redis(shared: Shared) -> Finding:
    """Say whether Redis answers. What it says itself stays here: it may name addresses."""
    if shared.check() is None:
        return Finding(State.OK)
    return Finding(State.DEGRADED, "away; the database does its work meanwhile")
