"""JSON Schema of a public capture."""

from typing import Any

from api.schema.bodies import ADDRESS, LANGUAGE, TEXT, TEXT_OR_NULL, URL, UUID, array_of, described, object_of
from api.schema.bodies import BODIES as _BODIES

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
    )
}
