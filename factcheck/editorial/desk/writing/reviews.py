"""Reviews at the desk: a form for the draft, and buttons for its actions."""

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, Text, subject_page
from factcheck.editorial.desk.deciding import proposal_actions
from factcheck.editorial.desk.deciding.public_text import (
    PublicTextChoiceField,
    ReviewReferencesMixin,
    search_public_claims,
    show_public_text,
)
from factcheck.editorial.desk.deciding.review_actions import ACTIONS, available_actions, statement_context, submit_saved
from factcheck.editorial.desk.deciding.review_decision import REVIEW_DECISIONS, review_decision
from factcheck.editorial.desk.lists.columns import column, state_pill, verdict_pill
from factcheck.editorial.desk.lists.filters import (
    AuthorFilter,
    ChangedFilter,
    LanguageFilter,
    OwnNewsroomFilter,
    TopicFilter,
    TranslationFilter,
    VerdictFilter,
)
from factcheck.editorial.desk.lists.finding import WordSearchMixin
from factcheck.editorial.desk.lists.large_lists import (
    MAX_HITS,
    DraftStateFilter,
    language_in_words,
    short_time,
)
from factcheck.editorial.desk.writing.autosave import AutosaveAdmin
from factcheck.editorial.desk.writing.review_forms import AuthorInline, ReplyInline, ReviewForm, SourceInline
from factcheck.editorial.desk.writing.screen import claim_context, claim_facts, steps_context, text_preview
from factcheck.editorial.desk.writing.translations import TranslationsMixin, translation_context
from factcheck.editorial.drafts.statement_columns import remaining_fields
from factcheck.editorial.drafts.translations import is_in_other_language
from factcheck.editorial.models import Claim, EditorialEvent, Proposal, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.search.query import Query
from factcheck.record.statements.drafts import ReviewToDraft

State = Review.State
MAX_EVENTS = 30
# Text from a word processor can have single line breaks, which Markdown turns into spaces.
PARAGRAPHS = _("Leave a blank line between paragraphs. A single line break doesn’t start a new paragraph.")


