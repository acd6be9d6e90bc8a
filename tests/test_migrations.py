from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import create_engine, event, inspect
from sqlalchemy.pool import NullPool

from blogapp.migrations import is_current, migrate

AT_ONCE = 4


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
