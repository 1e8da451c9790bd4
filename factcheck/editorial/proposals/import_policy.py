"""Imports: a second person approves the whole batch, and its reviews are then published in chunks."""

import math
import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.rows import drafts_of
from factcheck.editorial.errors import ChangedSince, WrongState
from factcheck.editorial.events import Detail, record_event, record_events
from factcheck.editorial.models import ImportBatch, Proposal, Review, User
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, save_proposal
from factcheck.editorial.proposals.publication import append_approved
from factcheck.editorial.proposals.review_policy import Publication
from factcheck.editorial.signatures import signing
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.statements.parts import Part

State = Review.State


class ImportPolicy(Policy[ImportBatch]):
    """The rules for one decision on all members of an import.

    The members and their reviews receive the approval when they are published.
    """

    kind = Kind.IMPORT
    action = Action.PUBLICATION
    related = ("newsroom", "imported_by")
    labels: ClassVar = {
        "approve": _("Approve all of it"),
        "return": _("Return all of it"),
        "publish": _("Publish all of it"),
    }
    explanations: ClassVar = {
        "approve": _(
            "You approve every review in this import exactly as listed. The digest ensures that nobody can change a"
            " review afterwards."
        ),
        "return": _(
            "The reviews in this import remain drafts and will not be published, except for reviews that were"
            " approved separately."
        ),
        "take-back": _(
            "You ran this import. If you take it back, its reviews remain drafts and will not be published."
        ),
        "publish": _(
            "After publication, anyone can read these reviews. For a large import, the page shows the progress."
        ),
    }
    refusals: ClassVar = Policy.refusals | {
        "author": _("You are an author of a review in this import. Someone else has to decide.")
    }

    def build_statement(self, proposal: Proposal) -> Part:
        """Return an empty statement, because the digest covers the digests of the members."""
        return Part()

    def require_unchanged(self, proposal: Proposal) -> None:
        if _digest(self.subject(proposal)) != proposal.digest:
            raise ChangedSince(_("The import has changed since you read it. Read it again before you decide."))

    def is_unfinished(self, proposal: Proposal) -> bool:
        return bool(self.subject(proposal).members.open().exists())

    def publish_part(self, proposal: Proposal, by: User, *, seconds: float) -> bool:
        publish_import(batch=self.subject(proposal), by=by, seconds=seconds)
        return True

    def progress(self, proposal: Proposal) -> tuple[int, int]:
        members = self.subject(proposal).members
        public = members.filter(entry__isnull=False).count()
        return public, public + members.open().count()

    def after_return(self, proposal: Proposal) -> None:
        """Turn the reviews back into drafts. Members that were decided on separately keep their decision."""
        undecided = self.subject(proposal).members.filter(decision="")
        _lock_reviews(undecided)
        Review.objects.filter(pk__in=undecided.values("review_id")).update(state=State.DRAFT)
        undecided.update(
            decision=Decision.RETURNED,
            decided_by=proposal.decided_by,
            decided_at=proposal.decided_at,
            message=proposal.message,
        )

    def event_detail(self, proposal: Proposal) -> Detail:
        batch = self.subject(proposal)
        return {"new": batch.new, "changed": batch.changed}


@transaction.atomic
def close_import(*, batch: ImportBatch, by: User) -> Proposal:
    """Return the proposal of an import. Submit an interrupted import first, so that nothing can be added.

    Raise NotAllowed unless the person ran the import or is an Editor.
    """
    batch = lock_batch(batch.pk)
    known: Proposal | None = batch.proposal
    if known is not None:
        return known
    if by.pk == batch.imported_by_id:
        roles.require_member(by, batch.newsroom_id)
    else:
        roles.require_decider(by, batch.newsroom_id)
    return submit_batch(batch, by, "closed")


