"""What was done and by whom: a list to read."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import DeskAdmin, desk
from factcheck.editorial.desk.event_texts import Words
from factcheck.editorial.models import EditorialEvent
from factcheck.editorial.models.events import ADMINISTRATION

# A mapping is the whole site's, and so is the event that it was approved; event_newsroom finds it by the first.
MAPPINGS = Q(newsroom__isnull=True, subject__startswith="mapping:")


@admin.register(EditorialEvent)
class EditorialEventAdmin(DeskAdmin[EditorialEvent]):
    """Chief editors read their newsroom's and those of mappings, account administrators of accounts and webhooks."""

    change_form_template = "admin/editorial/without_history.html"
    list_display = ("at", "actor", "what", "about", "newsroom", "details")
    list_display_links = ("what",)
    list_select_related = ("actor", "newsroom")
    search_fields = ("subject",)
    search_help_text = _(
        "The whole id of a review, as in its address; user:12 for account 12; webhook: and the id of a webhook"
    )
    fields = ("at", "actor", "what", "about", "known_as", "newsroom", "all_details")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditorialEvent]:
        at = desk(request)
        # The index event_administration is for the first.
        seen = ADMINISTRATION if at.administers_accounts else Q(newsroom__in=at.led) | MAPPINGS
        return super().get_queryset(request).filter(seen)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EditorialEvent], search_term: str
    ) -> tuple[QuerySet[EditorialEvent], bool]:
        return (queryset.filter(subject=search_term.strip()) if search_term.strip() else queryset), False

    def has_view_permission(self, request: HttpRequest, obj: EditorialEvent | None = None) -> bool:
        at = desk(request)
        if obj is None:
            return at.administers_accounts or bool(at.led)
        if at.administers_accounts:
            return obj.subject.startswith(("user:", "webhook:"))
        return obj.newsroom_id in at.led or (bool(at.led) and obj.subject.startswith("mapping:"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.result_list = with_words(request, list(changelist.result_list))
        return changelist

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> EditorialEvent | None:
        found = super().get_object(request, object_id, from_field)
        return with_words(request, [found])[0] if found else None

    @admin.display(description=_("what"))
    def what(self, event: EditorialEvent) -> str:
        return str(event)

    @admin.display(description=_("of what"))
    def about(self, event: Any) -> Any:
        return event.words.about(event)

    @admin.display(description=_("id"))
    def known_as(self, event: EditorialEvent) -> str:
        return event.subject

    @admin.display(description=_("details"))
    def details(self, event: Any) -> Any:
        return event.words.details(event)

    @admin.display(description=_("details"))
    def all_details(self, event: Any) -> Any:
        return event.words.details(event, in_full=True) or self.get_empty_value_display()


def with_words(request: HttpRequest, events: list[Any]) -> list[Any]:
    """Reads at once what the events of a page are about, and keeps it on each: a column is given its row alone."""
    said = Words(request, events)
    for event in events:
        event.words = said
    return events
