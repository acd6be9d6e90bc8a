"""The work behind the library: making variants, looking at files that nobody has looked at."""

from pathlib import Path

from blogapp.extensions import db
from blogapp.jobs.running import Hopeless
from blogapp.media import confining
from blogapp.media.errors import MediaError, NotAnImage, TooCostly
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.variants import has_variants, missing_variants, variant_key

IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}


def make_missing(media_id: int, store: Store) -> int:
    """Make the variants that a file lacks; return how many. Commits, and may be repeated.

    One that saves nothing against the file itself is noted and not kept. Raises `Hopeless`
    for a file that cannot be read.
    """
    media = db.session.get(Media, media_id)
    if media is None or media.deleted_at or media.replaced_by_id:
        return 0
    missing = {variant.name: variant for variant in missing_variants(media)}
    key, size = media.key, media.size
    # Nothing is held in the database while the machine works.
    db.session.rollback()
    if not missing:
        return 0
    made: dict[str, int] = {}
    with store.scratch() as place:
        targets = {name: place / name for name in missing}
        try:
            with store.at_hand(key) as stored:
                confining.shrink(stored, targets)
        except FileNotFoundError as error:
            raise Hopeless("The file is missing.") from error
        except (NotAnImage, TooCostly) as error:
            raise Hopeless(str(error)) from error
        for name, path in targets.items():
            made[name] = _keep(path, store, variant_key(key, missing[name]), most=size)
    if media := db.session.get(Media, media_id, with_for_update=True):
        media.variants = media.variants | made
    db.session.commit()
    return len(made)


def look_at(media: Media, store: Store) -> bool:
    """Note whether a picture stands still, where nobody has looked; return whether that tells.

    It does where variants follow from it.
    """
    if media.frames is not None or media.content_type not in IMAGES:
        return False
    try:
        with store.at_hand(media.key) as path:
            media.frames = confining.count_frames(path)
    except (MediaError, FileNotFoundError):
        return False
    return has_variants(media)


def _keep(made: Path, store: Store, key: str, *, most: int) -> int:
    """Move a file to its place; return its bytes, 0 if not kept."""
    size = made.stat().st_size
    if size >= most:
        return 0
    store.take(key, made)
    return size
