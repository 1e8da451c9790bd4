"""Imports at the desk, where a second person reads a whole import and decides on it."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, Text
from factcheck.editorial.desk.deciding.proposal_actions import available_actions
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.lists.filters import DecisionMixin, ImportFilter, OwnNewsroomFilter
from factcheck.editorial.desk.writing.reviews import verdict_label
from factcheck.editorial.models import Claim, Claimant, ImportBatch, Proposal
from factcheck.editorial.models.kinds import Decision
from factcheck.editorial.proposals.import_policy import close_import

PAGE = 100
MAX_SEARCHED = 10_000  # the number of reviews that are searched for unconfirmed names
MAX_COUNTED = 1000  # an import can contain a million reviews, and its page is opened often


CLOSE: DeskAction[ImportBatch] = DeskAction(
    "close",
    _("Close it"),
    _(
        "This import was interrupted. If you close it, no more reviews can be added, and the import can be approved"
        " or returned."
    ),
    _("Closed. Someone other than the person who ran the import now has to decide."),
    lambda batch, by, _data: close_import(batch=batch, by=by),
)


def state_text(batch: ImportBatch, proposal: Proposal | None) -> Text:
    """Return a sentence that describes the state of the import."""
    if proposal is None:
        return _("The import is still running or was interrupted. Run it again to continue, or close it.")
    if proposal.decision == Decision.RETURNED:
        return _("Returned. Reviews that were approved separately can still be published on their own pages.")
    if not proposal.decision:
        return _("Waiting for approval by someone other than the person who ran the import.")
    if batch.members.open().exists():
        return _("Approved, but not all reviews have been published yet.")
    return _("Approved and published.")


def _unconfirmed(batch: ImportBatch) -> dict[str, object]:
    """Return how many unconfirmed names the import would publish, counted up to a limit."""
    named = batch.members.open().order_by("pk").values("review__claim__claimant")
    searched = named[:MAX_SEARCHED]
    names = Claimant.objects.filter(pk__in=searched, confirmed=False).order_by()[: MAX_COUNTED + 1].count()
    is_cut_off = names > MAX_COUNTED or named[MAX_SEARCHED:].exists()
    return {"unconfirmed": min(names, MAX_COUNTED), "unconfirmed_at_least": is_cut_off}


def member_rows(request: HttpRequest, batch: ImportBatch) -> dict[str, object]:
    """Return one page of the import's reviews with their verdicts and claimants, and the count of unconfirmed names.

    A page begins after a primary key, so the last page is as fast as the first.
    """
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    rows = batch.members.filter(pk__gt=start or 0).order_by("pk").defer("statement")
    rows = rows.select_related("review__claim__claimant", "review__publisher", "review__verdict")
    members = list(rows.prefetch_related("review__verdict__labels")[: PAGE + 1])
    more = len(members) > PAGE
    desk = get_desk(request)
    show_public_text(desk, (member.review.claim for member in members if member.review is not None))
    return {
        "batch": batch,
        "rows": [
            (member, verdict_label(member.review), _claimant(desk, member.review.claim))
            for member in members[:PAGE]
            if member.review is not None
        ],
        "next_after": members[PAGE - 1].pk if more else None,
        "previous_after": start,
        **_unconfirmed(batch),
        # Only the model in the process computes vectors of submissions.
        "unprepared": not settings.EMBEDDINGS_URL
        and batch.members.open().filter(preparedvector=None)[:MAX_COUNTED].count(),
        "many": MAX_COUNTED,
    }


def _claimant(desk: Desk, claim: Claim) -> Claimant | None:
    """Return the claimant, or None for another newsroom's claim, whose draft the desk doesn't show."""
    return claim.claimant if claim.newsroom_id in desk.roles else None


@admin.register(ImportBatch)
class ImportBatchAdmin(DecisionMixin, ActionsAdmin[ImportBatch], OwnRowsAdmin[ImportBatch]):
    desk_actions = {CLOSE.name: CLOSE}
    change_form_template = "admin/editorial/importbatch/change_form.html"
    list_display = (
        "files",
        "imported_by",
        "imported_at",
        "new",
        "changed",
        "unchanged",
        "refused",
        "decision_label",
    )
    list_select_related = ("imported_by",)
    list_filter = (ImportFilter, OwnNewsroomFilter)
    fields = ("files", ("new", "changed", "unchanged", "refused"), "imported_by", "imported_at")
    readonly_fields = ("imported_at",)

    def decision_context(self, request: HttpRequest, proposal: Proposal) -> dict[str, object]:
        assert proposal.batch is not None
        return {"batch": proposal.batch, **member_rows(request, proposal.batch)}

    def status_context(self, request: HttpRequest, row: ImportBatch) -> dict[str, object]:
        desk, proposal = get_desk(request), row.proposal
        return super().status_context(request, row) | {
            "proposal": proposal,
            "decisions": available_actions(desk, proposal),
            "state_text": state_text(row, proposal),
            **member_rows(request, row),
        }

    def available_actions(self, request: HttpRequest, row: ImportBatch) -> list[str]:
        desk = get_desk(request)
        may_close = row.imported_by_id == desk.user.pk or row.newsroom_id in desk.deciding_newsrooms
        return [CLOSE.name] if row.proposal is None and may_close else []
