"""Files of pictures: their paths and types. The clean room decodes them.

The type is found from the bytes, never from the file's name.
"""

import re

FOR_READERS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
# Files that a claim is about are stored unchanged, so they can have more types.
EXTENSIONS = FOR_READERS | {"image/gif": "gif", "image/avif": "avif", "video/mp4": "mp4", "video/webm": "webm"}
HEAD = 64  # bytes from which a video's type is found
_MP4 = re.compile(rb"[\s\S]{4}ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V[\s\S]|dash|MSNV)")


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
