"""Published content as readers get it: the statement, and what publication and this site add.

`log/entries.py` and `review_rows.py` make the bodies. Docstrings of classes and fields are descriptions in OpenAPI.
Within v1, keys may be added but never removed.
"""

from typing import Annotated, Any

import orjson
from pydantic import Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from factcheck.record.log.models import CORRECTION_CLASSES, ChangeClass
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.statements import demand, review, tombstone
from factcheck.record.statements.erasure import ErasureNotice, Ground
from factcheck.record.statements.output import (
    Digest,
    Hex,
    Nested,
    Output,
    SiteUrl,
    Tag,
    Time,
    Uuid,
    construct,
    left_out,
    named,
    one_of,
    same_field,
)


class LogEntry(Output):
    """An entry of the log."""

    sequence: int
    """The entry's index in the log."""
    at: Time
    kind: str
    """`review.original`, `review.update`, …, `demand.published`, `claim.merge`, `key.rotation`. Others may follow."""
    subject: Uuid
    """The review, demand or claim that the entry is about."""
    number: int
    """The revision's number within the subject."""
    digest: Digest


class Change(LogEntry):
    """An entry of the log."""

    body: Annotated[orjson.Fragment | None, WithJsonSchema({"type": ["object", "null"]})]
    """The current content at the subject's URL. Null if there is a later entry about the same subject."""


class VerdictName(Output):
    """The name of a verdict. All values are null if the revision doesn't have a verdict."""

    scale: str | None
    """The rating scale."""
    slug: str | None
    """The slug in this scale."""
    label: str | None
    """The label in the review's language."""


class _Change(Output):
    """A change after the first publication."""

    revision: int
    """The revision's number."""
    at: Time
    """When the change was published."""
    kind: str
    """The kind of change."""
    class_: Annotated[str, one_of(CORRECTION_CLASSES)] | None = named("class")
    """How significant the change is."""
    note: str | None
    """The publisher's public note about the change."""
    publisher: str
    """The site of the review’s publisher."""
    verdict_before: VerdictName | None
    verdict_after: VerdictName | None


class Correction(_Change):
    """A change after the first publication."""

    kind: Annotated[str, one_of(["update", "correction"])]
    """The kind of change."""
    verdict_after: VerdictName


class ChangedReview(Nested):
    """The review in this revision."""

    id: Uuid
    url: SiteUrl
    headline: str | None
    language: Tag


class CorrectionOfReview(_Change):
    """A change after the first publication, with the review that was changed."""

    kind: Annotated[str, one_of(PublishedCorrection.Kind.values)]
    """The kind of change."""
    note: str | None
    """The public note or reason. For an erasure, the public notice."""
    publisher: str
    """The site of the review’s publisher, or of the newsroom that erased it."""
    ground: Annotated[str, one_of(Ground.values())] | None
    """The ground of an erasure."""
    erased: bool
    """Whether the texts of this change were erased later."""
    sequence: int
    """The revision's entry in the public log."""
    review: ChangedReview


class CurrentRevision(Output):
    """The current revision."""

    number: int
    """The revision's number, from 1."""
    kind: Annotated[str, one_of(["original", "update", "correction", "withdrawal", "reinstatement"])]
    """The kind of publication."""
    class_: Annotated[str, one_of(ChangeClass.values)] | None = named("class")
    """How significant the change is."""
    note: str | None
    """The publisher's public note about the change."""
    sequence: int
    """The revision's entry in the public log."""
    digest: Digest


class Withdrawal(CurrentRevision, Nested):
    """The withdrawal."""

    kind: Annotated[str, one_of(["withdrawal"])]


class Approval(Nested):
    """Only if the two people who submitted and approved the revision signed it with their passkeys."""

    commitment: Hex
    """SHA-256 of the salt and their signatures."""


class _Times(Output):
    approval: Approval | SkipJsonSchema[None] = left_out()
    published_at: Time
    """When the first revision was published on this site."""
    updated_at: Time
    """When this revision was published."""


class _AtPublication(_Times):
    corrections: list[Correction]
    """All changes of the verdict, the claim or the text."""


class _WithId(Output):
    id: Uuid


class _WithUrl(_WithId):
    url: SiteUrl
    """The statement's page on this site."""


