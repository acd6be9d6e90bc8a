from dataclasses import replace

import pytest

from blogapp.cli.examining.engines import check_connections, check_redis
from blogapp.extensions import db
from blogapp.sharing.asking import Shared
from tests.redis_server import running_redis


@pytest.fixture
def said(app):
    """What the doctor says of Redis at an address: ``said(url)``."""
    before = app.extensions["shared"]

    def said(url):
        app.extensions["shared"] = Shared(url)
        try:
            return list(check_redis(app))
        finally:
            app.extensions["shared"].hang_up()
            app.extensions["shared"] = before

    return said


def test_nothing_is_said_of_a_redis_that_is_not_set(said):
    assert said("") == []


def test_a_redis_that_answers_is_well(said, redis_url):
    [(level, sentence)] = said(redis_url)

    assert level == "ok"
    assert sentence.endswith("answers")


def test_a_redis_that_is_away_is_told_without_its_password(said):
    [(level, sentence)] = said("redis://:opensesame@127.0.0.1:1/0")

    assert level == "warning"
    assert "BLOG_REDIS_URL" in sentence
    assert "opensesame" not in sentence


def test_a_redis_that_drops_what_it_likes_is_told(said, waiting_for_redis):
    with running_redis("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru") as server:
        sentences = dict(said(server.url))

    assert "volatile-ttl" in sentences["warning"]


@pytest.mark.postgres
def test_connections_that_would_be_refused_are_told(app, config):
    assert {level for level, _ in check_connections(app)} <= {"ok", "warning"}

    app.config["WORKERS"] = 200
    [(level, sentence)] = check_connections(app)

    assert level == "problem"
    assert "max_connections" in sentence


@pytest.mark.postgres
def test_a_burst_is_within_what_a_process_may_open(app, config):
    options = replace(config, THREADS=64).SQLALCHEMY_ENGINE_OPTIONS

    assert options["pool_size"] + options["max_overflow"] == 32
    assert db.engine.pool.size() == config.SQLALCHEMY_ENGINE_OPTIONS["pool_size"]
