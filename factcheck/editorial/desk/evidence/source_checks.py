"""Sources with problems that the weekly check has found.

The source is gone, has changed, or no longer contains the quoted words.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.captures.source_checks import accept_source
from factcheck.editorial.desk.access import DeskAdmin, get_desk
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import WatchedSource


@admin.register(WatchedSource)
class WatchedSourceAdmin(DeskAdmin[WatchedSource]):
    """The list of the problems in the person's newsrooms that nobody has looked at yet."""

    actions = ["accept"]  # type: ignore[assignment] # DeskAdmin has no actions
    list_display = ("problem", "source", "cited_in", "since", "correction")
    list_display_links = None
    list_select_related = ("review__claim",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WatchedSource]:
        return WatchedSource.objects.to_check_again(list(get_desk(request).roles))

    def has_view_permission(self, request: HttpRequest, obj: WatchedSource | None = None) -> bool:
        roles = get_desk(request).roles
        return bool(roles) and (obj is None or obj.review.newsroom_id in roles)

    def show_public_text(self, request: HttpRequest, rows: Iterable[WatchedSource]) -> None:
        show_public_text(get_desk(request), [source.review.claim for source in rows])

    @admin.action(description=_("Seen, still fine"))
    def accept(self, request: HttpRequest, sources: QuerySet[WatchedSource]) -> None:
        """Hide the selected problems until a check finds another state."""
        try:
            number = len([accept_source(source=source, by=get_desk(request).user) for source in sources])
        except EditorialError as refused:
            notes.error(request, str(refused))
            return
        notes.success(request, ngettext("Marked %s source as fine.", "Marked %s sources as fine.", number) % number)

    problem = column(_("result of the check"), lambda source: capfirst(source.get_state_display()), "state")

    @admin.display(description=_("source"))
    def source(self, source: WatchedSource) -> SafeString:
        link = '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>'
        return format_html(link, source.url, source.url)

    @admin.display(description=_("review"))
    def cited_in(self, source: WatchedSource) -> SafeString:
        page = reverse("admin:editorial_review_change", args=[source.review_id])
        return format_html('<a href="{}">{}</a>', page, source.review)

    @admin.display(description="")
    def correction(self, source: WatchedSource) -> Any:
        if source.review.state != source.review.State.PUBLISHED:
            return ""
        page = reverse("admin:editorial_review_action", args=[source.review_id, "correct"])
        return format_html('<a href="{}">{}</a>', page, _("Open a correction"))
