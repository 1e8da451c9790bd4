"""The page on which an editor answers a proposed link: the claims are the same, or they are not."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import desk
from factcheck.editorial.desk.action_forms import LoggedReasonForm
from factcheck.editorial.desk.action_views import Verb, act, ask, sent, too_late
from factcheck.editorial.desk.claim_joining import offered
from factcheck.editorial.desk.merges import shown
from factcheck.editorial.links import accept_link, dismiss_link, is_public
from factcheck.editorial.models import Claim, ImportBatch, ProposedLink

PROPOSE: Verb[ProposedLink] = Verb(
    "accept",
    _("It is the same"),
    _("Readers would find the first claim under the second. Somebody else has to approve it."),
    _("Proposed. Somebody else has to decide now."),
    lambda link, by, data: accept_link(link=link, by=by, note=data["reason"]),
    LoggedReasonForm,
)
EXCHANGE: Verb[ProposedLink] = Verb(
    "accept",
    _("It is the same"),
    _("The draft gets the second claim, and the first is thrown away."),
    _("Done."),
    lambda link, by, _data: accept_link(link=link, by=by),
)
DISMISS: Verb[ProposedLink] = Verb(
    "dismiss",
    _("It is not the same"),
    _("You state that these are two different claims. This pair is not proposed again."),
    _("Done."),
    lambda link, by, _data: dismiss_link(link=link, by=by),
)


def link_page(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    """Shows both claims; on POST takes the answer, or says why not and keeps what was typed.

    It leads back to the import, with its other links, or to the claim: wherever the person came from.
    """
    found = ProposedLink.objects.filter(claim__newsroom__in=list(desk(request).roles))
    link = get_object_or_404(found.select_related("claim__newsroom", "other__newsroom", "batch"), pk=pk)
    if answer not in ("accept", "dismiss"):
        raise Http404
    accepted = PROPOSE if is_public(link.claim) else EXCHANGE
    verb = accepted if answer == "accept" else DISMISS
    row: Claim | ImportBatch = link.batch if request.GET.get("from") == "import" else link.claim
    back = reverse(f"admin:editorial_{row._meta.model_name}_change", args=[row.pk])
    ((_link, _accepts, not_yet),) = offered(desk(request), [link])
    if request.method != "POST" and verb is accepted and not_yet:
        return too_late(request, back, not_yet)
    form = verb.form(sent(request))
    if done := act(request, verb, link, form, back):
        still = row == link.batch or Claim.objects.filter(pk=link.claim_id).exists()
        return done if still else redirect("admin:editorial_review_changelist")
    both = shown(desk(request), link.claim, link.other)
    return ask(request, verb, row, form, back, "admin/editorial/claim/merge.html", shown=both)
