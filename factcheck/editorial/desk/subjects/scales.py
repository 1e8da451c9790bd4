"""Rating scales, verdicts and topics, and the mappings of other publishers' verdicts to these verdicts."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import DeskAdmin, M, ParentPermissionsMixin, get_desk
from factcheck.editorial.desk.deciding.proposal_actions import available_actions
from factcheck.editorial.desk.lists.filters import DecisionFilter, DecisionMixin
from factcheck.editorial.desk.writing.edit_conflicts import LockingAdmin
from factcheck.editorial.models import (
    Proposal,
    Publisher,
    RatingScale,
    Topic,
    TopicLabel,
    User,
    Verdict,
    VerdictLabel,
    VerdictMapping,
)
from factcheck.editorial.proposals.mapping_policy import is_adopted, last_proposal
from factcheck.editorial.proposals.workflow import submit

WORDS = ("label", "explanation")


class ChiefsAdmin(DeskAdmin[M]):
    """Pages that every member of a newsroom can read and Chief editors can edit. Nothing can be deleted."""

    recorded = ("added", "changed")
    viewers = "roles"
    adders = changers = "led_newsrooms"


class VerdictForm(forms.ModelForm[Verdict]):
    """A verdict with its label and explanation in each of the `languages`."""

    languages: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.instance.labels.all() if self.instance.pk else ()
        self.initial.update({f"{name}_{row.language}": getattr(row, name) for row in rows for name in WORDS})

    def _save_m2m(self) -> None:
        for language in self.languages:
            words = {name: self.cleaned_data[f"{name}_{language}"] for name in WORDS}
            self.instance.labels.update_or_create(language=language, defaults=words)


class VerdictFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """Verdicts whose values are checked against the limits of the scale on the same page.

    The limits in the form count, because the scale may be new or changed too.
    """

    def clean(self) -> None:
        super().clean()
        scale = self.instance
        if scale.worst is None or scale.best is None:
            return  # the scale's own form shows the error
        for form in self.forms:
            value = form.cleaned_data.get("value") if hasattr(form, "cleaned_data") else None
            if value is not None and not scale.worst <= value <= scale.best:
                between = _("The value must be between %(worst)s and %(best)s.")
                form.add_error("value", between % {"worst": scale.worst, "best": scale.best})


class VerdictInline(ParentPermissionsMixin, admin.StackedInline[Verdict, RatingScale]):
    """The verdicts with their words in the languages of the site and of its newsrooms."""

    model = Verdict
    formset = VerdictFormSet
    can_delete = False
    extra = 0
    readonly = ("slug", "value", "words")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        written = {each.language.partition("-")[0] for each in Publisher.objects.newsrooms()}
        fields: dict[str, Any] = {"languages": sorted({*dict(settings.LANGUAGES), *written} - {""})}
        for language in fields["languages"]:
            for name in WORDS:
                field: Any = VerdictLabel._meta.get_field(name)
                title = f"{capfirst(field.verbose_name)} ({language})"
                fields[f"{name}_{language}"] = field.formfield(label=title)
                fields[f"{name}_{language}"].widget.attrs |= {"class": "vLargeTextField", "rows": 2}
        return super().get_formset(request, obj, **{**kwargs, "form": type("VerdictForm", (VerdictForm,), fields)})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if self.has_change_permission(request, obj) else self.readonly

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if self.has_change_permission(request, obj) else self.readonly

    @admin.display(description=_("labels"))
    def words(self, verdict: Verdict) -> str:
        return " · ".join(": ".join(filter(None, (row.label, row.explanation))) for row in verdict.labels.all())


@admin.register(RatingScale)
class RatingScaleAdmin(ChiefsAdmin[RatingScale]):
    fields = ("slug", "name", "worst", "best")
    list_display = ("name", "slug", "worst", "best")
    inlines = (VerdictInline,)


@admin.register(Verdict)
class VerdictAdmin(ChiefsAdmin[Verdict]):
    """The pages to which events refer. Chief editors change verdicts on the page of the scale."""

    adders = changers = ""


class TopicLabelInline(ParentPermissionsMixin, admin.TabularInline[TopicLabel, Topic]):
    model = TopicLabel
    fields = ("language", "label")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj is not None else 2


@admin.register(Topic)
class TopicAdmin(ChiefsAdmin[Topic]):
    fields = ("slug",)
    list_display = ("__str__", "slug")
    inlines = (TopicLabelInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).prefetch_related("labels")


@admin.register(VerdictMapping)
class VerdictMappingAdmin(DecisionMixin, LockingAdmin[VerdictMapping]):
    """The mappings. An Editor proposes a mapping by saving it, and another Editor approves the mapping."""

    change_form_template = "admin/editorial/verdictmapping/change_form.html"
    decided_row = Coalesce(OuterRef("lead"), OuterRef("pk"))
    list_display = ("words", "site", "verdict", "proposed_by", "decision_label", "decided_by")
    list_select_related = ("verdict",)
    list_filter = (DecisionFilter,)
    search_fields = ("words", "site")
    fields = ("words", "site", "verdict")
    viewers, adders = "roles", "deciding_newsrooms"

    def get_queryset(self, request: HttpRequest) -> QuerySet[VerdictMapping]:
        proposals = Proposal.objects.select_related("submitted_by", "decided_by")
        found = [Prefetch(path, proposals) for path in ("proposals", "lead__proposals")]
        return super().get_queryset(request).prefetch_related("verdict__labels", "lead", *found)

    @admin.display(description=_("proposed by"))
    def proposed_by(self, mapping: VerdictMapping) -> User | None:
        return next((proposal.submitted_by for proposal in (mapping.lead or mapping).proposals.all()), None)

    @admin.display(description=_("decided by"))
    def decided_by(self, mapping: VerdictMapping) -> User | None:
        return next((proposal.decided_by for proposal in (mapping.lead or mapping).proposals.all()), None)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Verdict.objects.with_words()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: VerdictMapping | None = None) -> bool:
        """Allow changes unless the mapping is waiting for a decision."""
        decides = bool(get_desk(request).deciding_newsrooms)
        return decides and (obj is None or (last := last_proposal(obj)) is None or bool(last.decision))

    def save_model(self, request: HttpRequest, obj: VerdictMapping, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not is_adopted(obj):
            if obj.lead is not None:  # the mapping no longer follows the decision on others
                obj.lead = None
                obj.save(update_fields=["lead"])
            submit(subject=obj, by=get_desk(request).user)

    def status_context(self, request: HttpRequest, row: VerdictMapping) -> dict[str, object]:
        last = last_proposal(row)
        return {
            "proposal": last,
            "decisions": available_actions(get_desk(request), last),
            "is_adopted": is_adopted(row),
        }
