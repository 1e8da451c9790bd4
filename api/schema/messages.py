"""JSON Schema of what anybody may send in, and of the receipt."""

from typing import Any

from api.schema.bodies import LANGUAGE, MOMENT, TEXT, TEXT_OR_NULL, URL, UUID, about, keys
from api.schema.drafts import sent

Json = dict[str, Any]

_CONTACT = about(TEXT_OR_NULL, "Where the newsroom may ask back; deleted with the message. 300 characters at most.")
_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}

MESSAGES: Json = {
    "Tip": sent(
        "A claim to check.",
        "text",
        "language",
        text=about(TEXT, "What was said, and what is doubtful about it; 10 to 5,000 characters, five links at most."),
        language=LANGUAGE,
        url=about(TEXT_OR_NULL, "Where it was said."),
        contact=_CONTACT,
    ),
    "CorrectionRequest": sent(
        "A mistake in a published review.",
        "review",
        "text",
        "language",
        review=sent("A live review of this site.", "id", id=UUID),
        text=about(TEXT, "What is wrong and how it can be known; 10 to 5,000 characters, five links at most."),
        language=LANGUAGE,
        url=about(TEXT_OR_NULL, "Evidence."),
        contact=_CONTACT,
    ),
    "Receipt": keys(
        "That it was received. The receipt is shown this once.",
        receipt=TEXT,
        url=about(URL, "Where its status can be asked for."),
        kept_until=about(MOMENT, "When the message, the contact and the receipt are deleted at the latest."),
    ),
    "ReceiptStatus": keys(
        "What became of a message; nothing of what it said.",
        kind={"type": "string", "enum": ["tip", "correction"]},
        status={"type": "string", "enum": ["waiting", "taken_up", "answered", "dismissed"]},
        received_at=MOMENT,
        decided_at=_MOMENT_OR_NULL,
        answer=about(TEXT_OR_NULL, "The newsroom's answer."),
        kept_until=MOMENT,
    ),
}
