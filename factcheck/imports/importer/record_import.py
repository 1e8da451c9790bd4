"""The import of records. Each record leads to a new review, a pending correction, no change, or a refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.database.bulk_writes import insert, update
from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.review_statements import last_statements
from factcheck.editorial.drafts.rows import Row, drafts_of
from factcheck.editorial.drafts.shared_claims import has_hidden_claim
from factcheck.editorial.events import Act, record_events
from factcheck.editorial.models import ImportBatch, Proposal, Review, User
from factcheck.editorial.models.proposals import new_salt
from factcheck.editorial.proposals.review_policy import Publication
from factcheck.imports.importer import earlier_imports as earlier
from factcheck.imports.importer.change_notes import describe_change
from factcheck.imports.importer.completion import complete_record, leaves_unchanged
from factcheck.imports.importer.draft_rows import Rows, new_row
from factcheck.imports.importer.references import References
from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.results import Record
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.statements import review as statements

State = Review.State
# The key of a lock for one chunk of one import, so that no import sees another import's half-written chunk.
_LOCK = 1229803348  # "IMPT" in ASCII


class Outcome(StrEnum):
    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason why a record isn't imported: a code for counting and a sentence for people."""

    code: str
    detail: str | Promise


_IN_PROGRESS = Refused(
    "in_hand", _("This review is waiting for a decision or is being corrected. Import it again later.")
)
_HIDDEN_CLAIM = Refused("hidden_claim", review_statements.HIDDEN_CLAIM)


@dataclass
class _Planned:
    """A review to submit, the outcome of its record, and the existing review if there is one.

    A changed review gets a class and a public note before its submission.
    """

    review: UUID
    outcome: Outcome
    existing: Review | None = None
    change_class: str = ""
    note: str = ""


def import_records(batch: ImportBatch, by: User, records: Sequence[Record]) -> list[Outcome | Refused]:
    """Import the records into the locked batch, and return the outcome for each record in the same order."""
    with connection.cursor() as cursor:
        cursor.callproc("pg_advisory_xact_lock", [_LOCK])
    # The language is part of a record's key. If only one of the two files stated the language, the review has the other
    # key.
    keys = earlier.find_keys((incoming.key, incoming.other_key) for incoming in records)
    records = [replace(each, key=keys.get(each.key, each.key)) for each in records]
    # The digests depend only on the file, so they are computed before the records are completed.
    digests = [incoming.digest for incoming in records]
    digests_by_key: dict[str, set[str]] = {}
    for incoming, digest in zip(records, digests, strict=True):
        digests_by_key.setdefault(incoming.key, set()).add(digest)
    existing = earlier.find_earlier_reviews(digests_by_key)
    # Values that the file's format can't express come from the existing review. Otherwise the import would delete them.
    current = _current_statements(records, digests, existing)
    records = [
        replace(each, data=complete_record(each.data, each.unspecified, current[each.key]))
        if each.key in current
        else each
        for each in records
    ]
    references = References(batch.newsroom, [incoming.data for incoming in records])
    # A key can occur several times. Only the first record that isn't refused counts. Equal records after it change
    # nothing, and different records are refused until the first one has been decided on.
    first: dict[str, str] = {}
    outcomes: dict[int, Outcome | Refused] = {}
    for number, incoming in enumerate(records):
        digest, first_digest = digests[number], first.get(incoming.key)
        if first_digest is not None:
            outcomes[number] = Outcome.UNCHANGED if first_digest == digest else _IN_PROGRESS
        elif refusal := _refusal(incoming.data, existing.get(incoming.key), references):
            outcomes[number] = refusal
        else:
            first[incoming.key] = digest
    # From here on, the import writes rows: first those that the records refer to, then drafts, then the proposals.
    # Refused records must not leave a publisher or a claimant behind.
    accepted = [(number, incoming) for number, incoming in enumerate(records) if number not in outcomes]
    references.make_missing(incoming.data for __, incoming in accepted)
    rows, planned = Rows(references, by), dict[int, _Planned]()
    for number, incoming in accepted:
        found = _plan(incoming, digests[number], existing.get(incoming.key), current.get(incoming.key), rows)
        if isinstance(found, _Planned):
            planned[number] = found
        else:
            outcomes[number] = found
    rows.save()
    unchanged = _submit_reviews(batch, by, list(planned.values()))
    for number, plan in planned.items():
        outcomes[number] = Outcome.UNCHANGED if plan.review in unchanged else plan.outcome
    return [outcomes[number] for number in range(len(records))]


