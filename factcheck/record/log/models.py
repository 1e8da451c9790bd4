"""The tables of the log: entries, documents, approvals, tiles, checkpoints and cosignatures.

Entries and documents never change.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self, TypeAlias
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.database.rows import run_prepared
from factcheck.record.formats.canonical import canonical_unchecked, rfc3339
from factcheck.record.log.digests import require_digest
from factcheck.record.log.merkle import tile_name
from factcheck.record.statements.output import Read, read
from factcheck.record.statements.review import Review

# Each request asks for it, so it has no objects.
NEWEST = "SELECT sequence FROM record_logentry ORDER BY sequence DESC LIMIT 1"


def newest_sequence() -> int | None:
    """Return the sequence of the newest log entry, or None if the log is empty."""
    return next((int(sequence) for (sequence,) in run_prepared(NEWEST)), None)


class ChangeClass(models.TextChoices):
    """The publisher's classification of a change. Readers see the labels."""

    TYPO = "typo", _("typing error")
    UPDATE = "update", _("new information")
    SUBSTANTIVE = "substantive", _("substantive correction")
    METADATA = "metadata", _("only dates, language or other details")


# Changes of the class "metadata" leave the verdict, the claim and the text unchanged, so they aren't corrections.
CORRECTION_CLASSES = [each.value for each in ChangeClass if each != ChangeClass.METADATA]


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    def newest(self) -> "LogEntryQuerySet":
        """Return the newest entry, as a queryset of at most one row."""
        return self.order_by("-sequence")[:1]

    def last_of(self, subjects: Collection[UUID]) -> "LogEntryQuerySet":
        """Return the last entry about each of these subjects, with its document."""
        found = self.filter(subject__among=subjects).order_by("subject", "-number").distinct("subject")
        return found.select_related("revision_document")

    def of_reviews(self) -> "LogEntryQuerySet":
        """Return entries about reviews with their documents, in log order, without entries with an erased document."""
        return self.with_documents().filter(kind__startswith="review.")

    def with_documents(self) -> "LogEntryQuerySet":
        """Return entries with their documents, in log order, without entries with an erased document."""
        return self.filter(revision_document__isnull=False).select_related("revision_document").order_by("sequence")


class EntryKind(models.TextChoices):
    """The kinds of log entries (docs/reference/vocabulary.md, "Kinds of entries in the log")."""

    ORIGINAL = "review.original"
    UPDATE = "review.update"
    CORRECTION = "review.correction"
    WITHDRAWAL = "review.withdrawal"
    REINSTATEMENT = "review.reinstatement"
    ERASURE = "review.erasure"
    DEMAND_PUBLISHED = "demand.published"
    DEMAND_UPDATED = "demand.updated"
    CLAIM_MERGE = "claim.merge"
    CLAIM_SPLIT = "claim.split"
    DISOWNING = "disowning.published"
    MAPPING = "mapping.adoption"
    KEY_ROTATION = "key.rotation"


class LogEntry(models.Model):
    """An entry in the public log: a document with this digest was published at `at`."""

    Kind: TypeAlias = EntryKind

    sequence = models.BigIntegerField(primary_key=True, help_text="Leaf index, from 0, without gaps.")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40, choices=EntryKind)
    subject = models.UUIDField(help_text="The review, demand or claim. For a rotation, the new key.")
    number = models.PositiveIntegerField(help_text="The revision's number within the subject, from 1.")
    digest = models.CharField(max_length=64, help_text="Hexadecimal SHA-256 of salt and document.")

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        verbose_name_plural = "log entries"
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="logentry_subject_number"),
            models.CheckConstraint(condition=Q(sequence__gte=0), name="logentry_sequence_from_0"),
            models.CheckConstraint(condition=Q(number__gte=1), name="logentry_number_from_1"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="logentry_digest_hex"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="logentry_kind_known"),
        ]
        indexes = [
            models.Index(fields=["at"], name="logentry_at"),
            models.Index(fields=["sequence"], name="logentry_disowning", condition=Q(kind="disowning.published")),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.subject} {self.number}"

    @property
    def section(self) -> str:
        """The first part of the path of the subject's page, for example "reviews" or "demands"."""
        return f"{self.kind.partition('.')[0]}s"

    @property
    def is_of_review(self) -> bool:
        return self.kind.startswith("review.")

    @property
    def is_live(self) -> bool:
        """Whether the review is live after this entry."""
        return self.is_of_review and self.kind not in (self.Kind.WITHDRAWAL, self.Kind.ERASURE)

    @property
    def is_of_demand(self) -> bool:
        return self.kind.startswith("demand.")

    @property
    def is_of_claim(self) -> bool:
        return self.kind.startswith("claim.")

    def leaf(self) -> bytes:
        """Return the entry's bytes in the log, as canonical JSON (docs/reference/log.md)."""
        return canonical_unchecked(
            {
                "v": 1,
                "sequence": self.sequence,
                "at": rfc3339(self.at),
                "kind": self.kind,
                "subject": str(self.subject),
                "number": self.number,
                "digest": self.digest,
            }
        )


