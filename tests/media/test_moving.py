"""Files on their way from one store into another, and files that belong to nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.media import moving
from blogapp.media.checking import list_all, list_unnamed, remove_unnamed
from blogapp.media.models import Media
from blogapp.media.moving import Fate, move, remove_moved
from blogapp.media.stores import StoreAway
from blogapp.media.stores.addresses import Keys
from blogapp.media.stores.bucket import Bucket
from blogapp.media.stores.folder import Folder
from blogapp.media.storing import store_file
from tests.s3_server import ACCESS, SECRET

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(params=["into a bucket", "out of a bucket"])
def stores(request, tmp_path, app):
    """A store that has files, and an empty one."""
    bucket = Bucket(request.getfixturevalue("bucket"), Keys(ACCESS, SECRET))
    folder = Folder(tmp_path / "files")
    return (folder, bucket) if request.param == "into a bucket" else (bucket, folder)


@pytest.fixture
def keep():
    def run(store, *names):
        kept = [store_file(name.encode(), f"{name}.txt", store=store, now=NOW) for name in names]
        for media in kept:
            media.variants = {"w480.webp": 5}
            store.write(f"{media.key[:16]}/w480/{media.key[17:-4]}.webp", b"small")
        db.session.commit()
        return kept

    return run


def content(store):
    return {entry.key: store.read(entry.key) for entry in store.list()}


def test_all_files_come_whole_and_go_where_they_came_from_only_when_told(stores, keep):
    source, target = stores
    keep(source, "a", "b")
    before = content(source)

    trial = move(source, target, is_trial=True)
    assert (trial.copied, content(target)) == (4, {})
    moved = move(source, target)

    assert (moved.copied, moved.were_there, moved.wrong) == (4, 0, {})
    assert content(target) == content(source) == before
    again = move(source, target)
    assert (again.copied, again.were_there) == (0, 4)

    remove_moved(source, target, again)
    assert (again.removed, content(source), content(target)) == (4, {}, before)


def test_what_is_uploaded_meanwhile_comes_along(stores, keep):
    source, target = stores
    keep(source, "a")
    later = ["b"]

    def upload(_bytes):
        if later:
            keep(source, later.pop())

    moved = move(source, target, done=upload)

    assert (moved.copied, moved.passes) == (4, 2)
    assert content(target) == content(source)


def test_a_move_that_was_cut_short_goes_on_and_mends_what_is_not_right(stores, keep, monkeypatch):
    monkeypatch.setattr(moving, "PAUSES", ())
    source, target = stores
    keep(source, "a", "b", "c")
    left = [3]

    def break_off(_bytes):
        left[0] -= 1
        if not left[0]:
            raise StoreAway("away")

    with pytest.raises(StoreAway):
        move(source, target, done=break_off)
    half = content(target)
    assert 0 < len(half) < 7
    spoilt = next(key for key in half if key.endswith(".txt"))
    target.write(spoilt, b"?")

    moved = move(source, target)

    assert moved.copied + moved.were_there == 6
    assert moved.wrong == {}
    assert content(target) == content(source)


def test_what_is_lost_or_damaged_is_told_and_nothing_of_it_removed(stores, keep):
    source, target = stores
    lost, damaged, replaced, _whole = keep(source, "a", "b", "c", "d")
    replaced.replaced_by_id = lost.id
    db.session.commit()
    source.delete(lost.key)
    source.delete(replaced.key)
    source.write(damaged.key, b"?")

    moved = move(source, target)
    remove_moved(source, target, moved)

    assert moved.wrong == {lost.key: Fate.MISSING, damaged.key: Fate.DAMAGED}
    assert damaged.key not in content(target)
    assert content(source) == {damaged.key: b"?"}


def test_files_without_a_row_go_when_they_are_a_day_old(stores, keep):
    store, _other = stores
    (media,) = keep(store, "a")
    store.write("fedcba9876543210/broken-off.txt", b"never committed")
    store.write("fedcba9876543210/w480/broken-off.webp", b"never committed")
    there = list_all(store)
    unnamed = list_unnamed(there)
    now = datetime.now(UTC)

    assert [entry.key for entry in unnamed] == sorted(
        {"fedcba9876543210/broken-off.txt", "fedcba9876543210/w480/broken-off.webp"}
    )
    assert remove_unnamed(store, unnamed, now=now) == 0
    # Uploaded again since the list was made, it has a row by now.
    db.session.execute(select(Media))
    assert remove_unnamed(store, unnamed, now=now + timedelta(days=2)) == 2
    assert set(content(store)) == {media.key, f"{media.key[:16]}/w480/a.webp"}
