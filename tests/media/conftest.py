from io import BytesIO

import pytest
from PIL import Image


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
