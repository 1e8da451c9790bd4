"""Reviews: the draft as a form, and everything that can happen to it as buttons."""

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk import proposal_actions
from factcheck.editorial.desk.access import NewsroomAdmin, OwnNewsroomFilter, desk
from factcheck.editorial.desk.action_views import page_about
from factcheck.editorial.desk.edit_conflicts import HeldWhileSaved
from factcheck.editorial.desk.lists import LanguageFilter, all_words, keys, language_in_words, search_terms
from factcheck.editorial.desk.public_text import NamedField, RefersToReviews, found_in_public, put_public_words
from factcheck.editorial.desk.review_actions import VERBS, may_write, possible, shown, verb_page
from factcheck.editorial.desk.review_forms import AuthorInline, ReviewForm, SourceInline
from factcheck.editorial.models import Claim, EditorialEvent, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.editorial.statement_columns import remaining_fields
from factcheck.record.statements.drafts import ReviewToDraft

State = Review.State
MOST_EVENTS = 30
# A text from a word processor comes with one line break, which Markdown makes a space of.
PARAGRAPHS = _("Leave a blank line between paragraphs of the text: one line break alone begins no new one.")


@admin.register(Review)
class ReviewAdmin(RefersToReviews, HeldWhileSaved[Review], NewsroomAdmin[Review]):
    form = ReviewForm
    change_form_template = "admin/editorial/review/change_form.html"
    list_display = ("__str__", "state", "verdict_label", language_in_words, "publisher", "changed_at")
    list_select_related = ("claim", "publisher", "verdict")
    list_filter = ("state", LanguageFilter, OwnNewsroomFilter)
    search_fields = ("headline", "claim__text")
    search_help_text = _("Words of the headline or the claim")
    autocomplete_fields = ("claim",)
    lines: ClassVar = {"summary": 3, "body": 16, "verdict_explanation": 3, "change_note": 3}
    radio_fields = {"change_class": admin.VERTICAL}
    inlines = (SourceInline, AuthorInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return super().get_queryset(request).prefetch_related("verdict__labels")

    def put_public_words(self, request: HttpRequest, rows: Iterable[Review]) -> None:
        put_public_words(desk(request), (review.claim for review in rows))

    @admin.display(description=_("verdict"))
    def verdict_label(self, review: Review) -> str:
        return verdict_label(review)

    def get_fieldsets(self, request: HttpRequest, obj: Review | None = None) -> Any:
        claim = [
            "claim",
            "language",
            *(["seen"] if self.changes(request, obj) else []),
        ]
        if self.chooses_newsroom(request, obj):
            claim.insert(0, "newsroom")
        written_here = obj is None or (self.changes(request, obj) and not obj.is_imported)
        text = {"fields": ["headline", "summary", "body"], "description": PARAGRAPHS if written_here else None}
        sets: list[Any] = [
            (None, {"fields": claim}),
            (_("Text"), text),
            (_("Verdict"), {"fields": ["verdict", "verdict_explanation", "reviewed_on"]}),
        ]
        placed = [name for _title, options in sets for name in options["fields"]]
        if rest := remaining_fields(Review, ReviewToDraft, placed):
            sets.append((_("About the review"), {"fields": rest}))
        if obj is not None and (obj.change_class or self._is_correction(request, obj)):
            sets.insert(0, (_("Correction"), {"fields": ["change_class", "change_note"]}))
        if obj is not None and obj.is_imported:
            theirs = ["publisher", "original_url", "archive_url", "original_label", "original_value", "original_best"]
            theirs += ["original_worst", "original_explanation", "original_image_url"]
            sets.append((_("As the publisher has it"), {"fields": theirs}))
        return sets

    def _is_correction(self, request: HttpRequest, obj: Review) -> bool:
        """Whether the page changes the draft of what has been published, whose class and note are asked for."""
        return self.changes(request, obj) and obj.proposals.published().exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Review | None = None) -> list[str]:
        if obj is None or not obj.is_imported:
            return []
        ours = {"verdict", "change_class", "change_note", "seen"}
        if obj.claim.newsroom_id != obj.newsroom_id:  # it took the imported one's place, and may have to give way again
            ours.add("claim")
        return [
            name
            for _title, options in self.get_fieldsets(request, obj)
            for name in options["fields"]
            if name not in ours
        ]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "change_class":
            kwargs["choices"] = Review.ChangeClass.choices
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "claim":
            claims: Any = self.admin_site.get_model_admin(Claim)
            kwargs["queryset"] = claims.autocomplete_queryset(request)
            kwargs["form_class"] = partial(NamedField, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Review], search_term: str
    ) -> tuple[QuerySet[Review], bool]:
        if not search_term.strip():
            return queryset, False
        if not (words := search_terms(search_term)):
            return queryset.none(), False
        # An OR over two tables would read both; two index scans do not.
        at = desk(request)
        mine = Review.objects.filter(newsroom__in=list(at.roles))
        claims = Claim.objects.filter(all_words("text", words), newsroom__in=list(at.roles)).order_by().values("pk")
        hits = keys(mine.filter(all_words("headline", words))) + keys(mine.filter(claim__in=claims))
        hits += keys(mine.filter(claim__in=found_in_public(at, words)))
        return queryset.filter(pk__in=hits), False

    def has_change_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        if obj is None:
            return self.has_view_permission(request)
        return self.has_view_permission(request, obj) and obj.state == State.DRAFT and may_write(desk(request), obj)

    def has_delete_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        """A draft that nobody ever put before others."""
        return obj is not None and self.has_change_permission(request, obj) and not obj.proposals.exists()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        claims: Any = self.admin_site.get_model_admin(Claim)
        claim = claims.autocomplete_queryset(request).filter(pk=initial.pop("claim", None)).first()
        if claim is not None:
            initial = {"language": claim.language, **initial, "claim": claim.pk}
        return initial

    def get_formset_kwargs(self, request: HttpRequest, obj: Review, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        # On POST the person is a change like any other; as an initial value it would count as untouched.
        if isinstance(inline, AuthorInline) and obj._state.adding and request.method == "GET":
            kwargs["initial"] = [{"user": request.user.pk}]
        return kwargs

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        review = super().save_form(request, form, change)
        if not change:
            review.publisher_id = review.newsroom_id
            review.created_by = desk(request).user
        return review

    def not_saved(self, row: Review) -> Any:
        if row.state == State.DRAFT:
            return None
        return _("Not saved: the review is no longer a draft. Your browser’s back button brings back what you typed.")

    def beside_form(self, request: HttpRequest, row: Review) -> dict[str, Any]:
        proposal = workflow.open_proposal(row)  # also when the form comes back: it hides a button
        if request.method != "GET":
            return {"proposal": proposal}
        at = desk(request)
        draft = Review.objects.for_statements().get(pk=row.pk)
        events = EditorialEvent.objects.filter(subject=str(row.pk)).select_related("actor")
        return {
            "proposal": proposal,
            "decisions": proposal_actions.possible(at, proposal),
            "review": row,
            "writes": may_write(at, row),
            "verbs": possible(at, row),
            "reasons": review_policy.find_missing(draft) if row.state == State.DRAFT else [],
            "last_proposal": row.proposals.select_related("submitted_by", "decided_by").first(),
            "revisions": row.proposals.published(),
            "events": events[:MOST_EVENTS],
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/preview/", view(self.preview), name="editorial_review_preview"),
            path("<uuid:pk>/do/<slug:verb>/", view(self.verb), name="editorial_review_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: Any, verb: str) -> HttpResponse:
        if verb not in VERBS:
            raise Http404
        return verb_page(request, self._mine(request, pk), VERBS[verb])

    def preview(self, request: HttpRequest, pk: Any) -> HttpResponse:
        review = self._mine(request, pk)
        return page_about(
            request,
            review,
            reverse("admin:editorial_review_change", args=[review.pk]),
            _("As readers will see it"),
            "admin/editorial/review/preview.html",
            review=review,
            reasons=review_policy.find_missing(review) if review.state == State.DRAFT else [],
            **shown(review, workflow.open_proposal(review), "preview"),
        )

    def go_on(self, request: HttpRequest, row: Review) -> HttpResponse | None:
        """To the page as readers see it, or to the submission."""
        if "_preview" in request.POST:
            return redirect("admin:editorial_review_preview", row.pk)
        if "_submit" in request.POST:
            return redirect("admin:editorial_review_verb", row.pk, "submit")
        return None

    def _mine(self, request: HttpRequest, pk: Any) -> Review:
        """The review with what its statement needs, or 404 for who is not of its newsroom."""
        return get_object_or_404(Review.objects.for_statements(), pk=pk, newsroom__in=list(desk(request).roles))


def verdict_label(review: Review) -> str:
    """In the language of the desk, or as the publisher of an imported review has it."""
    return review.verdict.label(get_language() or "en") if review.verdict else review.original_label
