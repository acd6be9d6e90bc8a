"""A generation of the page store holds the pages of its version, whatever changes meanwhile."""

import re

import pytest

from blogapp.extensions import db
from blogapp.posts.models import Post

TITLE = re.compile(r"<title>(Version \d+)")


@pytest.fixture
def settings(tmp_path):
    return {"PAGE_STORE": tmp_path / "pages"}


def test_no_generation_holds_a_page_that_is_newer(
    app, make_post, storekeeper, keeper, folder, monkeypatch
):
    for slug in ("one", "two"):
        make_post("Version 0", slug=slug)
    watch, call = app.extensions["watch"], keeper._call
    titles = {storekeeper.store.name_of(watch.look().token): "Version 0"}
    changes = iter(range(1, 9))

    def overtaken(environ):
        is_post = environ["PATH_INFO"] in {"/posts/one", "/posts/two"}
        if is_post and (number := next(changes, None)):
            # Another process has led to the version that this one begins with.
            storekeeper.tick()
            with app.app_context():
                db.session.execute(db.update(Post).values(title=f"Version {number}"))
                db.session.commit()
            name = storekeeper.store.name_of(watch.look(now=True).token)
            titles[name] = f"Version {number}"
        return call(environ)

    monkeypatch.setattr(keeper, "_call", overtaken)
    storekeeper.patience = 0  # goes on to the end, whatever changes
    for _ in range(3):
        storekeeper.walk()

    found = [
        (page.parts[-3], TITLE.search(page.read_text())[1])
        for page in folder.glob("generations/*/posts/*@.html")
    ]
    assert [(name, title) for name, title in found if titles.get(name, title) != title] == []
    last = {title for name, title in found if name == storekeeper.store.complete}
    assert last == {"Version 8"}
