"""Match: the question, the answer, and both for a batch."""

from typing import Annotated, Any

import orjson
from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from api.schema.item_fields import fields_of
from factcheck.record.lists.values import WORDS
from factcheck.record.matching.differences.comparison import Difference
from factcheck.record.readmodel.bodies import Claim, NameOfPublisher, Review, ReviewOfClaim, VerdictName
from factcheck.record.search.questions import MAX_QUESTION, MAX_RAW
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.output import Nested, Output, Share, SiteUrl, left_out, one_of, same_field, stored
from factcheck.record.statements.parts import Part, optional, required
from factcheck.record.statements.schema import Json
from factcheck.record.statements.values import Choices, DayOrNull, OneOf, Rule, read_text

LIMIT, MAX_LIMIT = 10, 20  # claims for each question
MAX_TEXTS = 50  # questions in a batch

MAX_CANDIDATES = 5
MAX_BRIEF = 1000  # bytes of a match in brief

# The text can't be only white space and can't contain control characters. JSON Schema counts characters before NFC.
QUESTION: Json = {
    "type": "string",
    "pattern": f"^{WORDS}$",
    "maxLength": MAX_RAW,
    "description": f"At most {MAX_QUESTION:,} characters, counted in NFC.",
}
_Text = Annotated[str, Rule(lambda text: read_text(text, MAX_QUESTION), QUESTION)]


class View(Choices):
    BRIEF = "brief"
    FULL = "full"


def _read_size(value: Any) -> int:
    """Return the number of claims. 3.0 is also an integer (JSON Schema, 6.1.1)."""
    if isinstance(value, bool) or value not in range(1, MAX_LIMIT + 1):
        raise InvalidValue("one_of", words=f"1 to {MAX_LIMIT}")
    return int(value)


# Generators of clients would demand a key with a default.
_SIZE = {
    "type": "integer",
    "minimum": 1,
    "maximum": MAX_LIMIT,
    "description": f"The maximum number of claims in the three lists together. {LIMIT} if absent.",
}


class _Options(Part):
    page_size: Annotated[int, PlainValidator(_read_size), WithJsonSchema(_SIZE)] = LIMIT
    view: Annotated[str, OneOf(View)] = Field(
        View.FULL,
        description="`full` sends the claims and reviews of results in full, and `brief` at most"
        f" {MAX_BRIEF:,} bytes for each result. `full` if absent.",
    )
    fields: list[str] = optional("", "Only these fields of each match, for example `claim.text`.", default=list)


class Question(_Options):
    text: _Text = required(
        "",
        f"A sentence, a post in its original words, or a longer text, up to {MAX_QUESTION:,} characters in NFC.",
        "Nước lũ đã lên tới mái chùa",
    )
    posted: DayOrNull = optional("", "The date of the post. If absent, a date at the end of the text is used.")


class Questions(_Options):
    texts: Annotated[list[_Text], Field(min_length=1, max_length=MAX_TEXTS)]
    posted: list[DayOrNull] = optional("", "The date of each post, or null.", default=list)


class MatchedParts(Nested):
    """The parts of the score."""

    words: Share
    """The share of the text's words that occur in the claim. Rare words count more."""
    meaning: Share | SkipJsonSchema[None] = left_out()
    """How close the meaning is. Absent if the meaning wasn't compared."""
    differs: list[Difference]
    """The points on which your text and the claim certainly differ."""
    asked: list[str]
    """Your words that the claim doesn't contain. Words such as "the" are left out, so both lists can be empty."""
    checked: list[str]
    """The claim's words that your text doesn't contain."""


class BriefClaim(Nested):
    """The claim. A long text is cut and ends with "…"."""

    id: str = same_field(Claim, "id")
    text: str


class BriefReview(Nested):
    """A live review of the claim."""

    url: str = same_field(ReviewOfClaim, "url")
    language: str = same_field(ReviewOfClaim, "language")
    answer: str
    """The claim, its verdict and the reason, in one line of at most 250 bytes."""
    verdict: VerdictName
    mapped_by: str | SkipJsonSchema[None] = left_out()
    """The site of the newsroom in which two people mapped the publisher's words to this verdict, if they did."""
    reviewed_on: str | None = same_field(ReviewOfClaim, "reviewed_on")
    publisher: NameOfPublisher


class OtherClaim(Nested):
    """A claim that a program put together with the claim of the match."""

    claim: BriefClaim
    says_the_same: bool
    """Whether the claim says the same as your text. If not, its verdicts may be wrong for your text."""
    reviews: list[BriefReview]
    """The claim's newest live reviews, at most four."""


class PictureMatching(Output):
    """The answer to a picture. Nobody keeps the picture."""

    results: list[Annotated[orjson.Fragment, stored("Claim")]]
    """At most 10 claims with a similar picture, the most similar first."""


class Match(Output):
    """A claim that says the same, or something else about the same thing."""

    claim: Annotated[orjson.Fragment, stored("Claim")]
    reviews: list[Annotated[orjson.Fragment, stored("Review")]]
    """The claim's live reviews."""
    score: Share
    """The probability that the claim is about the same thing."""
    judged_by: Annotated[str, one_of(["words+meaning", "words", "meaning"])]
    """The parts that the score is based on. They don't decide which list the claim is in."""
    matched: MatchedParts
    others: list[OtherClaim]
    """Other claims that say the same as your text, or have the same words as this claim."""
    verdicts: Annotated[str, one_of(["agree", "conflict"])] | None
    """Whether verdicts of the claim and of others that say the same agree or conflict. Otherwise null."""


class BriefMatch(Match):
    """The match in at most 1,000 bytes."""

    claim: BriefClaim  # type: ignore[assignment]
    reviews: list[BriefReview]  # type: ignore[assignment]
    """The claim's newest live reviews."""
    reviews_left_out: int
    """The number of live reviews of these claims that had no room."""


class Candidate(Output):
    """A claim that is probably about something else."""

    claim: BriefClaim
    score: Share
    """The probability that the claim is about the same thing."""
    url: SiteUrl
    """The page of the claim's newest review."""


class Matching(Output):
    """Published claims that are similar to your text, in three lists, each with the best match first."""

    results: list[Match]
    """The claims that say the same as your text."""
    related: list[Match]
    """The claims about the same thing that say something else, or for which it can't be told."""
    candidates: list[Candidate]
    """The best five of the less similar claims. Most of them are about something else."""
    threshold: Share
    """Claims with a lower score aren't judged and can't be results, unless they have the words of your text."""
    method: Annotated[str, one_of(["words+meaning", "words"])]
    explanation: str | None
    """Why the meaning wasn't compared, or wasn't compared with all claims."""
    not_compared: Annotated[int, Field(ge=0, le=1000)]
    """The number of reviews that can't be compared yet, because their meaning hasn't been computed. At most 1,000."""


class BriefMatching(Matching):
    """The answer with `view=brief`."""

    results: list[BriefMatch]  # type: ignore[assignment]
    """The claims that say the same as your text."""
    related: list[BriefMatch]  # type: ignore[assignment]
    """The claims about the same thing that say something else, or for which it can't be told."""


class MatchingBatch(Output):
    """The answers to several texts."""

    answers: list[Matching] | list[BriefMatching]
    """One answer for each text, in the order of the texts."""


# The paths for the parameter `fields`.
MATCH_FIELDS = frozenset(
    [
        *fields_of(BriefMatch),
        *(f"claim.{path}" for path in fields_of(Claim)),
        *(f"reviews.{path}" for path in fields_of(Review)),
    ]
)
