"""What a step of the database may do: add, so that the version before serves on."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from blogapp import migrations
from blogapp.migrations import (
    SERVES_FROM,
    Standing,
    TablesInUse,
    alembic_config,
    fill_index,
    is_enough,
    migrate,
    oldest_served,
    standing,
)
from tests.conftest import ROOT
from tests.test_migrations import EARLIER

# The last commit whose steps end with the one before: the software that has to serve on.
BEFORE = {"0009": "f3ee792"}
# What a version does: pages, a save, a publication, its noting, a search.
OLD = """
import datetime, sys
from blogapp import create_app
from blogapp.config import Config
app = create_app(Config.from_env())
with app.app_context():
    from zoneinfo import ZoneInfo
    from blogapp.extensions import db
    from blogapp.jobs.queueing import enqueue
    from blogapp.posts.models import ContentVersion
    from blogapp.posts.writing import Manuscript, new_post, save
    from sqlalchemy import select
    now = datetime.datetime.now(datetime.UTC)
    token = select(ContentVersion.token)
    before = db.session.scalars(token).all()
    post = new_post(now=now, is_page=False)
    save(post, Manuscript(title="Written by the old code", body="Its words."), now=now)
    post.publish_at(now - datetime.timedelta(seconds=1), ZoneInfo("UTC"))
    enqueue("sign-in-links", "1", now=now)
    db.session.commit()
    assert db.session.scalars(token).all() != before
    client = app.test_client()
    for path in ("/", "/posts/written-by-the-old-code", "/?q=words", "/feed.xml", "/login"):
        answer = client.get(path, base_url=app.config["PUBLIC_URL"])
        assert answer.status_code == 200, (path, answer.status)
    assert "Written by the old code" in client.get("/").text
print("served")
"""


@pytest.fixture
def engine(blank_database_url):
    engine = create_engine(blank_database_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def go_to(engine, step):
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, step)


def columns_of(engine):
    """Return what each column is, and whether a row may be written without it."""
    return {
        (table, column["name"]): (
            (str(column["type"]), column["nullable"]),
            column["nullable"] or column["default"] is not None,
        )
        for (_schema, table), columns in inspect(engine).get_multi_columns().items()
        for column in columns
    }


def rules_of(engine):
    known = inspect(engine)
    return {
        (table, kind, each["name"])
        for kind, rules in (
            ("unique", known.get_multi_unique_constraints()),
            ("check", known.get_multi_check_constraints()),
            ("foreign key", known.get_multi_foreign_keys()),
            ("index", known.get_multi_indexes()),
        )
        for (_schema, table), all_of_it in rules.items()
        for each in all_of_it
        if kind != "index" or each["unique"]
    }


def test_a_step_takes_nothing_away_and_demands_nothing_new(engine):
    go_to(engine, SERVES_FROM)
    before, rules = columns_of(engine), rules_of(engine)
    old = {table for table, _name in before}

    migrate(engine)

    after = columns_of(engine)
    assert {key: after[key][0] for key in before} == {key: it[0] for key, it in before.items()}
    new = {key for key in after.keys() - before.keys() if key[0] in old}
    assert {key for key in new if not after[key][1]} == set()
    assert {rule for rule in rules_of(engine) - rules if rule[0] in old} == set()


@pytest.mark.parametrize("step", ["0001", "0004", "0006", "0008"])
def test_every_step_leads_on_with_what_is_in_it(engine, step):
    go_to(engine, "0001")
    with engine.begin() as connection:
        for statement in EARLIER:
            connection.execute(text(statement))
    go_to(engine, step)

    migrate(engine)

    assert standing(engine) is Standing.CURRENT
    assert oldest_served(engine) == SERVES_FROM
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT body FROM posts")) == "Kept."


@pytest.mark.parametrize(("serves", "expected"), [("0001", Standing.NEWER), ("9998", "foreign")])
def test_a_newer_schema_is_served_where_it_says_so(engine, monkeypatch, serves, expected):
    monkeypatch.setattr(migrations, "SERVES_FROM", serves)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert standing(engine) == expected
    assert is_enough(engine) is (expected is Standing.NEWER)
    if is_enough(engine):
        migrate(engine)


def test_the_search_is_filled_in_batches_and_goes_on_where_it_was_cut_short(
    app, make_posts, monkeypatch
):
    make_posts(5)
    from blogapp.extensions import db

    with db.engine.begin() as connection:
        connection.execute(text("UPDATE search_posts SET version = 0"))
    monkeypatch.setattr(migrations, "BATCH", 2)
    monkeypatch.setattr(migrations, "fill", once(migrations.fill))
    with pytest.raises(InterruptedError):
        fill_index(db.engine)
    monkeypatch.undo()

    assert fill_index(db.engine) == 3
    assert fill_index(db.engine) == 0


def once(fill):
    calls = []

    def cut(connection, **given):
        calls.append(given)
        if len(calls) > 1:
            raise InterruptedError
        return fill(connection, **given)

    return cut


@pytest.mark.postgres
def test_a_migration_gives_way_to_who_keeps_a_table(engine, monkeypatch):
    go_to(engine, "0008")
    monkeypatch.setattr(migrations, "PATIENCE", 0.1)
    monkeypatch.setattr(migrations, "TURNS", 2)
    began, is_over, failed = threading.Event(), threading.Event(), []

    def look():
        with engine.connect() as other:
            other.execute(text("SELECT count(*) FROM jobs"))
            began.set()
            is_over.wait(60)

    thread = threading.Thread(target=look)
    thread.start()
    began.wait(60)
    try:
        migrate(engine)
    except TablesInUse as error:
        failed.append(error)
    with engine.connect() as reader:
        assert reader.scalar(text("SELECT count(*) FROM jobs")) == 0
    is_over.set()
    thread.join()

    assert failed
    assert standing(engine) is Standing.OLDER
    migrate(engine)
    assert standing(engine) is Standing.CURRENT


def test_the_version_before_serves_saves_and_publishes_on_this_schema(
    engine, tmp_path, blank_database_url
):
    commit = BEFORE["0009"]
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip("this clone does not reach back to the version before")
    tree = tmp_path / "old"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tree, filter="data")
    shutil.rmtree(tree / "tests")
    migrate(engine)

    done = subprocess.run(
        [sys.executable, "-c", OLD],
        cwd=tree,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("BLOG_")},
            "PYTHONPATH": str(tree),
            "BLOG_INSTANCE": str(tmp_path / "instance"),
            "BLOG_DATABASE_URL": blank_database_url,
        },
        capture_output=True,
        text=True,
    )

    assert done.stdout.endswith("served\n"), done.stderr[-2000:]
