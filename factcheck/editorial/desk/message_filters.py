"""Filters that find a flood of messages from readers, so that editors can put the flood aside in one step."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models import ReaderMessage

MIN_FLOOD = 5  # messages from one network in a day
MAX_NETWORKS = 10
PERIODS = {"hour": (_("last hour"), timedelta(hours=1)), "day": (_("last 24 hours"), timedelta(days=1))}


class ReceivedFilter(admin.SimpleListFilter):
    title = _("received")
    parameter_name = "received"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        yield from ((name, label) for name, (label, _period) in PERIODS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReaderMessage]) -> QuerySet[ReaderMessage]:
        value = self.value()
        if value not in PERIODS:
            return queryset
        return queryset.filter(received_at__gt=timezone.now() - PERIODS[value][1])


class NetworkFilter(admin.SimpleListFilter):
    """The networks that sent the most messages today. They are known by a hash, which is deleted after a day."""

    title = _("network")
    parameter_name = "network"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        sent = model_admin.get_queryset(request).exclude(wide_sender="").order_by().values("wide_sender")
        floods = sent.annotate(number=Count("pk", distinct=True)).filter(number__gte=MIN_FLOOD)
        for flood in floods.order_by("-number")[:MAX_NETWORKS]:
            yield flood["wide_sender"][:16], _("%s messages from one network") % flood["number"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReaderMessage]) -> QuerySet[ReaderMessage]:
        value = self.value() or ""
        return queryset.filter(wide_sender__startswith=value) if re.fullmatch("[0-9a-f]{16}", value) else queryset
