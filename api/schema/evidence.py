"""Public captures, and the checks of sources."""

from typing import Annotated

from pydantic import WithJsonSchema

from factcheck.record.evidence.source_checks import SourceState
from factcheck.record.statements.capture import CapturedFile
from factcheck.record.statements.output import CopiedUrl, Nested, Output, SiteUrl, Tag, Time, Uuid


class CitingReview(Nested):
    """A review that cites the capture."""

    id: Uuid


class PublicCapture(Output, CapturedFile):
    """A copy that readers can see while a live review cites it."""

    original_url: CopiedUrl | None
    """URL of the original."""
    final_url: CopiedUrl | None
    """URL of the original after redirects."""
    title: str | None
    """Title of the original."""
    language: Tag | None
    text: str
    """Readable text of the original, or an empty text."""
    url: SiteUrl
    """The capture's page on this site."""
    file_url: SiteUrl
    """The file, as a download. The file is hostile: don't run its scripts."""
    reviews: list[CitingReview]


class SourceCheck(Output):
    """The newest check of a source."""

    url: CopiedUrl
    """URL of the source, as in the review."""
    state: Annotated[str, WithJsonSchema({"type": "string", "enum": SourceState.values})]
    """The result of the check."""
    since: Time
    """Time when a check first found this state."""
    checked_at: Time
    """Time of the newest check."""


class SourceCheckList(Output):
    """The newest check of each source."""

    results: list[SourceCheck]
