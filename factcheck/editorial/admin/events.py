"""What was done and by whom: a list to read."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.access import DeskAdmin, desk
from factcheck.editorial.models import EditorialEvent
from factcheck.editorial.models.events import ADMINISTRATION

# By the dotted name that is stored; a name that is not here is shown as it is.
ACTIONS: dict[str, Promise] = {
    "publication.submitted": _("submitted for publication"),
    "publication.approved": _("approved for publication"),
    "publication.returned": _("returned or took back"),
    "withdrawal.submitted": _("asked for the withdrawal"),
    "withdrawal.approved": _("approved the withdrawal"),
    "withdrawal.returned": _("refused or took back the withdrawal"),
    "reinstatement.submitted": _("asked for the reinstatement"),
    "reinstatement.approved": _("approved the reinstatement"),
    "reinstatement.returned": _("refused or took back the reinstatement"),
    "erasure.submitted": _("asked for the erasure"),
    "erasure.approved": _("approved the erasure"),
    "erasure.returned": _("refused or took back the erasure"),
    "correction.opened": _("opened a correction"),
    "correction.closed": _("closed a correction: an import brought what is public"),
    "review.original": _("published"),
    "review.update": _("published an update"),
    "review.correction": _("published a correction"),
    "review.withdrawal": _("withdrawn"),
    "review.reinstatement": _("reinstated"),
    "review.erasure": _("erased"),
    "import.submitted": _("submitted an import"),
    "import.approved": _("approved an import"),
    "import.returned": _("returned or took back an import"),
    "import.published": _("published an import"),
    "claimant.confirmed": _("confirmed a name"),
    "claimant.redacted": _("put a description in the place of a name"),
    "mapping.approved": _("approved a verdict mapping"),
    "merge.proposed": _("proposed to merge a claim into another"),
    "merge.returned": _("refused or took back the merge of a claim"),
    "split.proposed": _("proposed to split off a claim"),
    "split.returned": _("refused or took back the split of a claim"),
    "claim.merge": _("merged a claim into another"),
    "claim.split": _("split off a claim"),
    "claim.exchanged": _("used another claim instead"),
    "link.accepted": _("accepted a proposed link"),
    "link.dismissed": _("dismissed a proposed link"),
    "review.claim_changed": _("gave the draft another claim"),
    "demand.submitted": _("submitted for publication"),
    "demand.approved": _("approved for publication"),
    "demand.returned": _("returned or took back"),
    "demand.reopened": _("opened an update"),
    "demand.published": _("published"),
    "demand.updated": _("published an update"),
    "account.added": _("account made"),
    "account.changed": _("account changed"),
    "account.removed": _("account removed"),
    "account_group.added": _("made an account administrator"),
    "account_group.removed": _("no longer an account administrator"),
    "membership.added": _("role given"),
    "membership.changed": _("role changed"),
    "membership.removed": _("role taken away"),
    "message.taken_up": _("took up a message from a reader"),
    "message.answered": _("answered a message from a reader"),
    "message.dismissed": _("put aside a message from a reader"),
    "token.made": _("API token made"),
    "token.revoked": _("API token revoked"),
    "claim.logged_by_program": _("claim logged by a program"),
    "claim.changed_by_program": _("claim changed by a program"),
    "review.drafted_by_program": _("draft begun by a program"),
    "review.changed_by_program": _("draft changed by a program"),
    "webhook.added": _("webhook registered"),
    "webhook.changed": _("webhook changed"),
    "webhook.removed": _("webhook removed"),
    "webhook.stopped": _("webhook stopped"),
    "webhook.started": _("webhook started again"),
    "webhook.secret_changed": _("webhook got a new secret"),
}
# A mapping is the whole site's, and so is the event that it was approved; event_newsroom finds it by the first.
MAPPINGS = Q(newsroom__isnull=True, subject__startswith="mapping:")
# Keys that say nothing beyond what the other columns say.
UNTOLD = ("id", "user_id", "publisher_id", "date_joined")


@admin.register(EditorialEvent)
class EditorialEventAdmin(DeskAdmin[EditorialEvent]):
    """Chief editors read their newsroom's and those of mappings, account administrators of accounts and webhooks."""

    list_display = ("at", "actor", "what", "subject", "newsroom", "details")
    list_display_links = ("what",)
    list_select_related = ("actor", "newsroom")
    search_fields = ("subject",)
    search_help_text = _(
        "The whole id of a review, as in its address; user:12 for account 12; webhook: and the id of a webhook"
    )
    fields = ("at", "actor", "what", "subject", "newsroom", "details")
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

    @admin.display(description=_("what"))
    def what(self, event: EditorialEvent) -> str:
        return in_words(event)

    @admin.display(description=_("details"))
    def details(self, event: EditorialEvent) -> str:
        said = {key: _change(value) for key, value in event.detail.items() if key not in UNTOLD}
        return "; ".join(f"{key}: {words}" for key, words in said.items() if words)


def in_words(event: EditorialEvent) -> str:
    return str(ACTIONS.get(event.action, event.action))


def _change(value: Any) -> str:
    """The triggers write what changed as the value before and the one after."""
    if isinstance(value, list) and len(value) == 2:
        before, after = ("" if part in (None, "") else str(part) for part in value)
        return f"{before} → {after}" if before or after else ""
    return "" if value is None else str(value)
