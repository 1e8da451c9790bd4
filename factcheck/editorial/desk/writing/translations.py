"""Translations on the page of a review: the button to begin one, the original, and the changes of the original."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.drafts import translations
from factcheck.editorial.drafts.review_statements import last_entry
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Review
from factcheck.record.statements.statement_changes import compare_statements

State = Review.State


class TranslationsMixin:
    """A mixin for the page of a review, with two buttons that begin or renew a translation with one click."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<uuid:pk>/translate/", view(require_POST(self._translate)), name="editorial_review_translate"),
            path("<uuid:pk>/renew/", view(require_POST(self._bring_up_to_date)), name="editorial_review_renew"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def _translate(self, request: HttpRequest, pk: Any) -> HttpResponse:
        review = self._get_review(request, pk)  # type: ignore[attr-defined]
        try:
            draft = translations.start_translation(review=review, by=get_desk(request).user)
        except EditorialError as refusal:
            return _refused(request, review, refusal)
        messages.success(
            request, str(_("The translation has the claim, the verdict and the sources. Translate the text."))
        )
        return redirect("admin:editorial_review_change", draft.pk)

    def _bring_up_to_date(self, request: HttpRequest, pk: Any) -> HttpResponse:
        review = self._get_review(request, pk)  # type: ignore[attr-defined]
        try:
            translations.bring_up_to_date(review=review, by=get_desk(request).user)
        except EditorialError as refusal:
            return _refused(request, review, refusal)
        messages.success(request, str(_("The draft now belongs to the newest revision of the original.")))
        return redirect("admin:editorial_review_change", review.pk)


def translation_context(desk: Desk, review: Review) -> dict[str, object]:
    """Return the original and its changes for a translation.

    For an original, return its translation, and whether the person can begin one.
    """
    if review.translation_of_id is not None:
        original, behind = translations.revision_of(review), translations.is_behind(review)
        newest = translations.revision_of(review, newest=True) if behind else None
        return {
            "translated": original,
            "original_number": review.translation_of_revision,
            "original_url": reverse("admin:editorial_review_change", args=[review.translation_of_id]),
            "original_changes": compare_statements(original, newest) if original and newest else [],
            "is_behind": behind,
            "correction_url": reverse("admin:editorial_review_action", args=[review.pk, "correct"]),
        }
    translation = translations.find_translation(review)
    begins = review.state == State.PUBLISHED and not review.is_imported and review.newsroom_id in desk.roles
    return {"translation": translation, "translates": begins and translation is None and last_entry(review) is not None}


def _refused(request: HttpRequest, review: Review, refusal: EditorialError) -> HttpResponse:
    for reason in refusal.reasons:
        messages.error(request, str(reason))
    return redirect("admin:editorial_review_change", review.pk)
