"""Filters of the lists of reviews and claims. An index can serve each filter."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import Text
from factcheck.editorial.desk.lists.large_lists import LANGUAGES
from factcheck.editorial.models import Authorship, Claim, Proposal, Review, Topic, User, Verdict
from factcheck.editorial.models.kinds import SHAPES, Decision, kind_of

Rows = QuerySet[Any]
Choices = Iterable[tuple[Any, Any]]


def list_filter(
    name: str,
    label: Any,
    choices: Choices | Callable[[HttpRequest], Choices],
    narrow: Callable[[HttpRequest, Rows, Any], Rows],
    *,
    is_closed: bool = False,
) -> type[admin.SimpleListFilter]:
    """Return a filter of a list by one of these choices. A value that isn't a choice is ignored.

    A closed filter has many choices. It stays closed until somebody opens or uses the filter.
    """

    class ListFilter(admin.SimpleListFilter):
        title, parameter_name, starts_closed = label, name, is_closed

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
            return list(choices(request) if callable(choices) else choices)

        def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
            known = {str(key) for key, _name in self.lookup_choices}
            value = self.value() or ""
            return narrow(request, queryset, value) if value in known else queryset

    return ListFilter


class DecisionMixin:
    """A mixin that adds the column `decision` to a list: the decision on the row's last proposal.

    The value is "" while the proposal is pending, and None without a proposal. `decided_row` is the proposal's subject.
    """

    decided_row: F | Expression = OuterRef("pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        kind = kind_of(rows.model())
        last = Proposal.objects.filter(**{SHAPES[kind].columns[0]: self.decided_row}, kind=kind).order_by("-pk")
        annotated: QuerySet[Any] = rows.annotate(decision=Subquery(last.values("decision")[:1]))
        return annotated

    @admin.display(description=_("decision"))
    def decision_label(self, row: Any) -> Text:
        if row.decision:
            return Decision(row.decision).label
        return _("not finished yet") if row.decision is None else _("waiting for approval")


def _own_newsrooms(request: HttpRequest) -> Choices:
    """Return the person's own newsrooms, if there are several."""
    newsrooms = get_desk(request).newsrooms
    return [(row.pk, row.name) for row in newsrooms] if len(newsrooms) > 1 else []


def _by_verdict(request: HttpRequest, rows: Rows, verdict: Any) -> Rows:
    """Filter reviews by verdict, or claims by the verdict of a review in the person's newsrooms."""
    return rows.filter(verdict=verdict) if rows.model is Review else rows.filter(_has_review(request, verdict=verdict))


def _by_topic(request: HttpRequest, rows: Rows, topic: Any) -> Rows:
    claim = OuterRef("claim" if rows.model is Review else "pk")
    return rows.filter(Exists(Claim.topics.through.objects.filter(claim=claim, topic=topic)))


def _colleagues(request: HttpRequest) -> Choices:
    found = User.objects.filter(memberships__publisher__in=list(get_desk(request).roles)).distinct()
    return sorted(((user.pk, str(user)) for user in found), key=lambda choice: choice[1])


def _by_author(request: HttpRequest, rows: Rows, user: Any) -> Rows:
    """Filter reviews by author, or claims by the person who logged the claim."""
    if rows.model is Claim:
        return rows.filter(logged_by=user)
    return rows.filter(Exists(Authorship.objects.filter(review=OuterRef("pk"), user=user)))


def _by_decision(request: HttpRequest, rows: Rows, value: str) -> Rows:
    return rows.filter(decision={"waiting": "", "unfinished": None}.get(value, value))


def _translations(request: HttpRequest, rows: Rows, which: str) -> Rows:
    found = rows.filter(translation_of__isnull=False)
    return found.filter(pk__in=Review.objects.behind().values("pk")) if which == "behind" else found


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


def _date_filter(field: str, title: Text) -> type[admin.SimpleListFilter]:
    """Return a filter by the period in which a row was changed or logged."""

    def narrow(request: HttpRequest, rows: Rows, period: str) -> Rows:
        begin, end = _PERIODS[period][1]()
        condition = Q(**{f"{field}__gte": begin}) if begin else Q()
        return rows.filter(condition & (Q(**{f"{field}__lt": end}) if end else Q()))

    choices = [(period, name) for period, (name, _limits) in _PERIODS.items()]
    return list_filter("date", title, choices, narrow, is_closed=True)


# The languages are those of the site, so that no query has to find the languages in the table.
LanguageFilter = list_filter(
    "language", _("language"), LANGUAGES.items(), lambda _request, rows, language: rows.filter(language=language)
)
VerdictFilter = list_filter(
    "verdict", _("verdict"), lambda _: ((each.pk, str(each)) for each in Verdict.objects.prefetch_related("labels")),
    _by_verdict, is_closed=True,
)  # fmt: skip
TopicFilter = list_filter(
    "topic", _("topic"), lambda _: ((each.pk, str(each)) for each in Topic.objects.prefetch_related("labels")),
    _by_topic, is_closed=True,
)  # fmt: skip
AuthorFilter = list_filter("author", _("author"), _colleagues, _by_author, is_closed=True)
TranslationFilter = list_filter(
    "translation", _("translation"), [("behind", _("behind its original")), ("any", _("translations"))], _translations,
    is_closed=True,
)  # fmt: skip
_DECISIONS = [("waiting", _("waiting for approval")), *Decision.choices]
DecisionFilter, ImportFilter = (
    list_filter("decision", _("decision"), choices, _by_decision)
    for choices in (_DECISIONS, [*_DECISIONS, ("unfinished", _("not finished yet"))])
)
ReviewStateFilter = list_filter(
    "state", _("state of its review"), Review.State.choices,
    lambda request, rows, state: rows.filter(_has_review(request, state=state)),
)  # fmt: skip
ChangedFilter = _date_filter("changed_at", _("date of the last change"))
LoggedFilter = _date_filter("logged_at", _("date of logging"))
OwnNewsroomFilter = list_filter(
    "newsroom", _("newsroom"), _own_newsrooms, lambda _request, rows, newsroom: rows.filter(newsroom=newsroom)
)
