"""Shows the decision on imports and mappings as a column and a filter in their lists."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.action_views import Text
from factcheck.editorial.models import Proposal
from factcheck.editorial.models.kinds import SUBJECTS, Decision, Kind


class DecisionFilter(admin.SimpleListFilter):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting for approval")), *Decision.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {key for key, _name in self.lookup_choices}
        if self.value() not in known:
            return queryset
        return queryset.filter(decision="" if self.value() == "waiting" else self.value())


class DecisionMixin:
    """Adds the column `decision`: the last proposal's decision, "" while it is pending, or None without a proposal."""

    kind: ClassVar[Kind]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        last = Proposal.objects.filter(**{SUBJECTS[self.kind][0]: OuterRef("pk")}, kind=self.kind).order_by("-pk")
        annotated: QuerySet[Any] = rows.annotate(decision=Subquery(last.values("decision")[:1]))
        return annotated

    @admin.display(description=_("decision"))
    def decision_label(self, row: Any) -> Text:
        if row.decision:
            return Decision(row.decision).label
        return _("not finished yet") if row.decision is None else _("waiting for approval")