def publish_import(
    *,
    batch: ImportBatch,
    by: User,
    chunk: int = 1000,
    seconds: float = math.inf,
    progress: Callable[[int], object] | None = None,
) -> int:
    """Publish the approved members, with one transaction per chunk, and return how many were published.

    A later call continues where an earlier call stopped. If a review was changed after the approval, it becomes a draft
    again and its proposal is returned. No new chunk starts after `seconds`. `progress` is called with the number of
    members in each chunk.
    """
    published, last, end, openings = 0, 0, time.monotonic() + seconds, None
    while True:
        with transaction.atomic():
            locked = lock_batch(batch.pk)
            roles.require_decider(by, locked.newsroom_id)
            if locked.proposal is None or locked.proposal.decision != Decision.APPROVED:
                raise WrongState(_("Only an approved import can be published. Have the import approved first."))
            remaining = locked.members.open().filter(pk__gt=last).order_by("pk")
            keys = list(remaining.values_list("pk", flat=True)[: chunk + 1])
            # The first chunk ignores `end`, so that each call makes progress.
            if not keys or (last and time.monotonic() > end):
                return published
            more, keys = len(keys) > chunk, keys[:chunk]
            _lock_reviews(Proposal.objects.filter(pk__among=keys))
            openings = openings or signing.ImportOpenings(locked.proposal)
            published += _publish(list(remaining.filter(pk__among=keys)), by, openings)
            # The event belongs in the last chunk's transaction. Otherwise, parallel runs could record a second event,
            # and an interruption could lose the event.
            if not more and (reviews := locked.members.filter(entry__isnull=False).count()):
                record_event(by, "import.published", locked, reviews=reviews)
        last = keys[-1]
        if progress:
            progress(len(keys))


def submit_batch(batch: ImportBatch, by: User, act: str, *, unchanged: int = 0, refused: int = 0) -> Proposal:
    """Submit the import. The importer is recorded as the submitter, even if an Editor closes the import."""
    batch.changed = batch.members.exclude(change_class="").count()
    batch.new = batch.members.count() - batch.changed
    batch.unchanged, batch.refused = unchanged, refused
    batch.files_digest = ""  # if a file has one record, its digest could confirm a guess of the record
    batch.save()
    proposal = Proposal(
        kind=Kind.IMPORT,
        action=Action.PUBLICATION,
        batch=batch,
        digest=_digest(batch),
        submitted_by=batch.imported_by,
    )
    return save_proposal(ImportPolicy(), proposal, by, act)


def lock_batch(pk: int) -> ImportBatch:
    found = ImportBatch.objects.select_for_update(of=("self",)).select_related("newsroom", "imported_by")
    return found.get(pk=pk)


def _digest(batch: ImportBatch) -> str:
    """Return the SHA-256 of the digests of all members in order, each followed by a line feed."""
    return str(roles.call_function("editorial_import_digest", batch.pk))


def _lock_reviews(members: QuerySet[Proposal]) -> None:
    """Lock the reviews of these members until the transaction ends."""
    rows = (
        Review.objects.select_for_update().filter(pk__in=members.values("review_id")).order_by("pk").values_list("pk")
    )
    for _row in rows.iterator(10_000):  # an import can contain a million rows
        pass


def _publish(members: Sequence[Proposal], by: User, openings: signing.ImportOpenings) -> int:
    """Publish these members and return how many were published. Their reviews must be locked."""
    drafts = drafts_of([member.subject_id for member in members])
    approved: list[Proposal] = []
    stale: list[Proposal] = []
    for member in members:
        statement = review_statements.build_draft_statement(drafts[member.subject_id])
        is_same = canonical_unchecked(statement.to_json_object()) == member.statement.encode()
        (approved if is_same else stale).append(member)
    if approved:
        append_approved(Publication(), approved, by, openings.of(approved))
    if stale:
        _return_stale(stale, by)
    return len(approved)


def _return_stale(members: Sequence[Proposal], by: User) -> None:
    note = str(_("The review was changed after its approval."))
    Proposal.objects.filter(pk__in=[member.pk for member in members]).update(
        decision=Decision.RETURNED, message=note, decided_by=by, decided_at=timezone.now()
    )
    reviews = [member.subject_id for member in members]
    Review.objects.filter(pk__in=reviews).update(state=State.DRAFT)
    newsroom = members[0].newsroom_id
    assert newsroom is not None
    record_events(by, newsroom, [("publication.returned", pk, {"reason": note}) for pk in reviews])
