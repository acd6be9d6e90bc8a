"""What an image file tells beside its picture; nothing of it is kept."""

from PIL import Image

# Where Exif 3.0 keeps what could tell on somebody, by its tags.
_PLACE = 0x8825
_CAMERA = 0x8769
_TAGS = {
    0x013B: "author",
    0x8298: "author",
    0x9C9D: "author",
    0x010E: "comment",
    0x9C9C: "comment",
}
_CAMERA_TAGS = {
    0xA430: "author",
    0xA431: "serial",
    0xA435: "serial",
    0x9286: "comment",
}
# How Pillow calls what it found elsewhere in the file.
_INFO = {"comment": "comment", "xmp": "xmp", "XML:com.adobe.xmp": "xmp"}


def list_metadata(image: Image.Image) -> tuple[str, ...]:
    """Return what an opened image says of places and people: words such as ``gps``, sorted."""
    found = {word for name, word in _INFO.items() if image.info.get(name)}
    found |= {"comment" for value in getattr(image, "text", {}).values() if value}
    try:
        exif = image.getexif()
        found |= {word for tag, word in _TAGS.items() if exif.get(tag)}
        camera = exif.get_ifd(_CAMERA)
        found |= {word for tag, word in _CAMERA_TAGS.items() if camera.get(tag)}
        if exif.get_ifd(_PLACE):
            found.add("gps")
        if exif.get_ifd(1):
            found.add("thumbnail")
    # What is broken tells nothing, and the picture beside it may be whole.
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError):
        return tuple(sorted(found))
    return tuple(sorted(found))
