"""Files of pictures: their paths, their types, and safe decoding.

The type is found from the bytes, never from the file's name. Only raster formats are read, so SVG is refused. A picture
for readers is decoded and encoded again, so its file contains pixels and nothing else. It has no GPS position, no
serial number of the camera, and no bytes that another program could read as HTML.
"""

import io
import re
import struct
from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import Image, ImageCms, ImageOps

FOR_READERS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
# Files that a claim is about are stored unchanged, so they can have more types.
EXTENSIONS = FOR_READERS | {"image/gif": "gif", "image/avif": "avif", "video/mp4": "mp4", "video/webm": "webm"}
MAX_PIXELS = 40_000_000  # a picture with more pixels would need more than 160 MB of memory
MAX_SIDE = 2000  # the longer side of a picture for readers, in pixels
QUALITY = 88
HEAD = 64  # bytes from which a video's type is found
_MP4 = re.compile(rb"[\s\S]{4}ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V[\s\S]|dash|MSNV)")
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
# Everything that Pillow raises for a damaged or hostile file.
_DAMAGED = (
    ArithmeticError, EOFError, LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    struct.error,
)  # fmt: skip


class PictureError(ValueError):
    """The error for a file that can't be used as a picture. `too_large` means that it has too many pixels."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__("too many pixels" if too_large else "not a readable picture")
        self.too_large = too_large


@dataclass(frozen=True)
class PictureFile:
    """A picture that has been encoded for readers."""

    content: bytes
    media_type: str
    width: int
    height: int


def storage_name(sha256: str, media_type: str) -> str:
    """Return the name of a file in the storage."""
    return f"pictures/{sha256}.{EXTENSIONS[media_type]}"


def picture_path(sha256: str, media_type: str) -> str:
    """Return the path of a picture for readers on this site, which is also its URL in Markdown."""
    return f"/{storage_name(sha256, media_type)}"


def video_type(head: bytes) -> str | None:
    """Return the media type of a video with these first bytes, or None."""
    if _MP4.match(head):
        return "video/mp4"
    return "video/webm" if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64] else None


def decode(file: BinaryIO, *, side: int | None = None, most_pixels: int = MAX_PIXELS) -> Image.Image:
    """Return the first frame, completely decoded. Raises PictureError.

    With `side`, a larger JPEG is decoded at a fraction of its size, which is much faster. Both sides keep at least this
    number of pixels.
    """
    try:
        picture = Image.open(file, formats=_FORMATS)
        pixels = picture.width * picture.height
        if pixels <= most_pixels:
            if side:
                picture.draft("RGB", (side, side))
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise PictureError(too_large=True) from problem
    except _DAMAGED as problem:
        raise PictureError from problem
    if pixels > most_pixels:
        raise PictureError(too_large=True)
    return picture


def encode_for_readers(file: BinaryIO) -> PictureFile:
    """Return the picture upright, in sRGB, at most MAX_SIDE pixels long, and without metadata. Raises PictureError."""
    decoded = decode(file, side=MAX_SIDE)
    media_type = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/png"}.get(decoded.format or "", "image/webp")
    try:
        ImageOps.exif_transpose(decoded, in_place=True)
        picture = decoded.convert("RGBA") if decoded.mode in ("P", "PA", "LA") else decoded
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        picture = _in_srgb(picture)
        clean = Image.new(picture.mode, picture.size)  # a new image has no metadata for the encoder to write
        clean.paste(picture)
        written = io.BytesIO()
        name = media_type.removeprefix("image/").upper()
        clean.save(written, name, quality=QUALITY, optimize=name == "JPEG")
    except _DAMAGED as problem:
        raise PictureError from problem
    return PictureFile(written.getvalue(), media_type, *clean.size)


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
