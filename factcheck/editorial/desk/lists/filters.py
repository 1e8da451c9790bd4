"""Filters of the lists of reviews and claims. An index can serve each filter."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import Text
from factcheck.editorial.desk.lists.large_lists import LANGUAGES
from factcheck.editorial.models import Authorship, Claim, Proposal, Review, Topic, User, Verdict
from factcheck.editorial.models.kinds import SHAPES, Decision, kind_of


class ChoiceFilter(admin.SimpleListFilter):
    """A filter that ignores a value that isn't one of its choices."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {str(key) for key, _name in self.lookup_choices}
        return self.narrow(request, queryset, self.value()) if self.value() in known else queryset

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        raise NotImplementedError


class OwnNewsroomFilter(ChoiceFilter):
    """A filter by newsroom that lists the person's own newsrooms, if there are several."""

    title = _("newsroom")
    parameter_name = "newsroom"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        newsrooms = get_desk(request).newsrooms
        return [(str(row.pk), row.name) for row in newsrooms] if len(newsrooms) > 1 else []

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return queryset.filter(newsroom=value)


class DecisionFilter(ChoiceFilter):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting for approval")), *Decision.choices]

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return queryset.filter(decision="" if value == "waiting" else value)


class DecisionMixin:
    """A mixin that adds the column `decision` to a list: the decision on the row's last proposal.

    The value is "" while the proposal is pending, and None without a proposal.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        kind = kind_of(rows.model())
        last = Proposal.objects.filter(**{SHAPES[kind].columns[0]: OuterRef("pk")}, kind=kind).order_by("-pk")
        annotated: QuerySet[Any] = rows.annotate(decision=Subquery(last.values("decision")[:1]))
        return annotated

    @admin.display(description=_("decision"))
    def decision_label(self, row: Any) -> Text:
        if row.decision:
            return Decision(row.decision).label
        return _("not finished yet") if row.decision is None else _("waiting for approval")


class ClosedFilter(ChoiceFilter):
    """A filter with many choices, which stays closed until somebody opens or uses the filter."""

    starts_closed = True


class VerdictFilter(ClosedFilter):
    """A filter by verdict. For claims, this is the verdict of a review in the person's newsrooms."""

    title = _("verdict")
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(verdict.pk, str(verdict)) for verdict in Verdict.objects.prefetch_related("labels")]

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if queryset.model is Review:
            return queryset.filter(verdict=value)
        return queryset.filter(_has_review(request, verdict=value))


class TopicFilter(ClosedFilter):
    title = _("topic")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(topic.pk, str(topic)) for topic in Topic.objects.prefetch_related("labels")]

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        claim = OuterRef("claim" if queryset.model is Review else "pk")
        return queryset.filter(Exists(Claim.topics.through.objects.filter(claim=claim, topic=value)))


class AuthorFilter(ClosedFilter):
    """A filter by a colleague in the person's newsrooms: a review's author, or the person who logged a claim."""

    title = _("author")
    parameter_name = "author"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        colleagues = User.objects.filter(memberships__publisher__in=list(get_desk(request).roles)).distinct()
        return sorted(((user.pk, str(user)) for user in colleagues), key=lambda choice: choice[1])

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if queryset.model is Claim:
            return queryset.filter(logged_by=value)
        return queryset.filter(Exists(Authorship.objects.filter(review=OuterRef("pk"), user=value)))


class LanguageFilter(ChoiceFilter):
    """A filter by the site's languages, so that no query has to find the languages in the table."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(LANGUAGES.items())

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return queryset.filter(language=value)


class TranslationFilter(ClosedFilter):
    title = _("translation")
    parameter_name = "translation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [("behind", _("behind its original")), ("any", _("translations"))]

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        rows = queryset.filter(translation_of__isnull=False)
        return rows.filter(pk__in=Review.objects.behind().values("pk")) if value == "behind" else rows


class ReviewStateFilter(ChoiceFilter):
    """A filter by the state of a claim's review in the person's newsrooms."""

    title = _("state of its review")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(Review.State.choices)

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return queryset.filter(_has_review(request, state=value))


def _has_review(request: HttpRequest, **condition: Any) -> Exists:
    return Exists(get_desk(request).own(Review.objects.filter(claim=OuterRef("pk"), **condition)))


def _today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _year(years_ago: int) -> datetime:
    today = _today()
    return today.replace(year=today.year - years_ago, month=1, day=1)


# For each period, a function that returns the first moment and the first moment after the period. None means no limit.
_PERIODS: dict[str, tuple[Any, Callable[[], tuple[datetime | None, datetime | None]]]] = {
    "today": (_("Today"), lambda: (_today(), None)),
    "week": (_("Past 7 days"), lambda: (_today() - timedelta(days=7), None)),
    "month": (_("Past 30 days"), lambda: (_today() - timedelta(days=30), None)),
    "year": (_("This year"), lambda: (_year(0), None)),
    "last-year": (_("Last year"), lambda: (_year(1), _year(0))),
    "earlier": (_("Earlier"), lambda: (None, _year(1))),
}


class DateFilter(ClosedFilter):
    """A filter by the period in which a row was changed or logged. Subclasses name the `field`."""

    parameter_name = "date"
    title = _("date")
    field: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(key, name) for key, (name, _limits) in _PERIODS.items()]

    def narrow(self, request: HttpRequest, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        begin, end = _PERIODS[value][1]()
        condition = Q(**{f"{self.field}__gte": begin}) if begin else Q()
        return queryset.filter(condition & (Q(**{f"{self.field}__lt": end}) if end else Q()))


class ChangedFilter(DateFilter):
    title = _("date of the last change")
    field = "changed_at"


class LoggedFilter(DateFilter):
    title = _("date of logging")
    field = "logged_at"
