"""The screen on which people write a review: the claim beside the text, and the steps in the save bar."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import DeskAction
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.evidence.pictures import DESK_PICTURES
from factcheck.editorial.desk.languages import detected_title
from factcheck.editorial.desk.writing.review_forms import ReviewForm
from factcheck.editorial.models import Claim, Proposal, Review
from factcheck.record.formats.text import clean_text
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.tools.language_detection import detect_language


@dataclass(frozen=True)
class Step:
    """A link in the save bar to the page of an action."""

    action: DeskAction[Any]
    url: str


def steps_context(
    review: Review,
    actions: Iterable[DeskAction[Review]],
    proposal: Proposal | None,
    decisions: Iterable[DeskAction[Proposal]],
    *,
    edited: bool,
) -> dict[str, object]:
    """Return the next step, which is the save bar's main button, and the steps in the menu of the save bar.

    On a page with a form, the main button saves and submits, so every other step is in the menu.
    """
    of_proposal = partial(reverse, "admin:editorial_proposal")
    of_review = partial(reverse, "admin:editorial_review_action")
    steps = [Step(action, of_proposal(args=[proposal.pk, action.name])) for action in decisions] if proposal else []
    steps += [Step(action, of_review(args=[review.pk, action.name])) for action in actions if action.name != "submit"]
    harmless = [step for step in steps if not step.action.is_destructive]
    first = sorted(harmless, key=lambda step: not step.action.is_primary)[:1]
    return {
        "next_step": first[0] if first and not edited else None,
        "more_steps": [step for step in steps if edited or step not in first],
    }


def claim_context(request: HttpRequest, claims: QuerySet[Claim], key: Any) -> dict[str, object]:
    """Return the claim beside the text, with its public text if the claim belongs to another newsroom."""
    claim = None
    with suppress(ValidationError):  # the id is invalid
        claim = (
            claims.select_related("claimant").prefetch_related("appearances").filter(pk=key).first() if key else None
        )
    if claim is not None:
        show_public_text(get_desk(request), [claim])
    return {
        "panel_claim": claim,
        "claim_is_own": claim is not None and claim.newsroom_id in get_desk(request).roles,
    }


def claim_facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return the claim that was just chosen, as a part of the page."""
    page: Any = admin.site.get_model_admin(Claim)
    context = claim_context(request, page.autocomplete_queryset(request), pk)
    if context["panel_claim"] is None or not page.has_view_permission(request):
        raise Http404
    context["claim"] = context["panel_claim"]
    return TemplateResponse(request, "admin/editorial/review/claim_facts.html", context)


@require_POST
def text_preview(request: HttpRequest) -> JsonResponse:
    """Return the text as readers will see it, while it is written, and the language detected from the text."""
    posted = {name: clean_text(request.POST.get(name, "")) for name in ReviewForm.detected_from}
    language = detect_language("\n".join(posted.values()))
    context = {**posted, "language": language or UNKNOWN_LANGUAGE, "pictures": DESK_PICTURES}
    html = render_to_string("admin/editorial/review/text_preview.html", context, request)
    return JsonResponse({"html": html, "language": detected_title(language) if language else ""})