def _current_statements(
    records: Sequence[Record], digests: Sequence[str], existing: Mapping[str, Any]
) -> dict[str, statements.Review]:
    """Return the statements of existing reviews whose record has changed and has unspecified paths.

    Erased reviews are left out. The statements are needed to complete the records.
    """
    ids = {
        each.key: found.pk
        for each, digest in zip(records, digests, strict=True)
        if each.unspecified
        and (found := existing.get(each.key))
        and not found.is_erased
        and found.import_digest != digest
    }
    drafts = drafts_of(list(ids.values())) if ids else {}
    return {
        key: earlier.published_statement(existing[key]) or review_statements.build_draft_statement(drafts[pk])
        for key, pk in ids.items()
    }


def _refusal(record: ImportedReview, existing: Any, references: References) -> Refused | None:
    """Return the reason to refuse a record that conflicts with the newsroom's rows, or None."""
    claim = record.claim
    speaker = references.claimant(record)
    newsroom = references.newsroom.pk
    if references.is_of_newsroom(record):
        return Refused(
            "own_newsroom", _("The publisher is a newsroom on this site. Write its reviews at the editors’ desk.")
        )
    if existing and existing.newsroom_id != newsroom:
        return Refused(
            "other_newsroom", _("Another newsroom has already imported this review. Ask that newsroom to update it.")
        )
    # This check comes before the record's claimant is created, because the erased name must not appear again either.
    if existing and existing.is_erased:
        return Refused("erased_here", _("This review was erased on this site, so it can’t be imported again."))
    if record.verdict.scale and record.verdict.slug and references.verdict(record) is None:
        return Refused(
            "unknown_verdict",
            _("The rating scales on this site don’t contain this verdict. Correct the verdict in the file."),
        )
    if sum(appearance.first for appearance in claim.appearances) > 1:
        return Refused(
            "several_first",
            _("Only one appearance of a claim can be marked as the first. Correct the other appearances in the file."),
        )
    if speaker and speaker.newsroom_id != newsroom:
        return Refused("id_taken", _("Another newsroom’s claimant has this ID. Remove the ID from the file."))
    return None


def _taken_id(record: ImportedReview, references: References) -> Refused | None:
    """Refuse a new record whose id belongs to another review, or whose claim's id belongs to a different claim."""
    values = record.claim
    claim = references.claims_by_id.get(values.id)
    if record.id in references.review_ids:
        return Refused("id_taken", _("Another review has this ID. Remove the ID from the file."))
    if claim and (claim.newsroom_id, claim.text, claim.language) != (
        references.newsroom.pk,
        values.text,
        values.language,
    ):
        return Refused("id_taken", _("Another claim has this ID. Remove the ID from the file."))
    return None


