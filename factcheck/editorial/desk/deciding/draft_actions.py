"""The actions on drafts of reviews and demands: to submit them, to throw them away, and to restore them."""

from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.action_views import DeskAction
from factcheck.editorial.drafts import discarding
from factcheck.editorial.models import Demand, Review
from factcheck.editorial.proposals import workflow

SUBMIT: DeskAction[Any] = DeskAction(
    "submit",
    _("Submit for approval"),
    _("Someone else will read this and decide. Until then, nobody can change it, but you can take it back."),
    _("Submitted. Someone else now has to decide."),
    lambda draft, by, _data: workflow.submit(subject=draft, by=by),
)
DISCARD_ACTIONS: tuple[DeskAction[Any], ...] = (
    DeskAction(
        "discard",
        _("Throw this draft away"),
        format_lazy(
            _("You can bring the draft back within {days} days. After that, its text is deleted."),
            days=settings.DRAFTS_DAYS,
        ),
        _("The draft is in the list of drafts that were thrown away."),
        lambda draft, by, _data: discarding.discard_draft(draft=draft, by=by),
        is_destructive=True,
    ),
    DeskAction(
        "discard-changes",
        _("Throw these changes away"),
        _("The draft goes back to the published text. Your changes stay in the saved states."),
        _("The draft has the published text again. Your changes are in the saved states."),
        lambda draft, by, _data: discarding.discard_draft(draft=draft, by=by),
        is_destructive=True,
    ),
    DeskAction(
        "bring-back",
        _("Bring this draft back"),
        _("You can edit the draft again."),
        _("The draft is back."),
        lambda draft, by, _data: discarding.restore_draft(draft=draft, by=by),
        is_primary=True,
    ),
)


def discard_actions(draft: Review | Demand, *, writes: bool) -> list[str]:
    """Return the names of these actions that the person can currently use on the draft."""
    if not writes:
        return []
    if draft.state == discarding.DISCARDED:
        return ["bring-back"] if draft.discarded_at else []
    if not discarding.may_discard(draft):
        return []
    return ["discard-changes" if discarding.is_published(draft) else "discard"]
