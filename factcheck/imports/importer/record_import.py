"""Takes records in: each becomes a new review, a pending correction, nothing, or a refusal."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.database.bulk_writes import insert
from factcheck.editorial import review_statements
from factcheck.editorial.drafts import Row, drafts_of
from factcheck.editorial.events import record_events
from factcheck.editorial.models import ImportBatch, Proposal, Review, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.proposals.review_policy import last_statement
from factcheck.editorial.shared_claims import has_hidden_claim
from factcheck.imports.importer.completion import completed, leaves_unchanged
from factcheck.imports.importer.draft_rows import Rows, new_row
from factcheck.imports.importer.earlier_imports import (
    find_earlier_reviews,
    is_claim_imported,
    published_statement,
    restore_public_verdict,
)
from factcheck.imports.importer.references import Record, References
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import same, spoken

State = Review.State
# Imports wait for each other chunk by chunk, so that none finds half of what another one makes.
_LOCK = 1229803348  # "IMPT" in ASCII


class Outcome(StrEnum):
    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record is not taken in: a code to count by and a sentence to read."""

    code: str
    detail: str | Promise


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """A record and the key by which it is known again. `silent` has the places for which its file has no room."""

    key: str
    record: Record
    unspecified: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """SHA-256 of the record. Empty keys don't count, so a key that is added to the format changes nothing."""
        return hashlib.sha256(orjson.dumps(spoken(self.record), option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass
class _Planned:
    """A review that is to be put forward, what became of its record, and the review as it was, if it was there."""

    review: UUID
    outcome: Outcome
    note: str = ""
    former: Review | None = None

    @property
    def change_class(self) -> str:
        return Review.ChangeClass.UPDATE if self.outcome == Outcome.CHANGED else ""


def import_records(batch: ImportBatch, by: User, records: Sequence[IncomingRecord]) -> list[Outcome | Refused]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    digests = [incoming.digest for incoming in records]
    given: dict[str, set[str]] = {}
    for incoming, digest in zip(records, digests, strict=True):
        given.setdefault(incoming.key, set()).add(digest)
    former = find_earlier_reviews(given)
    said = _said(records, digests, former)
    records = [
        replace(each, record=completed(each.record, each.unspecified, said[each.key])) if each.key in said else each
        for each in records
    ]
    references = References(batch.newsroom, [incoming.record for incoming in records])
    first: dict[str, str] = {}
    outcomes: dict[int, Outcome | Refused] = {}
    for number, incoming in enumerate(records):
        digest, earlier = digests[number], first.get(incoming.key)
        if earlier is not None:
            outcomes[number] = Outcome.UNCHANGED if earlier == digest else _in_hand()
        elif refusal := _refusal(incoming.record, former.get(incoming.key), references):
            outcomes[number] = refusal
        else:
            first[incoming.key] = digest
    taken = [(number, incoming) for number, incoming in enumerate(records) if number not in outcomes]
    references.make_missing(incoming.record for __, incoming in taken)
    rows, planned = Rows(references, by), dict[int, _Planned]()
    for number, incoming in taken:
        found = _plan(incoming, digests[number], former.get(incoming.key), said.get(incoming.key), rows)
        if isinstance(found, _Planned):
            planned[number] = found
        else:
            outcomes[number] = found
    rows.save()
    unchanged = _put_forward(batch, by, list(planned.values()))
    for number, plan in planned.items():
        outcomes[number] = Outcome.UNCHANGED if plan.review in unchanged else plan.outcome
    return [outcomes[number] for number in range(len(records))]


def _said(
    records: Sequence[IncomingRecord], digests: Sequence[str], former: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The statements of reviews whose changed record can't say everything. An erased review has none."""
    ids = {
        each.key: found.pk
        for each, digest in zip(records, digests, strict=True)
        if each.unspecified and (found := former.get(each.key)) and not found.erased and found.import_digest != digest
    }
    drafts = drafts_of(list(ids.values())) if ids else {}
    return {
        key: published_statement(former[key]) or review_statements.build_draft_statement(drafts[pk])
        for key, pk in ids.items()
    }


def _in_hand() -> Refused:
    return Refused(
        "in_hand",
        _("An earlier state of this review waits for a decision or is being corrected. Import it again later."),
    )


def _hidden_claim() -> Refused:
    return Refused("hidden_claim", review_statements.HIDDEN_CLAIM)


def _refusal(record: Record, former: Any, references: References) -> Refused | None:
    """Refusals that only the newsroom's own rows can tell."""
    claim = record["claim"]
    speaker = references.claimant(record)
    newsroom = references.newsroom.pk
    if references.is_of_newsroom(record):
        return Refused("own_newsroom", _("Its publisher is a newsroom here, which writes its reviews at the desk."))
    if former and former.newsroom_id != newsroom:
        return Refused("other_newsroom", _("Another newsroom has already imported this review."))
    # This comes before the record's claimant is made, because the name must not come back either.
    if former and former.erased:
        return Refused("erased_here", _("This review was erased here. No import brings back what had to go."))
    if record["verdict"]["scale"] and record["verdict"]["slug"] and references.verdict(record) is None:
        return Refused("unknown_verdict", _("There is no such verdict on a rating scale here."))
    if sum(appearance["first"] for appearance in claim["appearances"]) > 1:
        return Refused("several_first", _("Only one appearance of a claim can be the first."))
    if speaker and speaker.newsroom_id != newsroom:
        return Refused("id_taken", _("Another newsroom's claimant has this id."))
    return None


def _taken_id(record: Record, references: References) -> Refused | None:
    """A new record may give the id of a claim that is the same, but never the id of another review."""
    said = record["claim"]
    claim = references.claims_by_id.get(said["id"])
    if record["id"] in references.review_ids:
        return Refused("id_taken", _("Another review has this id."))
    if claim and (claim.newsroom_id, claim.text, claim.language) != (
        references.newsroom.pk,
        said["text"],
        said["language"],
    ):
        return Refused("id_taken", _("Another claim has this id."))
    return None


def _plan(
    incoming: IncomingRecord, digest: str, former: Any, said: dict[str, Any] | None, rows: Rows
) -> _Planned | Outcome | Refused:
    record = incoming.record
    if former is None:
        if refusal := _taken_id(record, rows.references):
            return refusal
        return _Planned(rows.add(record, incoming.key, digest), Outcome.NEW)
    returned = former.state == State.DRAFT and (not former.published or former.put_back)
    if former.import_digest == digest:
        verdict = None if former.verdict_id else rows.references.verdict(record)
        if former.waiting or (not returned and (verdict is None or former.state != State.PUBLISHED)):
            return Outcome.UNCHANGED
        if has_hidden_claim(former):
            return _hidden_claim()
        # An editor may have changed the draft, so only the verdict is added.
        if verdict:
            former.verdict_id = verdict
            former.save(update_fields=["verdict", "changed_at"])
        note = _("The publisher's verdict has been matched to our rating scale.")
        own = former.change_note if former.put_back else ""
        return _again(former, own or _for_readers(note, former.language))
    known = former.verdict_id or rows.references.verdict(record) is None
    if said and known and not returned and leaves_unchanged(record, said):
        return Outcome.UNCHANGED
    if former.waiting or (former.state == State.DRAFT and not returned):
        return _in_hand()
    if former.state == State.WITHDRAWN:
        return Refused("withdrawn_here", _("This review was withdrawn here. Reinstate it before you import it again."))
    if has_hidden_claim(former):
        return _hidden_claim()
    if public := published_statement(former):
        restore_public_verdict(former, public["verdict"])
    rows.change(former, record, digest, with_claim=is_claim_imported(former) and not former.shared)
    note = _("The publisher's page has changed since it was imported.")
    return _again(former, _for_readers(note, str(record["language"])))


def _for_readers(note: Promise, language: str) -> str:
    """The note in the review's language, or else in English. The public reads it for ever."""
    with translation.override("vi" if language.lower().partition("-")[0] == "vi" else "en"):
        return str(note)


def _again(former: Any, note: str) -> _Planned:
    """A review that was never public is put forward as if it were new, any other as a correction."""
    if former.published:
        return _Planned(former.pk, Outcome.CHANGED, note, former)
    return _Planned(former.pk, Outcome.NEW, former=former)


def _put_forward(batch: ImportBatch, by: User, planned: Sequence[_Planned]) -> set[UUID]:
    """Builds the statements and asks for their approval. Returns the ids of reviews that say what they said before."""
    drafts, now = drafts_of([plan.review for plan in planned]), timezone.now()
    unchanged = set()
    for plan in planned:
        if plan.former is None:
            continue
        said = review_statements.build_draft_statement(drafts[plan.review])
        if plan.change_class and same(said, last_statement(plan.former) or {}, statements.Review):
            unchanged.add(plan.review)
            continue
        Review.objects.filter(pk=plan.review).update(
            state=State.SUBMITTED, change_class=plan.change_class, change_note=plan.note
        )

    def proposal(plan: _Planned) -> Row:
        data = canonical(review_statements.build_draft_statement(drafts[plan.review]))
        return new_row(
            Proposal,
            kind=Kind.REVIEW,
            action=Action.PUBLICATION,
            newsroom_id=batch.newsroom_id,
            deciding_id=batch.newsroom_id,
            review_id=plan.review,
            statement=data.decode(),
            digest=sha256_hex(data),
            change_class=plan.change_class,
            note=plan.note,
            batch_id=batch.pk,
            submitted_by_id=by.pk,
            submitted_at=now,
        )

    # Corrections that were returned and have become some of nothing.
    closed = Review.objects.filter(pk__in=unchanged, state=State.DRAFT)
    closings: list[tuple[str, UUID, dict[str, Any]]] = [
        ("correction.closed", pk, {}) for pk in closed.values_list("pk", flat=True)
    ]
    closed.update(state=State.PUBLISHED, change_class="", change_note="")
    record_events(by, batch.newsroom_id, closings)
    insert(Proposal, (proposal(plan) for plan in planned if plan.review not in unchanged))
    return unchanged
