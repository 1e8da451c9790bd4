"""JSON Schema of what programs send in and get back. What comes in is held against these very schemas."""

from typing import Any

from api.schema.bodies import DATE_OR_NULL, LANGUAGE, MOMENT, TEXT, TEXT_OR_NULL, URL, UUID, about, keys, listed
from api.schema.operations import ref

Json = dict[str, Any]

SLUG: Json = {"type": "string", "pattern": r"^[-a-zA-Z0-9_]{1,60}$"}
_FLAG: Json = {"type": "boolean"}


def sent(description: str, /, *needed: str, **properties: Json) -> Json:
    """An object as it may be sent: those keys alone, of which the needed ones must be there."""
    return {
        "type": "object",
        "description": description,
        "required": list(needed),
        "properties": properties,
        "additionalProperties": False,
    }


def changes(description: str, of: Json) -> Json:
    """The same keys, none of them needed and one at least."""
    return {**of, "description": description, "required": [], "minProperties": 1}


_CLAIMANT = sent(
    "Who made the claim. A private person is described, never named.",
    "type",
    type={"type": "string", "enum": ["person", "organization", "unnamed"]},
    name=about(TEXT_OR_NULL, "Of a public figure or an organisation."),
    description=about(TEXT_OR_NULL, "Instead of a name, such as “a Facebook user”."),
    is_public_figure=about(_FLAG, "True for a `person`: named for what they said in a public office or role."),
    job_title=TEXT_OR_NULL,
    same_as=listed(TEXT, maxItems=50),
)
_APPEARANCE = sent(
    "Where it was seen.",
    "url",
    url=TEXT,
    medium={"type": ["string", "null"], "enum": ["text", "image", "video", "audio", None]},
    media_sha256=about(TEXT_OR_NULL, "Hexadecimal SHA-256 of the image, video or audio file."),
    archive_url=TEXT_OR_NULL,
    first=about(_FLAG, "The earliest that was found."),
)
_CLAIM = sent(
    "A claim to be logged.",
    "text",
    "language",
    text=about(TEXT, "What was said, in one sentence, without a judgement; 10,000 characters at most."),
    language=LANGUAGE,
    claimed_on=DATE_OR_NULL,
    location=TEXT_OR_NULL,
    claimant={"anyOf": [ref("DraftClaimant"), {"type": "null"}]},
    appearances=listed(ref("DraftAppearance"), maxItems=100),
    topics=listed(SLUG, maxItems=50, description="Short names of topics, from `/api/v1/topics/`."),
)
_VERDICT = sent(
    "A verdict of one of the site's rating scales.",
    "scale",
    "slug",
    scale=SLUG,
    slug=SLUG,
    explanation=about(TEXT_OR_NULL, "Why this verdict; null for the explanation that the scale gives."),
)
_SOURCE = sent(
    "What the review rests on; with a title or an address.",
    title=TEXT_OR_NULL,
    url=TEXT_OR_NULL,
    publisher=TEXT_OR_NULL,
    stance={"type": ["string", "null"], "enum": ["supports", "refutes", "context", None]},
    quote=about(TEXT_OR_NULL, "The words that matter, as they stand there."),
    archive_url=TEXT_OR_NULL,
    accessed_on=DATE_OR_NULL,
)
_REVIEW = sent(
    "A review to be drafted.",
    "claim",
    "language",
    claim=sent("The newsroom's own claim, or a published one.", "id", id=UUID),
    language=LANGUAGE,
    headline=TEXT_OR_NULL,
    summary=TEXT_OR_NULL,
    body=about(TEXT_OR_NULL, "Markdown; 200,000 characters at most."),
    verdict={"anyOf": [ref("DraftVerdict"), {"type": "null"}]},
    reviewed_on=DATE_OR_NULL,
    sources=listed(ref("DraftSource"), maxItems=100),
)

DRAFTS: Json = {
    "DraftClaimant": _CLAIMANT,
    "DraftAppearance": _APPEARANCE,
    "DraftVerdict": _VERDICT,
    "DraftSource": _SOURCE,
    "ClaimToLog": _CLAIM,
    "ClaimChanges": changes("What changes in the claim. A list takes the place of the whole list.", _CLAIM),
    "ReviewToDraft": _REVIEW,
    "ReviewChanges": changes("What changes in the draft. A list takes the place of the whole list.", _REVIEW),
    "Written": keys("What was made or changed.", id=UUID, url=about(URL, "Where it can be read by this token.")),
    "ClaimDraft": keys("A claim as it was logged.", id=UUID, **_CLAIM["properties"], logged_at=MOMENT),
    "ReviewDraft": keys(
        "A review as it is at the desk, published or not.",
        id=UUID,
        state={"type": "string", "enum": ["draft", "submitted", "approved", "published", "withdrawn"]},
        **_REVIEW["properties"],
        created_at=MOMENT,
        changed_at=MOMENT,
    ),
    **{
        f"{name}List": keys(
            "A page, newest first.",
            next={"type": ["string", "null"], "format": "uri", "description": "The page after this one."},
            results=listed(ref(name)),
        )
        for name in ("ClaimDraft", "ReviewDraft")
    },
}
