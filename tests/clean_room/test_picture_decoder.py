"""The treatment of hostile and of honest files before readers see them."""

import io
import struct
import zlib

import pytest
from PIL import Image

from factcheck.clean_room.door import decode
from factcheck.clean_room.picture_decoder import MAX_SIDE
from factcheck.clean_room.refusal import NotDecoded
from factcheck.record.files.picture_files import picture_path, video_type
from tests.support.scenes import as_bytes, scene

SHA = "ab" * 32


def without(item: bytes) -> bytes:
    """An AVIF file that lacks one of its boxes."""
    written = io.BytesIO()
    scene(1).save(written, "AVIF")
    return written.getvalue().replace(item, b"free", 1)


def encoded(content: bytes) -> bytes:
    encoded: bytes = decode("picture_for_readers", content)["content"]
    return encoded


def encode(content: bytes) -> Image.Image:
    found = decode("picture_for_readers", content)
    picture = Image.open(io.BytesIO(found["content"]))
    assert (picture.width, picture.height) == (found["width"], found["height"])
    assert f"image/{picture.format.lower()}" == found["media_type"]
    return picture


def png_of(width: int, height: int) -> bytes:
    """A small file that claims to be very large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_gps_position_and_other_metadata_are_removed() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera Maker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (16.0, 28.0, 0.0)
    for name in ("JPEG", "PNG", "WEBP"):
        content = as_bytes(scene(1), name, exif=exif)
        assert b"Secret Camera Maker" in content
        picture = encode(content)
        assert not picture.getexif()
        assert b"Secret" not in encoded(content)
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(picture.info)


def test_what_follows_the_picture_is_removed() -> None:
    content = as_bytes(scene(1)) + b"<script>alert(1)</script>"
    assert b"<script>" not in encoded(content)


def test_picture_is_turned_upright_and_made_smaller() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    picture = encode(as_bytes(scene(1).resize((3000, 1000)), exif=exif))
    assert picture.size == (667, MAX_SIDE)


@pytest.mark.parametrize(
    ("name", "mode", "expected"),
    [
        ("JPEG", "L", "JPEG"), ("JPEG", "CMYK", "JPEG"), ("PNG", "P", "PNG"), ("PNG", "LA", "PNG"), ("PNG", "1", "PNG"),
        ("PNG", "I;16", "PNG"), ("GIF", "P", "PNG"), ("WEBP", "RGBA", "WEBP"), ("AVIF", "RGB", "WEBP"),
    ],
)  # fmt: skip
def test_every_mode_is_read(name: str, mode: str, expected: str) -> None:
    picture = scene(2).convert("L").convert(mode) if mode == "I;16" else scene(2).convert(mode)
    assert encode(as_bytes(picture, name)).format == expected


def test_transparency_is_kept() -> None:
    clear = scene(2).convert("RGBA")
    clear.putalpha(100)
    assert encode(as_bytes(clear, "PNG")).getchannel("A").getextrema() == (100, 100)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><img src=x onerror=alert(1)>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"GIF89a" + b"\xff" * 40,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 60,
        as_bytes(scene(1))[:2000],
        as_bytes(scene(1), "PNG")[:2000],
        as_bytes(scene(1), "BMP"),
        as_bytes(scene(1), "TIFF"),
        as_bytes(scene(1), "ICO"),
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotDecoded) as refused:
        encoded(content)
    assert not refused.value.too_large


@pytest.mark.parametrize("size", [(8000, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_decompression_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(NotDecoded) as refused:
        decode("picture", png_of(*size))
    assert refused.value.too_large


def test_type_of_a_video_comes_from_its_bytes() -> None:
    assert video_type(b"\x00\x00\x00\x20ftypisom\x00\x00") == "video/mp4"
    assert video_type(b"\x00\x00\x00\x1cftypavif\x00\x00") is None
    assert video_type(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm") == "video/webm"
    assert video_type(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska") is None
    assert video_type(b"GIF89a") is None


def test_path_has_the_hash_and_the_type() -> None:
    assert picture_path(SHA, "image/jpeg") == f"/pictures/{SHA}.jpg"


@pytest.mark.parametrize("item", [b"pitm", b"av1C", b"iloc", b"ispe"])
def test_damaged_avif_file_is_refused(item: bytes) -> None:
    with pytest.raises(NotDecoded):
        decode("picture", without(item))


def test_picture_with_damaged_metadata_is_refused() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "hello"  # on its side, and with a description
    written = io.BytesIO()
    scene(1).save(written, "JPEG", exif=exif)
    with pytest.raises(NotDecoded):  # the width becomes a text
        encoded(written.getvalue().replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02", 1))