@admin.register(Review)
class ReviewAdmin(
    WordSearchMixin, TranslationsMixin, ReviewReferencesMixin, ActionsAdmin[Review], AutosaveAdmin[Review]
):
    form = ReviewForm
    desk_actions = ACTIONS
    action_template = "admin/editorial/review/action.html"
    not_a_draft = _(
        "Not saved: the review is no longer a draft. Your browser still has the text that you typed, so that you can"
        " copy it."
    )
    change_form_template = "admin/editorial/review/change_form.html"
    add_title = _("Write a review")
    list_display = ("__str__", "newsroom", "state_label", "verdict_label", language_in_words, "changed")
    list_select_related = ("claim", "newsroom", "publisher", "verdict__scale")
    list_filter = (
        ("state", DraftStateFilter), VerdictFilter, TopicFilter, AuthorFilter, LanguageFilter, TranslationFilter,
        ChangedFilter, OwnNewsroomFilter,
    )  # fmt: skip
    sortable_by: ClassVar[Any] = ("state_label", "verdict_label", language_in_words, "changed")
    search_fields = ("headline", "claim__text")
    search_help_text = _("Words from the headline or the claim")
    autocomplete_fields = ("claim",)
    textarea_rows: ClassVar = {"claim_wording": 2, "summary": 3, "body": 16, "verdict_explanation": 3, "change_note": 3}
    radio_fields = {"change_class": admin.VERTICAL}
    inlines = (SourceInline, ReplyInline, AuthorInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return super().get_queryset(request).prefetch_related("verdict__labels")

    def show_public_text(self, request: HttpRequest, rows: Iterable[Review]) -> None:
        show_public_text(get_desk(request), (review.claim for review in rows))

    state_label = column(_("state"), lambda review: state_pill(review), "state")
    changed = column(_("changed at"), lambda review: short_time(review.changed_at), "changed_at")

    @admin.display(description=_("verdict"), ordering="verdict_id")
    def verdict_label(self, review: Review) -> str:
        """Return the verdict and, for an imported review, the name of the publisher who gave the verdict."""
        verdict = verdict_pill(review.verdict, verdict_label(review))
        if not review.is_imported:
            return verdict
        return format_html('{} <span class="quiet">{}</span>', verdict, review.publisher)

    def get_fieldsets(self, request: HttpRequest, obj: Review | None = None) -> Any:
        language = ["newsroom", "language"] if self.chooses_newsroom(request, obj) else ["language"]
        written_here = obj is None or (self.changes_row(request, obj) and not obj.is_imported)
        wording = obj is not None and (obj.claim_wording or is_in_other_language(obj))
        text = {
            "fields": [*["claim_wording"][: bool(wording)], "headline", "summary", "body"],
            "description": PARAGRAPHS if written_here else None,
        }
        sets: list[Any] = [
            (None, {"fields": ["claim"], "classes": ["chooses-claim"]}),
            (None, {"fields": language}),
            (_("Text"), text),
            (_("Verdict"), {"fields": ["verdict", "verdict_explanation", "reviewed_on"]}),
        ]
        placed = [name for _title, options in sets for name in options["fields"]]
        if rest := [*remaining_fields(Review, ReviewToDraft, placed), *["date_note"][: bool(written_here)]]:
            folded = obj is None or (self.changes_row(request, obj) and not obj.selection_reason)
            sets.append((_("About the review"), {"fields": rest, "classes": ["after-rows", *["collapse"][:folded]]}))
        if obj is not None and (obj.change_class or self._is_correction(request, obj)):
            sets.insert(0, (_("Correction"), {"fields": ["change_class", "change_note"]}))
        if obj is not None and obj.is_imported:
            original = ["publisher", "language_detected", "original_url", "archive_url", "original_label"]
            original += [
                "original_value",
                "original_best",
                "original_worst",
                "original_explanation",
                "original_image_url",
            ]
            sets.append((_("Details from the publisher"), {"fields": original}))
        return sets

    def _is_correction(self, request: HttpRequest, obj: Review) -> bool:
        """Return whether the page edits the draft of a published review, which needs a class of change and a note."""
        return self.changes_row(request, obj) and obj.proposals.published().exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Review | None = None) -> list[str]:
        if obj is None or not obj.is_imported:
            return []
        editable = {"verdict", "language", "change_class", "change_note"}
        if obj.claim.newsroom_id != obj.newsroom_id:  # somebody may have to replace another newsroom's claim again
            editable.add("claim")
        return [
            name
            for _title, options in self.get_fieldsets(request, obj)
            for name in options["fields"]
            if name not in editable
        ]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "change_class":
            kwargs["choices"] = Review.ChangeClass.choices
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "claim":
            claims: Any = self.admin_site.get_model_admin(Claim)
            kwargs["queryset"] = claims.autocomplete_queryset(request)
            kwargs["form_class"] = partial(PublicTextChoiceField, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def other_hits(self, desk: Desk, query: Query) -> list[Any]:
        """Return reviews of other newsrooms' claims with these words in public."""
        claims = search_public_claims(desk, query)
        return list(desk.own(Review.objects.filter(claim__in=claims)).values_list("pk", flat=True)[:MAX_HITS])

    def has_change_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        if obj is None:
            return self.has_view_permission(request)
        return self.has_view_permission(request, obj) and obj.state == State.DRAFT and get_desk(request).may_write(obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        claims: Any = self.admin_site.get_model_admin(Claim)
        claim = claims.autocomplete_queryset(request).filter(pk=initial.pop("claim", None)).first()
        if claim is not None:
            initial["claim"] = claim.pk
        return initial

    def get_formset_kwargs(self, request: HttpRequest, obj: Review, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        # On POST, Django would take the submitted person for an unchanged row and wouldn't save the row.
        if isinstance(inline, AuthorInline) and obj._state.adding and request.method == "GET":
            kwargs["initial"] = [{"user": request.user.pk}]
        return kwargs

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        review = super().save_form(request, form, change)
        if not change:
            review.publisher_id = review.newsroom_id
        return review

    def decision_view(self, request: HttpRequest, proposal: Proposal, name: str) -> HttpResponse | None:
        return review_decision(request, proposal, name) if name in REVIEW_DECISIONS else None

    def decision_context(self, request: HttpRequest, proposal: Proposal) -> dict[str, object]:
        assert proposal.review is not None
        return statement_context(proposal.review, proposal, "decide")._asdict()

    def status_context(self, request: HttpRequest, row: Review) -> dict[str, object]:
        # A refused form needs the proposal too, because an open proposal hides a button.
        proposal = workflow.open_proposal(row)
        desk = get_desk(request)
        translation = translation_context(desk, row)
        if request.method != "GET":
            return {"proposal": proposal, **translation}
        decisions, context = proposal_actions.decision_buttons(desk, proposal), super().status_context(request, row)
        actions: Any = context["actions"]
        edited = self.has_change_permission(request, row)
        draft = Review.objects.get(pk=row.pk)
        events = EditorialEvent.objects.filter(subject=str(row.pk)).select_related("actor")
        return context | {
            "proposal": proposal,
            **translation,
            "decisions": decisions,
            "held": proposal_actions.hold_notice(proposal) if proposal else "",
            "review": row,
            "writes": desk.may_write(row),
            **steps_context(row, actions, proposal, decisions, edited=edited),
            "reasons": review_policy.find_missing(draft) if row.state == State.DRAFT else [],
            "last_proposal": row.proposals.select_related("submitted_by", "decided_by").first(),
            "revisions": row.proposals.published(),
            "events": events[:MAX_EVENTS],
        }

    def available_actions(self, request: HttpRequest, row: Review) -> list[str]:
        return available_actions(get_desk(request), row)

    def why_unavailable(self, row: Review, action: DeskAction[Review]) -> Text | None:
        is_submission = action.name == "submit" and row.state == State.DRAFT
        return next(iter(review_policy.find_missing(row)), None) if is_submission else None

    def action_context(
        self, request: HttpRequest, row: Review, action: DeskAction[Review], form: forms.Form
    ) -> dict[str, object]:
        reasons = review_policy.find_missing(row) if action.name == "submit" and not form.errors else []
        return {"review": row, "reasons": reasons, **statement_context(row, None, action.name)._asdict()}

    def form_context(self, request: HttpRequest, form: Any, row: Review | None) -> dict[str, object]:
        key = form["claim"].value() if "claim" in form.fields else row and row.claim_id
        return super().form_context(request, form, row) | claim_context(request, Claim.objects.all(), key)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("claim/<uuid:pk>/", view(claim_facts), name="editorial_review_claim"),
            path("text-preview/", view(text_preview), name="editorial_review_text_preview"),
            path("<uuid:pk>/preview/", view(self.preview), name="editorial_review_preview"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: Any) -> HttpResponse:
        review = self._get_review(request, pk)
        return subject_page(
            request,
            review,
            reverse("admin:editorial_review_change", args=[review.pk]),
            _("As readers will see it"),
            "admin/editorial/review/preview.html",
            review=review,
            reasons=review_policy.find_missing(review) if review.state == State.DRAFT else [],
            **statement_context(review, workflow.open_proposal(review), "preview")._asdict(),
        )

    def redirect_after_save(self, request: HttpRequest, row: Review) -> HttpResponse | None:
        """Redirect to the preview or to the submission."""
        if "_preview" in request.POST:
            return redirect("admin:editorial_review_preview", row.pk)
        if "_submit" in request.POST:
            return submit_saved(request, row)
        return None

    def _get_review(self, request: HttpRequest, pk: Any) -> Review:
        """Return a review of the person's newsrooms. Raise Http404 for other reviews."""
        return get_object_or_404(get_desk(request).own(Review.objects.all()), pk=pk)


def verdict_label(review: Review) -> str:
    """Return the verdict in the language of the desk, or the original label of an imported review's verdict."""
    return review.verdict.label(get_language() or "en") if review.verdict else review.original_label
