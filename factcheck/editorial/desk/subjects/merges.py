"""The pages that find similar claims, and that merge and split claims."""

import json
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import similar_claims
from factcheck.editorial.desk import action_views
from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import LoggedReasonForm
from factcheck.editorial.desk.deciding import proposal_actions
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.models import Claim, ReaderMessage, Review
from factcheck.editorial.models.kinds import Decision
from factcheck.editorial.proposals import merge_policy
from factcheck.record.models import PublishedClaim
from factcheck.web.places import Busy, match_places

MAX_OWN_REVIEWS = 50  # the page lists at most this many of the newsroom's own reviews


class ChoiceForm(LoggedReasonForm):
    """The chosen claim and, if the claim is public, a reason that anyone can read."""

    other = forms.UUIDField(widget=forms.HiddenInput)


SPLIT: action_views.DeskAction[Claim] = action_views.DeskAction(
    "split",
    _("Split off"),
    _("If someone else approves this, readers will find this claim and its reviews at the claim’s own URL again."),
    _("Proposed. Someone else now has to decide."),
    lambda claim, by, data: merge_policy.propose_split(claim=claim, by=by, note=data["reason"]),
    LoggedReasonForm,
)


def merge_context(request: HttpRequest, claim: Claim) -> dict[str, object]:
    """Return template variables for a claim's page: merged claims and open proposals."""
    desk = get_desk(request)
    open_merges = [
        (merge, proposal_actions.available_actions(desk, merge)) for merge in merge_policy.open_merges(claim)
    ]
    into, here = merge_policy.merge_target(claim), merge_policy.claims_merged_into(claim)
    proposed = [other for merge, _actions in open_merges for other in (merge.claim, merge.into)]
    show_public_text(desk, (other for other in (into, *here, *proposed) if other))
    is_public = PublishedClaim.objects.filter(pk=claim.pk).exists()
    last = claim.proposals.select_related("decided_by").first()
    return {
        "merged_into": into,
        "merged_here": here,
        # A claim with an open proposal can't be proposed again.
        "proposed": {merge.claim_id for merge, _actions in open_merges},
        "open_merges": open_merges,
        "returned": last if last and last.decision == Decision.RETURNED and last.message and not open_merges else None,
        "newsrooms": list(desk.roles),
        "may_join": is_public or may_use_instead(desk, claim),
    }


