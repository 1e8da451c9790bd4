"""The desk's audit log as a read-only list."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import DeskAdmin, get_desk
from factcheck.editorial.desk.event_texts import EventTexts
from factcheck.editorial.models import EditorialEvent
from factcheck.editorial.models.events import ADMINISTRATION

# Mappings, and their events, belong to the whole site. Both conditions use the index event_newsroom.
MAPPINGS = Q(newsroom__isnull=True, subject__startswith="mapping:")


@admin.register(EditorialEvent)
class EditorialEventAdmin(DeskAdmin[EditorialEvent]):
    """Chief editors see events about their newsroom and mappings, administrators about accounts and webhooks."""

    change_form_template = "admin/editorial/without_history.html"
    list_display = ("at", "actor", "what", "about", "newsroom", "details")
    list_display_links = ("what",)
    list_select_related = ("actor", "newsroom")
    search_fields = ("subject",)
    search_help_text = _(
        "Enter a review’s ID from its URL, user:12 for account 12, or webhook: followed by a webhook’s ID."
    )
    fields = ("at", "actor", "what", "about", "subject_key", "newsroom", "all_details")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditorialEvent]:
        desk = get_desk(request)
        # The index event_administration has ADMINISTRATION as its condition.
        visible = ADMINISTRATION if desk.administers_accounts else Q(newsroom__in=desk.led_newsrooms) | MAPPINGS
        return super().get_queryset(request).filter(visible)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EditorialEvent], search_term: str
    ) -> tuple[QuerySet[EditorialEvent], bool]:
        return (queryset.filter(subject=search_term.strip()) if search_term.strip() else queryset), False

    def has_view_permission(self, request: HttpRequest, obj: EditorialEvent | None = None) -> bool:
        desk = get_desk(request)
        if obj is None:
            return desk.administers_accounts or bool(desk.led_newsrooms)
        if desk.administers_accounts:
            return obj.subject.startswith(("user:", "webhook:"))
        return obj.newsroom_id in desk.led_newsrooms or (
            bool(desk.led_newsrooms) and obj.subject.startswith("mapping:")
        )

    def show_public_text(self, request: HttpRequest, rows: Iterable[Any]) -> None:
        """Loads the texts of all events on a page together, for the list's columns."""
        events = list(rows)
        texts = EventTexts(request, events)
        for event in events:
            event.texts = texts

    @admin.display(description=_("what"))
    def what(self, event: EditorialEvent) -> str:
        return str(event)

    @admin.display(description=_("subject"))
    def about(self, event: Any) -> Any:
        return event.texts.about(event)

    @admin.display(description=_("id"))
    def subject_key(self, event: EditorialEvent) -> str:
        return event.subject

    @admin.display(description=_("details"))
    def details(self, event: Any) -> Any:
        return event.texts.details(event)

    @admin.display(description=_("details"))
    def all_details(self, event: Any) -> Any:
        return event.texts.details(event, in_full=True) or self.get_empty_value_display()
