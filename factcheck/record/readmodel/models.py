"""The tables for readers: reviews, claims, references, corrections, merges and demands.

All rows are derived from the log (`manage.py rebuild_record`). The database rules are in `sql/`.
"""

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from factcheck.database import lookups as lookups
from factcheck.record.readmodel.bodies import Erasure, Kept, Review, any_review
from factcheck.record.readmodel.row_models import MAX_ORIGINAL, RowQuerySet, Status

SHELF_BITS = 11  # the search indexes group 2**11 log entries into a shelf


def search_index(name: str) -> GinIndex:
    """Return an index of words by log shelf, so that a search can read only the newest shelves (`search/ranking.py`).

    New words are added to the index's pending list and merged into the index together, which is faster for many rows.
    Every search reads the whole pending list, so the size of the list is limited to a megabyte. The list is emptied at
    the end of each SQL statement (`sql/search_indexes.sql`).
    """
    shelf = F("sequence").bitrightshift(SHELF_BITS)
    return GinIndex(shelf, "search", name=name, gin_pending_list_limit=1024, condition=Q(status="live"))


class PublishedReview(models.Model):
    """A review in its current public state: its body in the API, with columns for filters."""

    id = models.UUIDField(primary_key=True)
    claim_id = models.UUIDField(null=True)
    earlier_claims = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="Other claims that earlier revisions were about.",
    )
    status = models.CharField(max_length=10, choices=Status)
    sequence = models.BigIntegerField(help_text="The entry that this row shows.")
    body = models.TextField(help_text="JSON, sent unchanged. For an erased review, the public notice.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case.")
    verdict = models.CharField(max_length=130, null=True, help_text="scale:slug")
    original_verdict = models.CharField(
        max_length=MAX_ORIGINAL, null=True, help_text="The publisher's own words, folded (`original_verdict_of`)."
    )
    mapped_by = models.BigIntegerField(
        null=True, help_text="The adoption from which `verdict` is derived. Null if the document contains the verdict."
    )
    publisher = models.CharField(max_length=255, help_text="The publisher's site.")
    claimant = models.UUIDField(null=True)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    appearance_keys = ArrayField(models.CharField(max_length=32), default=list)
    original_key = models.CharField(max_length=32, null=True)
    link_keys = ArrayField(
        models.BigIntegerField(), default=list, help_text="Keys of the URLs that the review cites (`link_key`)."
    )
    claimed_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    search = models.GeneratedField(
        expression=Func(F("body"), function="public.record_review_search"),
        output_field=SearchVectorField(),
        db_persist=True,
        help_text="The weighted words of the body, as computed by the database (`sql/first/search.sql`).",
    )

    objects = RowQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(F("published_at").desc(), F("id").desc(), name="review_published", condition=Q(status="live")),
            models.Index(F("updated_at").desc(), F("id").desc(), name="review_updated", condition=Q(status="live")),
            models.Index(
                F("reviewed_on").desc(nulls_last=True),
                F("id").desc(),
                name="review_reviewed",
                condition=Q(status="live"),
            ),
            models.Index(
                F("claimed_on").desc(nulls_last=True), F("id").desc(), name="review_claimed", condition=Q(status="live")
            ),
            models.Index(
                OpClass("language", name="varchar_pattern_ops"), F("published_at").desc(), name="review_language"
            ),
            models.Index(F("verdict"), F("published_at").desc(), F("id").desc(), name="review_verdict"),
            models.Index(
                F("original_verdict"),
                F("published_at").desc(),
                F("id").desc(),
                include=["status"],
                name="review_original_verdicts",
            ),
            # Live reviews are counted from this index alone, because rows with their bodies are large. A review has up
            # to MAX_TOPICS topics, so that the index can contain every row.
            models.Index(
                fields=["publisher", "language"],
                include=["verdict", "topics", "published_at", "reviewed_on", "claimed_on", "original_key"],
                name="review_counts",
                condition=Q(status="live"),
            ),
            models.Index(F("publisher"), F("published_at").desc(), F("id").desc(), name="review_publisher"),
            models.Index(F("claimant"), F("published_at").desc(), F("id").desc(), name="review_claimant"),
            models.Index(fields=["claim_id"], name="review_claim"),
            GinIndex(fields=["earlier_claims"], name="review_earlier_claims"),
            HashIndex(fields=["original_key"], name="review_original"),
            # There are only a few reviews by this site's newsrooms among a million imported reviews.
            models.Index(fields=["claim_id"], name="review_ours", condition=Q(status="live", original_key=None)),
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                name="review_newest_ours",
                condition=Q(status="live", original_key=None),
            ),
            GinIndex(fields=["topics"], name="review_topics"),
            GinIndex(fields=["appearance_keys"], name="review_appearances"),
            GinIndex(fields=["link_keys"], name="review_links"),
            models.Index(F("updated_at").desc(), name="review_withdrawn", condition=Q(status="withdrawn")),
            search_index("review_search"),
        ]

    def __str__(self) -> str:
        return f"{self.id} as of {self.sequence}"

    @cached_property
    def published(self) -> Kept | Erasure:
        return any_review(self.body)

    @property
    def live_body(self) -> Review:
        """The body of a live review."""
        assert isinstance(self.published, Review)
        return self.published


