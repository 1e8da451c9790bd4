"""What was done and by whom: a list to read."""

import json

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.access import DeskAdmin, desk
from factcheck.editorial.models import EditorialEvent


@admin.register(EditorialEvent)
class EditorialEventAdmin(DeskAdmin[EditorialEvent]):
    """Chief editors read their newsroom's, account administrators those about accounts."""

    list_display = ("at", "actor", "action", "subject", "newsroom", "details")
    list_display_links = ("action",)
    list_select_related = ("actor", "newsroom")
    search_fields = ("subject",)
    search_help_text = _("The whole id of a review, or user: and the number of an account")
    fields = ("at", "actor", "action", "subject", "newsroom", "details")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditorialEvent]:
        at = desk(request)
        seen = Q(newsroom__in=at.led)
        if at.administers_accounts:
            seen = Q(subject__startswith="user:")  # the index event_accounts
        return super().get_queryset(request).filter(seen)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EditorialEvent], search_term: str
    ) -> tuple[QuerySet[EditorialEvent], bool]:
        return (queryset.filter(subject=search_term.strip()) if search_term.strip() else queryset), False

    def has_view_permission(self, request: HttpRequest, obj: EditorialEvent | None = None) -> bool:
        at = desk(request)
        if obj is None:
            return at.administers_accounts or bool(at.led)
        return obj.newsroom_id in at.led or (at.administers_accounts and obj.subject.startswith("user:"))

    @admin.display(description=_("details"))
    def details(self, event: EditorialEvent) -> str:
        return json.dumps(event.detail, ensure_ascii=False) if event.detail else ""
