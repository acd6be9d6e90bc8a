from io import BytesIO

import pytest
from PIL import Image

from blogapp.extensions import db
from blogapp.posts.models import PostMedia
from blogapp.posts.rendering import render_post


@pytest.fixture
def picture():
    """Bytes of an image of a kind: `picture("JPEG", size=(4, 2))`."""

    def make(kind="PNG", *, size=(4, 2), mode="RGB", colour="red", **options):
        out = BytesIO()
        Image.new(mode, size, colour).save(out, kind, **options)
        return out.getvalue()

    return make


@pytest.fixture
def moving():
    """Bytes of an image of three frames."""

    def make(kind):
        frames = [Image.new("RGB", (4, 2), colour) for colour in ("red", "green", "blue")]
        out = BytesIO()
        options = {} if kind == "AVIF" else {"loop": 0}
        frames[0].save(
            out, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], **options
        )
        return out.getvalue()

    return make


@pytest.fixture
def make_post_with(make_post):
    """Make a post that knows files by names: `make_post_with({"map.png": media}, "Maps")`."""

    def make(media, *args, **kwargs):
        post = make_post(*args, **kwargs)
        for name, each in media.items():
            db.session.add(PostMedia(post_id=post.id, name=name, media_id=each.id))
        db.session.flush()
        render_post(post)
        db.session.commit()
        return post

    return make
