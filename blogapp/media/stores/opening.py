"""The store that settings name."""

from pathlib import Path

from blogapp.media.stores import Store
from blogapp.media.stores.addresses import BucketAddress, Keys
from blogapp.media.stores.folder import Folder


def open_store(folder: Path, bucket: BucketAddress | None, keys: Keys) -> Store:
    """Return the store in a bucket, or in a folder where none is named. Asks neither."""
    if bucket is None:
        return Folder(folder)
    # Only whoever keeps files in a bucket has its client in memory.
    from blogapp.media.stores.bucket import Bucket

    return Bucket(bucket, keys)
