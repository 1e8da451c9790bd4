"""Imports at the desk: somebody else reads a whole import and decides on it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, NewsroomAdmin, OwnNewsroomFilter, desk
from factcheck.editorial.desk.action_views import Text, Verb, act, ask, sent, too_late
from factcheck.editorial.desk.claim_joining import offered
from factcheck.editorial.desk.decision_columns import DecisionFilter, WithDecision
from factcheck.editorial.desk.proposal_actions import possible
from factcheck.editorial.desk.public_text import put_public_words
from factcheck.editorial.desk.reviews import verdict_label
from factcheck.editorial.links import count_uncompared, open_links
from factcheck.editorial.models import Claim, Claimant, ImportBatch, Proposal
from factcheck.editorial.models.kinds import Decision, Kind
from factcheck.editorial.proposals.import_policy import close_import

PAGE = 100
MOST_LOOKED_AT = 10_000  # reviews, for names that nobody has confirmed
MOST_COUNTED = 1000  # an import may have a million, and its page is opened often


CLOSE: Verb[ImportBatch] = Verb(
    "close",
    _("Close it"),
    _("It was interrupted. Once it is closed nothing more enters, and what is in it can be approved or returned."),
    _("Closed. Somebody other than the person who imported it has to decide now."),
    lambda batch, by, _data: close_import(batch=batch, by=by),
)


def standing(batch: ImportBatch, proposal: Proposal | None) -> Text:
    """The state of the import, in a sentence."""
    if proposal is None:
        return _("The import is still running, or was interrupted. Run it again to go on, or close it.")
    if proposal.decision == Decision.RETURNED:
        return _("It was returned. A review that was approved alone before can still be published on its own page.")
    if not proposal.decision:
        return _("It waits for a decision by somebody other than the person who imported it.")
    if batch.members.open().exists():
        return _("It is approved and not yet all published.")
    return _("It is approved and published.")


def _unconfirmed(batch: ImportBatch) -> dict[str, Any]:
    """How many unconfirmed names become public with the import, counted up to a limit."""
    named = batch.members.open().order_by("pk").values("review__claim__claimant")
    looked_at = named[:MOST_LOOKED_AT]
    names = Claimant.objects.filter(pk__in=looked_at, confirmed=False).order_by()[: MOST_COUNTED + 1].count()
    is_cut_off = names > MOST_COUNTED or named[MOST_LOOKED_AT:].exists()
    return {"unconfirmed": min(names, MOST_COUNTED), "unconfirmed_at_least": is_cut_off}


def member_rows(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """A page of the import's members by key, so that the last page is as quick as the first.

    Each member comes with its verdict and claimant, and the page with the number of unconfirmed names.
    """
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    rows = batch.members.filter(pk__gt=start or 0).order_by("pk").defer("statement")
    rows = rows.select_related("review__claim__claimant", "review__publisher", "review__verdict")
    found = list(rows.prefetch_related("review__verdict__labels")[: PAGE + 1])
    more = len(found) > PAGE
    at = desk(request)
    put_public_words(at, (each.review.claim for each in found if each.review is not None))
    return {
        "batch": batch,
        "rows": [
            (each, verdict_label(each.review), _claimant(at, each.review.claim))
            for each in found[:PAGE]
            if each.review is not None
        ],
        "next_after": found[PAGE - 1].pk if more else None,
        "previous_after": start,
        **_unconfirmed(batch),
    }


def _claimant(at: Desk, claim: Claim) -> Claimant | None:
    """None for another newsroom's claim, whose draft is not shown."""
    return claim.claimant if claim.newsroom_id in at.roles else None


class ImportFilter(DecisionFilter):
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), ("unfinished", _("not finished yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unfinished":
            return queryset.filter(decision=None)
        return super().queryset(request, queryset)


@admin.register(ImportBatch)
class ImportBatchAdmin(WithDecision, NewsroomAdmin[ImportBatch]):
    kind = Kind.IMPORT
    change_form_template = "admin/editorial/importbatch/change_form.html"
    list_display = (
        "files",
        "imported_by",
        "imported_at",
        "new",
        "changed",
        "unchanged",
        "refused",
        "decision_or_not",
    )
    list_select_related = ("imported_by",)
    list_filter = (ImportFilter, OwnNewsroomFilter)
    fields = ("files", ("new", "changed", "unchanged", "refused"), "imported_by", "imported_at")
    readonly_fields = ("imported_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        return False

    def beside_form(self, request: HttpRequest, row: ImportBatch) -> dict[str, Any]:
        at, proposal = desk(request), row.proposal
        not_compared = count_uncompared(row, MOST_COUNTED + 1)
        return {
            "proposal": proposal,
            "decisions": possible(at, proposal),
            "may_close": self._may_close(request, row),
            "standing": standing(row, proposal),
            "links": offered(at, open_links(batch=row)[:PAGE]),
            "not_compared": min(not_compared, MOST_COUNTED),
            "and_more": not_compared > MOST_COUNTED,
            **member_rows(request, row),
        }

    @staticmethod
    def _may_close(request: HttpRequest, batch: ImportBatch) -> bool:
        at = desk(request)
        return batch.proposal is None and (batch.imported_by_id == at.user.pk or batch.newsroom_id in at.deciding)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.close)
        return [path("<int:pk>/close/", view, name="editorial_importbatch_close"), *super().get_urls()]

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = get_object_or_404(self.get_queryset(request), pk=pk)
        page = reverse("admin:editorial_importbatch_change", args=[pk])
        form = CLOSE.form(sent(request))
        if answer := act(request, CLOSE, batch, form, page):
            return answer
        if not form.is_bound and not self._may_close(request, batch):
            return too_late(request, page)
        return ask(request, CLOSE, batch, form, page)
