"""Imports at the desk, where a second person reads a whole import and decides on it."""

from collections import Counter
from itertools import zip_longest
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm
from factcheck.editorial.desk.action_views import refusals_on_form, submitted_data
from factcheck.editorial.desk.deciding.proposal_actions import available_actions
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.evidence.captures import on_page
from factcheck.editorial.desk.evidence.uploads import receive_file
from factcheck.editorial.desk.lists.filters import DecisionMixin, ImportFilter, OwnNewsroomFilter
from factcheck.editorial.desk.writing.reviews import verdict_label
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Claim, Claimant, ImportBatch, Proposal
from factcheck.editorial.proposals.import_policy import close_import
from factcheck.imports.importer import uploads
from factcheck.imports.readers.sheets import NAMES, split_rows

PAGE = 100
MAX_SEARCHED = 10_000  # the number of reviews that are searched for unconfirmed names
MAX_COUNTED = 1000  # an import can contain a million reviews, and its page is opened often


class UploadForm(NewsroomForm):
    file = forms.FileField(label=capfirst(_("file")), required=False)
    text = forms.CharField(label=_("Or paste rows here"), widget=forms.Textarea, required=False)


def upload_context(request: HttpRequest, batch: ImportBatch) -> dict[str, object]:
    """Return the columns of an uploaded sheet with their first values, and one page of the outcomes of its rows."""
    _begin, header, rows = split_rows(batch.sheet["rows"])
    told = [each for each in batch.outcomes if each["outcome"] == request.GET.get("only", each["outcome"])]
    return {
        "progress": uploads.progress_of(batch) if batch.step in uploads.WORK.values() else None,
        "columns": list(zip_longest(header, batch.sheet["columns"], *rows[:3], fillvalue="")),
        "fields": NAMES.items(),
        "outcomes": sorted(Counter(each["outcome"] for each in batch.outcomes).items()),
        "told": Paginator(told, PAGE).get_page(request.GET.get("page")),
    }


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
class ImportBatchAdmin(DecisionMixin, OwnRowsAdmin[ImportBatch]):
    adders = "roles"
    add_title = _("Bring your spreadsheet")
    change_form_template = "admin/editorial/importbatch/change_form.html"
    list_display = ("files", "imported_by", "imported_at", "new", "changed", "unchanged", "refused", "decision_label")
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
            "may_close": row.imported_by_id == desk.user.pk or row.newsroom_id in desk.deciding_newsrooms,
            "is_unfinished": proposal is not None and row.members.open().exists(),
            **member_rows(request, row),
            **(upload_context(request, row) if row.sheet else {}),
        }

    def get_urls(self) -> list[URLPattern]:
        add = on_page(receive_file(self.admin_site.admin_view(self.upload), uploads.MAX_SHEET))
        return [path("add/", add, name="editorial_importbatch_add"), *super().get_urls()]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Store a sheet, and open the page on which its columns are chosen."""
        desk = get_desk(request)
        form = UploadForm(desk.newsrooms, submitted_data(request), request.FILES or None)
        if form.is_valid():
            with refusals_on_form(form):
                batch = uploads.receive(by=desk.user, **form.cleaned_data)
                return redirect("admin:editorial_importbatch_change", batch.pk)
        context = self.admin_site.each_context(request) | {"opts": self.opts, "title": self.add_title, "form": form}
        return TemplateResponse(request, "admin/editorial/importbatch/upload.html", context)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.get_object(request, object_id)
        if batch is None:
            messages.info(request, _("This import isn’t here any more. It was undone or thrown away."))
            return redirect("admin:index")
        if request.method != "POST":
            return super().change_view(request, object_id, *args, **kwargs)
        by, name = get_desk(request).user, request.POST.get("do", "")
        try:
            if name == "close":
                close_import(batch=batch, by=by)
            else:
                uploads.act(batch, by, name, request.POST.getlist("column"))
        except EditorialError as refusal:
            messages.error(request, str(refusal))
        return redirect(request.path)
