"""The form for a review: verdicts with their meanings, sources and authors."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import ParentPermissionsMixin, get_desk
from factcheck.editorial.desk.languages import DetectedLanguageForm
from factcheck.editorial.desk.read_only import replace_account_links
from factcheck.editorial.desk.widgets import TextareaRowsMixin
from factcheck.editorial.desk.writing.cards import CardsMixin
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedFormSet
from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.statement_columns import remaining_fields
from factcheck.editorial.models import Authorship, Membership, Reply, Review, Source, User, Verdict
from factcheck.record.statements import review as review_statement


class VerdictField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A field for the verdicts of all scales with their meanings, in which the default scale comes first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Verdict.objects.with_words(),
            label=capfirst(_("verdict")),
            required=False,
            widget=forms.RadioSelect,
            **kwargs,
        )

    def load_choices(self) -> None:
        """Load the scales and their verdicts, once per form."""
        language = get_language() or "en"
        groups: dict[str, list[tuple[Any, str]]] = {}
        assert self.queryset is not None
        verdicts = self.queryset.order_by("scale", F("value").asc(nulls_last=True), "slug")
        for verdict in sorted(verdicts, key=lambda verdict: verdict.scale.slug != settings.DEFAULT_RATING_SCALE):
            explanations = {label.language: label.explanation for label in verdict.labels.all()}
            text = format_html(
                '<span class="verdict-label">{}</span> <span class="verdict-meaning">{}</span>',
                verdict.label(language),
                explanations.get(language) or explanations.get("en") or "",
            )
            groups.setdefault(verdict.scale.name, []).append((verdict.pk, text))
        none = [("", _("not decided yet"))]
        # A single scale doesn't need a heading.
        choices = [*none, *next(iter(groups.values()))] if len(groups) == 1 else [*none, *groups.items()]
        self.widget.choices = choices


def keep_current_choice(form: forms.ModelForm[Any], name: str) -> None:
    """Add the current value to the choices if it is no longer one of them, because saving would lose it."""
    field = form.fields.get(name)
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
        field.queryset |= field.queryset.model._default_manager.filter(pk=form.instance.serializable_value(name))


class ReviewForm(DetectedLanguageForm[Review]):
    detected_from = ("headline", "summary", "body")
    correction_fields = ("change_class", "change_note")
    verdict = VerdictField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(verdict := self.fields.get("verdict"), VerdictField):
            verdict.load_choices()
        # For example, the claim of another newsroom may have been merged, or isn't public any more.
        keep_current_choice(self, "claim")

    def is_detected(self) -> bool:
        """Return whether the language is detected and can be detected again.

        An imported review shows its detected language as a value, because the publisher's text doesn't change.
        """
        return super().is_detected() and not self.instance.is_imported


class AuthorForm(forms.ModelForm[Authorship]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_current_choice(self, "user")  # a person who lost their role is still an author


class OwnReviewInline(ParentPermissionsMixin):
    """Inline rows that are read-only for imported reviews, because the publisher decides on sources and authors."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not (obj is not None and obj.is_imported)


class SourceInline(CardsMixin, TextareaRowsMixin, OwnReviewInline, admin.StackedInline[Source, Review]):
    model = Source
    formset = ConflictCheckedFormSet
    line = ("stance", "title", "publisher", "published_on")
    rows = ("url", "quote", "quote_translation", ("archive_url", "accessed_on"))
    more = (*rows, *remaining_fields(Source, review_statement.Source, (*line, *rows)), "position")
    textarea_rows: ClassVar = {"quote": 3, "quote_translation": 3}

    def get_extra(self, request: HttpRequest, obj: Review | None = None, **kwargs: Any) -> int:
        return (
            review_statements.MIN_SOURCES
            if obj is None
            else max(0, review_statements.MIN_SOURCES - obj.sources.count())
        )


class ReplyInline(CardsMixin, TextareaRowsMixin, OwnReviewInline, admin.StackedInline[Reply, Review]):
    model = Reply
    form: Any = forms.ModelForm
    formset = ConflictCheckedFormSet
    has_copies = False
    extra = 1  # for browsers without JavaScript
    line = ("type", "is_public_figure", "name", "description", "asked_on", "no_answer")
    rows = (("channel", "answer_until", "answered_on"), "answer", "answer_translation")
    more = (*rows, *remaining_fields(Reply, review_statement.Reply, (*line, *rows)), "position")
    textarea_rows: ClassVar = {"answer": 5, "answer_translation": 5}


class AuthorInline(OwnReviewInline, admin.TabularInline[Authorship, Review]):
    model = Authorship
    form = AuthorForm
    formset = ConflictCheckedFormSet
    fields = ("user", "name")
    lists_read_only_rows = True

    def get_fields(self, request: HttpRequest, obj: Review | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else replace_account_links(self.model, fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Review | None = None) -> Any:
        return [field for field in self.get_fields(request, obj) if not isinstance(field, str)]

    def get_extra(self, request: HttpRequest, obj: Review | None = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            colleagues = Membership.objects.filter(publisher__in=list(get_desk(request).roles))
            kwargs["queryset"] = User.objects.filter(pk__in=colleagues.values("user")).order_by("byline", "username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