class PublishedClaim(models.Model):
    """A claim in its current public state: the claim from its newest review, and its reviews."""

    id = models.UUIDField(primary_key=True)
    status = models.CharField(max_length=10, choices=Status)
    sequence = models.BigIntegerField(help_text="The entry that made this row.")
    body = models.TextField(help_text="JSON, sent unchanged.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case.")
    claimant = models.UUIDField(null=True)
    verdicts = ArrayField(models.CharField(max_length=130), default=list)
    original_verdicts = ArrayField(models.CharField(max_length=MAX_ORIGINAL), default=list)
    publishers = ArrayField(models.CharField(max_length=255), default=list)
    origins = ArrayField(models.CharField(max_length=8), default=list, help_text="own, imported, or both.")
    years = ArrayField(models.CharField(max_length=4), default=list, help_text="The years of its dated reviews.")
    topics = ArrayField(models.CharField(max_length=60), default=list)
    appearance_keys = ArrayField(models.CharField(max_length=32), default=list)
    claimed_on = models.DateField(null=True)
    published_at = models.DateTimeField(help_text="When its first review was published.")
    updated_at = models.DateTimeField()
    search = SearchVectorField(
        null=True, editable=False, help_text="The words of the claim’s live reviews (`sql/claim_search.sql`)."
    )

    objects = RowQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(F("published_at").desc(), F("id").desc(), name="claim_published", condition=Q(status="live")),
            models.Index(F("updated_at").desc(), F("id").desc(), name="claim_updated", condition=Q(status="live")),
            models.Index(
                F("claimed_on").desc(nulls_last=True), F("id").desc(), name="claim_claimed", condition=Q(status="live")
            ),
            models.Index(
                OpClass("language", name="varchar_pattern_ops"), F("published_at").desc(), name="claim_language"
            ),
            models.Index(F("claimant"), F("published_at").desc(), F("id").desc(), name="claim_claimant"),
            GinIndex(fields=["verdicts"], name="claim_verdicts"),
            GinIndex(fields=["original_verdicts"], name="claim_original_verdicts"),
            GinIndex(fields=["publishers"], name="claim_publishers"),
            GinIndex(fields=["origins"], name="claim_origins"),
            GinIndex(fields=["years"], name="claim_years"),
            GinIndex(fields=["topics"], name="claim_topics"),
            GinIndex(fields=["appearance_keys"], name="claim_appearances"),
            search_index("claim_search"),
        ]

    def __str__(self) -> str:
        return f"{self.id} as of {self.sequence}"


