"""The people who have a draft open for editing.

Rows live for a minute, so they aren't a record of anybody's work.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from factcheck.editorial.models import OpenDraft, User

SEEN_FOR = timedelta(minutes=1)


@transaction.atomic
def note_open(draft: UUID, user: User) -> list[str]:
    """Note that the person has the draft open, and return the names of the other people who have it open."""
    row = OpenDraft(draft=draft, user=user, seen_at=timezone.now())
    OpenDraft.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["draft", "user"], update_fields=["seen_at"]
    )
    delete_old()
    others = OpenDraft.objects.filter(draft=draft).exclude(user=user).select_related("user").order_by("user")
    return [str(row.user) for row in others]


def note_closed(draft: UUID, user: User) -> None:
    OpenDraft.objects.filter(draft=draft, user=user).delete()


def delete_old() -> None:
    """Delete the rows of pages that were closed, and skip rows that another request is deleting."""
    old = OpenDraft.objects.filter(seen_at__lt=timezone.now() - SEEN_FOR).select_for_update(skip_locked=True)
    OpenDraft.objects.filter(pk__in=old.values("pk")).delete()
