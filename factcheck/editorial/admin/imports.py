"""Imports: what a run brought in, read through and decided on as a whole by somebody else."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.access import Desk, NewsroomAdmin, OwnNewsroomFilter, desk
from factcheck.editorial.admin.acting import Text, Verb, act, ask, by_name, sent, too_late
from factcheck.editorial.admin.joining import offered
from factcheck.editorial.admin.reviews import verdict_label
from factcheck.editorial.admin.verb_forms import DigestForm, ReasonForm
from factcheck.editorial.imports import approve_import, publish_import, return_import
from factcheck.editorial.links import count_waiting, open_links
from factcheck.editorial.models import Approval, Claimant, ImportBatch
from factcheck.editorial.models.approvals import Decision

PAGE = 100
MOST_LOOKED_AT = 10_000  # reviews, for names that nobody has confirmed
MOST_COUNTED = 1000  # an import may have a million, and its page is opened often
PART = 4  # seconds; what takes longer to publish is published in parts, and the page says how far it is


VERBS: dict[str, Verb[ImportBatch]] = by_name(
    Verb(
        "approve",
        _("Approve all of it"),
        _(
            "You approve every review of this import exactly as listed. The digest below makes sure that"
            " none is changed afterwards."
        ),
        _("Approved. It can be published now."),
        lambda batch, by, data: approve_import(batch=batch, by=by, digest=data["digest"]),
        DigestForm,
        leads=True,
    ),
    Verb(
        "return",
        _("Return all of it"),
        _("Its reviews stay as drafts and are not published, except those that were approved one by one."),
        _("Returned."),
        lambda batch, by, data: return_import(batch=batch, by=by, reason=data["reason"]),
        ReasonForm,
    ),
    Verb(
        "publish",
        _("Publish all of it"),
        _(
            "Everybody can read these reviews from now on. While a large import is published, this page shows how far"
            " it is."
        ),
        _("Published."),
        lambda batch, by, _data: publish_import(batch=batch, by=by, seconds=PART),
        leads=True,
        left=lambda batch: batch.unpublished().exists(),
    ),
)


def possible(at: Desk, batch: ImportBatch) -> list[Verb[ImportBatch]]:
    """The verbs that this person may use on this import now."""
    if batch.newsroom_id not in at.deciding:
        return []
    mine = batch.submitted_by_id == at.user.pk
    if not batch.decision and not batch.digest:
        return [VERBS["return"]]
    if not batch.decision:
        return [VERBS["return"]] if mine else [VERBS["approve"], VERBS["return"]]
    return [VERBS["publish"]] if batch.decision == Decision.APPROVED and batch.unpublished().exists() else []


def standing(batch: ImportBatch) -> Text:
    """Where the import stands, in a sentence."""
    if batch.decision == Decision.RETURNED:
        return _(
            "It was returned. Any review that was approved by itself before can still be published on its own page."
        )
    if not batch.digest:
        return _("The import is still running, or was interrupted: run it again to go on, or return all of it.")
    if not batch.decision:
        return _("It waits for a decision by somebody other than who imported it.")
    if batch.unpublished().exists():
        return _("It is approved and not yet all published.")
    return _("It is approved and published.")


def reason_of_return() -> Subquery:
    """The reason with which an import was returned, as all of it that was not returned by itself before.

    Looked for among the newest only: a million are not searched.
    """
    newest = Approval.objects.filter(batch=OuterRef(OuterRef("pk"))).order_by("-pk").values("pk")[:PAGE]
    found = Approval.objects.filter(pk__in=newest, decided_at=OuterRef("decided_at"))
    return Subquery(found.order_by("-pk").values("decision_note")[:1])


def _unconfirmed(batch: ImportBatch) -> dict[str, Any]:
    """How many names become public with it that nobody has confirmed; of a large import at least so many."""
    named = batch.unpublished().order_by("pk").values("review__claim__claimant")
    looked_at = named[:MOST_LOOKED_AT]
    names = Claimant.objects.filter(pk__in=looked_at, confirmed=False).order_by()[: MOST_COUNTED + 1].count()
    is_cut_off = names > MOST_COUNTED or named[MOST_LOOKED_AT:].exists()
    return {"unconfirmed": min(names, MOST_COUNTED), "unconfirmed_at_least": is_cut_off}


def _how_far(batch: ImportBatch) -> dict[str, Any]:
    public = batch.published().count()
    return {
        "public": public,
        "whole": public + batch.unpublished().count(),
        "explanation": _(
            "It goes on by itself while this page is open. When you stop or close the page, what is public stays so,"
            " and you or somebody else can go on later."
        ),
        "goes_on": True,
        "button": _("Go on"),
    }


@admin.register(ImportBatch)
class ImportBatchAdmin(NewsroomAdmin[ImportBatch]):
    change_form_template = "admin/editorial/importbatch/change_form.html"
    list_display = (
        "files",
        "submitted_by",
        "submitted_at",
        "new",
        "changed",
        "unchanged",
        "refused",
        "decision_or_not",
    )
    list_select_related = ("submitted_by",)
    list_filter = ("decision", OwnNewsroomFilter)
    fields = (
        "files",
        ("new", "changed", "unchanged", "refused"),
        "digest",
        "submitted_by",
        "submitted_at",
        "decided_by",
    )
    readonly_fields = ("submitted_at",)

    @admin.display(description=_("decision"), ordering="decision")
    def decision_or_not(self, batch: ImportBatch) -> Text:
        if batch.decision:
            return batch.get_decision_display()
        return _("waiting for approval") if batch.digest else _("not finished yet")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        return False

    def beside_form(self, request: HttpRequest, row: ImportBatch) -> dict[str, Any]:
        said = {"verbs": possible(desk(request), row), "standing": standing(row), **self._rows(request, row)}
        said["links"] = offered(desk(request), open_links(batch=row)[:PAGE])
        not_compared = count_waiting(row, MOST_COUNTED + 1)
        said |= {"not_compared": min(not_compared, MOST_COUNTED), "and_more": not_compared > MOST_COUNTED}
        if row.decision == Decision.RETURNED:
            said["returned_with"] = ImportBatch.objects.values_list(reason_of_return(), flat=True).get(pk=row.pk)
        return said

    @staticmethod
    def _rows(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
        """A page of the import's approvals by key, so that the last page is as quick as the first.

        Each with the verdict, and with all how many names become public that nobody has confirmed.
        """
        after = request.GET.get("after", "")
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
        rows = Approval.objects.filter(batch=batch, pk__gt=start or 0).order_by("pk").defer("statement")
        rows = rows.select_related("review__claim__claimant", "review__publisher", "review__verdict")
        found = list(rows.prefetch_related("review__verdict__labels")[: PAGE + 1])
        more = len(found) > PAGE
        return {
            "rows": [(each, verdict_label(each.review)) for each in found[:PAGE]],
            "next_after": found[PAGE - 1].pk if more else None,
            "previous_after": start,
            **_unconfirmed(batch),
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb)
        return [path("<int:pk>/do/<slug:verb>/", view, name="editorial_importbatch_verb"), *super().get_urls()]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        batch = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        page = reverse("admin:editorial_importbatch_change", args=[pk])
        asked = VERBS[verb]
        form = asked.form(sent(request), initial={"digest": batch.digest})
        if answer := act(request, asked, batch, form, page):
            return answer
        if not form.is_bound and asked not in possible(desk(request), batch):
            return too_late(request, page)
        if form.is_valid():  # and so there is more of it
            template = "admin/editorial/importbatch/publishing.html"
            return ask(request, asked, batch, form, page, template, **_how_far(batch))
        template = "admin/editorial/importbatch/verb.html"
        return ask(request, asked, batch, form, page, template, batch=batch, **self._rows(request, batch))
