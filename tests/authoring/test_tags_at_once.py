"""Two people look after the same tags in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import delete, event, insert, select

from blogapp.extensions import db
from blogapp.posts.models import Tag
from tests.conftest import parse

PATIENCE = 30  # seconds


@pytest.fixture
def ids(make_post):
    """The ids of two tags, by name."""
    make_post("One", tags=["Cache", "Caching"])
    return {name: id for id, name in db.session.execute(select(Tag.id, Tag.name))}


def posted(editor, address, data, *, meanwhile):
    """The answer to a form; ``meanwhile`` is kept by somebody else when its request writes."""
    writes = Event()

    def notice(connection, cursor, statement, *args):
        if not statement.startswith("SELECT"):
            writes.set()

    def send():
        with editor.application.app_context():
            return editor.post(address, data=data)

    # The request itself shall have nothing else to write.
    editor.get("/write/tags")
    db.session.commit()
    with ThreadPoolExecutor(1) as pool:
        with db.engine.begin() as other:
            other.execute(meanwhile)
            event.listen(db.engine, "before_cursor_execute", notice)
            answer = pool.submit(send)
            assert writes.wait(PATIENCE)
            event.remove(db.engine, "before_cursor_execute", notice)
        return answer.result(PATIENCE)


def test_a_tag_is_not_merged_into_one_that_was_just_merged_into_it(editor, ids):
    gone = delete(Tag).where(Tag.id == ids["Caching"])

    answer = posted(
        editor, f"/write/tags/{ids['Cache']}/merger", {"into": "Caching"}, meanwhile=gone
    )

    assert answer.status_code == 422
    assert "There is no tag of this name." in parse(answer.text).get_text()
    assert db.session.scalars(select(Tag.name)).all() == ["Cache"]


def test_a_name_that_was_just_taken_is_said_to_be_taken(editor, ids):
    taken = insert(Tag).values(
        name="Caches", name_key="caches", slug="caches", slug_key="caches", description=""
    )

    answer = posted(editor, f"/write/tags/{ids['Cache']}", {"name": "caches"}, meanwhile=taken)

    assert answer.status_code == 422
    assert "“Caches” has this name already." in parse(answer.text).get_text()
