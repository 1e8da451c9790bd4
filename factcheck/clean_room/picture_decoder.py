"""The decoding of pictures, and their encoding for readers.

Only raster formats are read, so SVG is refused. A picture for readers is decoded and encoded again, so its file
contains pixels and nothing else. It has no GPS position, no serial number of the camera, and no bytes that another
program could read as HTML.
"""

import io
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Literal

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps

from factcheck.clean_room.refusal import NotDecoded
from factcheck.clean_room.visual_hashes import query_hashes, stored_hashes

MAX_PIXELS = 40_000_000  # a picture with more pixels would need more than 160 MB of memory
MAX_SIDE = 2000  # the longer side of a picture for readers, in pixels
QUALITY = 88
Image.MAX_IMAGE_PIXELS = None  # `decode` has a smaller limit
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the room allows no others
_HASHES: dict[str, Callable[[Image.Image], Any]] = {"": lambda _: [], "stored": stored_hashes, "query": query_hashes}
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")


def read_picture(
    body: bytes, *, side: int | None = None, most_pixels: int = MAX_PIXELS, hashes: str = ""
) -> dict[str, Any]:
    """Return the type, the size in pixels, and the hashes to store (`stored`) or to look for (`query`)."""
    picture = decode(body, side=side, most_pixels=most_pixels)
    return {
        "hashes": _HASHES[hashes](picture),
        "media_type": f"image/{(picture.format or '').lower()}",
        "width": picture.width,
        "height": picture.height,
    }


def decode(body: bytes, *, side: int | None = None, most_pixels: int = MAX_PIXELS) -> Image.Image:
    """Return the first frame, completely decoded. A damaged file can raise any error.

    With `side`, a larger JPEG is decoded at a fraction of its size, which is much faster. Both sides keep at least this
    number of pixels.
    """
    picture = Image.open(io.BytesIO(body), formats=_FORMATS)
    if picture.width * picture.height > most_pixels:
        raise NotDecoded(too_large=True)
    if side:
        picture.draft("RGB", (side, side))
    picture.load()
    return picture


def encode_for_readers(body: bytes, *, media_type: str = "", hashes: str = "") -> dict[str, Any]:
    """Return the picture upright, in sRGB, at most MAX_SIDE pixels long, and without metadata.

    The media type is the picture's own, unless the caller names one.
    """
    decoded = decode(body, side=MAX_SIDE)
    own = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/png"}.get(decoded.format or "", "image/webp")
    media_type = media_type or own
    found = _HASHES[hashes](decoded)
    ImageOps.exif_transpose(decoded, in_place=True)
    picture = decoded.convert("RGBA") if decoded.mode in ("P", "PA", "LA") else decoded
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    picture = _in_srgb(picture)
    clean = Image.new(picture.mode, picture.size)  # a new image has no metadata for the encoder to write
    clean.paste(picture)
    written = io.BytesIO()
    name = media_type.removeprefix("image/").upper()
    clean.save(written, name, quality=QUALITY, optimize=name == "JPEG")
    return {
        "hashes": found,
        "content": b64encode(written.getvalue()).decode(),
        "media_type": media_type,
        "width": clean.width,
        "height": clean.height,
    }


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return the picture in the colours that browsers assume if a file has no colour profile."""
    mode: Literal["RGB", "RGBA"] = "RGBA" if picture.mode == "RGBA" or "transparency" in picture.info else "RGB"
    if profile := picture.info.get("icc_profile"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            if (found := ImageCms.profileToProfile(picture, source, target, outputMode=mode)) is not None:
                return found
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # the profile is damaged, or it is for another mode
    return picture.convert(mode)