class MergeQuerySet(models.QuerySet["PublishedMerge"]):
    def in_force(self) -> "MergeQuerySet":
        """Filter the newest merge or split of each claim."""
        return self.filter(until=None)

    def merged(self) -> "MergeQuerySet":
        """Filter the merges in force. Splits are left out."""
        return self.in_force().filter(into_id__isnull=False)


class PublishedMerge(models.Model):
    """A merge of a claim into another claim, or a split. It is in force until the next entry about the claim."""

    sequence = models.BigIntegerField(primary_key=True, help_text="The entry that this row shows.")
    until = models.BigIntegerField(null=True, help_text="The entry that replaced this row.")
    claim_id = models.UUIDField(help_text="The claim that was merged or split off.")
    into_id = models.UUIDField(
        null=True, help_text="The claim under which the merged claim is shown. Null for a split."
    )
    body = models.TextField(help_text="JSON, sent unchanged.")

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim_id"], condition=Q(until__isnull=True), name="merge_one_in_force"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("sequence")), name="merge_until_later"
            ),
            models.CheckConstraint(
                condition=Q(into_id__isnull=True) | ~Q(into_id=F("claim_id")), name="merge_into_another"
            ),
        ]
        indexes = [
            models.Index(fields=["claim_id"], name="merge_claim"),
            models.Index(fields=["into_id"], name="merge_into", condition=Q(into_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} from {self.sequence} until {self.until}"

    def is_in_force(self, sequence: int | None) -> bool:
        """Return whether the merge is in force now, or was after the entry `sequence`."""
        if sequence is None:
            return self.until is None
        return self.sequence <= sequence and (self.until is None or sequence < self.until)


class PublishedMapping(models.Model):
    """The verdict on a scale of this site that a publisher's words mean, from the newest adoption with these words."""

    key = models.CharField(
        primary_key=True,
        max_length=256 + MAX_ORIGINAL,
        help_text="The site, or nothing, a space, and the folded words.",
    )
    sequence = models.BigIntegerField(help_text="The entry of the adoption.")
    verdict = models.CharField(max_length=130, help_text="scale:slug")
    body = models.TextField(help_text="JSON: the verdict, and who mapped the words.")

    def __str__(self) -> str:
        return f"{self.key} by {self.sequence}"


class PublishedReference(models.Model):
    """A publisher, verdict, claimant or topic, from the newest document that refers to it."""

    class Kind(models.TextChoices):
        PUBLISHER = "publisher"
        VERDICT = "verdict"
        CLAIMANT = "claimant"
        TOPIC = "topic"

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=255, help_text="The site, scale:slug, ID or slug.")
    name = models.CharField(max_length=500, help_text="Lists are ordered by this name.")
    sequence = models.BigIntegerField(help_text="The entry with the newest document.")
    body = models.TextField(help_text="JSON, sent unchanged.")
    folded = models.GeneratedField(
        expression=Func(F("name"), function="public.record_folded"),
        output_field=models.TextField(),
        db_persist=True,
        help_text="The name in lower case without diacritics.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="publishedreference_key")]
        indexes = [
            models.Index("kind", Lower("name"), "key", name="publishedreference_name"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="publishedreference_folded"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class PublishedDemand(models.Model):
    """A demand in the public register, with columns for the API's filters."""

    id = models.UUIDField(primary_key=True)
    sequence = models.BigIntegerField(help_text="The entry that this row shows.")
    body = models.TextField(help_text="JSON, sent unchanged.")
    publisher = models.CharField(max_length=255, help_text="The site of the newsroom that received the demand.")
    review = models.UUIDField(null=True)
    from_type = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10)
    received_on = models.DateField()
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(F("published_at").desc(), F("id").desc(), name="demand_published"),
            models.Index(F("updated_at").desc(), F("id").desc(), name="demand_updated"),
            models.Index(F("received_on").desc(), F("id").desc(), name="demand_received"),
            models.Index(fields=["review"], name="demand_review"),
        ]

    def __str__(self) -> str:
        return f"{self.id} as of {self.sequence}"
