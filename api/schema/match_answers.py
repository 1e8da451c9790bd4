"""Match: the question, the answer, and both for a batch."""

from typing import Annotated

import orjson
from pydantic import Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from factcheck.record.lists.values import WORDS
from factcheck.record.matching.differences.comparison import Difference
from factcheck.record.search.questions import MAX_QUESTION, MAX_RAW
from factcheck.record.statements.output import Nested, Output, Share, left_out, one_of, stored
from factcheck.record.statements.parts import Part
from factcheck.record.statements.schema import Json

LIMIT, MAX_LIMIT = 10, 20  # claims for each question
MAX_TEXTS = 50  # questions in a batch

# The text can't be only white space and can't contain control characters. JSON Schema counts characters before NFC.
QUESTION: Json = {
    "type": "string",
    "pattern": f"^{WORDS}$",
    "maxLength": MAX_RAW,
    "description": f"At most {MAX_QUESTION:,} characters, counted in NFC.",
}
_Text = Annotated[str, WithJsonSchema(QUESTION)]
_Limit = Annotated[
    int,
    # Generators of clients would demand a key with a default.
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "description": f"{LIMIT} if absent."}),
]


class Question(Part):
    text: _Text
    page_size: _Limit = LIMIT


class Questions(Part):
    texts: Annotated[list[_Text], Field(min_length=1, max_length=MAX_TEXTS)]
    page_size: _Limit = LIMIT


class MatchedParts(Nested):
    """The parts of the score."""

    words: Share
    """The share of the text's words that occur in the claim. Rare words count more."""
    meaning: Share | SkipJsonSchema[None] = left_out()
    """How close the meaning is. Absent if the meaning wasn't compared."""
    differs: list[Difference]
    """The points on which your text and the claim differ."""


class Match(Output):
    """A claim that may say the same."""

    claim: Annotated[orjson.Fragment, stored("Claim")]
    reviews: list[Annotated[orjson.Fragment, stored("Review")]]
    """The claim's live reviews."""
    score: Share
    """The probability that the claim says the same."""
    judged_by: Annotated[str, one_of(["words+meaning", "words", "meaning"])]
    """The parts that the score is based on."""
    matched: MatchedParts


class Matching(Output):
    """Published claims that say the same as your text, best match first."""

    results: list[Match]
    """The claims with a score at or above the threshold."""
    candidates: list[Match]
    """Similar claims below the threshold. Most of them are about something else."""
    threshold: Share
    """The lowest score of a result."""
    method: Annotated[str, one_of(["words+meaning", "words"])]
    explanation: str | None
    """Why the meaning wasn't compared, or wasn't compared with all claims."""


class MatchingBatch(Output):
    """The answers to several texts."""

    answers: list[Matching]
    """One answer for each text, in the order of the texts."""
