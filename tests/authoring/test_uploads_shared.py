"""Files that come in parts to machines that share a bucket: each part may come to another one."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.media import receiving
from blogapp.media.gathering import PARTS
from blogapp.media.models import Media
from blogapp.media.stores.addresses import Keys
from blogapp.web.jobs import handlers
from tests.authoring import test_uploads
from tests.authoring.conftest import picture
from tests.s3_server import ACCESS, SECRET

# The same as where parts wait in a folder.
send, token = test_uploads.send, test_uploads.token
test_it_goes_on = test_uploads.test_an_upload_that_broke_off_goes_on_where_it_was
test_parts_count_once = test_uploads.test_a_part_that_came_twice_or_in_half_counts_once


@pytest.fixture
def settings(bucket):
    return {"BUCKET": bucket, "BUCKET_KEYS": Keys(ACCESS, SECRET)}


def parts(app):
    return [entry.key for entry in app.extensions["media"].list() if entry.key.endswith(".part")]


def test_parts_that_came_to_two_machines_make_one_file(app, author, config, token, tmp_path):
    from blogapp import create_app

    other = create_app(replace(config, INSTANCE=tmp_path, MEDIA_FOLDER=tmp_path / "media"))
    data, address = picture(width=300)[0].read(), f"/write/media/uploads/{token}"
    other.test_client_class = type(author)
    one, two = author, other.test_client()
    two._cookies = author._cookies
    third = len(data) // 3
    for start, browser in ((0, one), (third, two), (2 * third, one)):
        part = data[start:] if start > third else data[start : start + third]
        answer = browser.post(f"{address}?start={start}", data=part)
        assert answer.json == {"received": start + len(part)}

    done = two.post(f"{address}/completion", data={"name": "a.png", "size": len(data)})

    assert done.status_code == 201
    assert db.session.scalars(select(Media.name)).all() == ["a.png"]
    assert parts(app) == []
    assert db.session.scalars(select(Job).where(Job.kind == PARTS)).all() == []


def test_what_nobody_ends_is_removed_after_a_day_and_only_so_many_wait(app, author, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_AT_ONCE", 2)
    begin = [author.post(f"/write/media/uploads/{uuid4()}?start=0", data=b"x") for _ in range(3)]
    waiting = db.session.scalars(select(Job).where(Job.kind == PARTS)).all()
    assert [each.status_code for each in begin] == [200, 200, 413]
    assert [(job.due_at - job.created_at).days for job in waiting] == [1, 1]

    for job in waiting:
        handlers(app)[PARTS](job.key)

    assert parts(app) == []


def test_an_upload_that_is_cancelled_leaves_nothing(app, author, token):
    address = f"/write/media/uploads/{token}"
    author.post(f"{address}?start=0", data=b"123")
    assert len(parts(app)) == 1

    assert author.post(f"{address}/removal").json == {"received": 0}

    assert parts(app) == []
    assert db.session.scalars(select(Job).where(Job.kind == PARTS)).all() == []
