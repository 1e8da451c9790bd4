"""The projection of newsrooms' profiles: what they say about themselves and about their verdicts, with every change.

Each published review contains the details of its newsroom and the meaning of its verdict. So every change is in the
log, and two people approved the review that contains it. Imported reviews don't count, because their details come from
another publisher's file. A reinstatement doesn't count either, because it repeats an earlier text.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Window
from django.db.models.functions import Lag

from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.formats.text import replace_forbidden
from factcheck.record.log.models import LogEntry, Published, RevisionDocument
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.profile_models import ProfileChange
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Publisher, Review

Kind = LogEntry.Kind
KINDS = (Kind.ORIGINAL, Kind.UPDATE, Kind.CORRECTION)
MAX_CHANGES, MAX_NEWSROOMS = 200, 500
VERDICT_KEYS = {"scale", "slug", "labels", "meanings", "value", "best", "worst"}


class Profiles:
    """The newest content for each publisher and key. Entries are added in log order."""

    def __init__(self, rows: Iterable[ProfileChange] = ()) -> None:
        self._newest = {(row.publisher, row.key): row.body for row in rows}

    def changes(self, entry: LogEntry, review: Review) -> Iterator[ProfileChange]:
        """Yield the rows that begin with this entry."""
        for key, body in _contents(entry, review):
            site = review.publisher.site
            if self._newest.get((site, key)) != body:
                self._newest[site, key] = body
                yield ProfileChange(publisher=site, key=key, sequence=entry.sequence, body=body)


def apply(published: Sequence[Published]) -> None:
    """Add the changes in these entries.

    After an erasure, a row begins with the next review that has the same content.
    """
    erased = [each.entry.subject for each in published if each.entry.kind == Kind.ERASURE]
    if erased:
        _move_from_erased(erased, before=published[0].entry.sequence)
    own = [each for each in published if each.entry.kind in KINDS and each.review.original_url is None]
    if own:
        sites = {each.review.publisher.site for each in own}
        profiles = Profiles(ProfileChange.objects.filter(publisher__in=sites).newest())
        ProfileChange.objects.bulk_create(row for each in own for row in profiles.changes(each.entry, each.review))


def rebuild() -> None:
    ProfileChange.objects.all().delete()


def _contents(entry: LogEntry, review: Review) -> Iterator[tuple[str, str]]:
    """Yield the keys of a newsroom's own review, each with its content as canonical JSON."""
    if entry.kind in KINDS and review.original_url is None:
        verdict = review.verdict
        yield "", canonical_unchecked(review.publisher.model_dump()).decode()
        if verdict.slug:
            content = canonical_unchecked(verdict.model_dump(include=VERDICT_KEYS))
            yield f"{verdict.scale}:{verdict.slug}", content.decode()


def _move_from_erased(subjects: Collection[UUID], before: int) -> None:
    """Move each row of an erased document to the next document with the same content.

    All documents up to the next row have this content. If there is no such document, the row is deleted. The next row
    is deleted too if it now has the same content as the row before it.
    """
    erased = LogEntry.objects.filter(subject__in=subjects).values("sequence")
    for row in ProfileChange.objects.filter(sequence__in=erased).order_by("sequence"):
        same = ProfileChange.objects.filter(publisher=row.publisher, key=row.key)
        if not same.filter(sequence=row.sequence).delete()[0]:
            continue  # already deleted as a repetition
        # A row is needed only if its content differs from the content before it. So if the row moves, it isn't written
        # again after a row with the same content. If it disappears, its two neighbours may have the same content.
        former = same.filter(sequence__lt=row.sequence).order_by("-sequence").first()
        following = same.filter(sequence__gt=row.sequence).order_by("sequence").first()
        heir = _find_heir(row, following.sequence if following else before)
        if heir is not None and not (former and former.body == row.body):
            ProfileChange.objects.create(publisher=row.publisher, key=row.key, sequence=heir, body=row.body)
        elif heir is None and former and following and former.body == following.body:
            same.filter(sequence=following.sequence).delete()


def _find_heir(row: ProfileChange, before: int) -> int | None:
    """Return the first revision after the row and before this entry that has the row's publisher and key."""
    own = PublishedReview.objects.filter(original_key=None).values("id")  # an imported review is never a newsroom's own
    entries = LogEntry.objects.filter(subject__in=own, kind__in=KINDS, sequence__gt=row.sequence, sequence__lt=before)
    documents = RevisionDocument.objects.filter(entry__in=entries).select_related("entry").order_by("entry")
    for each in documents.iterator(100):
        review = each.read(Review)
        if review.publisher.site == row.publisher and row.key in dict(_contents(each.entry, review)):
            return each.entry.sequence
    return None


def list_newsrooms() -> list[Publisher]:
    """Return the current details of each newsroom that has published a review, sorted by name."""
    rows = ProfileChange.objects.using("public").filter(key="").newest()[:MAX_NEWSROOMS]
    return sorted((read(Publisher, row.body) for row in rows), key=lambda newsroom: newsroom.name.casefold())


def has_profile(site: str) -> bool:
    """Return whether the publisher is a newsroom that has published a review here."""
    return ProfileChange.objects.using("public").filter(publisher=replace_forbidden(site)).exists()


def current_profile(site: str) -> dict[str, str]:
    """Return the newsroom's details under the empty key, and its verdicts under `scale:slug`.

    The result is empty if the newsroom has published no review here.
    """
    rows = ProfileChange.objects.using("public").filter(publisher=replace_forbidden(site)).newest()
    return {row.key: row.body for row in rows}


def changes_with_former(site: str) -> list[tuple[ProfileChange, LogEntry, str | None]]:
    """Return the newest changes, newest first, each with its log entry and with the content that it replaced."""
    former = Window(Lag("body"), partition_by=["key"], order_by="sequence")
    changes = ProfileChange.objects.using("public").filter(publisher=site).annotate(former=former)
    rows: list[Any] = list(changes.order_by("-sequence", "key")[:MAX_CHANGES])
    entries = LogEntry.objects.using("public").in_bulk({row.sequence for row in rows})
    return [(row, entries[row.sequence], row.former) for row in rows]
