"""Pages on which claims that are the same are found, joined and parted."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import links, similar_claims
from factcheck.editorial.desk import proposal_actions
from factcheck.editorial.desk.access import Desk, desk
from factcheck.editorial.desk.action_forms import LoggedReasonForm
from factcheck.editorial.desk.action_views import Verb, act, ask, page_about, refusals_shown, sent, too_late
from factcheck.editorial.desk.claim_joining import may_exchange, offered
from factcheck.editorial.desk.public_text import put_public_words
from factcheck.editorial.models import Claim, ReaderMessage, Review
from factcheck.editorial.models.kinds import Decision
from factcheck.editorial.proposals import merge_policy
from factcheck.record.models import PublishedClaim

MOST_OURS = 50  # reviews of the newsroom that are listed with claims that may be the same


class ChoiceForm(LoggedReasonForm):
    """Which claim; of a claim that is public also why, which everybody can read then."""

    other = forms.UUIDField(widget=forms.HiddenInput)


SPLIT: Verb[Claim] = Verb(
    "split",
    _("Split off"),
    _("Readers find this claim and its reviews at their own address again, when somebody else has approved it."),
    _("Proposed. Somebody else has to decide now."),
    lambda claim, by, data: merge_policy.propose_split(claim=claim, by=by, note=data["reason"]),
    LoggedReasonForm,
)


def standing(request: HttpRequest, claim: Claim) -> dict[str, Any]:
    """What the claim's page says of it: where readers find it, what was merged into it, what waits for a decision."""
    at = desk(request)
    waiting = [(merge, proposal_actions.possible(at, merge)) for merge in merge_policy.open_merges(claim)]
    into, here = merge_policy.merge_target(claim), merge_policy.claims_merged_into(claim)
    told = [each for merge, _verbs in waiting for each in (merge.claim, merge.into)]
    put_public_words(at, (each for each in (into, *here, *told) if each))
    is_public = PublishedClaim.objects.filter(pk=claim.pk).exists()
    last = claim.proposals.select_related("decided_by").first()
    return {
        "merged_into": into,
        "merged_here": here,
        "proposed": {merge.claim_id for merge, _verbs in waiting},  # of these nothing more can be proposed now
        "waiting": waiting,
        "links": offered(at, links.open_links(claim=claim)),
        "returned": last if last and last.decision == Decision.RETURNED and last.message and not waiting else None,
        "newsrooms": list(at.roles),
        "may_join": is_public or may_exchange(at, claim),
    }


