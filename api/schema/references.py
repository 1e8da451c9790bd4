"""References and statistics: publishers, claimants, topics, rating scales, and numbers of reviews."""

from typing import Annotated

import orjson
from pydantic import WithJsonSchema

from factcheck.record.evidence.source_checks import SourceState
from factcheck.record.lists.counts import GROUPS
from factcheck.record.log.models import CORRECTION_CLASSES
from factcheck.record.statements import review
from factcheck.record.statements.demand import From, Outcome
from factcheck.record.statements.output import Nested, Output, SiteUrl, Tag, Time, Uuid, same_field
from factcheck.record.statements.schema import Json

Texts = Annotated[
    dict[str, str],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}, "description": "By language."}),
]

_CHOICES: Json = {
    "days_from": {"type": "integer", "description": "The first day of the span."},
    "days_to": {"type": ["integer", "null"], "description": "The last day of the span. Null if the span has no end."},
    "month": {"type": "string", "description": "Year and month in UTC."},
    "change": {
        "type": "string",
        "enum": [*CORRECTION_CLASSES, "withdrawal", "reinstatement", "erasure"],
        "description": "The class of a correction or update, or the change of the review's state.",
    },
    "state": {
        "type": "string",
        "enum": SourceState.values,
        "description": "The result of the newest check of a source.",
    },
    "from": {"type": "string", "enum": From.values(), "description": "The kind of sender."},
    "outcome": {"type": "string", "enum": Outcome.values(), "description": "The outcome of the demand."},
}


def _group(description: str, count: str, keys: Json) -> WithJsonSchema:
    """Return the schema of a group: the number, and the values that the group has in common."""
    number = {"type": "integer", "description": count} if count else {"type": "integer"}
    return WithJsonSchema(
        {"type": "object", "description": description, "required": ["count"], "properties": {"count": number, **keys}}
    )


class Totals(Nested):
    """Totals of the whole record, whatever the filters."""

    reviews: int
    """Live reviews."""
    withdrawn_reviews: int
    """Withdrawn reviews."""
    claims: int
    """Claims with a live review."""
    corrections: int
    """Corrections and updates of reviews."""
    publishers: int
    """Publishers of live reviews."""
    languages: int
    """Languages of live reviews."""


class NumberOfReviews(Nested):
    """The number of live reviews that match your filters."""

    value: int
    """A lower bound if `exact` is false."""
    exact: bool
    """False if counting took too long."""


class Groups(Nested):
    """The groups of `group_by`. Empty without `group_by`."""

    values: list[
        Annotated[
            Json,
            _group(
                "A group, with a value for each name in `group_by`. Null means that the review doesn't have a value.",
                "The number of live reviews.",
                {name: {"type": ["string", "null"]} for name in GROUPS},
            ),
        ]
    ]
    """The groups, largest first."""
    exact: bool
    """False if counting took too long. The numbers are then lower bounds."""
    complete: bool
    """False if there are more than 10,000 groups."""


class Stats(Output):
    """Totals of the record, and the number of reviews by group."""

    totals: Totals
    count: NumberOfReviews
    groups: Groups


class Statistic(Output):
    """Numbers of the whole record, by group."""

    count: int
    """The sum of all counts."""
    left_out: int
    """Reviews without days: the date of the claim is unknown or later than the review."""
    median_days: Annotated[float | None, WithJsonSchema({"type": ["number", "null"]})]
    """The median of the days. Null if the statistic isn't of days."""
    values: list[Annotated[Json, _group("A group, with the keys of its statistic.", "", _CHOICES)]]
    """The groups."""


class ReviewOfChange(Nested):
    """The review of this entry."""

    id: Uuid
    revision: int


class ProfileChange(Nested):
    """A change in what a newsroom's reviews say about the newsroom or about a verdict."""

    sequence: int
    """The log entry of the first review with this content."""
    at: Time
    review: ReviewOfChange
    verdict: str | None
    """The verdict as `scale:slug`. Null if the newsroom's details changed."""
    content: Annotated[orjson.Fragment, WithJsonSchema({"type": "object"})]
    """The newsroom as in `publisher` of a review, or the verdict on the scale."""


class CountedLanguage(Nested):
    """A language."""

    language: Tag
    count: int


class NewestReview(Nested):
    """The review that was first published last."""

    id: Uuid
    url: SiteUrl
    headline: str | None
    language: Tag
    published_at: Time


class AddedToPublisher(Output):
    """The fields that the site adds to a stored publisher."""

    review_count: int
    """The number of live reviews."""
    languages: list[CountedLanguage]
    """The languages of the live reviews, most frequent first."""
    newest_review: NewestReview
    reviews_url: SiteUrl
    """The list of the publisher's reviews."""
    profile_changes: list[ProfileChange]
    """Up to 200 changes, newest first. Empty for the publisher of imported reviews."""


class PublisherDetail(AddedToPublisher, review.Publisher):
    """A publisher, with its live reviews."""


class ClaimOfClaimant(Nested):
    """A claim."""

    id: Uuid
    url: SiteUrl
    text: str
    language: Tag
    claimed_on: str | None = same_field(review.ReviewedClaim, "claimed_on")


class AddedToClaimant(Output):
    """The fields that the site adds to a stored claimant."""

    claims: list[ClaimOfClaimant]
    """Up to 20 claims with a live review, newest first."""
    claims_url: SiteUrl
    """The list of all claims of this claimant."""


class ClaimantDetail(AddedToClaimant, review.Claimant):
    """A claimant, with the newest claims. There are no numbers or verdicts, because nobody is scored."""


class VerdictOfScale(Nested):
    """A verdict."""

    slug: str
    value: int | None
    labels: Texts
    meanings: Texts


class RatingScale(Output):
    """A rating scale, with the verdicts that live reviews use."""

    slug: str
    best: int | None
    worst: int | None
    verdicts: list[VerdictOfScale]