class RevisionDocument(models.Model):
    """The exact bytes that an entry's digest refers to. A row is deleted only together with an erasure entry."""

    entry = models.OneToOneField(
        LogEntry, models.PROTECT, primary_key=True, db_column="sequence", related_name="revision_document"
    )
    salt = models.BinaryField(help_text="32 random bytes, so that an erased text cannot be guessed from its digest.")
    document = models.BinaryField(help_text="Canonical JSON (RFC 8785).")

    class Meta:
        verbose_name = "revision document"

    def __str__(self) -> str:
        return f"document of {self.entry_id}"

    def checked(self) -> bytes:
        """Return the document. Raises DamagedError if it doesn't have the digest of its entry."""
        return require_digest(self.entry_id, self.entry.digest, bytes(self.salt), bytes(self.document))

    def read(self, model: type[Read]) -> Read:
        """Return the document as an object of the model. Raises DamagedError."""
        return read(model, self.checked())


class Approval(models.Model):
    """The signatures of two people that an entry's document commits to. An erasure deletes it with the document."""

    entry = models.OneToOneField(LogEntry, models.PROTECT, primary_key=True, db_column="sequence")
    opening = models.TextField(help_text="Canonical JSON (factcheck.record.approvals.assertions.Opening).")

    def __str__(self) -> str:
        return f"approval of {self.entry_id}"


@dataclass(frozen=True)
class Published:
    """An entry with its document, and the previous revision if it exists and hasn't been erased."""

    entry: LogEntry
    document: bytes
    previous: "Published | None" = None

    @classmethod
    def of(cls, entry: LogEntry, previous: "Published | None" = None) -> Self:
        """Return an entry that was selected with `with_documents`. Raises DamagedError."""
        return cls(entry, entry.revision_document.checked(), previous)

    @cached_property
    def review(self) -> Review:
        """The statement of a live review."""
        return read(Review, self.document)


class LogTile(models.Model):
    """A tile of the log's tree. A tile only grows, up to 256 hashes, so a partial tile is a prefix of `hashes`."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField(help_text="Up to 256 hashes of 32 bytes (C2SP tlog-tiles).")

    def __str__(self) -> str:
        return tile_name(self.level, self.index, len(self.hashes) // 32)


class LogCheckpoint(models.Model):
    """A signed statement of the log's size and root hash. Every append creates a checkpoint."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField(help_text="C2SP signed-note with the log's own signatures.")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"

    def cosigned(self) -> str:
        """Return the note with the log's own signatures and the signatures of all witnesses so far."""
        return self.note + "".join(self.cosignatures.order_by("pk").values_list("line", flat=True))


class Cosignature(models.Model):
    """A witness's signature line for a checkpoint (C2SP tlog-cosignature)."""

    checkpoint = models.ForeignKey(LogCheckpoint, models.PROTECT, db_column="size", related_name="cosignatures")
    witness = models.CharField(max_length=255, help_text="The name of the witness's key.")
    line = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosignature_once")]

    def __str__(self) -> str:
        return self.line

    @property
    def at(self) -> datetime:
        """Return the time that the witness signed, from a line whose signature is right."""
        return datetime.fromtimestamp(int.from_bytes(base64.b64decode(self.line.split()[2])[4:12]), UTC)
