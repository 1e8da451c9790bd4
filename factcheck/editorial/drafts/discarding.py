"""Discarding of drafts and opened corrections. A draft can be restored for DRAFTS_DAYS, and is then deleted.

A draft that was submitted is never deleted, because its proposals refer to the draft. Only its texts are deleted.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure
from factcheck.editorial.captures.deletion import erase_captures
from factcheck.editorial.drafts.saved_states import columns_of, forget_states, keep_state, put_back
from factcheck.editorial.errors import WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.fields import LanguageField, ProseField
from factcheck.editorial.models import Comment, Demand, Proposal, Review, SavedState, User
from factcheck.editorial.people import roles
from factcheck.record.models import LogEntry

DISCARDED = "discarded"


def may_discard(draft: Review | Demand) -> bool:
    """Return whether the draft can be discarded. Drafts of an import are decided on with the import."""
    if draft.state != "draft" or (isinstance(draft, Review) and draft.is_imported and not is_published(draft)):
        return False
    return not Proposal.objects.about(draft).open().exists() and (not is_published(draft) or _opened(draft) is not None)


def is_published(draft: Review | Demand) -> bool:
    """Return whether the public log has an entry about the draft.

    Such a draft is an opened correction or update.
    """
    return LogEntry.objects.filter(subject=draft.pk).exists()


@transaction.atomic
def discard_draft(*, draft: Review | Demand, by: User, **detail: str) -> None:
    """Discard the draft, or put an opened correction back to its content before the correction.

    `detail` goes into the event. Raise WrongState if the draft can't be discarded, and NotAllowed if the person can't
    edit the draft.
    """
    draft = _lock(draft, by)
    if not may_discard(draft):
        raise WrongState(_("This draft can’t be thrown away. Reload the page to see its current state."))
    keep_state(draft, by, SavedState.Kind.DISCARDED)
    if (opened := _opened(draft)) is not None:
        put_back(draft, opened.content)
        last = LogEntry.objects.filter(subject=draft.pk).order_by("-number")[0]
        draft.state = "withdrawn" if last.kind == LogEntry.Kind.WITHDRAWAL else "published"
    else:
        draft.state = DISCARDED
    draft.save()
    record_event(by, f"{draft._meta.model_name}.discarded", draft, **detail)


@transaction.atomic
def restore_draft(*, draft: Review | Demand, by: User) -> None:
    """Restore a discarded draft. Raise WrongState if its time is over."""
    draft = _lock(draft, by)
    if draft.state != DISCARDED or draft.discarded_at is None:
        raise WrongState(_("This draft can’t be restored. It was restored already, or its time is over."))
    draft.state, draft.discarded_at = "draft", None
    draft.save()
    record_event(by, f"{draft._meta.model_name}.brought_back", draft)


def delete_discarded() -> None:
    """Delete the drafts that were discarded more than DRAFTS_DAYS ago, each in its own transaction.

    Also delete saved states that nobody needs any more. These are the states of drafts that no longer exist, and the
    states of published texts after the same time.
    """
    for model in (Review, Demand):
        for key in _old(model).values_list("pk", flat=True):
            _delete(model, key)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM editorial_savedstate WHERE editorial_state_is_over(draft, saved_at)")


def _old(model: type[Review] | type[Demand]) -> QuerySet[Any]:
    end = timezone.now() - timedelta(days=settings.DRAFTS_DAYS)
    return model._default_manager.filter(state=DISCARDED, discarded_at__lt=end)


@transaction.atomic
def _delete(model: type[Review] | type[Demand], key: UUID) -> None:
    if (draft := _old(model).select_for_update().filter(pk=key).first()) is None:
        return  # another request has restored the draft
    forget_states([draft.pk])
    Comment.objects.on_drafts([draft.pk]).delete()
    if not Proposal.objects.about(draft).exists():
        draft.delete()
        return
    draft.discarded_at = None
    if isinstance(draft, Review):
        erasure.forget_draft(draft)
        erase_captures(draft, set())
    else:
        _forget_demand(draft)


def _forget_demand(demand: Demand) -> None:
    for field in columns_of(Demand):
        if isinstance(field, ProseField) and not isinstance(field, LanguageField):
            setattr(demand, field.attname, "")
    demand.withheld_reason = erasure.PLACEHOLDER  # a demand without texts must say that something was left out
    demand.outcome, demand.done_on, demand.review = Demand.Outcome.OPEN.value, None, None
    demand.save()


def _opened(draft: Review | Demand) -> SavedState | None:
    """Return the content that a published draft had before its correction was opened, or None."""
    if not is_published(draft):
        return None
    return SavedState.objects.filter(draft=draft.pk, kind=SavedState.Kind.OPENED).first()


def _lock(draft: Review | Demand, by: User) -> Review | Demand:
    locked = type(draft)._default_manager.select_for_update().get(pk=draft.pk)
    if isinstance(locked, Review):
        roles.require_writer(by, locked)
    elif locked.created_by_id != by.pk:
        roles.require_decider(by, locked.newsroom_id)
    else:
        roles.require_member(by, locked.newsroom_id)
    return locked
