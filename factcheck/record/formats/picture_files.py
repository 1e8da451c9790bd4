"""Files of pictures: their paths, their types, and safe decoding.

The type is found from the bytes, never from the file's name. Only raster formats are read, so SVG is refused. A picture
for readers is decoded and encoded again, so the file contains pixels and nothing else: no GPS position, no serial
number of the camera, and no bytes that another program could read as HTML.
"""

import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
PATH = re.compile(r"/pictures/([0-9a-f]{64})\.(jpg|png|webp)")
MAX_PIXELS = 50_000_000  # a picture with more pixels would need more than 200 MB of memory
MAX_SIDE = 2000  # the longer side of a picture for readers, in pixels
QUALITY = 88
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
# Everything that Pillow raises for a damaged or hostile file.
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, KeyError)


class PictureError(ValueError):
    """The file can't be used as a picture. `too_large` tells too many pixels from everything else."""

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


def picture_path(sha256: str, media_type: str) -> str:
    """The path of a picture on this site, and of its file in the storage (without the first slash)."""
    return f"/pictures/{sha256}.{EXTENSIONS[media_type]}"


def decode(file: BinaryIO, *, smaller: bool = False) -> Image.Image:
    """The first frame, completely decoded. Raises PictureError.

    With `smaller`, a JPEG is decoded at a fraction of its size, which is much faster.
    """
    try:
        picture = Image.open(file, formats=_FORMATS)
        pixels = picture.width * picture.height
        if pixels <= MAX_PIXELS:
            if smaller:
                picture.draft("RGB", (512, 512))
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise PictureError(too_large=True) from problem
    except _DAMAGED as problem:
        raise PictureError from problem
    if pixels > MAX_PIXELS:
        raise PictureError(too_large=True)
    return picture


def encode_for_readers(file: BinaryIO) -> PictureFile:
    """The picture upright, in sRGB, at most MAX_SIDE pixels long, and without metadata. Raises PictureError."""
    decoded = decode(file)
    media_type = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/png"}.get(decoded.format or "", "image/webp")
    try:
        picture = _in_srgb(ImageOps.exif_transpose(decoded))
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        if media_type == "image/jpeg":
            picture = picture.convert("RGB")
        clean = Image.new(picture.mode, picture.size)  # has no metadata that an encoder could write
        clean.paste(picture)
        written = io.BytesIO()
        name = media_type.removeprefix("image/").upper()
        clean.save(written, name, quality=QUALITY, optimize=True) if name != "PNG" else clean.save(written, name)
    except _DAMAGED as problem:
        raise PictureError from problem
    return PictureFile(written.getvalue(), media_type, *clean.size)


def _in_srgb(picture: Image.Image) -> Image.Image:
    has_alpha = "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA")
    profile = picture.info.get("icc_profile")
    plain = picture.convert("RGBA" if has_alpha else "RGB") if picture.mode != "CMYK" else picture
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                plain, source, ImageCms.createProfile("sRGB"), outputMode="RGBA" if plain.mode == "RGBA" else "RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # the profile is damaged or of another colour space
        if converted is not None:
            return converted
    return plain if plain.mode != "CMYK" else plain.convert("RGB")
