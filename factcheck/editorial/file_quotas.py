"""Quotas of accounts and newsrooms: for files (pictures, videos, and copies of sources), saved texts and actions."""

import math
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factcheck.editorial.errors import OverQuota
from factcheck.editorial.models import Capture, Picture, Publisher, User
from factcheck.web.rate_limits import count_client

# Bytes of saved states that are kept of one day. A state that a later state of its sitting replaces isn't counted, so a
# day of writing keeps a few megabytes.
ACCOUNT_TEXT, NEWSROOM_TEXT = 100_000_000, 500_000_000
_DAY = 24 * 3600
# Each action leaves an event that is kept forever, and many leave a proposal or a remembered response of a program. The
# hour is short, because somebody with a stolen session could use up the actions of its owner.
ACTIONS, _HOUR = 20_000, 3600


def require_room_for_text(size: int, *, by: User, newsroom: int | None) -> None:
    """Raise OverQuota if the texts that the account or newsroom has saved or submitted in a day take too much room."""
    for client, quota in ((f"account {by.pk}", ACCOUNT_TEXT), (f"newsroom {newsroom}", NEWSROOM_TEXT)):
        wait = count_client(client, ("kept text", quota, _DAY, size))
        if wait is not None:
            hours = math.ceil(wait / 3600)
            raise OverQuota(
                ngettext(
                    "Not saved: too much text was saved today. Keep a copy of your text. You can save it in %s hour.",
                    "Not saved: too much text was saved today. Keep a copy of your text. You can save it in %s hours.",
                    hours,
                )
                % hours
            )


def require_room_for_action(*, by: User, name: str = "actions", quota: int | None = None) -> None:
    """Raise OverQuota if the account has done too much within an hour."""
    quota = ACTIONS if quota is None else quota
    wait = count_client(f"account {by.pk}", (name, quota, _HOUR, 1))
    if wait is not None:
        text = _(
            "Your account has done more than %(count)s actions in an hour. Nothing was saved. Wait %(minutes)s min."
        )
        raise OverQuota(text % {"count": quota, "minutes": math.ceil(wait / 60)})


def require_room(size: int, *, by: User, newsroom: int | None = None) -> None:
    """Raise OverQuota if another file of this size exceeds the quota of the account or of the newsroom.

    `size` is in bytes. With a newsroom, the caller has to open a transaction. Until its end, the newsroom's row is
    locked, so two simultaneous uploads can't both take the last room.
    """
    if newsroom is not None:
        Publisher.objects.select_for_update(no_key=True).get(pk=newsroom)
    if _stored(Q(uploaded_by=by), Q(requested_by=by)) + size > settings.ACCOUNT_QUOTA:
        raise OverQuota(
            _(
                "This file wasn’t stored, because the files of your account would take more than %s. Ask the operator"
                " of this site for more room."
            )
            % filesizeformat(settings.ACCOUNT_QUOTA)
        )
    if newsroom is None:
        return
    pictures = Q(review__newsroom=newsroom) | Q(claim__newsroom=newsroom)
    if _stored(pictures, Q(newsroom=newsroom)) + size > settings.NEWSROOM_QUOTA:
        raise OverQuota(
            _(
                "This file wasn’t stored, because the files of your newsroom would take more than %s. Ask the operator"
                " of this site for more room."
            )
            % filesizeformat(settings.NEWSROOM_QUOTA)
        )


def _stored(pictures: Q, captures: Q) -> int:
    """Return the size in bytes of these rows. Pictures with the same hash are one file."""
    files: list[QuerySet[Any, Any]] = [
        Picture.objects.order_by().filter(pictures).values("sha256", "size").distinct(),
        Capture.objects.order_by().filter(captures),
    ]
    return sum(each.aggregate(total=Sum("size", default=0))["total"] for each in files)
