"""Counts on the home page. One query counts everything, and each count stops at MAX_COUNT."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.models import Claimant, Job, ReaderMessage, Review, User, WatchedSource

MAX_COUNT = 100


def age(moment: datetime) -> str:
    """The time since this moment in one unit, for example "3 days"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("just now")
    return timesince(moment, depth=1)


class BoundedCount(Subquery):
    """The number of a queryset's rows, up to MAX_COUNT."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[:MAX_COUNT])


@dataclass(frozen=True)
class Count:
    """Rows that need attention: who is concerned, the rows, the column of their age, and the list that shows them."""

    concerns: Callable[[Desk], bool]
    rows: Callable[[Desk], QuerySet[Any]]
    since: str
    url: Callable[[], str]


@dataclass(frozen=True)
class Counted:
    count: int
    oldest: datetime | None
    url: str

    @property
    def label(self) -> str:
        return f"{MAX_COUNT}+" if self.count == MAX_COUNT else str(self.count)

    @property
    def age(self) -> str:
        return age(self.oldest) if self.oldest else ""


COUNTS = {
    "messages": Count(
        lambda desk: bool(desk.roles),
        lambda desk: ReaderMessage.objects.waiting().for_newsrooms(list(desk.roles)),
        "received_at",
        lambda: f"{reverse('admin:editorial_readermessage_changelist')}?state__exact=waiting",
    ),
    "behind": Count(
        lambda desk: bool(desk.roles),
        lambda desk: desk.own(Review.objects.behind()),
        "",
        lambda: f"{reverse('admin:editorial_review_changelist')}?translation=behind",
    ),
    "sources": Count(
        lambda desk: bool(desk.roles),
        lambda desk: WatchedSource.objects.to_check_again(list(desk.roles)),
        "since",
        lambda: reverse("admin:editorial_watchedsource_changelist"),
    ),
    "unconfirmed": Count(
        lambda desk: bool(desk.deciding_newsrooms),
        lambda desk: Claimant.objects.filter(newsroom__in=desk.deciding_newsrooms, confirmed=False),
        "",
        lambda: f"{reverse('admin:editorial_claimant_changelist')}?confirmed__exact=0",
    ),
    "failed_jobs": Count(
        lambda desk: desk.administers_accounts,
        lambda desk: Job.objects.filter(status="failed"),
        "",
        lambda: f"{reverse('admin:editorial_job_changelist')}?state=failed",
    ),
}


def counts_for(desk: Desk) -> dict[str, Counted]:
    """The counts that concern the person and aren't zero."""
    concerned = {name: count for name, count in COUNTS.items() if count.concerns(desk)}
    columns: dict[str, Any] = {name: BoundedCount(count.rows(desk)) for name, count in concerned.items()}
    for name, count in concerned.items():
        if count.since:
            columns[f"{name}_since"] = Subquery(count.rows(desk).order_by(count.since).values(count.since)[:1])
    found: Any = User.objects.filter(pk=desk.user.pk).values(**columns).get() if columns else {}
    return {
        name: Counted(found[name], found.get(f"{name}_since"), count.url())
        for name, count in concerned.items()
        if found[name]
    }
