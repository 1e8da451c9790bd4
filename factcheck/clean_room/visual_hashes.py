"""Hashes that stay similar when a picture is resized, recompressed or edited a little.

A hash has 64 bits, which come from a discrete cosine transform of 32 × 32 grey pixels. A bit tells whether one of the
lowest frequencies is above their median. The number of different bits measures how different two pictures look.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    import numpy as np

CROP = 0.05  # the share of the width or height that is cut from each side for the inner hash
_SIDE, _KEPT = 32, 8
_MIN_CONTRAST = 4.0  # in grey levels, because the hash of a picture in one colour would only be noise


def stored_hashes(picture: Image.Image) -> tuple[int, int] | None:
    """Return the hashes of the picture and of its inner part, or None for a picture in one colour.

    The inner part resembles the picture after somebody has cropped it a little.
    """
    whole = _hash(picture)
    inner = _hash(_cut(picture, CROP, CROP, CROP, CROP))
    return None if whole is None or inner is None else (whole, inner)


def query_hashes(picture: Image.Image) -> list[int]:
    """Return the hashes to look for: of the picture, of its inner part, and of the picture without a line of text.

    People often add a line of text above or below a picture before they share it.
    """
    line = 0.13
    parts = [
        picture,
        _cut(picture, 0, line, 0, 0),
        _cut(picture, 0, 0, 0, line),
        _cut(picture, CROP, CROP, CROP, CROP),
    ]
    return list(dict.fromkeys(found for found in map(_hash, parts) if found is not None))


def _hash(picture: Image.Image) -> int | None:
    """Return a hash as a signed integer of 64 bits, as PostgreSQL stores it."""
    import numpy as np

    grey = np.asarray(_opaque(picture).convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), dtype=float)
    if grey.std() < _MIN_CONTRAST:
        return None
    waves = _waves()
    frequencies = waves @ grey @ waves.T
    # The first frequency is the brightness, so another frequency takes its place.
    low = np.append(frequencies[:_KEPT, :_KEPT].ravel()[1:], frequencies[_KEPT, 0])
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), signed=True)


def _cut(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = picture.size
    box = (int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom)))
    return picture.crop(box) if box[2] > box[0] and box[3] > box[1] else picture


def _opaque(picture: Image.Image) -> Image.Image:
    """Return the picture on white, as a page shows it."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        above = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    return picture


@cache
def _waves() -> "np.ndarray[Any, np.dtype[Any]]":
    import numpy as np

    place = np.arange(_SIDE)
    waves: np.ndarray[Any, np.dtype[Any]] = np.cos(np.pi * (2 * place[None, :] + 1) * place[:, None] / (2 * _SIDE))
    return waves
