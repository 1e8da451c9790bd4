"""Claims at the desk, with their appearances."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from factcheck.editorial.desk.access import Desk, ParentPermissionsMixin, get_desk
from factcheck.editorial.desk.deciding.public_text import search_public_claims, show_public_text
from factcheck.editorial.desk.languages import DetectedLanguageForm
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.lists.filters import (
    AuthorFilter,
    LanguageFilter,
    LoggedFilter,
    OwnNewsroomFilter,
    ReviewStateFilter,
    TopicFilter,
    VerdictFilter,
)
from factcheck.editorial.desk.lists.finding import WordSearchMixin
from factcheck.editorial.desk.lists.large_lists import language_in_words, short_time
from factcheck.editorial.desk.subjects import merges
from factcheck.editorial.desk.writing.autosave import AutosaveAdmin
from factcheck.editorial.desk.writing.cards import CardsMixin
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedFormSet
from factcheck.editorial.drafts.statement_columns import remaining_fields
from factcheck.editorial.models import Appearance, Claim, Claimant, Membership, Proposal, Review
from factcheck.editorial.proposals.merge_policy import is_public, last_merge_target
from factcheck.record.search.query import Query
from factcheck.record.statements import review as review_statement


class AppearanceFormSet(ConflictCheckedFormSet):
    """Appearances of which only one can be the first. Otherwise, the database would refuse the whole page."""

    def clean(self) -> None:
        super().clean()
        if len(self._first()) > 1:
            raise ValidationError(_("Only one appearance can be marked as the first."))

    def save(self, commit: bool = True) -> Any:
        # Rows are saved one at a time, so unmark the previous first appearance before another row is marked.
        kept = [form.instance.pk for form in self._first() if form.instance.pk]
        self.instance.appearances.filter(first=True).exclude(pk__in=kept).update(first=False)
        return super().save(commit)

    def _first(self) -> list[forms.ModelForm[Appearance]]:
        valid = [form for form in self.forms if hasattr(form, "cleaned_data")]
        # An unchanged row has no cleaned data.
        return [form for form in valid if form.instance.first and not form.cleaned_data.get("DELETE")]


class AppearanceInline(CardsMixin, ParentPermissionsMixin, admin.StackedInline[Appearance, Claim]):
    model = Appearance
    formset = AppearanceFormSet
    line = ("medium", "url", "first")
    more = (*remaining_fields(Appearance, review_statement.Appearance, line), "position")

    def get_extra(self, request: HttpRequest, obj: Claim | None = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0


def typed_list(request: HttpRequest) -> HttpResponse:
    """Return claims that may be the same as the claim that somebody is typing."""
    return merges.likely_list(request, request.POST.get("text", ""))


class ClaimForm(DetectedLanguageForm[Claim]):
    detected_from = ("text",)


@admin.register(Claim)
class ClaimAdmin(WordSearchMixin, AutosaveAdmin[Claim]):
    recorded = ("removed",)
    form = ClaimForm
    change_form_template = "admin/editorial/claim/change_form.html"
    add_title = _("Log a claim")
    list_display = ("__str__", "newsroom", "claimant", "claimed_on", language_in_words, "logged_by", "logged")
    list_select_related = ("newsroom", "claimant", "logged_by")
    list_filter = (
        ReviewStateFilter, VerdictFilter, TopicFilter, AuthorFilter, LanguageFilter, LoggedFilter, OwnNewsroomFilter,
    )  # fmt: skip
    sortable_by: ClassVar[Any] = (language_in_words, "logged")
    search_fields = ("text",)
    search_help_text = _("Words from the claim")
    autocomplete_fields = ("claimant",)
    textarea_rows: ClassVar = {"text": 3}
    inlines = (AppearanceInline,)

    def get_fields(self, request: HttpRequest, obj: Claim | None = None) -> Any:
        fields = ["text", "language", "claimant", ("claimed_on", "location"), "topics"]
        return ["newsroom", *fields] if self.chooses_newsroom(request, obj) else fields

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "topics":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "claimant":
            kwargs["queryset"] = get_desk(request).own(Claimant.objects.all())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if isinstance(field, ModelChoiceField) and field.queryset is not None:
            field.queryset = field.queryset.prefetch_related("labels")
        return field

    logged = column(_("logged at"), lambda claim: short_time(claim.logged_at), "logged_at")

    def autocomplete_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return Claim.objects.reviewable_by(list(get_desk(request).roles))

    def show_public_text(self, request: HttpRequest, rows: Iterable[Claim]) -> None:
        show_public_text(get_desk(request), rows)

    def other_hits(self, desk: Desk, query: Query) -> list[UUID]:
        return search_public_claims(desk, query)

    def has_delete_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        """Allow deletion of a claim without a review and without a public page.

        Only Editors and the person who logged the claim can delete it. A correction can move a draft to another claim.
        The published review still refers to this claim then, so the public page counts too.
        """
        if obj is None or not self.has_change_permission(request, obj) or obj.reviews.exists() or is_public(obj):
            return False
        return obj.logged_by_id == request.user.pk or get_desk(request).roles[obj.newsroom_id] in Membership.DECIDING

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        if not change:
            obj.logged_by = get_desk(request).user
        super().save_model(request, obj, form, change)

    def decision_context(self, request: HttpRequest, proposal: Proposal) -> dict[str, object]:
        return {"claims": merges.with_public_pages(get_desk(request), *proposal.claims)}

    def status_context(self, request: HttpRequest, row: Claim) -> dict[str, object]:
        own = get_desk(request).own(Review.objects.filter(claim=row).exclude(state=Review.State.DISCARDED))
        reviews = list(own.select_related("claim", "publisher")[:50])
        under_way = any(review.state in (Review.State.SUBMITTED, Review.State.APPROVED) for review in reviews)
        return {
            **merges.merge_context(request, row),
            "reviews": reviews,
            "under_way": under_way,
            "claim_files": row.pictures.all(),
            "mismatches": row.mismatches.all(),
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the public page of another newsroom's published claim, to which a review can refer."""
        with suppress(ValidationError):  # the id is invalid
            claim = Claim.objects.filter(pk=object_id).first()
            if claim and claim.newsroom_id not in get_desk(request).roles and is_public(claim):
                return redirect(f"/claims/{claim.pk}/")
        return super().change_view(request, object_id, form_url, extra_context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("typed/", view(require_POST(typed_list)), name="editorial_claim_typed"),
            path("<uuid:pk>/similar/", view(self.similar), name="editorial_claim_similar"),
            path("<uuid:pk>/split/", view(self.split), name="editorial_claim_split"),
            *super().get_urls(),
        ]

    def similar(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return merges.similar_page(request, get_object_or_404(self.get_queryset(request), pk=pk))

    def split(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Propose a split, which both newsrooms of a merge can do, so the claim can belong to the other newsroom."""
        claim = get_object_or_404(Claim.objects.select_related("newsroom"), pk=pk)
        into = last_merge_target(claim)
        if not {claim.newsroom_id, into.newsroom_id if into else None} & get_desk(request).roles.keys():
            raise Http404
        return merges.split_page(request, claim, into)

    def response_add(self, request: HttpRequest, obj: Claim, post_url_continue: str | None = None) -> HttpResponse:
        return merges.after_logging(request, obj)

    def redirect_after_save(self, request: HttpRequest, row: Claim) -> HttpResponse | None:
        if "_review" not in request.POST:
            return None
        return redirect(f"{reverse('admin:editorial_review_add')}?claim={row.pk}")