def _plan(
    incoming: Record, digest: str, existing: Any, current: statements.Review | None, rows: Rows
) -> _Planned | Outcome | Refused:
    """Collect the rows that the record changes. Return the review to submit, or the outcome if nothing is submitted.

    A record without an existing review leads to a new review.

    A record that is the same as at the last import changes nothing, but a returned review is submitted again.

    A different record changes the draft, unless a person is working on the draft or the review was withdrawn.
    """
    record = incoming.data
    if existing is None:
        if refusal := _taken_id(record, rows.references):
            return refusal
        return _Planned(rows.add(record, incoming.key, digest), Outcome.NEW)
    # A draft belongs to the import only if the import's last proposal was returned and nobody has edited the draft
    # since.
    undone = existing.state == State.DISCARDED
    returned = undone or (existing.state == State.DRAFT and (not existing.is_published or existing.was_returned))
    if existing.import_digest == digest:
        if existing.is_pending or not returned:
            return Outcome.UNCHANGED
        if has_hidden_claim(existing):
            return _HIDDEN_CLAIM
        return _plan_again(existing, existing.change_note if existing.was_returned else "")
    if current and not returned and leaves_unchanged(record, current):
        return Outcome.UNCHANGED
    if existing.is_pending or (existing.state == State.DRAFT and not returned):
        return _IN_PROGRESS
    if existing.state == State.WITHDRAWN:
        return Refused(
            "withdrawn_here",
            _("This review was withdrawn on this site. Reinstate the review before you import it again."),
        )
    if has_hidden_claim(existing):
        return _HIDDEN_CLAIM
    # The verdict of a returned proposal was never published, so the published verdict counts.
    if public := earlier.published_statement(existing):
        earlier.restore_public_verdict(existing, public.verdict)
    # The texts of an undone import can already be deleted.
    is_ours = undone or earlier.is_claim_imported(existing)
    rows.change(existing, record, digest, with_claim=is_ours and not existing.is_shared)
    return _plan_again(existing)


def _plan_again(existing: Any, note: str = "") -> _Planned:
    """Return the plan for another submission: a correction if the review has been published, or else a new review."""
    if existing.is_published:
        return _Planned(existing.pk, Outcome.CHANGED, existing, note=note)
    return _Planned(existing.pk, Outcome.NEW, existing=existing)


def _submit_reviews(batch: ImportBatch, by: User, planned: Sequence[_Planned]) -> set[UUID]:
    """Build and submit the statements. Return the ids of reviews whose statements haven't changed."""
    drafts, now = drafts_of([plan.review for plan in planned]), timezone.now()
    published = last_statements([plan.review for plan in planned if plan.outcome == Outcome.CHANGED])
    unchanged, submitted = set(), {}
    for plan in planned:
        if plan.existing is None:
            continue
        current = review_statements.build_draft_statement(drafts[plan.review])
        if plan.outcome == Outcome.CHANGED:
            before = published.get(plan.review)
            if current == before:
                unchanged.add(plan.review)
                continue
            plan.change_class, note = describe_change(before, current)
            plan.note = plan.note or note
        submitted[plan.review] = {"state": State.SUBMITTED, "change_class": plan.change_class, "change_note": plan.note}
    update(Review, submitted)

    def proposal(plan: _Planned) -> Row:
        data = canonical(review_statements.build_draft_statement(drafts[plan.review]).to_json_object())
        return new_row(
            Proposal,
            kind=Publication.kind,
            action=Publication.action,
            newsroom_id=batch.newsroom_id,
            deciding_id=batch.newsroom_id,
            review_id=plan.review,
            statement=data.decode(),
            digest=sha256_hex(data),
            salt=new_salt(),  # the defaults of a row are the same for all rows
            change_class=plan.change_class,
            note=plan.note,
            batch_id=batch.pk,
            submitted_by_id=by.pk,
            submitted_at=now,
        )

    # If a returned correction no longer changes anything, it is closed, and the review's state is PUBLISHED again.
    closed = Review.objects.filter(pk__in=unchanged, state=State.DRAFT)
    closings: list[Act] = [("correction.closed", pk, {}) for pk in closed.values_list("pk", flat=True)]
    closed.update(state=State.PUBLISHED, change_class="", change_note="")
    record_events(by, batch.newsroom_id, closings)
    insert(Proposal, (proposal(plan) for plan in planned if plan.review not in unchanged))
    return unchanged
