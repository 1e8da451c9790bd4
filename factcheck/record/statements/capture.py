"""The part of a statement about a capture: a copy of a source or an appearance that the newsroom keeps."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.formats.text import clean_text
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.parts import Part, optional, required
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import SHA256, Choices, Line, OneOf, Rule, UrlOrNull

MAX_SIZE = 2**40  # bytes


def read_captured_at(text: str) -> str | None:
    """Return a time with a zone, in UTC and with microseconds (RFC 3339). Raises InvalidValue without a zone."""
    text = clean_text(text)
    if not text:
        return None
    with suppress(ValueError, OverflowError):
        if (moment := datetime.fromisoformat(text)).tzinfo:
            return rfc3339(moment)
    raise InvalidValue("zoned_moment")


CAPTURED_AT = Rule(read_captured_at, {"format": "date-time"}, 27)


class CopyOrigin(Choices):
    WORKER = "worker", _("made by this site")
    EDITOR = "editor", _("uploaded by an editor")
    BROWSER = "browser", _("made in an editor’s browser")


class CapturedFile(Part):
    """The file of a capture."""

    sha256: Annotated[str, SHA256] = required(
        _("hash of the copy"), "SHA-256 of the stored file, in hexadecimal.", "ab" * 32
    )
    captured_at: Annotated[str, CAPTURED_AT] = required(
        _("copied at"), "Time when the copy was made.", "2026-10-04T08:30:00.000000Z"
    )
    size: Annotated[int, Field(ge=0, le=MAX_SIZE)] = required(_("size"), "Size of the stored file in bytes.", 48_200)
    media_type: Annotated[str, Line(100)] = required(
        _("kind of file"), "Media type of the stored file.", "application/warc"
    )


class Capture(CapturedFile):
    """A copy that the newsroom keeps as evidence. The log proves that the newsroom had this file at that time."""

    labels_follow: ClassVar[bool] = True

    final_url: UrlOrNull = optional(
        _("final URL"), "URL of the page after redirects.", "https://archive.example/2020/1"
    )
    # Absent for copies that the site made, so that the bytes of older copies stay the same.
    origin: Annotated[str, OneOf(CopyOrigin)] = optional(
        _("how it was made"),
        "How the copy was made. The key is absent if this site made it.",
        "browser",
        "worker",
        exclude_if=lambda origin: origin == "worker",
    )
