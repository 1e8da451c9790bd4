"""The newsrooms' audit log, which records who did what and when. The audit log isn't public."""

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.people import Publisher, User

# Forms of these subjects have no saved states, proposals or triggers, so the desk records who saved them.
SAVED_AT_DESK = ("claimant", "publisher", "ratingscale", "verdict", "topic")
# The text for each stored action name. If a name has no text, people see the name.
ACTIONS: dict[str, Promise] = {
    "publication.submitted": _("submitted for publication"),
    "publication.approved": _("approved for publication"),
    "publication.released": _("published before the time until which it was held"),
    "publication.returned": _("returned the submission or took it back"),
    "withdrawal.submitted": _("requested the withdrawal"),
    "withdrawal.approved": _("approved the withdrawal"),
    "withdrawal.returned": _("refused the withdrawal or took the request back"),
    "reinstatement.submitted": _("requested the reinstatement"),
    "reinstatement.approved": _("approved the reinstatement"),
    "reinstatement.returned": _("refused the reinstatement or took the request back"),
    "erasure.submitted": _("requested the erasure"),
    "erasure.approved": _("approved the erasure"),
    "erasure.returned": _("refused the erasure or took the request back"),
    "correction.opened": _("opened a correction"),
    "correction.closed": _("closed a correction because an import matched the published review"),
    **{f"{kind}.restored": _("restored a saved state") for kind in ("review", "claim", "demand")},
    **{f"{kind}.passage_forgotten": _("forgot a passage of the draft") for kind in ("review", "claim", "demand")},
    **{f"{kind}.discarded": _("threw the draft away") for kind in ("review", "demand")},
    **{f"{kind}.brought_back": _("brought the draft back") for kind in ("review", "demand")},
    "review.original": _("published"),
    "review.update": _("published an update"),
    "review.correction": _("published a correction"),
    "review.withdrawal": _("withdrawn"),
    "review.reinstatement": _("reinstated"),
    "review.erasure": _("erased"),
    "review.translated": _("started a translation"),
    "review.brought_up_to_date": _("brought a translation up to date"),
    "import.submitted": _("submitted an import"),
    "import.closed": _("closed an interrupted import"),
    "import.approved": _("approved an import"),
    "import.returned": _("returned an import or took it back"),
    "import.published": _("published an import"),
    "capture.made_public": _("let readers see a copy"),
    "capture.made_private": _("hid a copy from readers"),
    **{f"{kind}.added": _("added") for kind in SAVED_AT_DESK},
    **{f"{kind}.changed": _("changed") for kind in SAVED_AT_DESK},
    **{f"{kind}.removed": _("deleted") for kind in ("claimant", "claim")},
    "claimant.confirmed": _("confirmed a name"),
    "claimant.redacted": _("replaced a name with a description"),
    "mapping.submitted": _("proposed a verdict mapping"),
    "mapping.approved": _("approved a verdict mapping"),
    "mapping.returned": _("returned a verdict mapping or took it back"),
    "merge.submitted": _("proposed to merge a claim into another"),
    "merge.approved": _("approved the merge of a claim"),
    "merge.returned": _("refused the merge of a claim or took the proposal back"),
    "split.submitted": _("proposed to split off a claim"),
    "split.approved": _("approved the split of a claim"),
    "split.returned": _("refused the split of a claim or took the proposal back"),
    "claim.merge": _("merged a claim into another"),
    "claim.split": _("split off a claim"),
    "card.changed": _("changed the card on the board"),
    "claim.exchanged": _("replaced a claim with another claim"),
    "review.claim_changed": _("changed the draft’s claim"),
    "demand.submitted": _("submitted for publication"),
    "demand.approved": _("approved for publication"),
    "demand.returned": _("returned the submission or took it back"),
    "demand.reopened": _("opened an update"),
    "demand.published": _("published"),
    "demand.updated": _("published an update"),
    "incident.entered": _("alarmed the Editors about an incident"),
    "incident.answered": _("recorded the outcome of an incident"),
    "incident.entry_begun": _("started the public entry of an incident"),
    "disowning.published": _("published"),
    "rules.written": _("wrote a version of the newsroom’s rules"),
    "rules.erased": _("erased the text of a version of the newsroom’s rules"),
    "mapping.adoption": _("adopted a verdict mapping"),
    "freeze.begun": _("froze publishing"),
    "freeze.held": _("held changes of a review"),
    "freeze.submitted": _("proposed to end the freeze of publishing"),
    "freeze.approved": _("ended the freeze of publishing"),
    "freeze.returned": _("refused to end the freeze of publishing or took the proposal back"),
    "account.added": _("account created"),
    "account.changed": _("account changed"),
    "account.removed": _("account removed"),
    "account_proposal.submitted": _("proposed a change of an account"),
    "account_proposal.approved": _("approved a change of an account"),
    "account_proposal.returned": _("returned a change of an account or took it back"),
    "account_proposal.first_hour": _("decided alone in first-hour mode"),
    "account_group.added": _("made an account administrator"),
    "account_group.removed": _("no longer an account administrator"),
    "sign_in.succeeded": _("logged in"),
    "sign_in.ended": _("logged out"),
    "sign_in.failed": _("failed to log in"),
    "sign_in.unknown_name": _("failed to log in with an unknown name"),
    "sign_in.code_repeated": _("entered a one-time code again"),
    "session.ended": _("ended a session"),
    "second_factor.added": _("second factor added"),
    "second_factor.removed": _("second factor removed"),
    "second_factor.reset": _("second factors reset"),
    "membership.added": _("role assigned"),
    "membership.changed": _("role changed"),
    "membership.removed": _("role removed"),
    "message.taken_up": _("took up a message from a reader"),
    "message.answered": _("answered a message from a reader"),
    "message.dismissed": _("put aside a message from a reader"),
    "message.deleted": _("deleted messages from readers"),
    "token.made": _("API token created"),
    "token.revoked": _("API token revoked"),
    "capture.added_by_program": _("copy added by the browser extension"),
    "claim.logged_by_program": _("claim logged by a program"),
    "claim.changed_by_program": _("claim changed by a program"),
    "review.drafted_by_program": _("draft started by a program"),
    "review.changed_by_program": _("draft changed by a program"),
    "review.source_accepted": _("looked at a source that a check had found"),
    "webhook.added": _("webhook registered"),
    "webhook.changed": _("webhook changed"),
    "webhook.removed": _("webhook removed"),
    "webhook.stopped": _("webhook stopped"),
    "webhook.started": _("webhook started again"),
    "webhook.secret_changed": _("webhook secret replaced"),
}
# Events of accounts and webhooks. Account administrators can see them.
ADMINISTRATION = Q(subject__startswith="user:") | Q(subject__startswith="webhook:")
# Changes of accounts that concern the account's person and the Chief editors.
ACCOUNT_CHANGES = Q(action="account.changed") | Q(
    action__regex=r"^(account_proposal|account_group|membership|second_factor|session)\."
)


class EditorialEvent(models.Model):
    """One action by a person. Rows are never deleted. Triggers add the events of accounts and memberships."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("who"),
        null=True,
        related_name="+",
        help_text=_("Empty if the change was made outside the application."),
    )
    action = models.CharField(_("what"), max_length=60, help_text="A dotted name, for example review.submitted.")
    newsroom = models.ForeignKey(
        Publisher, models.PROTECT, verbose_name=_("newsroom"), null=True, related_name="+", db_index=False
    )
    subject = models.CharField(_("object"), max_length=60, help_text=_("The ID of the object that was changed."))
    detail = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject", "-id"], name="event_subject"),
            models.Index(fields=["newsroom", "-id"], name="event_newsroom"),
            models.Index(fields=["-id"], condition=ADMINISTRATION, name="event_administration"),
        ]

    def __str__(self) -> str:
        return str(ACTIONS.get(self.action, self.action))
