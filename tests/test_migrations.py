from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

import blogapp.accounts.audit_models
import blogapp.accounts.directory.models
import blogapp.accounts.factor_models
import blogapp.accounts.invitation_models
import blogapp.accounts.step_models
import blogapp.importing.models  # so that these tables are known
import blogapp.importing.run_models
import blogapp.jobs.models
import blogapp.mailing.models
import blogapp.posts.comment_models
import blogapp.posts.draft_models
import blogapp.posts.preview_models
import blogapp.posts.publication_models
import blogapp.posts.redirect_models
import blogapp.posts.review_models
import blogapp.posts.revision_models
import blogapp.posts.undo_models
import blogapp.site.cache_models
import blogapp.site.report_models  # noqa: F401
from blogapp.extensions import Base, db
from blogapp.migrations import alembic_config, is_current, migrate
from blogapp.posts.search.asking import Words
from blogapp.posts.search.engine import engine_of

AT_ONCE = 4
# A post with a tag, in a blog with a name, as the first version of the schema had them.
EARLIER = (
    "INSERT INTO site (id, title, eyebrow, heading, intro, description, footer_line, language, "
    "time_zone, date_format, page_size) "
    "VALUES (1, 'Mine', '', '', '', '', '', 'en', 'UTC', '%d', 12)",
    "INSERT INTO tags (id, name, name_key, slug, slug_key, description) "
    "VALUES (1, 'SQLite', 'sqlite', 'sqlite', 'sqlite', '')",
    "INSERT INTO posts (id, slug, slug_key, entry_id, title, summary, body, kind, language, "
    "canonical_url, extra, created_at, saved_at, version, html, text, excerpt, minutes, words, "
    "headings, drawings, renderer_version) "
    "VALUES (1, 'kept', 'kept', 'urn:1', 'Kept', '', 'Kept.', '', '', '', '{}', "
    "'2026-01-01 00:00:00', '2026-01-01 00:00:00', 1, '', '', '', 1, 1, '[]', '{}', 3)",
    "INSERT INTO post_tags (post_id, tag_id) VALUES (1, 1)",
)


class PowerCut(Exception):
    pass


@pytest.fixture
def engine(blank_database_url):
    engine = create_engine(blank_database_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def test_processes_that_start_at_once_make_the_tables_once(engine):
    ready = Barrier(AT_ONCE)

    def start(_number):
        ready.wait()
        migrate(engine)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(start, range(AT_ONCE)))

    assert is_current(engine)


def test_a_migration_that_is_cut_short_leaves_nothing_and_can_be_repeated(engine):
    def cut(_connection, _cursor, statement, *_rest):
        if "CREATE TABLE posts" in statement:
            raise PowerCut

    event.listen(engine, "before_cursor_execute", cut)
    with pytest.raises(PowerCut):
        migrate(engine)
    event.remove(engine, "before_cursor_execute", cut)

    assert inspect(engine).get_table_names() == []
    migrate(engine)
    assert is_current(engine)


def test_a_blog_of_an_earlier_version_keeps_everything(engine):
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in EARLIER:
            connection.execute(text(statement))

    migrate(engine)

    assert is_current(engine)
    with engine.connect() as connection:
        kept = connection.execute(
            text(
                "SELECT posts.body, tags.name, site.title, site.fonts, posts.is_page FROM posts "
                "JOIN post_tags ON post_tags.post_id = posts.id "
                "JOIN tags ON tags.id = post_tags.tag_id CROSS JOIN site"
            )
        ).all()
    assert [tuple(row) for row in kept] == [("Kept.", "SQLite", "Mine", "house", False)]


def test_the_posts_of_an_earlier_version_can_be_searched(engine):
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in EARLIER:
            connection.execute(text(statement))
        connection.execute(text("UPDATE posts SET html = '<p>Some <b>words</b>.</p>'"))

    migrate(engine)

    with engine.connect() as connection:
        found = engine_of(connection).look_up([((Words(("some", "words")),),)])
    assert found == [[1]]


def test_the_steps_lead_to_the_schema_that_the_models_describe(app):
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": _is_of_models}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def _is_of_models(name, kind, _parents):
    # The search index is written in SQL: FTS5 has tables of its own behind each.
    return not (kind == "table" and name.startswith("search_"))