def similar_page(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Show similar claims, from which the person chooses.

    The person can use another claim, propose a merge, or keep their own claim.
    """
    back = reverse("admin:editorial_claim_change", args=[claim.pk])
    if request.method != "POST" and (merge_policy.merge_target(claim) or claim.proposals.open().exists()):
        return action_views.redirect_unavailable(request, back)
    is_public = merge_policy.is_public(claim)
    popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST
    form = ChoiceForm(action_views.submitted_data(request))
    if form.is_valid():
        other = get_object_or_404(Claim, pk=form.cleaned_data["other"])
        if popup and other == claim:
            return _close_popup(claim)
        with action_views.refusals_on_form(form):
            return _choose(request, claim, other, form.cleaned_data["reason"], is_public=is_public, popup=popup)
    if "likely" in request.GET:
        return likely_list(request, claim.text, claim)
    logged = "logged" in request.GET
    words = request.GET.get("q", "").strip() or claim.text
    published = _find_similar(request, claim, words, likely_only=logged)
    drafts = [] if is_public else similar_claims.find_unpublished(words, [claim.newsroom_id], exclude=claim.pk)
    if logged and published is not None and not (published or drafts or form.errors):
        return _close_popup(claim) if popup else redirect(_next_url(request, claim))
    found = published or []
    own_reviews = _own_reviews(request, {row.claim_id for row in found} | {row.pk for row in drafts})
    return action_views.subject_page(
        request,
        claim,
        back,
        _("Has this been checked already?") if logged else _("Same as another claim"),
        "admin/editorial/claim/similar.html",
        claim=claim,
        is_public=is_public,
        may_join=is_public or may_use_instead(get_desk(request), claim),
        popup=popup,
        is_popup=popup,
        logged=logged,
        query=request.GET.get("q", ""),
        found=[(row, own_reviews.get(row.claim_id, [])) for row in found],
        # The list may lack the chosen claim, because the claim is no longer live or the comparison took too long.
        unlisted=is_public and form.errors and form["other"].value() not in {str(row.claim_id) for row in found},
        drafts=[(row, own_reviews.get(row.pk, [])) for row in drafts],
        lost=[] if is_public else claim.appearances.all(),
        form=form,
        next_url=_next_url(request, claim),
    )


def split_page(request: HttpRequest, claim: Claim, into: Claim | None) -> HttpResponse:
    """Propose to split the claim from its last merge target, or show why the proposal is refused."""
    visible = claim if into is None or claim.newsroom_id in get_desk(request).roles else into
    back = reverse("admin:editorial_claim_change", args=[visible.pk])
    if into is None or (
        request.method != "POST" and (not merge_policy.merge_target(claim) or claim.proposals.open().exists())
    ):
        return action_views.redirect_unavailable(request, back)
    form = SPLIT.form(action_views.submitted_data(request))
    if answer := action_views.perform(request, SPLIT, claim, form, back):
        return answer
    button, claims = _("Propose to split it off"), with_public_pages(get_desk(request), claim, into)
    template = "admin/editorial/claim/action.html"
    return action_views.confirm_page(request, SPLIT, claim, form, back, template, button=button, claims=claims)


def after_logging(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Redirect to the page of similar claims.

    The search runs after the claim has been saved, so nothing is lost if the search is slow or fails.
    """
    messages.success(request, _("The claim has been saved."))
    popup = f"&{IS_POPUP_VAR}=1" if IS_POPUP_VAR in request.POST else ""
    return redirect(similar_url(claim.pk, then="review" if "_review" in request.POST else "claim") + popup)


def similar_url(claim: UUID, *, then: str = "claim") -> str:
    """Return the URL of the page that lists claims similar to a new claim.

    `then` is the next step: "claim", "review" or "message". The step "message" is for claims from a reader's message,
    and is taken only if the person uses another claim.
    """
    return f"{reverse('admin:editorial_claim_similar', args=[claim])}?logged={then}"


def with_public_pages(desk: Desk, *claims: Claim) -> list[tuple[Claim, bool]]:
    """Return the claims, each with whether it has a public page.

    A merged claim shares the page of its merge target.
    """
    show_public_text(desk, claims)
    live = PublishedClaim.objects.live().filter(pk__in=[claim.pk for claim in claims])
    public = set(live.values_list("pk", flat=True))
    return [(claim, claim.pk in public or merge_policy.merge_target(claim) is not None) for claim in claims]


def may_use_instead(desk: Desk, claim: Claim) -> bool:
    """Return whether `merge_policy.replace_claim` will allow the person to replace the claim.

    The person must be an Editor or have logged the claim. They must also be allowed to write every review of the claim.
    """
    may_change = claim.logged_by_id == desk.user.pk or claim.newsroom_id in desk.deciding_newsrooms
    return may_change and all(desk.may_write(review) for review in claim.reviews.all())


def likely_list(request: HttpRequest, text: str, claim: Claim | None = None) -> HttpResponse:
    """Return a list of claims that may be the same, which a page loads after it is shown or while somebody types."""
    pk, found = claim.pk if claim else None, list[similar_claims.SimilarClaim]()
    try:
        with match_places.enter():
            own = similar_claims.find_unpublished(text, get_desk(request).roles, exclude=pk)
            found = similar_claims.find_similar(text, exclude=pk, likely_only=True)
    except similar_claims.MeaningNotCompared as problem:
        found = problem.by_words or []
    except Busy:
        return HttpResponse(status=503)
    return render(request, "admin/editorial/claim/likely.html", {"found": found, "own": own, "claim": claim})


def _find_similar(
    request: HttpRequest, claim: Claim, text: str, *, likely_only: bool
) -> list[similar_claims.SimilarClaim] | None:
    """Return published claims that are similar to the text, or None after a timeout.

    If the list may be incomplete, the page shows a warning.
    """
    try:
        return similar_claims.find_similar(text, exclude=claim.pk, likely_only=likely_only)
    except similar_claims.MeaningNotCompared as problem:
        warning = _("The comparison with published claims took too long. Reload this page to try again.")
        if problem.by_words is not None:
            warning = _(
                "Claims could only be compared by keyword this time. The list may lack the same claim in another"
                " language."
            )
        messages.warning(request, warning)
        return problem.by_words


def _own_reviews(request: HttpRequest, claims: set[UUID]) -> dict[UUID, list[Review]]:
    """Return reviews and drafts about these claims in the person's newsrooms, by claim."""
    found: dict[UUID, list[Review]] = {}
    reviews = get_desk(request).own(Review.objects.filter(claim__in=claims))
    for review in reviews.select_related("claim")[:MAX_OWN_REVIEWS]:
        found.setdefault(review.claim_id, []).append(review)
    return found


def _choose(
    request: HttpRequest, claim: Claim, other: Claim, reason: str, *, is_public: bool, popup: bool
) -> HttpResponse:
    by = get_desk(request).user
    if is_public:
        merge_policy.propose_merge(claim=claim, into=other, by=by, note=reason)
        messages.success(request, _("Proposed. Someone else now has to decide."))
        return redirect("admin:editorial_claim_change", claim.pk)
    next_step = request.GET.get("logged")
    tip = get_desk(request).own(ReaderMessage.objects.filter(claim=claim)).first()
    moved = merge_policy.replace_claim(claim=claim, replacement=other, by=by)
    show_public_text(get_desk(request), [other])
    if popup:
        return _close_popup(other)
    message = str(_("The existing claim has replaced your claim. Your claim has been deleted."))
    if other.newsroom_id not in get_desk(request).roles:  # the person can't open the claim's page at the desk
        message = format_html('{} <a href="/claims/{}/">{}</a>', message, other.pk, other)
    messages.success(request, message)
    if next_step == "message" and tip is not None:
        return redirect("admin:editorial_readermessage_change", tip.pk)
    if moved:
        return redirect("admin:editorial_review_changelist")
    if next_step == "review":
        return redirect(f"{reverse('admin:editorial_review_add')}?claim={other.pk}")
    if other.newsroom_id in get_desk(request).roles:
        return redirect("admin:editorial_claim_change", other.pk)
    return redirect("admin:editorial_claim_changelist")


def _close_popup(claim: Claim) -> HttpResponse:
    """Close the popup and select the claim in the form that opened it."""
    data = json.dumps({"value": str(claim.pk), "obj": str(claim)})
    return SimpleTemplateResponse("admin/popup_response.html", {"popup_response_data": data})


def _next_url(request: HttpRequest, claim: Claim) -> str:
    """Return the next page for a person who keeps the claim that they have just logged."""
    if request.GET.get("logged") == "review":
        return f"{reverse('admin:editorial_review_add')}?claim={claim.pk}"
    return reverse("admin:editorial_claim_change", args=[claim.pk])
