"""The page on which an editor answers a proposed link: the claims are the same, or they are not."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.access import desk
from factcheck.editorial.admin.acting import page_about, refusals_shown, sent
from factcheck.editorial.admin.merges import shown
from factcheck.editorial.admin.verb_forms import PublicReasonForm
from factcheck.editorial.links import accept_link, dismiss_link, is_public
from factcheck.editorial.models import Claim, ProposedLink


def link_page(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    """Shows both claims; on POST takes the answer, or says why not and keeps what was typed."""
    found = ProposedLink.objects.filter(claim__newsroom__in=list(desk(request).roles))
    link = get_object_or_404(found.select_related("claim__newsroom", "other__newsroom"), pk=pk)
    if answer not in ("accept", "dismiss"):
        raise Http404
    accepts = answer == "accept"
    back = reverse("admin:editorial_claim_change", args=[link.claim_id])
    public = is_public(link.claim)
    form_class = PublicReasonForm if accepts and public else forms.Form
    form = form_class(sent(request))
    if form.is_valid():
        by = desk(request).user
        with refusals_shown(form):
            if accepts:
                accept_link(link=link, by=by, note=form.cleaned_data.get("reason", ""))
            else:
                dismiss_link(link=link, by=by)
            proposed = accepts and public
            messages.success(request, _("Proposed. Somebody else has to decide now.") if proposed else _("Done."))
            still = Claim.objects.filter(pk=link.claim_id).exists()
            return redirect(back if still else "admin:editorial_review_changelist")
    if not accepts:
        explanation = _("You state that these are two different claims. This pair is not proposed again.")
    elif public:
        explanation = _("Readers would find the first claim under the second. Somebody else has to approve it.")
    else:
        explanation = _("The draft gets the second claim, and the first is thrown away.")
    title, template = _("It is the same") if accepts else _("It is not the same"), "admin/editorial/claim/merge.html"
    both = shown(link.claim, link.other)
    return page_about(request, link.claim, back, title, template, explanation=explanation, form=form, shown=both)
