"""The tables for readers: reviews, claims, references, corrections, merges and demands, now and in the past.

All rows are derived from the log (`manage.py rebuild_record`). The log entry `sequence` made a past row public, and the
entry `until` replaced it. The past rows of erased reviews are deleted. The database rules are in `sql/`.
"""

from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from factcheck.database import lookups as lookups
from factcheck.record.readmodel.row_models import ClaimRow, ReviewRow

SHELF_BITS = 11  # the search indexes group 2**11 log entries into a shelf


def search_index(name: str) -> GinIndex:
    """An index of words by log shelf, so that a search can read only the newest shelves (`search/ranking.py`).

    New words are added to the index's pending list and merged into the index together, which is faster for many rows.
    Every search reads the whole pending list, so the size of the list is limited to a megabyte. The list is emptied at
    the end of each SQL statement (`sql/search_indexes.sql`).
    """
    shelf = F("sequence").bitrightshift(SHELF_BITS)
    return GinIndex(shelf, "search", name=name, gin_pending_list_limit=1024, condition=Q(status="live"))


class PublishedReview(ReviewRow):
    """A review in its current public state."""

    id = models.UUIDField(primary_key=True)
    search = models.GeneratedField(
        expression=Func(F("body"), function="public.record_review_search"),
        output_field=SearchVectorField(),
        db_persist=True,
        help_text="The weighted words of the body, as computed by the database (`sql/first/search.sql`).",
    )

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
                F("original_verdict"), F("published_at").desc(), F("id").desc(), name="review_original_verdict"
            ),
            models.Index(F("publisher"), F("published_at").desc(), F("id").desc(), name="review_publisher"),
            models.Index(F("claimant"), F("published_at").desc(), F("id").desc(), name="review_claimant"),
            models.Index(fields=["claim_id"], name="review_claim"),
            HashIndex(fields=["original_key"], name="review_original"),
            # There are only a few reviews by this site's newsrooms among a million imported reviews.
            models.Index(fields=["claim_id"], name="review_ours", condition=Q(status="live", original_key=None)),
            GinIndex(fields=["topics"], name="review_topics"),
            GinIndex(fields=["appearance_keys"], name="review_appearances"),
            GinIndex(fields=["link_keys"], name="review_links"),
            models.Index(F("updated_at").desc(), name="review_withdrawn", condition=Q(status="withdrawn")),
            search_index("review_search"),
        ]

    def __str__(self) -> str:
        return f"{self.id} as of {self.sequence}"


class PublishedClaim(ClaimRow):
    """A claim in its current public state: the claim from its newest review, and its reviews."""

    id = models.UUIDField(primary_key=True)
    search = SearchVectorField(
        null=True, editable=False, help_text="The words of the claim’s live reviews (`sql/claim_search.sql`)."
    )

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
            GinIndex(fields=["topics"], name="claim_topics"),
            GinIndex(fields=["appearance_keys"], name="claim_appearances"),
            search_index("claim_search"),
        ]

    def __str__(self) -> str:
        return f"{self.id} as of {self.sequence}"


class MergeQuerySet(models.QuerySet["PublishedMerge"]):
    def in_force(self) -> "MergeQuerySet":
        """The newest merge or split of each claim."""
        return self.filter(until=None)

    def merged(self) -> "MergeQuerySet":
        """The merges in force. Splits are left out."""
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


class PublishedTotal(models.Model):
    """The number of reviews or claims with a value of a facet, or with a value of each of two facets.

    Triggers maintain the rows (`sql/totals.sql`).
    """

    pk = models.CompositePrimaryKey("rows", "facet", "value", "other")
    rows = models.CharField(max_length=10, help_text="reviews or claims")
    facet = models.CharField(max_length=40, help_text="A facet, or two facets in alphabetical order with a comma.")
    value = models.CharField(max_length=255, help_text="Empty for rows without a value.")
    other = models.CharField(max_length=255, help_text="The value of the second facet. Empty if there is one facet.")
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="total_of_a_row")]

    def __str__(self) -> str:
        return f"{self.number} {self.rows} with {self.facet} {self.value} {self.other}".rstrip()


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


UNTIL = "The entry that replaced this row."


class PastReview(ReviewRow):
    """A past public state of a review."""

    id = models.UUIDField()
    sequence = models.BigIntegerField(primary_key=True, help_text="The entry that this row shows.")
    until = models.BigIntegerField(help_text=UNTIL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("sequence")), name="pastreview_until_later"),
        ]
        indexes = [
            models.Index(fields=["id", "sequence"], name="pastreview_id"),
            models.Index(fields=["claim_id"], name="pastreview_claim"),
            GinIndex(fields=["link_keys"], name="pastreview_links"),
            models.Index(
                F("published_at").desc(), F("id").desc(), name="pastreview_published", condition=Q(status="live")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} from {self.sequence} until {self.until}"


class PastClaim(ClaimRow):
    """A past public state of a claim and its reviews."""

    pk = models.CompositePrimaryKey("id", "sequence")
    id = models.UUIDField()
    until = models.BigIntegerField(help_text=UNTIL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("sequence")), name="pastclaim_until_later"),
        ]
        indexes = [
            models.Index(
                F("published_at").desc(), F("id").desc(), name="pastclaim_published", condition=Q(status="live")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} from {self.sequence} until {self.until}"