def similar_page(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Claims that may be the same, and what can be done about it: use one instead, propose a merge, or go on."""
    back = reverse("admin:editorial_claim_change", args=[claim.pk])
    if request.method != "POST" and (merge_policy.merge_target(claim) or merge_policy.has_open_proposal(claim)):
        return too_late(request, back)
    is_public = links.is_public(claim)
    popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST
    form = ChoiceForm(sent(request))
    if form.is_valid():
        other = get_object_or_404(Claim, pk=form.cleaned_data["other"])
        if popup and other == claim:
            return _chosen(claim)
        with refusals_shown(form):
            return _choose(request, claim, other, form.cleaned_data["reason"], is_public=is_public, popup=popup)
    asked = request.GET.get("q", "").strip() or claim.text
    logged = "logged" in request.GET
    found, compared = list[similar_claims.SimilarClaim](), True
    try:
        found = similar_claims.find_similar(
            asked, exclude=claim.pk, min_score=similar_claims.LIKELY_SCORE if logged else 0.0
        )
    except similar_claims.MeaningNotCompared as problem:
        if compared := problem.by_words is not None:
            found = problem.by_words
            messages.warning(
                request, _("Compared by words alone just now: the same in another language may be missing.")
            )
        else:
            messages.warning(request, _("Comparing with what is published took too long. Open this page once more."))
    drafts = [] if is_public else similar_claims.find_identical_drafts(claim)
    ours = _ours(request, {each.claim_id for each in found} | {each.pk for each in drafts})
    if logged and compared and not (found or drafts or form.errors):
        return _chosen(claim) if popup else redirect(_go_on(request, claim))
    return page_about(
        request,
        claim,
        back,
        _("Has this been checked already?") if logged else _("Same as another claim"),
        "admin/editorial/claim/similar.html",
        claim=claim,
        is_public=is_public,
        may_join=is_public or may_exchange(desk(request), claim),
        popup=popup,
        is_popup=popup,
        logged=logged,
        asked=request.GET.get("q", ""),
        found=[(each, ours.get(each.claim_id, [])) for each in found],
        # What was written of a claim that is not among them: it is live no more, or the comparison took too long.
        unplaced=is_public and form.errors and form["other"].value() not in {str(each.claim_id) for each in found},
        drafts=[(each, ours.get(each.pk, [])) for each in drafts],
        lost=[] if is_public else claim.appearances.all(),
        form=form,
        go_on=_go_on(request, claim),
    )


def _ours(request: HttpRequest, claims: set[UUID]) -> dict[UUID, list[Review]]:
    """What the person's newsrooms have written of these claims already, drafts too."""
    found: dict[UUID, list[Review]] = {}
    reviews = Review.objects.filter(claim__in=claims, newsroom__in=list(desk(request).roles))
    for review in reviews.select_related("claim")[:MOST_OURS]:
        found.setdefault(review.claim_id, []).append(review)
    return found


def _choose(
    request: HttpRequest, claim: Claim, other: Claim, reason: str, *, is_public: bool, popup: bool
) -> HttpResponse:
    by = desk(request).user
    if is_public:
        merge_policy.propose_merge(claim=claim, into=other, by=by, note=reason)
        messages.success(request, _("Proposed. Somebody else has to decide now."))
        return redirect("admin:editorial_claim_change", claim.pk)
    then = request.GET.get("logged")
    tip = ReaderMessage.objects.filter(claim=claim, newsroom__in=list(desk(request).roles)).first()
    moved = merge_policy.replace_claim(claim=claim, replacement=other, by=by)
    put_public_words(desk(request), [other])
    if popup:
        return _chosen(other)
    done = str(_("The claim that was there already is used; yours is gone."))
    if other.newsroom_id not in desk(request).roles:  # so that its page at the desk is closed to them
        done = format_html('{} <a href="/claims/{}/">{}</a>', done, other.pk, other)
    messages.success(request, done)
    if then == "message" and tip is not None:
        return redirect("admin:editorial_readermessage_change", tip.pk)
    if moved:
        return redirect("admin:editorial_review_changelist")
    if then == "review":
        return redirect(f"{reverse('admin:editorial_review_add')}?claim={other.pk}")
    if other.newsroom_id in desk(request).roles:
        return redirect("admin:editorial_claim_change", other.pk)
    return redirect("admin:editorial_claim_changelist")


def _chosen(claim: Claim) -> HttpResponse:
    """Puts the claim into the form from which the small window was opened."""
    data = json.dumps({"value": str(claim.pk), "obj": str(claim)})
    return SimpleTemplateResponse("admin/popup_response.html", {"popup_response_data": data})


def _go_on(request: HttpRequest, claim: Claim) -> str:
    """Where somebody goes who keeps the claim that they have just logged."""
    if request.GET.get("logged") == "review":
        return f"{reverse('admin:editorial_review_add')}?claim={claim.pk}"
    return reverse("admin:editorial_claim_change", args=[claim.pk])


def after_logging(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Leads who has just logged the claim to those that may be the same.

    They are looked for on that page, when the claim is stored: a search that is slow or fails loses nothing.
    """
    messages.success(request, _("The claim is saved."))
    popup = f"&{IS_POPUP_VAR}=1" if IS_POPUP_VAR in request.POST else ""
    return redirect(similar_address(claim.pk, then="review" if "_review" in request.POST else "claim") + popup)


def similar_address(claim: UUID, *, then: str = "claim") -> str:
    """Of the page that looks for claims like one that is new, and goes on to the claim or to its review.

    A claim that was made of a reader's message goes on to the message when another one is used.
    """
    return f"{reverse('admin:editorial_claim_similar', args=[claim])}?logged={then}"


def shown(at: Desk, *claims: Claim) -> list[tuple[Claim, bool]]:
    """Claims with whether they have a page that readers can open; a merged one leads to the other's."""
    put_public_words(at, claims)
    live = PublishedClaim.objects.live().filter(pk__in=[claim.pk for claim in claims])
    public = set(live.values_list("pk", flat=True))
    return [(claim, claim.pk in public or merge_policy.merge_target(claim) is not None) for claim in claims]


def split_page(request: HttpRequest, claim: Claim, into: Claim | None) -> HttpResponse:
    """Splits the claim off the one into which it was merged last; on POST says why not and keeps what was typed."""
    seen = claim if into is None or claim.newsroom_id in desk(request).roles else into
    back = reverse("admin:editorial_claim_change", args=[seen.pk])
    if into is None or (
        request.method != "POST" and (not merge_policy.merge_target(claim) or merge_policy.has_open_proposal(claim))
    ):
        return too_late(request, back)
    form = SPLIT.form(sent(request))
    if answer := act(request, SPLIT, claim, form, back):
        return answer
    button, both = _("Propose to split it off"), shown(desk(request), claim, into)
    return ask(request, SPLIT, claim, form, back, "admin/editorial/claim/merge.html", button=button, shown=both)
