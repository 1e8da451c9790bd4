"""Rows that imported records refer to: publishers, verdicts, claimants and topics."""

import secrets
import time
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Left
from django.utils import timezone

from factcheck.database.bulk_writes import insert
from factcheck.editorial.drafts.statement_columns import columns_of
from factcheck.editorial.models import Claim, Claimant, Publisher, Review, Topic, TopicLabel, Verdict
from factcheck.editorial.models.claims import SORTED_CHARACTERS
from factcheck.imports.readers.imported_review import ImportedClaimant
from factcheck.imports.readers.imported_review import ImportedReview as Record
from factcheck.record.formats.urls import review_id_of

_Identity = tuple[str, str, str, str, tuple[str, ...]]
_Key = str | _Identity


def new_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562, section 5.7): milliseconds since 1970, and 74 random bits.

    These ids are sorted by time, so the rows of an import are close together in each index (ADR 15).
    """
    milliseconds, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance & (1 << 62) - 1)


class References:
    """The rows that these records refer to, loaded once: publishers, verdicts, claimants, topics and given ids."""

    def __init__(self, newsroom: Publisher, records: Iterable[Record]) -> None:
        self.newsroom = newsroom
        records = list(records)
        sites = {record.publisher.site for record in records}
        self.publishers = {row.site: row for row in Publisher.objects.filter(site__in=sites)}
        newsrooms = Publisher.objects.newsrooms().filter(site__in=self.publishers)
        self.newsrooms = set(newsrooms.values_list("site", flat=True)) | {newsroom.site}
        verdicts = Verdict.objects.filter(slug__in={slug for record in records if (slug := record.verdict.slug)})
        self._verdicts: dict[tuple[str | None, str | None], int] = {
            (verdict.scale.slug, verdict.slug): verdict.pk for verdict in verdicts.select_related("scale")
        }
        self._claimants = _claimants(newsroom, [claimant for record in records if (claimant := record.claim.claimant)])
        ids = {record.claim.id for record in records if record.claim.id}
        self.claims_by_id = {str(row.pk): row for row in Claim.objects.filter(pk__in=ids)}
        ids = {record.id for record in records if record.id}
        existing = Review.objects.filter(pk__in=ids).values_list("pk", flat=True)
        self.review_ids = {str(pk) for pk in existing}
        pages = {pk for record in records if (pk := review_id_of(record.original_url))}
        ours = Review.objects.filter(pk__in=pages, original_url="").values_list("pk", flat=True)
        self._own_reviews = set(ours)
        slugs = {topic.slug for record in records for topic in record.topics}
        self._topics = {topic.slug: topic.pk for topic in Topic.objects.filter(slug__in=slugs)}

    def is_of_newsroom(self, record: Record) -> bool:
        """Return whether a newsroom on this site wrote the review, according to the publisher's site or its URL."""
        return record.publisher.site in self.newsrooms or review_id_of(record.original_url) in self._own_reviews

    def verdict(self, record: Record) -> int | None:
        """Return the id of the record's own verdict on this site, or None."""
        return self._verdicts.get((record.verdict.scale, record.verdict.slug))

    def make_missing(self, records: Iterable[Record]) -> None:
        """Create the publishers, claimants and topics that don't exist yet."""
        records = list(records)
        # If several records describe the same new publisher, the first record counts.
        publishers = {
            record.publisher.site: _publisher(record)
            for record in reversed(records)
            if record.publisher.site not in self.publishers
        }
        Publisher.objects.bulk_create(publishers.values())
        self.publishers |= publishers
        named = [claimant for record in records if (claimant := record.claim.claimant)]
        claimants = {
            key: _claimant(self.newsroom, each) for each in named if (key := _key(each)) not in self._claimants
        }
        insert(Claimant, claimants.values())
        self._claimants |= claimants
        labels: dict[str, dict[str, str]] = {}
        for topic in (topic for record in records for topic in record.topics):
            if topic.slug not in self._topics:
                labels[topic.slug] = topic.labels | labels.get(topic.slug, {})
        rows = Topic.objects.bulk_create(Topic(slug=slug) for slug in labels)
        self._topics |= {row.slug: row.pk for row in rows}
        TopicLabel.objects.bulk_create(
            TopicLabel(topic_id=self._topics[slug], language=language, label=label)
            for slug, names in labels.items()
            for language, label in names.items()
        )

    def claimant(self, record: Record) -> Claimant | None:
        claimant = record.claim.claimant
        return self._claimants.get(_key(claimant)) if claimant else None

    def topics(self, record: Record) -> list[int]:
        return list(dict.fromkeys(self._topics[topic.slug] for topic in record.topics))


def _publisher(record: Record) -> Publisher:
    values = record.publisher
    return Publisher(**columns_of(Publisher, values.to_json_object()) | {"name": values.name or values.site})


def _claimants(newsroom: Publisher, claimants: list[ImportedClaimant]) -> dict[_Key, Claimant]:
    """Return the existing claimants of the newsroom, by identity and by id."""
    names = {claimant.name for claimant in claimants if claimant.name}
    descriptions = {claimant.description for claimant in claimants if claimant.description}
    # The index claimant_newsroom contains the beginning.
    begins = {description[:SORTED_CHARACTERS] for description in descriptions}
    rows = Claimant.objects.annotate(begins=Left("description", SORTED_CHARACTERS)).filter(
        Q(name__in=names) | Q(name="", begins__in=begins, description__in=descriptions), newsroom=newsroom
    )
    found: dict[_Key, Claimant] = {}
    # Confirmed claimants come last, so that they take precedence over unconfirmed claimants.
    for row in rows.order_by("confirmed", "pk"):
        found[row.type, row.name, row.description, row.job_title, tuple(row.same_as)] = row
    ids = {claimant.id for claimant in claimants if claimant.id}
    return found | {str(row.pk): row for row in Claimant.objects.filter(pk__in=ids)}


def _key(values: ImportedClaimant) -> _Key:
    return values.id or _identity(values)


def _identity(values: ImportedClaimant) -> _Identity:
    return (
        values.type,
        values.name or "",
        values.description or "",
        values.job_title or "",
        tuple(values.same_as),
    )


def _claimant(newsroom: Publisher, values: ImportedClaimant) -> Claimant:
    """Return a new, unsaved claimant. An editor has to confirm the name unless the record confirms it.

    A record can confirm a person's name only if the person is a public figure.
    """
    kind, name, description, job_title, same_as = _identity(values)
    figure = kind == Claimant.Type.PERSON and values.is_public_figure is True
    confirmed = kind == Claimant.Type.UNNAMED or (values.confirmed and (figure or kind != Claimant.Type.PERSON))
    return Claimant(
        id=UUID(values.id) if values.id else new_id(),
        newsroom=newsroom,
        type=kind,
        name=name,
        description=description,
        job_title=job_title,
        same_as=list(same_as),
        is_public_figure=figure,
        confirmed=confirmed,
        changed_at=timezone.now(),  # COPY doesn't apply auto_now
    )
