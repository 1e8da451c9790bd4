"""JSON Schema of public captures and of the checks of sources."""

from typing import Any

from api.schema.bodies import ADDRESS, LANGUAGE, TEXT, TEXT_OR_NULL, TIME, URL, UUID, array_of, described, object_of
from api.schema.bodies import BODIES as _BODIES
from factcheck.record.source_checks import SourceState

_ADDRESS_OR_NULL = {**ADDRESS, "type": ["string", "null"]}
_KEYS = {name: _BODIES["Capture"]["properties"][name] for name in ("sha256", "captured_at", "size", "media_type")}

CAPTURES: dict[str, Any] = {
    "PublicCapture": object_of(
        "A copy that readers can see while a live review cites it.",
        **_KEYS,
        original_url=described(_ADDRESS_OR_NULL, "URL of the original."),
        final_url=described(_ADDRESS_OR_NULL, "URL of the original after redirects."),
        title=described(TEXT_OR_NULL, "Title of the original."),
        language={**LANGUAGE, "type": ["string", "null"]},
        text=described(TEXT, "Readable text of the original, or an empty text."),
        url=described(URL, "The capture's page on this site."),
        file_url=described(URL, "The file, as a download. The file is hostile: don't run its scripts."),
        reviews=array_of(object_of("A review that cites the capture.", id=UUID)),
    ),
    "SourceCheck": object_of(
        "The newest check of a source.",
        url=described(ADDRESS, "URL of the source, as in the review."),
        state=described({"type": "string", "enum": SourceState.values}, "The result of the check."),
        since=described(TIME, "Time when a check first found this state."),
        checked_at=described(TIME, "Time of the newest check."),
    ),
    "SourceCheckList": object_of(
        "The newest check of each source.", results=array_of({"$ref": "#/components/schemas/SourceCheck"})
    ),
}