class Review(_AtPublication, review.Review, _WithUrl):
    """A published review."""

    revision: CurrentRevision


class Tombstone(_AtPublication, tombstone.Tombstone, _WithUrl):
    """The document that remains at the URL of a withdrawn review."""

    revision: Withdrawal


class Erasure(_AtPublication, _WithUrl):
    """The body of an erased review."""

    notice: ErasureNotice
    revision: CurrentRevision


class RevisionOfDocument(Nested):
    """The revision that a document belongs to."""

    number: int
    kind: str
    class_: str | None = named("class")
    note: str | None


class Document(_AtPublication, _WithId):
    """A review, tombstone or erasure notice as canonical JSON (RFC 8785).

    It doesn't contain `url`, `revision.sequence` and `revision.digest`, which depend on the serving site.
    """

    revision: Annotated[RevisionOfDocument, WithJsonSchema({"type": "object"})]


class MappedBy(Nested):
    """The newsroom that proposed the mapping, which a second person approved."""

    name: str
    site: str
    sequence: int
    """The entry of the adoption in the public log."""


class MappedVerdict(Output, review.Verdict):
    """The verdict on a scale of this site that two people have mapped to the publisher's words."""

    mapped_by: MappedBy


class NameOfPublisher(Nested):
    """The review's publisher."""

    name: str
    site: str


class ReviewOfClaim(Output):
    """A short version of a live review of the claim."""

    id: str = same_field(Review, "id")
    url: str = same_field(Review, "url")
    original_url: str | None = same_field(Review, "original_url")
    language: str = same_field(Review, "language")
    headline: str | None = same_field(Review, "headline")
    verdict: review.Verdict = same_field(Review, "verdict")
    reviewed_on: str | None = same_field(Review, "reviewed_on")
    published_at: str = same_field(Review, "published_at")
    updated_at: str = same_field(Review, "updated_at")
    publisher: NameOfPublisher


class Claim(Output, review.ReviewedClaim):
    """A claim, as stated in its newest live review. It includes the live reviews of merged claims."""

    url: SiteUrl
    """The claim's URL in this API."""
    merged: list[review.ReviewedClaim]
    """The claims merged into this claim, each as stated in its newest review."""
    topics: list[review.Topic]
    """The topics of the claim's reviews."""
    reviews: Annotated[list[ReviewOfClaim], Field(min_length=1)]
    """Short versions of the claim's live reviews, oldest first."""
    published_at: Time
    """When the claim's first review was published on this site."""
    updated_at: Time
    """When a review of the claim was last published or changed."""
    license: SiteUrl
    """The licence of this response."""


class ClaimTombstone(_WithId):
    """A claim that no longer has a live review."""

    url: SiteUrl
    reviews: Annotated[list[Any], Field(max_length=0)]
    license: SiteUrl


class _RevisionOfDemand(Output):
    number: int
    """The revision's number, from 1."""
    kind: Annotated[str, one_of(["published", "updated"])]
    class_: None = named("class")
    note: str | None
    """A note about the change. Null for the first revision."""


class RevisionOfDemand(_RevisionOfDemand, Nested):
    """The current revision."""


class CurrentDemandRevision(_RevisionOfDemand):
    """The current revision."""

    sequence: int
    """The revision's entry in the public log."""
    digest: Digest


class Demand(_Times, demand.Demand):
    """A demand to change or remove a review."""

    url: SiteUrl
    """The demand's page on this site."""
    revision: CurrentDemandRevision


class DemandDocument(_Times, demand.Demand):
    """A demand as canonical JSON (RFC 8785), without the site's `url`, `revision.sequence` and `revision.digest`."""

    revision: RevisionOfDemand


Kept = Review | Tombstone  # of a review that hasn't been erased


def kept_review(body: str | bytes) -> Kept:
    """Return a live review, or the tombstone of a withdrawn review."""
    found = any_review(body)
    assert not isinstance(found, Erasure)
    return found


def any_review(body: str | bytes) -> Kept | Erasure:
    """Return what a body contains. In a document or a statement, the keys that are added later are null."""
    values = orjson.loads(body)
    if "notice" in values:
        return construct(Erasure, values)
    return construct(Review, values) if "verdict" in values else construct(Tombstone, values)
