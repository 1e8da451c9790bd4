"""Quotas for the files of accounts and newsrooms: pictures, videos, and copies of sources."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from factcheck.editorial.errors import OverQuota
from factcheck.editorial.models import Capture, Picture, Publisher, User


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
