"""How SQLite goes about readers' queries in a blog that nobody ever ran ANALYZE on."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from blogapp.extensions import db
from tests.conftest import JANUARY

pytestmark = [pytest.mark.sqlite("the plans of SQLite"), pytest.mark.usefixtures("unkept")]

ADDRESSES = (
    *("/", "/?view=log", "/tags/postgres", "/?tag=dns&tag=postgres", "/?sort=oldest"),
    *("/posts/post-3", "/feed.xml", "/feed.json?tag=dns", "/archive", "/tags"),
)
# A handful of rows that another index has chosen may be put in order.
SORTS_FEW = ("post_tags", "post_authors", "related_posts", "tag_aliases")


@pytest.fixture
def plans(app):
    """Each statement on posts with the steps that SQLite takes for it."""
    found = {}

    def note(connection, cursor, statement, parameters, _context, _many):
        if "FROM posts" in statement and not statement.startswith("EXPLAIN"):
            asked = cursor.connection.cursor()
            asked.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found[statement] = [row[3] for row in asked]

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_every_way_to_posts_leads_over_an_index_in_its_order(browser, make_post, plans, forget):
    for number in range(8):
        make_post(
            f"Post {number}",
            tags=["postgres", "DNS"],
            domain="Web",
            pinned=number == 2,
            published_at=JANUARY + timedelta(days=number),
        )
    assert not db.session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"))
    browser.get("/")  # which reads the index of all posts
    plans.clear()

    for address in ADDRESSES:
        forget()
        assert browser.get(address).status_code == 200, address

    assert len(plans) >= 6
    for statement, steps in plans.items():
        assert not [step for step in steps if step.startswith("SCAN posts")], statement
        assert not [step for step in steps if "ix_posts_shelf" in step], statement
        if not any(name in statement for name in SORTS_FEW):
            assert not [step for step in steps if "TEMP B-TREE" in step], statement
