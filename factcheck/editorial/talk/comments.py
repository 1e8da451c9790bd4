"""Comments on claims, reviews, sources and readers' messages: writing and resolving them."""

import re

from django.db import models
from django.utils.translation import gettext as _

from factcheck.editorial.errors import WrongValue
from factcheck.editorial.file_quotas import require_room_for_action
from factcheck.editorial.models import Comment, User
from factcheck.editorial.models.talk.comments import MAX_TEXT, SUBJECTS
from factcheck.editorial.people import roles
from factcheck.record.formats.text import find_forbidden

MAX_PER_HOUR = 200  # comments of an account


def write_comment(*, subject: models.Model, newsroom: int, by: User, text: str, thread: Comment | None) -> Comment:
    """Add a comment, or an answer in a thread about the same subject. Raise EditorialError if it is refused."""
    roles.require_member(by, newsroom)
    if not 0 < len(text.strip()) <= MAX_TEXT or find_forbidden(text):
        raise WrongValue(_("Write a comment of 1 to %s characters, without control characters.") % MAX_TEXT)
    require_room_for_action(by=by, name="comments", quota=MAX_PER_HOUR)
    colleagues = User.objects.filter(memberships__publisher=newsroom, is_active=True)
    names = {each.pk: f"{re.escape(str(each))}|{re.escape(each.username)}" for each in colleagues}
    named = [key for key, either in names.items() if re.search(rf"@({either})(?!\w)", text, re.IGNORECASE)]
    columns = {"newsroom_id": newsroom, "author": by, "thread": thread, "text": text, "mentioned": named}
    return Comment.objects.create(**columns, **{SUBJECTS[type(subject)]: subject})


def resolve_thread(*, thread: Comment, by: User) -> None:
    """Mark the thread as resolved, or open a resolved thread again."""
    roles.require_member(by, thread.newsroom_id)
    thread.resolved_by = None if thread.resolved_by else by
    thread.save(update_fields=["resolved_by"])
