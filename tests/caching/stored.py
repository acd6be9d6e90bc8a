"""Looking into a page store."""

from blogapp.extensions import db


def names(place):
    """The files behind a link, without the compressed ones."""
    paths = place.resolve().rglob("*")
    found = {path.relative_to(place.resolve()).as_posix() for path in paths if path.is_file()}
    return {name for name in found if "@" in name and not name.endswith((".br", ".gz"))}


def change(post, title):
    post.title = title
    db.session.commit()
