"""Answers of the search page that readers found wrong, counted for the newsroom of the claim."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import OwnRowsAdmin, get_desk
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.models import Mismatch


@admin.register(Mismatch)
class MismatchAdmin(OwnRowsAdmin[Mismatch]):
    """The list of the newsroom's claims about which readers had not asked, the most frequent first."""

    list_display = ("of_claim", "asked_about", "count", "last_on", "newsroom")
    list_display_links = None
    list_select_related = ("claim", "newsroom")
    list_filter = ("kind",)

    asked_about = column(_("readers asked about"), lambda row: capfirst(row.get_kind_display()))

    @admin.display(description=_("claim"))
    def of_claim(self, row: Mismatch) -> SafeString:
        page = reverse("admin:editorial_claim_change", args=[row.claim_id])
        return format_html('<a href="{}">{}</a>', page, row.claim)

    def show_public_text(self, request: HttpRequest, rows: Iterable[Mismatch]) -> None:
        show_public_text(get_desk(request), [row.claim for row in rows])
