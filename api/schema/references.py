"""JSON Schemas of references and statistics: publishers, claimants, topics, rating scales, and numbers of reviews."""

from typing import Any

from api.schema.bodies import (
    BODIES,
    INTEGER,
    INTEGER_OR_NULL,
    LABELS,
    LANGUAGE,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    URL,
    UUID,
    array_of,
    described,
    object_of,
)
from api.schema.lists import page_of
from factcheck.record.lists.counts import GROUPS
from factcheck.record.log.models import CORRECTION_CLASSES
from factcheck.record.source_checks import SourceState
from factcheck.record.statements.demand import From, Outcome

Json = dict[str, Any]

_COUNT: Json = object_of(
    "The number of live reviews that match your filters.",
    value=described(INTEGER, "A lower bound if `exact` is false."),
    exact=described({"type": "boolean"}, "False if counting took too long."),
)
STATS: Json = object_of(
    "Totals of the record, and the number of reviews by group.",
    totals=object_of(
        "Totals of the whole record, whatever the filters.",
        reviews=described(INTEGER, "Live reviews."),
        withdrawn_reviews=described(INTEGER, "Withdrawn reviews."),
        claims=described(INTEGER, "Claims with a live review."),
        corrections=described(INTEGER, "Corrections and updates of reviews."),
        publishers=described(INTEGER, "Publishers of live reviews."),
        languages=described(INTEGER, "Languages of live reviews."),
    ),
    count=_COUNT,
    groups=object_of(
        "The groups of `group_by`. Empty without `group_by`.",
        values=array_of(
            {
                "type": "object",
                "description": "A group, with a value for each name in `group_by`. Null means that the review doesn't"
                " have a value.",
                "required": ["count"],
                "properties": {
                    "count": described(INTEGER, "The number of live reviews."),
                    **dict.fromkeys(GROUPS, TEXT_OR_NULL),
                },
            },
            description="The groups, largest first.",
        ),
        exact=described({"type": "boolean"}, "False if counting took too long. The numbers are then lower bounds."),
        complete=described({"type": "boolean"}, "False if there are more than 10,000 groups."),
    ),
)
_CHOICES: Json = {
    "days_from": described(INTEGER, "The first day of the span."),
    "days_to": described(INTEGER_OR_NULL, "The last day of the span. Null if the span has no end."),
    "month": described(TEXT, "Year and month in UTC."),
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
STATISTIC: Json = object_of(
    "Numbers of the whole record, by group.",
    count=described(INTEGER, "The sum of all counts."),
    left_out=described(INTEGER, "Reviews without days: the date of the claim is unknown or later than the review."),
    median_days=described({"type": ["number", "null"]}, "The median of the days. Null if the statistic isn't of days."),
    values=array_of(
        {
            "type": "object",
            "description": "A group, with the keys of its statistic.",
            "required": ["count"],
            "properties": {"count": INTEGER, **_CHOICES},
        },
        description="The groups.",
    ),
)

_PROFILE_CHANGE: Json = object_of(
    "A change in what a newsroom's reviews say about the newsroom or about a verdict.",
    sequence=described(INTEGER, "The log entry of the first review with this content."),
    at=TIME,
    review=object_of("The review of this entry.", id=UUID, revision=INTEGER),
    verdict=described(TEXT_OR_NULL, "The verdict as `scale:slug`. Null if the newsroom's details changed."),
    content=described({"type": "object"}, "The newsroom as in `publisher` of a review, or the verdict on the scale."),
)

REFERENCES: Json = {
    **{f"{name}List": page_of(name) for name in ("Publisher", "Claimant", "Topic", "RatingScale")},
    "PublisherDetail": object_of(
        "A publisher, with its live reviews.",
        **BODIES["Publisher"]["properties"],
        review_count=described(INTEGER, "The number of live reviews."),
        languages=array_of(
            object_of("A language.", language=LANGUAGE, count=INTEGER),
            description="The languages of the live reviews, most frequent first.",
        ),
        newest_review=object_of(
            "The review that was first published last.",
            id=UUID,
            url=URL,
            headline=TEXT_OR_NULL,
            language=LANGUAGE,
            published_at=TIME,
        ),
        reviews_url=described(URL, "The list of the publisher's reviews."),
        profile_changes=array_of(
            _PROFILE_CHANGE,
            description="Up to 200 changes, newest first. Empty for the publisher of imported reviews.",
        ),
    ),
    "ClaimantDetail": object_of(
        "A claimant, with the newest claims. There are no numbers or verdicts, because nobody is scored.",
        **BODIES["Claimant"]["properties"],
        claims=array_of(
            object_of(
                "A claim.",
                id=UUID,
                url=URL,
                text=TEXT,
                language=LANGUAGE,
                claimed_on=BODIES["Claim"]["properties"]["claimed_on"],
            ),
            description="Up to 20 claims with a live review, newest first.",
        ),
        claims_url=described(URL, "The list of all claims of this claimant."),
    ),
    "RatingScale": object_of(
        "A rating scale, with the verdicts that live reviews use.",
        slug=TEXT,
        best=INTEGER_OR_NULL,
        worst=INTEGER_OR_NULL,
        verdicts=array_of(object_of("A verdict.", slug=TEXT, value=INTEGER_OR_NULL, labels=LABELS, meanings=LABELS)),
    ),
    "Stats": STATS,
    "Statistic": STATISTIC,
}
