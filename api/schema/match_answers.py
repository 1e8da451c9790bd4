"""JSON Schemas of match: the question, the answer, and both for a batch."""

from typing import Any, get_args

from api.http.parameter_values import WORDS
from api.schema.bodies import TEXT_OR_NULL, array_of, described, object_of
from api.schema.operations import ref
from factcheck.record.formats.questions import MAX_QUESTION, MAX_RAW
from factcheck.record.matching.differences.comparison import Difference

Json = dict[str, Any]

LIMIT, MAX_LIMIT = 10, 20  # claims for each question
MAX_TEXTS = 50  # questions in a batch

# The text can't be only white space and can't contain control characters. JSON Schema counts characters before NFC.
QUESTION: Json = {
    "type": "string",
    "pattern": f"^{WORDS}$",
    "maxLength": MAX_RAW,
    "description": f"At most {MAX_QUESTION:,} characters, counted in NFC.",
}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_LIMIT: Json = {
    "type": "integer",
    "minimum": 1,
    "maximum": MAX_LIMIT,
    # Generators of clients would demand a key with a default.
    "description": f"{LIMIT} if absent.",
}

MATCHES: Json = {
    "Question": {
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": QUESTION,
            "limit": _LIMIT,
        },
        "additionalProperties": False,
    },
    "Questions": {
        "type": "object",
        "required": ["texts"],
        "properties": {
            "texts": {"type": "array", "items": QUESTION, "minItems": 1, "maxItems": MAX_TEXTS},
            "limit": _LIMIT,
        },
        "additionalProperties": False,
    },
    "QuestionOrBatch": {"oneOf": [ref("Question"), ref("Questions")]},
    "MatchingBatch": object_of(
        "The answers to several texts.",
        answers=array_of(ref("Matching"), description="One answer for each text, in the order of the texts."),
    ),
    "MatchingOrBatch": {"oneOf": [ref("Matching"), ref("MatchingBatch")]},
    "Matching": object_of(
        "Published claims that say the same as your text, best match first.",
        results=array_of(ref("Match"), description="The claims with a score at or above the threshold."),
        candidates=array_of(
            ref("Match"), description="Similar claims below the threshold. Most of them are about something else."
        ),
        threshold=described(SHARE, "The lowest score of a result."),
        method={"type": "string", "enum": ["words+meaning", "words"]},
        explanation=described(TEXT_OR_NULL, "Why the meaning wasn't compared, or wasn't compared with all claims."),
    ),
    "Match": object_of(
        "A claim that may say the same.",
        claim=ref("Claim"),
        reviews=array_of(ref("Review"), description="The claim's live reviews."),
        score=described(SHARE, "The probability that the claim says the same."),
        judged_by={
            "type": "string",
            "enum": ["words+meaning", "words", "meaning"],
            "description": "The parts that the score is based on.",
        },
        matched={
            "type": "object",
            "description": "The parts of the score.",
            "required": ["words", "differs"],
            "properties": {
                "words": described(
                    SHARE, "The share of the text's words that occur in the claim. Rare words count more."
                ),
                "meaning": described(SHARE, "How close the meaning is. Absent if the meaning wasn't compared."),
                "differs": array_of(
                    {"type": "string", "enum": [*get_args(Difference)]},
                    description="The points on which your text and the claim differ.",
                ),
            },
        },
    ),
}
