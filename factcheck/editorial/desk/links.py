"""The page where an editor decides whether the two claims of a proposed link are the same."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import LoggedReasonForm
from factcheck.editorial.desk.action_views import (
    DeskAction,
    confirm_page,
    perform,
    redirect_unavailable,
    submitted_data,
)
from factcheck.editorial.desk.claim_joining import links_to_answer
from factcheck.editorial.desk.merges import with_public_pages
from factcheck.editorial.links import accept_link, dismiss_link, is_public
from factcheck.editorial.models import Claim, ImportBatch, ProposedLink

PROPOSE: DeskAction[ProposedLink] = DeskAction(
    "accept",
    _("It is the same"),
    _("Readers will find the first claim on the second claim’s page. Someone else has to approve this."),
    _("Proposed. Someone else now has to decide."),
    lambda link, by, data: accept_link(link=link, by=by, note=data["reason"]),
    LoggedReasonForm,
)
REPLACE: DeskAction[ProposedLink] = DeskAction(
    "accept",
    _("It is the same"),
    _("The draft will use the second claim. The first claim will be deleted."),
    _("Done."),
    lambda link, by, _data: accept_link(link=link, by=by),
)
DISMISS: DeskAction[ProposedLink] = DeskAction(
    "dismiss",
    _("It is not the same"),
    _("You confirm that these are two different claims. This pair will not be proposed again."),
    _("Done."),
    lambda link, by, _data: dismiss_link(link=link, by=by),
)


def link_page(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    """Shows both claims. On POST, saves the answer, or shows why it was refused and keeps the input.

    The person then returns to the page that they came from, which is the page of the import or of the claim.
    """
    links = ProposedLink.objects.filter(claim__newsroom__in=list(get_desk(request).roles))
    link = get_object_or_404(links.select_related("claim__newsroom", "other__newsroom", "batch"), pk=pk)
    if answer not in ("accept", "dismiss"):
        raise Http404
    accepted = PROPOSE if is_public(link.claim) else REPLACE
    action = accepted if answer == "accept" else DISMISS
    row: Claim | ImportBatch = link.batch if request.GET.get("from") == "import" else link.claim
    back = reverse(f"admin:editorial_{row._meta.model_name}_change", args=[row.pk])
    ((_link, _accepts, not_yet),) = links_to_answer(get_desk(request), [link])
    if request.method != "POST" and action is accepted and not_yet:
        return redirect_unavailable(request, back, not_yet)
    form = action.form(submitted_data(request))
    if response := perform(request, action, link, form, back):
        row_exists = row == link.batch or Claim.objects.filter(pk=link.claim_id).exists()
        return response if row_exists else redirect("admin:editorial_review_changelist")
    claims = with_public_pages(get_desk(request), link.claim, link.other)
    return confirm_page(request, action, row, form, back, "admin/editorial/claim/merge.html", claims=claims)
